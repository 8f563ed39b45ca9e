"""Several write one page at once: over the real server, real connections and the real database."""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from websockets.exceptions import ConnectionClosed

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.membership import actions as membership
from parvis.testing.cast import Cast, build_cast
from parvis.testing.live import LiveSite, sign_in, until
from parvis.toolkit.sockets import MALFORMED, NO_RIGHT, SESSION_OVER, TOO_FAST, TOO_LARGE, UNFIT
from parvis.tools.pages.actions import protect, publish_page, write_page
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.reading import history
from parvis.tools.pages.together import limits, protocol, room, store
from parvis.tools.pages.together.models import Change, Room
from parvis.tools.pages.together.tests.browser import Browser

TEXT = "# Accueil\n\nLa gazette paraît le lundi.\n\n- pain\n- beurre"


@pytest.fixture
def cast(live_process: LiveSite) -> Cast:
    return build_cast()


@pytest.fixture
def page(cast: Cast) -> Contribution:
    with acting(cast.author):
        return publish_page(cast.secret, title="Gazette", body=TEXT, by=cast.author)


@pytest.fixture
def two(live_process: LiveSite, cast: Cast, page: Contribution) -> tuple[Browser, Browser]:
    return (
        Browser(live_process, page, sign_in(cast.member)).joined(),
        Browser(live_process, page, sign_in(cast.author)).joined(),
    )


def source(page: Contribution) -> str:
    return Contribution.objects.select_related("body").get(id=page.id).body.source


def versions(page: Contribution) -> list[tuple[int, str]]:
    rows = Version.objects.filter(contribution=page).order_by("number")
    return list(rows.values_list("number", "author__username"))


def test_both_see_the_page_and_what_either_writes(two: tuple[Browser, Browser], page: Contribution) -> None:
    one, other = two
    assert one.text == other.text == TEXT
    one.type("lundi", "mardi")
    until(lambda: "mardi" in other.text)
    other.type("beurre", "confiture")
    until(lambda: "confiture" in one.text)
    assert one.text == other.text == TEXT.replace("lundi", "mardi").replace("beurre", "confiture")
    until(one.is_kept)
    until(other.is_kept)


def test_the_last_to_leave_leaves_a_version_by_who_wrote(
    two: tuple[Browser, Browser], page: Contribution, cast: Cast
) -> None:
    one, other = two
    one.type("lundi", "mardi, sans faute, comme toujours")
    until(one.is_kept)
    one.leave()
    assert versions(page) == [(1, "author")]
    other.leave()
    until(lambda: Page.objects.get(contribution=page).version == 2)
    assert source(page) == TEXT.replace("lundi", "mardi, sans faute, comme toujours")
    assert versions(page) == [(1, "author"), (2, "member")]
    assert not Change.objects.filter(contribution=page).exists()


def test_all_who_wrote_are_named_in_the_history(
    two: tuple[Browser, Browser], page: Contribution, cast: Cast
) -> None:
    one, other = two
    one.type("lundi", "mardi, sans faute, comme toujours")
    other.type("beurre", "confiture")
    until(lambda: one.is_kept() and other.is_kept())
    one.leave()
    other.leave()
    until(lambda: Page.objects.get(contribution=page).version == 2)
    (last, first), _following = history(page)
    assert [last.author_name, *(one["name"] for one in last.others)] == [
        cast.member.display_name,
        cast.author.display_name,
    ]
    assert first.others == []


def test_leaving_without_a_word_makes_no_version(two: tuple[Browser, Browser], page: Contribution) -> None:
    for browser in two:
        browser.leave()
    until(lambda: not _rooms_open())
    assert versions(page) == [(1, "author")]


def _rooms_open() -> bool:
    return any(rooms._rooms for rooms in room._rooms.values())


def test_a_pause_makes_a_version(
    two: tuple[Browser, Browser], page: Contribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "IDLE_S", 0.5)
    two[0].type("lundi", "mardi")
    until(lambda: "mardi" in source(page))
    two[1].type("mardi", "mercredi")
    until(lambda: "mercredi" in source(page))
    assert [number for number, _who in versions(page)] == [1, 2, 3]


def test_what_is_saved_in_the_plain_editor_meets_what_is_being_written(
    two: tuple[Browser, Browser], page: Contribution, cast: Cast
) -> None:
    one, other = two
    one.type("lundi", "mardi")
    until(lambda: "mardi" in other.text)
    with acting(cast.host):
        write_page(page, body=TEXT.replace("- pain", "- brioche"), by=cast.host, base_revision=1)
    both = TEXT.replace("lundi", "mardi").replace("- pain", "- brioche")
    until(lambda: one.text == other.text == both)
    one.leave()
    other.leave()
    until(lambda: source(page) == both)
    assert versions(page)[-1] == (3, "member")


def test_the_same_sentence_changed_in_two_ways_keeps_both(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    two[0].type("gazette", "grande gazette")
    with acting(cast.host):
        write_page(page, body=TEXT.replace("le lundi", "le lundi matin"), by=cast.host, base_revision=1)
    until(lambda: "La grande gazette paraît le lundi matin." in two[1].text)


def test_who_was_away_comes_back_with_what_they_wrote(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    one, other = two
    one.leave()
    other.type("lundi", "mardi")
    until(other.is_kept)
    one.sent = 0
    with pytest.raises(ConnectionClosed):  # — no line: it stays on the device
        one.type("beurre", "beurre salé")
    other.leave()
    until(lambda: "mardi" in source(page))
    back = Browser(live_process, page, sign_in(cast.member), one.doc).joined()
    third = Browser(live_process, page, sign_in(cast.author)).joined()
    both = TEXT.replace("lundi", "mardi").replace("beurre", "beurre salé")
    until(lambda: back.text == third.text == both)
    back.leave()
    third.leave()
    until(lambda: source(page) == both)


def test_who_is_removed_is_cut_and_not_heard_any_more(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    gone, other = two
    with acting(SYSTEM):
        membership.remove_member(cast.secret, cast.member, by=cast.host)
    assert gone.closed() == NO_RIGHT
    with pytest.raises(ConnectionClosed):  #
        gone.type("lundi", "jamais")
    assert "jamais" not in other.text
    again = Browser(live_process, page, sign_in(cast.member), gone.doc)
    assert again.closed() == NO_RIGHT
    other.leave()
    until(lambda: not _rooms_open())
    assert "jamais" not in source(page)


def test_a_page_protected_meanwhile_keeps_its_hosts_only(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    host = Browser(live_process, page, sign_in(cast.host)).joined()
    with acting(cast.host):
        protect(page, True, by=cast.host)
    assert two[0].closed() == two[1].closed() == NO_RIGHT
    host.type("lundi", "mardi")
    until(host.is_kept)
    assert Browser(live_process, page, sign_in(cast.member)).closed() == NO_RIGHT


@pytest.mark.parametrize(
    "who", ["stranger", "ex_member", "suspended", "administrator", "host_elsewhere", "invitee", None]
)
def test_no_word_reaches_whom_it_isnt_for(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser], who: str | None
) -> None:
    spy = Browser(live_process, page, sign_in(getattr(cast, who)) if who else None)
    assert spy.closed() in (NO_RIGHT, SESSION_OVER)
    two[0].type("lundi", "mardi")
    until(lambda: "mardi" in two[1].text)
    assert spy.raw == []


def test_a_draft_is_for_nobody_else(live_process: LiveSite, cast: Cast) -> None:
    with acting(cast.author):
        draft = publish_page(cast.open, title="Brouillon", body="Secret", by=cast.author, is_draft=True)
    assert Browser(live_process, draft, sign_in(cast.member)).closed() == NO_RIGHT


def test_names_are_those_we_know_whatever_a_browser_says(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    one, other = two
    one.stand(7, user={"name": "Le directeur", "color": "red"}, cursor=None)
    until(lambda: other.names == {7: "Malik Membre"})
    # Nobody speaks for somebody else's cursor.
    other.stand(7, cursor=None)
    third = Browser(live_process, page, sign_in(cast.host)).joined()
    until(lambda: third.names == {7: "Malik Membre"})
    one.leave()
    until(lambda: other.names == third.names == {})


def test_who_is_writing_is_stored_nowhere(two: tuple[Browser, Browser], page: Contribution) -> None:
    two[0].stand(7, cursor={"anchor": "x"})
    until(lambda: two[1].names != {})
    two[0].type("lundi", "mardi")
    until(two[0].is_kept)
    kept = [bytes(row.data) for row in Change.objects.filter(contribution=page)]
    kept += [bytes(row.state) for row in Room.objects.filter(contribution=page)]
    assert kept and not any(b"Malik" in data for data in kept)


GARBAGE = [
    b"", b"\x00", b"\x09", b"\x00\x02\x05abc", b"\x00\x02\x03\xff\xff\xff", b"\x00\x00\x04\xff\xff\xff\xff", b"\xff" * 200,
    b"\x01\x00", b"\x01\x03\x02\x01\x01", b"\x02\x03abc", b"\x02\x04[[[[", protocol.sync(2, os.urandom(500)),
    protocol.sync(2, b"\x01\x01\x05\x00\x84\x01\x00\x03abc\x00"), protocol.sync(0, b"\xff" * 30),
]  # fmt: skip


def test_one_browsers_garbage_ends_its_own_line_alone(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    session = sign_in(cast.host)
    for message in GARBAGE:
        bad = Browser(live_process, page, session).joined()
        bad.line.send(message)
        with contextlib.suppress(ConnectionClosed):
            bad.line.send(b"\x00")  # whatever the first one was, this is none
        assert bad.closed() == MALFORMED, message
    two[0].type("lundi", "mardi")
    until(lambda: two[1].text == TEXT.replace("lundi", "mardi"))
    fresh = Browser(live_process, page, session).joined()
    assert fresh.text == two[1].text


def test_nodes_that_nobody_knows_become_their_words(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    one = two[0]
    with one.lock:
        before = one.doc.get_state()
        text = one.doc.get("text", type=XmlFragment)
        text.children.append(
            XmlElement("script", {"src": "https://evil.example/x.js"}, [XmlText("alert(1)")])
        )
        text.children.append(XmlElement("heading", {"level": "99"}, [XmlText("Titre")]))
        text.children.append(XmlElement("tableRow", {}, [XmlElement("tableCell", {}, [XmlText("perdu")])]))
        data = one.doc.get_update(before)
    one._send(protocol.sync(protocol.UPDATE, data))
    until(one.is_kept)
    for browser in two:
        browser.leave()
    until(lambda: "alert(1)" in source(page))
    assert source(page).endswith("alert(1)\n\n# Titre\n\nperdu")
    assert "evil" not in source(page) and "<script" not in source(page)


def test_too_much_and_too_fast_is_refused(
    live_process: LiveSite,
    cast: Cast,
    page: Contribution,
    two: tuple[Browser, Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = Browser(live_process, page, sign_in(cast.host)).joined()
    with pytest.raises(ConnectionClosed):  # — cut in the middle of it
        for _time in range(5000):
            fast.line.send(protocol.news(here=True))
        fast.closed()
        fast.line.send(b"\x00")
    assert fast.closed() == TOO_FAST
    monkeypatch.setattr(room, "LARGEST", 6000)
    two[0].type("lundi", "lundi " + "bla " * 2000)
    assert two[0].closed() == TOO_LARGE
    two[1].type("lundi", "mardi")
    until(two[1].is_kept)
    assert "bla" not in two[1].text
    assert limits.LARGEST > 10**6


def test_a_text_that_cannot_be_held_exactly_is_written_as_markdown(
    live_process: LiveSite, cast: Cast
) -> None:
    with acting(cast.author):
        odd = publish_page(cast.secret, title="Tordu", body="pas \\#une étiquette", by=cast.author)
    assert Browser(live_process, odd, sign_in(cast.member)).closed() == UNFIT


def test_a_version_left_behind_by_a_process_that_died_is_written_later(
    cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    one = two[0]
    one.type("lundi", "mardi")
    until(one.is_kept)
    # What a killed process leaves: changes in the database, no version.
    assert "mardi" not in source(page)
    with acting(SYSTEM):
        assert store.write_left_behind(clock.now() - timedelta(minutes=10)) == 0
        assert store.write_left_behind(clock.now()) == 1
    assert source(page) == TEXT.replace("lundi", "mardi")
    two[1].type("beurre", "miel")
    until(lambda: "miel" in one.text)
    assert one.text == source(page).replace("beurre", "miel")


def test_a_room_long_quiet_goes_and_its_page_begins_anew(
    live_process: LiveSite, cast: Cast, page: Contribution, two: tuple[Browser, Browser]
) -> None:
    epoch = two[0].news[0]["epoch"]
    two[0].type("lundi", "mardi")
    until(two[0].is_kept)
    for browser in two:
        browser.leave()
    until(lambda: "mardi" in source(page) and not _rooms_open())
    with acting(SYSTEM):
        assert store.forget_quiet_rooms(clock.now()) == 1
    again = Browser(live_process, page, sign_in(cast.member), Doc(allow_multithreading=True)).joined()
    assert again.text == TEXT.replace("lundi", "mardi") and again.news[0]["epoch"] != epoch
