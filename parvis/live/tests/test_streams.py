"""The stream of events: who hears of what, what is missed and said later, how a right taken away ends it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection

from parvis.accounts import passwords, sessions, standing
from parvis.attention.actions import read_thread
from parvis.config import config
from parvis.contributions.marking import follow_tag
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.journal.jobs import drain
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting, count_statements
from parvis.kernel.ids import encode
from parvis.live import past
from parvis.live.events import read_new
from parvis.live.jobs import KEPT, purge
from parvis.live.models import Event, What
from parvis.live.streams import Streams
from parvis.membership import actions
from parvis.testing.cast import Cast, build_cast
from parvis.testing.live import Heard, LiveSite, sign_in
from parvis.tools.forum.actions import open_topic
from parvis.tools.notes.actions import publish_note


@pytest.fixture
def cast(live_process: LiveSite) -> Cast:
    return build_cast()


def topic_in(space: Any, author: Any, title: str = "Nougatine") -> Contribution:
    with acting(author):
        return open_topic(space, title=title, body="Entre nous.", by=author)


def answer(topic: Contribution, author: Any, body: str = "Oui.") -> Any:
    with acting(author):
        made = reply(topic, body=body, by=author)
    with acting(SYSTEM):
        drain()
    return made


def about(event: dict[str, str] | None) -> tuple[str, str]:
    assert event is not None
    return event["event"], event["data"]


def said_of(kind: str, topic: Contribution) -> tuple[str, str]:
    return kind, f'{{"space":"{encode(topic.space_id)}","thing":"{encode(topic.id)}"}}'


def ready(heard: Heard) -> None:
    assert about(heard.next()) == ("ready", "{}")


def test_what_is_published_in_my_places_is_said_by_its_keys(live_process: LiveSite, cast: Cast) -> None:
    with live_process.listen(sign_in(cast.member)) as heard:
        ready(heard)
        topic = topic_in(cast.secret, cast.author)
        assert about(heard.next()) == said_of("post", topic)
        assert b"Nougatine" not in heard.everything


def test_an_answer_is_said_where_its_topic_is_open_and_the_bell_to_whom_it_rings(
    live_process: LiveSite, cast: Cast
) -> None:
    topic = topic_in(cast.on_request, cast.author)
    with (
        live_process.listen(sign_in(cast.author), opens="") as author,
        live_process.listen(sign_in(cast.member), opens=f"home,thing:{topic.key}") as reader,
        live_process.listen(sign_in(cast.host), opens="home") as elsewhere,
    ):
        for one in (author, reader, elsewhere):
            ready(one)
        answer(topic, cast.cohost)
        assert about(reader.next()) == said_of("reply", topic)
        assert about(author.next()) == ("bell", "{}")
        with acting(cast.author):
            read_thread(topic, by=cast.author)
        assert about(author.next()) == ("bell", "{}")  # another page of theirs counts anew
        # Who has it not open hears nothing of it: the next they hear is what came later.
        later = topic_in(cast.on_request, cast.author, "Praline")
        assert about(elsewhere.next()) == said_of("post", later)


def test_a_followed_tag_brings_what_stands_elsewhere(live_process: LiveSite, cast: Cast) -> None:
    with acting(cast.stranger):
        follow_tag("lampes", by=cast.stranger, on=True)
    with live_process.listen(sign_in(cast.stranger)) as heard:
        ready(heard)
        topic_in(cast.open, cast.author, "Sans étiquette")
        with acting(cast.author):
            tagged = publish_note(cast.open, body="Des #lampes partout", by=cast.author)
        assert about(heard.next()) == said_of("post", tagged)


def test_who_joins_hears_of_the_place_without_coming_again(live_process: LiveSite, cast: Cast) -> None:
    with live_process.listen(sign_in(cast.stranger)) as heard:
        ready(heard)
        with acting(cast.stranger):
            actions.join(cast.open, by=cast.stranger)
        names = set()
        while "post" not in names:  # however soon the memory knows it
            topic_in(cast.open, cast.author)
            names.add(about(heard.next())[0])
        assert names <= {"post", "bell"}


def test_whoever_may_not_read_hears_nothing_not_even_that_something_happened(
    live_process: LiveSite, cast: Cast
) -> None:
    topic = topic_in(cast.secret, cast.author)
    with acting(SYSTEM):
        drain()  # what the cast itself gave rise to
    opens = f"home,space:{encode(cast.secret.id)},thing:{topic.key}"
    people = [cast.stranger, cast.ex_member, cast.host_elsewhere, cast.administrator, cast.invitee]
    with ExitStack() as stack:
        streams = [
            stack.enter_context(live_process.listen(sign_in(person), opens=opens)) for person in people
        ]
        for one in streams:
            ready(one)
        answer(topic, cast.member)
        topic_in(cast.secret, cast.author, "Praline")
        known = topic_in(cast.everyone, cast.author, "Pour tous")
        for one in streams:
            # The first thing they hear is what everybody may: of the rest there isn't a sign.
            assert about(one.next()) == said_of("post", known)


def test_a_page_of_another_site_or_without_a_session_hears_nothing(
    live_process: LiveSite, cast: Cast
) -> None:
    session = sign_in(cast.member)
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{live_process.port}"):
        with live_process.listen(session, origin=origin) as heard:
            assert heard.answer.status_code == 403 and heard.next() is None, origin
            assert "access-control-allow-origin" not in heard.answer.headers
    for nobody in (None, "x" * 32, sign_in(cast.suspended)):
        with live_process.listen(nobody) as heard:
            assert about(heard.next()) == ("over", "{}")
            assert heard.next() is None


def test_the_page_s_own_origin_is_the_only_one_named(live_process: LiveSite, cast: Cast) -> None:
    with live_process.listen(sign_in(cast.member)) as heard:
        headers = heard.answer.headers
        assert headers["access-control-allow-origin"] == config.url
        assert headers["access-control-allow-credentials"] == "true"
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["x-accel-buffering"] == "no" and "no-store" in headers["cache-control"]


def test_what_was_missed_is_said_at_the_return(live_process: LiveSite, cast: Cast) -> None:
    session = sign_in(cast.member)
    with live_process.listen(session) as heard:
        ready(heard)
        topic_in(cast.secret, cast.author)
        last = heard.next()
        assert last is not None
    missed = [topic_in(cast.secret, cast.author, f"Manqué {number}") for number in range(3)]
    for resumed in (
        live_process.listen(session, after=last["id"]),
        live_process.listen(session, opens="home", last_event_id=last["id"]),
    ):
        with resumed as heard:
            ready(heard)
            found = [about(heard.next()) for _one in missed]
            assert found == [said_of("post", topic) for topic in missed]


def test_what_came_between_the_drawing_and_the_stream_is_said(
    live_process: LiveSite, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sign_in(cast.member)
    with live_process.listen(session) as heard:
        ready(heard)  # the process has read what was stored
    monkeypatch.setattr(past, "MARGIN_S", 0.0)
    drawn = str(int(time.time() * 1000))
    topic = topic_in(cast.secret, cast.author)
    with live_process.listen(session, since=drawn) as heard:
        ready(heard)
        found = [about(heard.next())]
        while found[-1] != said_of("post", topic):
            found.append(about(heard.next()))
        assert all(kind == "post" for kind, _keys in found)


def test_what_nobody_remembers_makes_the_page_ask_everything(live_process: LiveSite, cast: Cast) -> None:
    session = sign_in(cast.member)
    for asked in ({"after": "00000000-0000-4000-8000-000000000000"}, {"since": "1000000"}):
        with live_process.listen(session, **asked) as heard:
            assert heard.names(2) == ["ready", "again"]


def test_an_event_that_ends_late_is_missed_by_nobody(live_process: LiveSite, cast: Cast) -> None:
    """Its key and its moment are older than those of what was said before it."""
    session = sign_in(cast.member)
    begun, may_end = threading.Event(), threading.Event()
    late: list[Contribution] = []

    def write_slowly() -> None:
        try:
            with acting(cast.author):
                late.append(open_topic(cast.secret, title="En retard", body="Enfin.", by=cast.author))
                begun.set()
                may_end.wait(60)
        finally:
            connection.close()

    writing = threading.Thread(target=write_slowly)
    with live_process.listen(session) as heard:
        ready(heard)
        writing.start()
        assert begun.wait(60)
        early = topic_in(cast.secret, cast.author, "Avant")
        first = heard.next()
        assert about(first) == said_of("post", early)
    assert first is not None
    may_end.set()
    writing.join(60)
    with live_process.listen(session, after=first["id"]) as heard:
        ready(heard)
        assert about(heard.next()) == said_of("post", late[0])


def test_each_event_is_read_once_in_whatever_order_transactions_end(fresh_database: str) -> None:
    cast = build_cast()
    start = read_new("")
    begun, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with acting(cast.author):
                open_topic(cast.secret, title="En retard", body="Enfin.", by=cast.author)
                begun.set()
                may_end.wait(60)
        finally:
            connection.close()

    writing = threading.Thread(target=write_slowly)
    writing.start()
    assert begun.wait(60)
    topic_in(cast.secret, cast.author, "Avant")
    second = read_new(start.upto)
    may_end.set()
    writing.join(60)
    third = read_new(second.upto)
    told = [[one.what for one in reading.events] for reading in (second, third, read_new(third.upto))]
    assert told == [[What.POST], [What.POST], []]
    assert second.events[0].transaction > third.events[0].transaction >= second.events[0].horizon


def _removed(cast: Cast) -> None:
    actions.remove_member(cast.secret, cast.member, by=cast.host)


def _left(cast: Cast) -> None:
    actions.leave(cast.secret, by=cast.member)


def _suspended(cast: Cast) -> None:
    standing.suspend(cast.member, by=cast.administrator)


def _password(cast: Cast) -> None:
    passwords.set_password(cast.member, "une phrase assez longue", tells=False)


def _ended(cast: Cast) -> None:
    sessions.end_sessions(cast.member)


@pytest.mark.parametrize(
    ("happens", "last"), [(_removed, None), (_left, None), (_suspended, "over"), (_password, "over"), (_ended, "over")]
)  # fmt: skip
def test_a_right_taken_away_ends_the_stream(
    live_process: LiveSite, cast: Cast, happens: Callable[[Cast], None], last: str | None, capsys: Any
) -> None:
    opens = f"home,space:{encode(cast.secret.id)}"
    with (
        live_process.listen(sign_in(cast.member), opens=opens) as heard,
        live_process.listen(sign_in(cast.host)) as other,
    ):
        ready(heard)
        ready(other)
        with acting(SYSTEM):
            happens(cast)
            open_topic(cast.secret, title="Nougatine", body="Entre nous.", by=cast.author)
        began = time.monotonic()
        said = heard.next()
        assert (said and said["event"]) == last
        assert last is None or heard.next() is None
        with capsys.disabled():
            took = 1000 * (time.monotonic() - began)
            sys.stdout.write(
                f"\nrevocation clock, stream: {happens.__name__[1:]:<10}{took:6.1f} ms after the commit\n"
            )
        names = {
            about(other.next())[0]
        }  # who keeps their right hears on, though of another's leaving nothing
        assert names <= {"post", "bell"}


def test_a_membership_gone_since_the_event_is_asked_again_when_it_is_said(
    live_process: LiveSite, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were every notice of the removal lost, the question asked with each event would still refuse."""
    true = Streams.told
    monkeypatch.setattr(
        Streams, "told", lambda self, subject: true(self, subject) if subject == "event" else None
    )
    with live_process.listen(sign_in(cast.member)) as heard:
        ready(heard)
        with acting(SYSTEM):
            actions.remove_member(cast.secret, cast.member, by=cast.host)
        topic_in(cast.secret, cast.author)
        known = topic_in(cast.everyone, cast.author, "Pour tous")
        assert about(heard.next()) == said_of("post", known)


def test_one_event_asks_once_however_many_listen(
    live_process: LiveSite, cast: Cast, monkeypatch: Any
) -> None:
    asked: list[int] = []
    from parvis.live import streams

    true = streams.may_hear

    def counted(asking: Any) -> set[int]:
        with count_statements() as seen:
            found = true(asking)
        asked.append(len(seen))
        return found

    monkeypatch.setattr(streams, "may_hear", counted)
    with ExitStack() as stack:
        people = [cast.member, cast.host, cast.cohost, cast.author] * 3
        every = [stack.enter_context(live_process.listen(sign_in(person))) for person in people]
        for one in every:
            ready(one)
        topic = topic_in(cast.secret, cast.author)
        for one in every:
            assert about(one.next()) == said_of("post", topic)
    assert asked == [1]


def test_old_events_go(fresh_database: str) -> None:
    cast = build_cast()
    topic_in(cast.secret, cast.author)
    kept = Event._default_manager.count()
    assert kept
    purge()
    assert Event._default_manager.count() == kept
    Event._default_manager.update(at=clock.now() - KEPT * 1.1)
    purge()
    assert Event._default_manager.count() == 0


def test_nothing_is_written_of_what_is_imported_or_not_to_be_read(fresh_database: str) -> None:
    cast = build_cast()
    Event._default_manager.all().delete()
    with acting(cast.author):
        draft = publish_note(cast.open, body="Brouillon", by=cast.author, is_draft=True)
    Contribution.objects.filter(id=draft.id).update(
        is_imported=True, state="published", published_at=clock.now()
    )
    assert not Event._default_manager.exists()
