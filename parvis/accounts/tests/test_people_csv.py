"""People from a CSV: any spreadsheet's dialect, judged line by line, written whole or not at all."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.accounts.people_csv import read_table
from parvis.accounts.people_import import import_people
from parvis.kernel.db import SYSTEM, count_statements
from parvis.kernel.errors import NotAllowed, Refused
from parvis.membership import groups
from parvis.people.models import Person, PersonState, ProfileField, ProfileValue, Subject
from parvis.testing.cast import Cast

pytestmark = pytest.mark.django_db

FRENCH = """Prénom;Nom;Adresse e-mail;Fonction;Direction;Site;Responsable;Langues;Compétences
Zoé;Durand;zoe.durand@parvis.test;Cheffe d'équipe;Production;Lyon;hugo@parvis.test;français, italien;soudure, sécurité
Hugo;Petit;hugo@parvis.test;"Directeur, site";Production;Lyon;;;
"""


def everything() -> list:
    return [
        list(Person.objects.order_by("id").values_list()),
        list(Subject.objects.order_by("id").values_list()),
        list(ProfileValue.objects.order_by("id").values_list()),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_spreadsheets_dialect_is_read(encoding: str, delimiter: str):
    text = (
        delimiter.join(["nom", "e-mail", "site"])
        + "\r\n"
        + delimiter.join(["Zoé Durand", "zoe@parvis.test", '"Saint-Étienne"'])
        + "\r\n"
    )
    table = read_table(text.encode(encoding))
    assert table.unknown == []
    # "nom" alone is the last name, as French files mean it beside "prénom"
    assert [(line.name, line.cells["email"], line.cells["site"]) for line in table.lines] == [
        ("Zoé Durand", "zoe@parvis.test", "Saint-Étienne")
    ]


def test_a_french_file_makes_active_people_with_managers_and_subjects(cast: Cast):
    report = import_people(FRENCH.encode(), by=cast.administrator)
    assert report.is_done
    assert report.count("new") == 2
    zoe = Person.objects.get(email="zoe.durand@parvis.test")
    assert (zoe.display_name, zoe.job_title, zoe.department, zoe.site) == (
        "Zoé Durand",
        "Cheffe d'équipe",
        "Production",
        "Lyon",
    )
    assert zoe.manager.display_name == "Hugo Petit"
    assert zoe.languages == ["français", "italien"]
    assert sorted(zoe.subjects.values_list("label", flat=True)) == ["soudure", "sécurité"]
    assert zoe.state == PersonState.ACTIVE
    assert zoe.claimed_at is None
    assert not zoe.has_usable_password()
    assert zoe.sort_key == "zoe durand"
    assert "production" in zoe.words_key


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast):
    before = everything()
    report = import_people(FRENCH.encode(), by=cast.administrator, dry_run=True)
    assert not report.is_done
    assert report.is_fine
    assert report.count("new") == 2
    assert everything() == before


def test_twice_changes_nothing_and_an_empty_cell_keeps_what_is_there(cast: Cast):
    import_people(FRENCH.encode(), by=cast.administrator)
    before = everything()
    again = import_people(FRENCH.encode(), by=cast.administrator)
    assert again.count("same") == 2
    assert everything() == before
    changed = "nom complet,e-mail,site,fonction\nZoé Durand,ZOE.DURAND@parvis.test,,Directrice\n"
    report = import_people(changed.encode(), by=cast.administrator)
    assert report.count("updated") == 1
    zoe = Person.objects.get(email__iexact="zoe.durand@parvis.test")
    assert (zoe.site, zoe.job_title) == ("Lyon", "Directrice")


def test_people_already_here_stay_as_they_are_unless_asked(cast: Cast):
    text = "name,email,site\nMalik Membre,member@parvis.test,Mars\nNoël Neuf,neuf@parvis.test,Mars\n"
    report = import_people(text.encode(), by=cast.administrator, updates=False)
    assert (report.count("same"), report.count("new")) == (1, 1)
    assert Person.objects.get(email="member@parvis.test").site == "Lyon"


WRONG = {
    "": "name is missing",
    "Ana,": "address or a user name",
    "Ana,not an address": "isn't an e-mail address",
    "Ana,ana@parvis.test,,a b": "letters, digits",
    "Ana,member@parvis.test,,host": "another's",
    "Ana,ana@parvis.test,Nobody Known": "No manager answers",
    "Ana,ana@parvis.test,ana@parvis.test": "own manager",
    "Ana,ana@parvis.test,,,klingon": "fr or en",
    "Ana,bon@parvis.test": "has the same",
    "Ana,suspended@parvis.test": "closed",
    "Ana,ana@parvis.test,,,,,": None,
    f"Ana,ana@parvis.test,,,,{'x' * 200}": "too long",
    "Ana,ana@parvis.test,,,,,extra": "More cells",
}


@pytest.mark.parametrize("line", [line for line, why in WRONG.items() if why])
def test_one_wrong_line_says_why_and_stops_everything(cast: Cast, line: str):
    header = "name,email,manager,username,language,role\nBon Départ,bon@parvis.test\n"
    before = everything()
    report = import_people((header + (line or ",x@parvis.test") + "\n").encode(), by=cast.administrator)
    wrong = [one for one in report.table.lines if one.outcome == "wrong"]
    assert [one.number for one in wrong] == [3]
    assert WRONG[line] in " ".join(wrong[0].problems)
    assert not report.is_done
    assert everything() == before


def test_managers_in_a_circle_are_refused(cast: Cast):
    text = "name,email,manager\nA,a@parvis.test,b@parvis.test\nB,b@parvis.test,c@parvis.test\nC,c@parvis.test,a@parvis.test\n"
    report = import_people(text.encode(), by=cast.administrator)
    assert not report.is_done
    assert report.count("wrong") > 0


def test_two_people_of_one_name_cannot_be_told_apart_as_managers(cast: Cast):
    text = "name,email,manager\nJean Dupont,a@parvis.test,\nJean Dupont,b@parvis.test,\nC,c@parvis.test,Jean Dupont\n"
    report = import_people(text.encode(), by=cast.administrator)
    assert "Several people" in report.table.lines[2].problems[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"a,b\nc,d\n",
        b"name\nAna\n",
        b"email\nx@y.fr\n",
        b"name,nom complet,email\n",
        b'name,email\n"open,x@y.fr\n',
    ],
)
def test_what_is_no_table_of_people_is_refused_with_a_sentence(cast: Cast, data: bytes):
    with pytest.raises(Refused):
        import_people(data, by=cast.administrator)


def test_the_administrators_own_fields_are_columns_too(cast: Cast):
    field = ProfileField.objects.create(
        label_fr="Horaire",
        label_en="Shift",
        type="choice",
        choices=["jour", "nuit"],
        is_filled_by_person=False,
    )
    report = import_people(
        b"name,email,shift\nAna,ana@parvis.test,nuit\nBea,bea@parvis.test,midi\n", by=cast.administrator
    )
    assert [line.outcome for line in report.table.lines] == ["new", "wrong"]
    import_people(b"name,email,Horaire\nAna,ana@parvis.test,nuit\n", by=cast.administrator)
    assert ProfileValue.objects.get(field=field).value == "nuit"


def test_only_administrators_and_commands_import(cast: Cast):
    with pytest.raises(NotAllowed):
        import_people(FRENCH.encode(), by=cast.host)
    assert import_people(FRENCH.encode(), by=SYSTEM).is_done


def test_many_people_come_in_by_few_statements(cast: Cast):
    lines = "".join(f"Personne {n},p{n}@parvis.test,Ventes,p0@parvis.test\n" for n in range(1, 1500))
    with count_statements() as seen:
        report = import_people(
            f"name,email,department,manager\nPersonne 0,p0@parvis.test,Ventes,\n{lines}".encode(),
            by=cast.administrator,
        )
    assert report.count("new") == 1500
    assert len(seen) < 30, len(seen)


def test_the_page_tries_first_then_imports_and_welcomes(cast: Cast, client_of):
    group = groups.save_group(name="Production", rule={"department": ["Production"]}, by=cast.administrator)
    client = client_of(cast.administrator)
    tried = client.post(
        "/admin/people/import/",
        {"act": "try", "updates": "on", "file": SimpleUploadedFile("rh.csv", FRENCH.encode("cp1252"))},
    )
    page = tried.content.decode()
    assert tried.status_code == 200
    assert "Zoé Durand" in page
    assert "appuyez sur Importer" in page
    assert not Person.objects.filter(email="hugo@parvis.test").exists()
    done = client.post(
        "/admin/people/import/", {"act": "import", "updates": "on", "invites": "on", "text": FRENCH}
    )
    assert done.status_code == 303
    zoe = Person.objects.get(email="zoe.durand@parvis.test")
    assert zoe.memberships.filter(space=cast.everyone).exists()
    assert group.people.filter(id=zoe.id).exists()
    from parvis.accounts.models import Message

    assert set(Message.objects.values_list("to", flat=True)) == {"zoe.durand@parvis.test", "hugo@parvis.test"}


def test_the_page_shows_wrong_lines_and_keeps_what_was_given(cast: Cast, client_of):
    client = client_of(cast.administrator)
    response = client.post("/admin/people/import/", {"act": "import", "text": "name,email\nAna,nope\n"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "n’est pas une adresse de courriel" in page
    assert "Ana,nope" in page
    assert client.post("/admin/people/import/", {}).status_code == 422
    assert client_of(cast.host).get("/admin/people/import/").status_code == 403
