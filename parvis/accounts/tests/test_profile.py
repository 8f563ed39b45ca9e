"""Profiles: who may change which line, what is refused, what hiding hides."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from parvis.accounts import profile
from parvis.kernel.errors import NotAllowed, Refused
from parvis.people.models import Person, ProfileField, ProfileValue
from parvis.people.visibility import profile_of, value_name
from parvis.testing.cast import Cast

pytestmark = pytest.mark.django_db


def edit(client, person: Person, **changes: object):
    form = {
        "display_name": person.display_name,
        "job_title": "",
        "department": "",
        "site": "",
        "manager": "",
        "languages": "",
        "ask": "",
        "interest": "",
        "bio": "",
        **changes,
    }
    return client.post(f"{person.url}edit/", form)


def test_everything_typed_is_kept_and_shown_to_colleagues(cast: Cast, client_of):
    client = client_of(cast.member)
    response = edit(
        client,
        cast.member,
        job_title="Acheteur",
        site="Lyon",
        manager="helene hote",
        languages="Français, Español",
        ask="Excel, Contrats; excel",
        interest="vélo",
        bio="Bonjour.\n\nJe suis là.",
    )
    assert response.status_code == 303
    page = client_of(cast.stranger).get(cast.member.url).content.decode()
    for words in ("Acheteur", "Lyon", "Hélène Hôte", "Español", "Excel", "Contrats", "vélo", "Je suis là."):
        assert words in page
    assert list(cast.member.subjects.filter(kind="ask").values_list("label", flat=True)) == [
        "Excel",
        "Contrats",
    ]


@pytest.mark.parametrize(
    "name", ["job_title", "site", "department", "manager", "languages", "ask", "interest", "bio"]
)
def test_each_hidden_line_is_shown_to_its_owner_only(cast: Cast, client_of, name: str):
    words = {
        "job_title": "Zyxwvacheteur",
        "site": "Zyxwvville",
        "department": "Zyxwvdirection",
        "manager": "Hélène Hôte",
        "languages": "Zyxwvois",
        "ask": "Zyxwvsujet",
        "interest": "Zyxwvpassion",
        "bio": "Zyxwvbio",
    }
    client = client_of(cast.member)
    assert edit(client, cast.member, hidden=[name], **words).status_code == 303
    theirs = client_of(cast.stranger).get(cast.member.url).content.decode()
    mine = client.get(cast.member.url).content.decode()
    for other, word in words.items():
        assert (word in theirs) is (other != name), other
        assert word in mine
    assert client_of(cast.administrator).get(cast.member.url).content.decode().count(words[name]) == 0


def test_leaving_the_directory_keeps_the_name_and_nothing_else(cast: Cast, client_of):
    edit(
        client_of(cast.member),
        cast.member,
        ask="Zyxwvsujet",
        bio="Zyxwvbio",
        site="Zyxwvville",
        is_hidden="on",
    )
    response = client_of(cast.stranger).get(cast.member.url)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Malik Membre" in page
    assert "Zyxwv" not in page
    assert client_of(cast.stranger).post(f"{cast.member.url}follow/").status_code == 404


def test_nobody_edits_anybody_else_but_administrators_their_lines(cast: Cast, client_of):
    assert client_of(cast.host).get(f"{cast.member.url}edit/").status_code == 403
    assert edit(client_of(cast.host), cast.member, site="Mars").status_code == 403
    boss = client_of(cast.administrator)
    assert "bio" not in boss.get(f"{cast.member.url}edit/").content.decode().split("<main", 1)[1]
    assert (
        edit(boss, cast.member, site="Mars", bio="pas de moi", ask="pas de moi", is_hidden="on").status_code
        == 303
    )
    person = Person.objects.get(id=cast.member.id)
    assert (person.site, person.bio, person.is_hidden, person.subjects.count()) == ("Mars", "", False, 0)
    with pytest.raises(NotAllowed):
        profile.revise_profile(cast.member, by=cast.administrator, bio="pas de moi")
    with pytest.raises(NotAllowed):
        profile.set_subjects(cast.member, "ask", ["x"], by=cast.administrator)
    with pytest.raises(NotAllowed):
        profile.revise_profile(cast.member, by=cast.member, is_administrator=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("display_name", ""),
        ("bio", "x" * 4001),
        ("manager", "Nobody At All"),
        ("manager", "Malik Membre"),
        ("ask", ",".join(f"mot{n}" for n in range(21))),
        ("job_title", "x" * 161),
        ("hidden", "is_administrator"),
    ],
)
def test_what_cannot_be_comes_back_filled(cast: Cast, client_of, name: str, value: str):
    response = edit(client_of(cast.member), cast.member, **{"site": "Zyxwvville", name: value})
    assert response.status_code == 422
    assert "Zyxwvville" in response.content.decode()
    assert Person.objects.get(id=cast.member.id).site == "Lyon"


def test_nobody_is_their_own_manager_however_far_up(cast: Cast):
    profile.revise_profile(cast.host, by=cast.host, manager=cast.author)
    profile.revise_profile(cast.author, by=cast.author, manager=cast.member)
    with pytest.raises(Refused):
        profile.revise_profile(cast.member, by=cast.member, manager=cast.host)


def picture(size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


def test_photo_is_made_small_shown_to_colleagues_and_removed(cast: Cast, client_of):
    client = client_of(cast.member)
    assert (
        client.post(
            f"{cast.member.url}portrait/", {"photo": SimpleUploadedFile("moi.png", picture())}
        ).status_code
        == 303
    )
    person = Person.objects.get(id=cast.member.id)
    response = client_of(cast.stranger).get(person.photo_url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert len(response.content) <= 4096
    assert "max-age" in response.headers["Cache-Control"]
    assert client_of(None).get(person.photo_url).status_code == 302
    assert client.get(f"/people/{person.key}/photo/000000000000").status_code == 404
    assert client_of(cast.stranger).post(f"{person.url}portrait/remove/").status_code == 404
    assert client.post(f"{person.url}portrait/remove/").status_code == 303
    assert client.get(person.photo_url).status_code == 404


@pytest.mark.parametrize("data", [b"", b"not a picture at all", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused_with_a_sentence(cast: Cast, client_of, data: bytes):
    files = {"photo": SimpleUploadedFile("moi.png", data)} if data else {}
    response = client_of(cast.member).post(f"{cast.member.url}portrait/", files)
    assert response.status_code == 422
    assert "form-errors" in response.content.decode()
    assert Person.objects.get(id=cast.member.id).photo == ""


def fields() -> dict[str, ProfileField]:
    make = ProfileField.objects.create
    return {
        "text": make(label_fr="Badge", label_en="Badge", type="text"),
        "choice": make(label_fr="Horaire", label_en="Shift", type="choice", choices=["jour", "nuit"]),
        "link": make(label_fr="Page", label_en="Page", type="link"),
        "date": make(label_fr="Arrivée", label_en="Joined", type="date"),
        "team": make(label_fr="Coefficient", label_en="Grade", type="text", is_filled_by_person=False),
    }


def test_the_administrators_fields_are_filled_by_whom_they_are_left_to(cast: Cast, client_of):
    made = fields()
    own = {
        value_name(made["text"]): "B12",
        value_name(made["choice"]): "nuit",
        value_name(made["link"]): "https://intra.test/a",
        value_name(made["date"]): "2020-02-29",
        value_name(made["team"]): "900",
    }
    assert edit(client_of(cast.member), cast.member, **own).status_code == 303
    kept = dict(ProfileValue.objects.filter(person=cast.member).values_list("field__label_en", "value"))
    assert kept == {"Badge": "B12", "Shift": "nuit", "Page": "https://intra.test/a", "Joined": "2020-02-29"}
    with pytest.raises(NotAllowed):
        profile.fill_values(cast.member, {made["team"]: "900"}, by=cast.member)
    edit(client_of(cast.administrator), cast.member, **{**own, value_name(made["team"]): "250"})
    assert ProfileValue.objects.get(field=made["team"]).value == "250"
    shown = [value for _field, value in profile_of(cast.member, cast.stranger).values]
    assert sorted(shown) == ["2020-02-29", "250", "B12", "https://intra.test/a", "nuit"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("choice", "midi"),
        ("link", "javascript:alert(1)"),
        ("link", "ftp://x"),
        ("date", "29/02/2021"),
        ("text", "x" * 401),
    ],
)
def test_values_that_do_not_fit_their_field_are_refused(cast: Cast, client_of, kind: str, value: str):
    field = fields()[kind]
    with pytest.raises(Refused):
        profile.fill_values(cast.member, {field: value}, by=cast.administrator)
    assert edit(client_of(cast.member), cast.member, **{value_name(field): value}).status_code == 422


def test_a_field_is_hidden_by_its_owner_or_by_the_administrator(cast: Cast):
    made = fields()
    profile.fill_values(cast.member, {made["text"]: "B12", made["choice"]: "nuit"}, by=cast.member)
    profile.set_visibility(cast.member, hidden=[value_name(made["text"])], is_hidden=False, by=cast.member)
    ProfileField.objects.filter(id=made["choice"].id).update(is_visible=False)
    assert profile_of(Person.objects.get(id=cast.member.id), cast.stranger).values == []


def test_a_renamed_person_keeps_a_blog_of_their_name(cast: Cast):
    profile.revise_profile(cast.author, by=cast.author, display_name="Aude Nouvelle")
    cast.personal.refresh_from_db()
    assert cast.personal.name == "Aude Nouvelle"
    cast.personal.name = "Carnet d'atelier"
    cast.personal.save()
    profile.revise_profile(cast.author, by=cast.author, display_name="Aude Encore")
    cast.personal.refresh_from_db()
    assert cast.personal.name == "Carnet d'atelier"


def test_changed_lines_move_people_between_groups(cast: Cast, client_of):
    from parvis.membership import groups

    group = groups.save_group(name="Lyon", rule={"site": ["Lyon"]}, by=cast.administrator)
    assert group.people.filter(id=cast.member.id).exists()
    edit(client_of(cast.member), cast.member, site="Nantes")
    assert not group.people.filter(id=cast.member.id).exists()
