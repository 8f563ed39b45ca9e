"""The company is believable: enough threads, both languages, no sentence said twice, nobody unknown."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from parvis.demo import content
from parvis.demo.organisation import Organisation
from parvis.demo.seed import ROLES, demo_people, seed_demo
from parvis.people.models import Group, Person, ProfileValue
from parvis.spaces.models import Space
from parvis.transfer import rows

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def tables() -> dict[type[rows.Row], list]:  # type: ignore[type-arg]
    return Organisation(date(2026, 11, 23), NOW).build()


def test_there_are_120_people_nine_communities_and_300_threads(tables: dict):  # type: ignore[type-arg]
    assert len(tables[rows.Person]) == 120
    communities = [
        space for space in tables[rows.Space] if space.kind == "community" and not space.is_everyone
    ]
    assert len(communities) == 9
    assert sum(space.theme == "interest" for space in communities) == 4
    assert sum(one.kind in ("topic", "post") for one in tables[rows.Object]) >= 300
    assert {one.language for one in tables[rows.Object]} == {"fr", "en"}


def test_communities_say_which_tool_of_the_company_each_tool_replaces(tables: dict):  # type: ignore[type-arg]
    answers = [text for space in tables[rows.Space] for text in space.tools.values() if text]
    assert len(answers) >= 6
    assert all(len(text) <= 240 for text in answers)


def test_no_two_texts_share_a_sentence(tables: dict):  # type: ignore[type-arg]
    sentences: Counter[str] = Counter()
    for one in (*tables[rows.Object], *tables[rows.Reply]):
        if one.table == "objects" and one.kind == "idea" and one.body == one.title:
            continue
        found = {part.strip().lower() for part in re.split(r"[.!?\n]+", one.body)}
        sentences.update(part for part in found if len(part.split()) >= 4)
    assert [text for text, count in sentences.items() if count > 1] == []


def test_the_same_day_makes_the_same_company(tables: dict):  # type: ignore[type-arg]
    again = Organisation(date(2026, 11, 23), NOW).build()
    assert again == tables


def test_nothing_is_dated_after_today(tables: dict):  # type: ignore[type-arg]
    assert all(one.published_at <= NOW for one in tables[rows.Object])
    assert all(one.created_at <= NOW for one in tables[rows.Reply])


def test_every_author_is_on_the_roster_and_most_people_only_read(tables: dict):  # type: ignore[type-arg]
    roster = {person["handle"] for person in content.people()}
    authors = Counter(one.author for one in (*tables[rows.Object], *tables[rows.Reply]))
    assert set(authors) <= roster
    assert sum(count <= 8 for count in authors.values()) > len(roster) / 2


@pytest.mark.django_db
def test_the_demonstration_fills_an_empty_site_once(tmp_path, settings):  # type: ignore[no-untyped-def]
    settings.PARVIS_FILES_ROOT = tmp_path
    seed_demo()
    assert set(demo_people()) == set(ROLES)
    assert demo_people()["admin"].is_administrator
    assert Space.objects.filter(is_everyone=True).count() == 1
    duties = ProfileValue.objects.filter(field__is_filter=True, field__is_filled_by_person=False)
    assert duties.count() > 10
    assert Group.objects.get().people.count() > 10
    count = Person.objects.count()
    seed_demo()
    assert Person.objects.count() == count == 120
