"""Who may hold a live connection, and how it ends: sessions, origins, rights taken away while it is open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from parvis.accounts import passwords, sessions, standing
from parvis.kernel.db import SYSTEM, acting
from parvis.live.tests import echo
from parvis.membership import actions, shaping
from parvis.testing.cast import Cast, build_cast
from parvis.testing.live import PATIENCE_S, LiveSite, sign_in, socket_path
from parvis.testing.ports import free_port
from parvis.toolkit.sockets import GOING_AWAY, NO_RIGHT, SESSION_OVER
from parvis.tools.forum.actions import open_topic


@pytest.fixture
def cast(live_process: LiveSite, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(
        "parvis.live.application.find_route", lambda tool, name: echo.ROUTE if (tool, name) == ("forum", "echo") else None
    )  # fmt: skip
    return build_cast()


@pytest.fixture
def topic(cast: Cast) -> Any:
    with acting(cast.author):
        return open_topic(cast.secret, title="Nougatine", body="Entre nous.", by=cast.author)


def said(line: ClientConnection) -> str:
    return str(bytes(line.recv(timeout=PATIENCE_S, decode=False)), "utf-8")


def closed_with(line: ClientConnection) -> int:
    """The code with which the other side ends it, within the bound that a slow machine doesn't reach."""
    with pytest.raises(ConnectionClosed) as end:
        while True:
            line.recv(timeout=PATIENCE_S)
    assert end.value.rcvd is not None
    return end.value.rcvd.code


def test_a_member_with_their_session_is_let_in_and_heard(
    live_process: LiveSite, cast: Cast, topic: Any
) -> None:
    with live_process.open(socket_path("forum", topic, "echo"), sign_in(cast.member)) as line:
        assert said(line) == "Nougatine"
        line.send(b"bonjour")
        assert said(line) == "bonjour"


def test_a_page_of_another_site_gets_no_further_than_the_door(
    live_process: LiveSite, cast: Cast, topic: Any
) -> None:
    session = sign_in(cast.member)
    for origin in (
        "https://evil.example",
        "null",
        "",
        f"http://127.0.0.1:{live_process.port}",
        "http://127.0.0.1",
    ):
        with pytest.raises(InvalidStatus) as refused:
            live_process.open(socket_path("forum", topic, "echo"), session, origin=origin)
        assert refused.value.response.status_code == 403, origin


@pytest.mark.parametrize(
    "who", ["stranger", "ex_member", "suspended", "administrator", "invitee", "host_elsewhere"]
)
def test_who_may_not_read_it_hears_what_somebody_hears_of_nothing(
    live_process: LiveSite, cast: Cast, topic: Any, who: str
) -> None:
    session = sign_in(getattr(cast, who))
    heard = []
    nothing = type("Nothing", (), {"id": topic.id + 1})
    for thing in (topic, nothing):
        with live_process.open(socket_path("forum", thing, "echo"), session) as line:
            heard.append(closed_with(line))
    assert heard == [SESSION_OVER if who == "suspended" else NO_RIGHT] * 2


def test_without_a_session_nothing_is_said(live_process: LiveSite, cast: Cast, topic: Any) -> None:
    for session in (None, "x" * 32):
        with live_process.open(socket_path("forum", topic, "echo"), session) as line:
            assert closed_with(line) == SESSION_OVER
    with live_process.open(socket_path("forum", topic, "nothing"), sign_in(cast.member)) as line:
        assert closed_with(line) == NO_RIGHT


def _removed(cast: Cast, session: str) -> None:
    actions.remove_member(cast.secret, cast.member, by=cast.host)


def _left(cast: Cast, session: str) -> None:
    actions.leave(cast.secret, by=cast.member)


def _suspended(cast: Cast, session: str) -> None:
    standing.suspend(cast.member, by=cast.administrator)


def _password(cast: Cast, session: str) -> None:
    passwords.set_password(cast.member, "une phrase assez longue", tells=False)


def _ended(cast: Cast, session: str) -> None:
    sessions.end_sessions(cast.member)


def _archived(cast: Cast, session: str) -> None:
    shaping.archive(cast.secret, by=cast.host)


@pytest.mark.parametrize(
    ("happens", "code"),
    [(_removed, NO_RIGHT), (_left, NO_RIGHT), (_suspended, SESSION_OVER), (_password, SESSION_OVER), (_ended, SESSION_OVER), (_archived, NO_RIGHT)],
)  # fmt: skip
def test_a_right_taken_away_cuts_the_line(
    live_process: LiveSite, cast: Cast, topic: Any, happens: Callable[[Cast, str], None], code: int
) -> None:
    session = sign_in(cast.member)
    path = socket_path("forum", topic, "echo")
    with live_process.open(path, session) as line, live_process.open(path, sign_in(cast.host)) as other:
        assert said(line) == said(other) == "Nougatine"
        with acting(SYSTEM):
            happens(cast, session)
        assert closed_with(line) == code
        if happens is not _archived:
            other.send(b"still here")
            assert said(other) == "still here"


def test_another_session_of_the_same_person_goes_on(live_process: LiveSite, cast: Cast, topic: Any) -> None:
    kept, ended = sign_in(cast.member), sign_in(cast.member)
    path = socket_path("forum", topic, "echo")
    with live_process.open(path, kept) as line, live_process.open(path, ended) as other:
        assert said(line) == said(other)
        sessions.end_sessions(cast.member, but=kept)
        assert closed_with(other) == SESSION_OVER
        line.send(b"here")
        assert said(line) == "here"


def test_what_comes_after_the_cut_is_not_heard(
    live_process: LiveSite, cast: Cast, topic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    async def serve(socket: Any) -> None:
        await socket.send(b"ready")
        while True:
            heard.append(await socket.receive())

    monkeypatch.setattr(echo, "serve", serve)
    with live_process.open(socket_path("forum", topic, "echo"), sign_in(cast.member)) as line:
        said(line)
        line.send(b"before")
        actions_done = False
        with pytest.raises(ConnectionClosed):
            for number in range(100_000):
                line.send(f"after {number}".encode())
                if not actions_done:
                    with acting(SYSTEM):
                        actions.remove_member(cast.secret, cast.member, by=cast.host)
                    actions_done = True
                    closed_with(line)
    # Of what was sent once the line was cut nothing arrived.
    assert heard[:2] == [b"before", b"after 0"][: len(heard)] and len(heard) <= 2


def test_stopping_with_many_connections_is_one_line(fresh_database: str) -> None:
    cast = build_cast()
    with acting(cast.author):
        topic = open_topic(cast.secret, title="Nougatine", body="Entre nous.", by=cast.author)
    site = LiveSite(free_port())
    program = (
        "import sys, parvis.live.__main__ as m, django; django.setup()\n"
        "import parvis.live.application as a; from parvis.live.tests import echo\n"
        f"a.find_route = lambda tool, name: echo.ROUTE; sys.argv = ['live', '--port', '{site.port}']; m.main()"
    )
    from django.db import connections

    url = connections["default"].get_connection_params()
    process = subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PARVIS_DATABASE_URL_APP": _address(url)},
    )  # fmt: skip
    try:
        _wait_for(site, process)
        people = [cast.member, cast.host, cast.author, cast.cohost]
        lines = [
            live
            for person in people
            for session in [sign_in(person)]
            for live in [site.open(socket_path("forum", topic, "echo"), session) for _ in range(25)]
        ]
        assert {said(line) for line in lines} == {"Nougatine"}
        process.send_signal(signal.SIGTERM)
        assert {closed_with(line) for line in lines} == {GOING_AWAY}
        _out, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert errors.splitlines() == ["live: stopped; 100 connections were told to come back."]
    assert process.returncode in (0, -signal.SIGTERM)


def _address(given: dict[str, Any]) -> str:
    return f"postgresql://{given['user']}:{given.get('password') or ''}@/{given['dbname']}?host={given.get('host', '')}&port={given.get('port', '')}"


def _wait_for(site: LiveSite, process: subprocess.Popen[str]) -> None:
    from parvis.testing.live import until

    def answers() -> bool:
        assert process.poll() is None, process.communicate()
        try:
            return httpx.get(f"{site.origin}/live/health").text == "ok"
        except httpx.TransportError:
            return False

    until(answers)
