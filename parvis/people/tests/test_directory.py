"""The directory: words and filters find people with their reason, hidden lines find nobody, plans stay small."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from parvis.kernel.db import count_statements, read
from parvis.people import directory
from parvis.people.directory import Filters, Written, find_people, search_words
from parvis.people.models import Person, ProfileField, ProfileValue, Subject
from parvis.people.visibility import value_name

with_database = pytest.mark.django_db


def make(name: str, *, ask: tuple[str, ...] = (), interest: tuple[str, ...] = (), **fields: object) -> Person:
    from parvis.kernel.words import fold

    person = Person.objects.create(display_name=name, **fields)
    for kind, labels in (("ask", ask), ("interest", interest)):
        for label in labels:
            Subject.objects.create(person=person, kind=kind, label=label, folded=fold(label))
    return person


def names(filters: Filters, **options: object) -> list[str]:
    return [hit.person.display_name for hit in find_people(filters, **options).hits]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Qui connaît les tutorats ?", ["tutorat"]),
        ("Who knows about Excel in Lyon?", ["excel", "lyon"]),
        ("  #RGPD ", ["rgpd"]),
        ("qui", ["qui"]),
        ("", []),
        ("l'œuvre d'art", ["oeuvre", "art"]),
    ],
)
def test_the_telling_words_of_a_sentence_are_kept(sentence: str, words: list[str]):
    assert search_words(sentence) == words


@with_database
def test_names_subjects_interests_writings_and_places_find_in_this_order_with_their_reason():
    place = make("Ana", department="Excel et tableurs")
    writer = make("Bea")
    interest = make("Cleo", interest=("Excel entre amis",))
    ask = make("Dina", ask=("Excel avancé", "Soudure"))
    make("Excel Durand")
    make("Fanny", ask=("Soudure",))
    page = find_people(Filters(q="excel"), writers=[Written(writer.id, 1, "excel", 3)])
    assert [hit.person.display_name for hit in page.hits] == ["Excel Durand", "Dina", "Cleo", "Bea", "Ana"]
    reasons = {hit.person.id: hit.reasons for hit in page.hits}
    assert reasons[ask.id] == [("ask", "Excel avancé", 0)]
    assert reasons[interest.id] == [("interest", "Excel entre amis", 0)]
    assert reasons[writer.id] == [("tag", "excel", 3)]
    assert reasons[place.id] == [("department", "Excel et tableurs", 0)]


@with_database
def test_all_words_must_match_wherever_each_stands_else_those_who_come_near_are_shown():
    make("Ana", ask=("Excel",), site="Lyon")
    make("Bea", ask=("Excel",), site="Lille")
    page = find_people(Filters(q="qui connaît Excel à Lyon ?"))
    assert [hit.person.display_name for hit in page.hits] == ["Ana"]
    assert not page.is_near
    near = find_people(Filters(q="excel antarctique"))
    assert [hit.person.display_name for hit in near.hits] == ["Ana", "Bea"]
    assert near.is_near


@with_database
def test_accents_case_and_plurals_do_not_matter():
    make("Élodie Lefèvre", ask=("Sécurité des Réseaux",))
    for sentence in ("ELODIE", "lefevre", "securite", "réseau"):
        assert names(Filters(q=sentence)) == ["Élodie Lefèvre"]


@with_database
@pytest.mark.parametrize("state", ["unclaimed", "suspended", "left"])
def test_who_is_not_listed_is_found_by_nothing(state: str):
    make("Ana Zyx", state=state, ask=("Zyx",), site="Zyx")
    make("Bea Zyx", is_hidden=True, ask=("Zyx",), site="Zyx")
    for filters in (Filters(), Filters(q="zyx"), Filters(skill="zyx"), Filters(site="Zyx")):
        assert names(filters) == []
    assert directory.choices()["site"] == []


HIDDEN = {
    "job_title": [Filters(q="zyxrole")],
    "department": [Filters(q="zyxdep"), Filters(department="Zyxdep")],
    "site": [Filters(q="zyxsite"), Filters(site="Zyxsite")],
    "languages": [Filters(language="Zyxois")],
    "ask": [Filters(q="zyxask"), Filters(skill="zyxask")],
    "interest": [Filters(q="zyxinterest")],
}


@with_database
@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_hidden_line_neither_finds_nor_filters_nor_is_offered(hidden: str):
    person = make(
        "Ana",
        job_title="Zyxrole",
        department="Zyxdep",
        site="Zyxsite",
        languages=["Zyxois"],
        ask=("Zyxask",),
        interest=("Zyxinterest",),
    )
    for name, searches in HIDDEN.items():
        assert all(names(filters) == ["Ana"] for filters in searches), name
    person.hidden_fields = [hidden]
    person.save(update_fields=["hidden_fields"])
    for name, searches in HIDDEN.items():
        expected = [] if name == hidden else ["Ana"]
        assert all(names(filters) == expected for filters in searches), name
    offered = directory.choices()
    assert {
        **offered,
        **(
            {
                {"languages": "language"}.get(hidden, hidden): {
                    "department": ["Zyxdep"],
                    "site": ["Zyxsite"],
                    "languages": ["Zyxois"],
                }[hidden]
            }
            if hidden in ("department", "site", "languages")
            else {}
        ),
    } == {"department": ["Zyxdep"], "site": ["Zyxsite"], "language": ["Zyxois"]}
    assert "zyx" not in " ".join(
        words.lower() for hit in find_people(Filters(q="ana")).hits for _k, words, _c in hit.reasons
    )


@with_database
def test_filters_narrow_together_and_with_the_administrators_fields():
    field = ProfileField.objects.create(
        label_fr="Horaire", label_en="Shift", type="choice", choices=["jour", "nuit"], is_filter=True
    )
    ana, bea = make("Ana", site="Lyon", languages=["Italien"]), make("Bea", site="Lyon")
    for person in (ana, bea):
        ProfileValue.objects.create(person=person, field=field, value="nuit")
    assert names(Filters(site="Lyon")) == ["Ana", "Bea"]
    assert names(Filters(site="Lyon", language="Italien", values=((field.id, "nuit"),))) == ["Ana"]
    bea.hidden_fields = [value_name(field)]
    bea.save()
    assert names(Filters(values=((field.id, "nuit"),))) == ["Ana"]
    assert names(Filters(values=((field.id, "jour"),))) == []


@with_database
def test_free_values_are_offered_as_filters_unless_hidden():
    field = ProfileField.objects.create(label_fr="Bâtiment", label_en="Building", type="text", is_filter=True)
    shown, hidden = make("Ana"), make("Bea", hidden_fields=[value_name(field)])
    ProfileValue.objects.create(person=shown, field=field, value="Nord")
    ProfileValue.objects.create(person=hidden, field=field, value="Secret")
    assert [one.choices for one in directory.filter_fields()] == [["Nord"]]


@with_database
@pytest.mark.parametrize("q", ["", "paul", "paul dupont inexistant"])
def test_pages_follow_each_other_without_gap_or_repeat(q: str):
    for number in range(60):
        make(f"Paul {number % 7}", site="Lyon")
    seen: list[int] = []
    after = ""
    for _page in range(4):
        page = find_people(Filters(q=q), after=after)
        seen += [hit.person.id for hit in page.hits]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 60


@with_database
@pytest.mark.parametrize(
    "after",
    [
        "x",
        "W10",
        "AAAA",
        "é",
        "W251bGwsMCwiIiwwLDBd",
        "WzAsMCwiYVx1MDAwMCIsMCwwXQ",
        "WzAsMCwiIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LDBd",
    ],
)
def test_a_cursor_that_is_none_begins_at_the_beginning(after: str):
    make("Ana")
    assert names(Filters(), after=after) == ["Ana"]
    assert names(Filters(q="ana"), after=after) == ["Ana"]


@with_database
@pytest.mark.parametrize("q", ["%", "_", "\\", "'; DROP TABLE people_person; --", "a" * 300, "😀"])
def test_hostile_words_find_nothing_and_break_nothing(q: str):
    make("Ana")
    find_people(Filters(q=q, skill=q, site=q, language=q))
    assert Person.objects.count() == 1


def fill(count: int) -> None:
    """As many people as a large company has, by one statement."""
    read(
        """INSERT INTO people_person (id, password, state, display_name, sort_key, words_key, photo, job_title, department,
          site, languages, bio, hello, hidden_fields, is_hidden, is_administrator, is_sponsor, language, theme, text_size,
          time_zone, mails_notices, stream_order, created_at)
        SELECT n, '!', 'active', 'Personne ' || md5(n::text), 'personne ' || md5(n::text), 'poste ' || n %% 300, '',
          'Poste ' || n %% 300, 'Service ' || n %% 40, 'Site ' || n %% 25, '{}', '', '', '{}', false, false, false, 'fr',
          'auto', '100', '', false, 'activity', now() FROM generate_series(1, %s) AS n""",
        [count],
    )
    read(
        """INSERT INTO people_subject (id, person_id, kind, label, folded)
        SELECT n * 4 + k, n, 'ask', 'Sujet ' || md5(((n + k * 1237) %% 5000)::text), 'sujet ' || md5(((n + k * 1237) %% 5000)::text)
        FROM generate_series(1, %s) AS n, generate_series(1, 2) AS k""",
        [count],
    )


def analyse(database: str) -> None:
    """What autovacuum does in a while; only the owner of the tables may."""
    address = urlsplit(os.environ["PARVIS_DATABASE_URL_OWNER"])._replace(path=f"/{database}").geturl()
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE people_person, people_subject")


def plan_of(sql: str, params: dict[str, object]) -> list[str]:
    """The kinds of every node of a plan, with the table each reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    found: list[str] = []

    def walk(node: dict) -> None:
        found.append(f"{node['Node Type']} {node.get('Relation Name', '')}".strip())
        for child in node.get("Plans", []):
            walk(child)

    walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def test_at_20_000_people_listing_and_searching_read_by_index(fresh_database: str, django_db_blocker: Any):
    with django_db_blocker.unblock():
        fill(20_000)
        analyse(fresh_database)
        _check_plans()


def _check_plans() -> None:
    start = {"found": -9, "rank": 0, "name": "", "id": 0, "limit": 25}
    listing = plan_of(directory.LISTING.format(columns=directory.COLUMNS, filters=""), start)
    assert "Index Scan people_person" in listing
    assert "Seq Scan people_person" not in listing
    assert "Sort" not in listing
    sql, given = directory.search_query(["c4ca42"], [])
    searching = plan_of(sql.format(columns=directory.COLUMNS, filters=""), {**start, **given, "least": 1})
    assert not {"Seq Scan people_person", "Seq Scan people_subject"} & set(searching), searching


@with_database
def test_searching_asks_the_database_a_fixed_number_of_times():
    fill(300)
    for filters in (Filters(), Filters(q="personne"), Filters(q="sujet poste")):
        with count_statements() as seen:
            assert len(find_people(filters).hits) == directory.PAGE
        assert len(seen) == 2
