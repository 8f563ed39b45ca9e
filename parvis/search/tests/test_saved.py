"""Searches kept by name: twenty at most, nobody else's, told of once for each thing and only of what may be read then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from parvis.attention.models import Notice
from parvis.attention.reading import notices_of
from parvis.contributions.replies import reply
from parvis.journal.jobs import enqueue
from parvis.kernel.errors import NotFound, Refused
from parvis.membership.actions import leave
from parvis.people.models import Person
from parvis.search.saved import (
    MOST,
    Heard,
    SavedSearch,
    change_search,
    forget_search,
    save_search,
    saved_of,
)
from parvis.testing.cast import Cast, build_cast
from parvis.tools.notes.actions import publish_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


@pytest.fixture
def look(run_jobs: Callable[[], int]) -> Callable[[], None]:
    """The next run of the job, and the notices it leads to."""

    def run() -> None:
        enqueue("search.tell")
        run_jobs()

    return run


def told(person: Person) -> list[str]:
    rows = Notice.objects.filter(person=person, reason="search").order_by("id")
    return [str(row.contribution_id) for row in rows]


def test_a_search_is_kept_by_a_name_of_its_own(cast: Cast):
    kept = save_search("  abat-jour   in:quais ", name=" Abat-jour ", by=cast.member)
    assert (kept.name, kept.text, kept.tells) == ("Abat-jour", "abat-jour in:quais", True)
    assert [row.id for row in saved_of(cast.member)] == [kept.id]
    assert saved_of(cast.author) == []
    for text, name in (("", "Rien"), ("lampe", "ABAT-JOUR"), ("l" * 301, "Long")):
        with pytest.raises(Refused):
            save_search(text, name=name, by=cast.member)


def test_the_words_are_the_name_where_none_is_given(cast: Cast):
    assert save_search("abat-jour", name="", by=cast.member).name == "abat jour"


def test_nobody_reaches_the_search_of_somebody_else(cast: Cast):
    kept = save_search("lampe", name="Lampes", by=cast.member)
    with pytest.raises(NotFound):
        change_search(kept.id, name="À moi", tells=False, by=cast.administrator)
    with pytest.raises(NotFound):
        forget_search(kept.id, by=cast.administrator)
    forget_search(kept.id, by=cast.member)
    assert not SavedSearch.objects.exists()


def test_twenty_are_kept_at_most(cast: Cast):
    for number in range(MOST):
        save_search("lampe", name=f"Lampe {number}", by=cast.member)
    with pytest.raises(Refused):
        save_search("lampe", name="Une de trop", by=cast.member)


def test_a_new_thing_is_told_once_and_cleared_when_it_is_read(cast: Cast, look: Callable[[], None]):
    publish_note(cast.open, body="Une girouette d'avant", by=cast.author)
    save_search("girouette", name="Girouettes", by=cast.member)
    save_search("girouette neuve", name="Neuves", by=cast.member)
    look()
    assert told(cast.member) == []  # it was there before
    note = publish_note(cast.open, body="Une girouette neuve sur le toit", by=cast.author)
    publish_note(cast.open, body="Un tout autre sujet", by=cast.author)
    look()
    reply(note, body="Cette girouette tourne bien", by=cast.host)
    look()
    assert told(cast.member) == [str(note.id)]
    line = notices_of(cast.member).lines[0]
    assert line.icon == "search"
    assert line.category == "search"


def test_the_things_of_one_day_stand_on_one_line(cast: Cast, look: Callable[[], None]):
    save_search("girouette", name="Girouettes", by=cast.member)
    for number in range(3):
        publish_note(cast.open, body=f"Girouette numéro {number}", by=cast.author)
    look()
    lines = [line for line in notices_of(cast.member).lines if line.reason == "search"]
    assert len(lines) == 1
    assert "3" in lines[0].sentence
    assert len(lines[0].others) == 2


def test_an_answer_that_holds_the_word_is_news_too(cast: Cast, look: Callable[[], None]):
    note = publish_note(cast.open, body="Que mettre sur le toit ?", by=cast.author)
    save_search("girouette", name="Girouettes", by=cast.member)
    reply(note, body="Une girouette, pardi", by=cast.host)
    look()
    assert told(cast.member) == [str(note.id)]


def test_what_one_wrote_alone_and_what_one_may_not_read_is_not_told(cast: Cast, look: Callable[[], None]):
    for person in (cast.author, cast.stranger, cast.member):
        save_search("girouette", name="Girouettes", by=person)
    note = publish_note(cast.secret, body="Une girouette sous le manteau", by=cast.author)
    look()
    assert told(cast.author) == told(cast.stranger) == []
    assert told(cast.member) == [str(note.id)]
    assert not Heard.objects.filter(person=cast.stranger).exists()


def test_who_left_hears_nothing_of_what_comes_later(cast: Cast, look: Callable[[], None]):
    save_search("girouette", name="Girouettes", by=cast.member)
    publish_note(cast.secret, body="Une girouette sous le manteau", by=cast.author)
    leave(cast.secret, by=cast.member)
    look()
    assert told(cast.member) == []


def test_a_silent_search_tells_nothing_nor_later_what_came_meanwhile(cast: Cast, look: Callable[[], None]):
    kept = save_search("girouette", name="Girouettes", by=cast.member, tells=False)
    publish_note(cast.open, body="Une girouette neuve", by=cast.author)
    look()
    change_search(kept.id, name="Girouettes", tells=True, by=cast.member)
    look()
    assert told(cast.member) == []
