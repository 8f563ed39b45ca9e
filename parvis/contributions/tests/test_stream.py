"""The streams hold what a reader belongs to and follows, once, in order, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from parvis.contributions import actions, marking, replies, stream
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.db import count_statements, read
from parvis.kernel.errors import NotFound
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.spaces.models import Level
from parvis.testing.cast import Cast, build_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def note(cast: Cast, space: str, body: str = "Un mot") -> Contribution:
    return actions.publish(
        "note", getattr(cast, space), title="", body=body, by=cast.author, needs_title=False
    )


def ids(page: stream.Page) -> set[int]:
    return {row.id for row in page.rows}


def test_home_shows_where_one_belongs_and_what_one_follows_and_says_why(cast: Cast):
    mine, theirs = note(cast, "secret"), note(cast, "personal")
    assert ids(stream.home(cast.member)) == {mine.id}
    membership.set_level(cast.personal, Level.FOLLOWING, by=cast.member)
    found = stream.home(cast.member)
    assert ids(found) == {mine.id, theirs.id}
    assert {row.id: row.why for row in found.rows} == {mine.id: "member", theirs.id: "person"}


def test_a_muted_community_is_silent_and_a_removed_member_sees_nothing(cast: Cast):
    row = note(cast, "on_request")
    membership.set_level(cast.on_request, Level.MUTED, by=cast.member)
    assert row.id not in ids(stream.home(cast.member))
    assert row.id not in ids(stream.home(cast.ex_member))


def test_a_source_that_was_closed_takes_no_room_of_others(cast: Cast):
    """A number of cards less would tell that something happens behind a door."""
    read_by_all = note(cast, "everyone")
    cast.secret.subscriptions.create(person=cast.stranger, level=Level.FOLLOWING)
    for number in range(stream.PAGE + 2):
        note(cast, "secret", f"Chut {number}")
    assert ids(stream.home(cast.stranger)) == {read_by_all.id}


def test_pages_follow_each_other_without_gap_or_repeat_while_things_move(cast: Cast):
    rows = [note(cast, "open", f"Mot {number}") for number in range(45)]
    for number, row in enumerate(rows):
        moment = clock.now() - timedelta(hours=number)
        Contribution.objects.filter(id=row.id).update(published_at=moment, last_activity_at=moment)
    as_of = clock.now()
    first = stream.home(cast.member, order="activity", as_of=as_of)
    replies.reply(rows[30], body="Je ranime", by=cast.member)
    Contribution.objects.filter(id=rows[30].id).update(last_activity_at=clock.now() + timedelta(seconds=5))
    second = stream.home(cast.member, order="activity", as_of=as_of, after=first.next)
    third = stream.home(cast.member, order="activity", as_of=as_of, after=second.next)
    seen = [row.id for page in (first, second, third) for row in page.rows]
    assert len(seen) == len(set(seen)) == 44  # all but the one that moved, which a new page of home shows
    assert third.next is None


def test_each_stream_is_one_query_however_much_there_is(cast: Cast):
    for number in range(30):
        note(cast, "open", f"Mot {number} #sujet")
    for build in (
        lambda: stream.home(cast.member),
        lambda: stream.of_space(cast.open, cast.member),
        lambda: stream.of_tag("sujet", cast.member),
        lambda: stream.of_person(cast.author, cast.member),
    ):
        with count_statements() as statements:
            assert len(build().rows) == 20
        assert len(statements) == 1


def test_the_home_query_reads_each_source_by_its_own_index(cast: Cast):
    for way in ("seqscan", "bitmapscan", "sort"):
        read(f"SET LOCAL enable_{way} = off")  # a table of five rows tells nothing otherwise
    sql = stream.HOME.format(
        order="last_activity_at", columns=stream.COLUMNS, joined=stream.JOINED, filters="", before=""
    )
    plan = "\n".join(row[0] for row in read("EXPLAIN " + sql, stream._common(cast.member, None)))
    assert re.search(r"Index Scan using spine_(space_)?activity", plan)


def test_tags_and_authors_show_only_what_their_reader_may_see(cast: Cast):
    open_one, secret_one = note(cast, "open", "#vélo"), note(cast, "secret", "#vélo")
    assert ids(stream.of_tag("velo", cast.stranger)) == {open_one.id}
    assert ids(stream.of_person(cast.author, cast.stranger)) == {open_one.id}
    assert ids(stream.of_tag("velo", cast.member)) == {open_one.id, secret_one.id}


def test_the_pill_counts_others_news_in_my_places(cast: Cast):
    since = clock.now()
    note(cast, "open")
    assert stream.count_newer(cast.member, since) == 1
    assert stream.count_newer(cast.author, since) == 0
    assert stream.count_newer(cast.stranger, since) == 0


def test_a_pin_is_on_top_until_it_has_been_seen(cast: Cast):
    row = note(cast, "open")
    marking.pin(row, by=cast.host)
    assert [one.id for one in stream.pinned_for(cast.member)] == [row.id]
    marking.mark_read(row, clock.now(), by=cast.member)
    assert stream.pinned_for(cast.member) == []


def test_one_thing_and_the_lists_agree_on_who_may_read(cast: Cast):
    rows = [note(cast, name) for name in ("open", "on_request", "secret", "personal", "everyone")]
    rows.append(
        actions.publish(
            "note", cast.open, title="", body="b", by=cast.author, needs_title=False, is_draft=True
        )
    )
    actions.hide(rows[0], reason="test", by=cast.host)
    for person in cast.actors().values():
        listed = set(Contribution.objects.visible_to(person).values_list("id", flat=True))
        for row in rows:
            assert (row.id in listed) == _is_found(row, person) or _is_host_of_hidden(cast, row, person)


def _is_found(row: Contribution, person: Person | None) -> bool:
    try:
        return find_contribution(row.id, person).id == row.id
    except NotFound:
        return False


def _is_host_of_hidden(cast: Cast, row: Contribution, person: Person | None) -> bool:
    return person is cast.host and row.state == "hidden"


def test_the_pill_counts_what_the_filters_show(cast: Cast):
    since = clock.now()
    note(cast, "open")
    theme = cast.open.theme
    other = next(one for one in ("professional", "interest") if one != theme)
    assert stream.count_newer(cast.member, since, kind="note", theme=theme) == 1
    assert stream.count_newer(cast.member, since, kind="topic") == 0
    assert stream.count_newer(cast.member, since, theme=other) == 0
    note(cast, "everyone")  # of no theme that one chooses
    assert stream.count_newer(cast.member, since, theme=theme) == len(
        ids(stream.home(cast.member, theme=theme))
    )


def test_the_pill_counts_what_followed_tags_bring_once(cast: Cast):
    marking.follow_tag("vélo", by=cast.stranger, on=True)
    marking.follow_tag("ville", by=cast.stranger, on=True)
    since = clock.now()
    note(cast, "open", "Le #vélo en #ville")
    note(cast, "secret", "Un autre #vélo")
    assert stream.count_newer(cast.stranger, since) == 1 == len(ids(stream.home(cast.stranger)))
    assert stream.count_newer(cast.stranger, since, kind="topic") == 0
    marking.follow_tag("vélo", by=cast.member, on=True)
    assert stream.count_newer(cast.member, since) == 2
