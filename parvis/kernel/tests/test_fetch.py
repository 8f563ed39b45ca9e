"""The fetcher calls public addresses only, once judged, within bounds; shown on real sockets of this machine.

127.0.0.2 plays the open Internet (a test trusts it by hand), 127.0.0.1 the inside: a trap listens there.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from django.test import override_settings

from parvis.kernel import fetch as fetch_module
from parvis.kernel.errors import Refused
from parvis.kernel.fetch import Fetched, Fetcher, FetchFailed, Limits, fetch, site_fetcher
from parvis.kernel.tests.loopback import (
    HOST,
    OUTSIDE,
    Server,
    answer,
    callers,
    fetcher_for,
    get,
    reason_of,
    redirect,
    serving,
    trap,
)

SHORT = Limits(total=0.6, connect=0.3, resolve=0.3)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the whole of 127.0.0.0/8")

_calls: list[object] = []
_is_listening = False


def _listen(event: str, details: tuple[object, ...]) -> None:
    if _is_listening and event in ("socket.connect", "socket.getaddrinfo"):
        _calls.append((event, details[1] if event == "socket.connect" else details[0]))


sys.addaudithook(_listen)


@pytest.fixture
def calls() -> Iterator[list[object]]:
    """Every connection and look-up this process tries, as the interpreter itself reports them."""
    global _is_listening
    _calls.clear()
    _is_listening = True
    yield _calls
    _is_listening = False


@pytest.fixture
def outside() -> Iterator[Server]:
    with serving(OUTSIDE) as server:
        yield server


@pytest.fixture
def inside() -> Iterator[socket.socket]:
    with trap("127.0.0.1") as listener:
        yield listener


def test_a_page_is_fetched_under_its_own_name(outside: Server) -> None:
    outside.scripts["/a?b"] = answer(b"<p>", Content_Type="Text/HTML; Charset='UTF-8'", ETag='"1"')
    fetched = get(outside, "/a?b", accept="text/html")
    assert fetched == Fetched(
        url=f"http://{HOST}:{outside.port}/a?b",
        body=b"<p>",
        media_type="text/html",
        charset="utf-8",
        etag='"1"',
    )
    head = outside.requests[0].lower()
    assert f"host: {HOST}:{outside.port}\r\n" in head
    assert "accept: text/html\r\n" in head
    assert not {"cookie", "authorization", "referer"} & {
        line.partition(":")[0] for line in head.split("\r\n")
    }


# Case 43 of the attack catalogue.
@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "169.254.169.254",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            "[::1]",
        ),
        *("0x7f000001", "127.1", "2130706433", "017700000001", "0", "localhost", "10.0.0.1", "[::127.0.0.1]"),
        *("224.0.0.1", "100.64.0.1", "[fec0::1]", "[ff02::1]", "192.0.0.8", "192.88.99.1", "168.63.129.16"),
        *("user@93.184.215.14", "0.0.0.0", "[::]"),
    ],
)
def test_an_address_inside_is_refused_without_a_packet(
    host: str, calls: list[object], inside: socket.socket
) -> None:
    port = inside.getsockname()[1]
    fetcher = Fetcher(ports={80, 443, port}, limits=SHORT)
    for url in (f"http://{host}:{port}/", f"http://{host}/", f"https://{host}/"):
        with pytest.raises(FetchFailed):
            fetcher.fetch(url, role="feed")
    assert calls == []
    assert callers(inside) == 0


def test_the_trap_would_catch_a_caller(calls: list[object], inside: socket.socket) -> None:
    port = inside.getsockname()[1]
    careless = Fetcher(ports={port}, trusted=[ip_address("127.0.0.1")], limits=SHORT)
    assert reason_of(lambda: careless.fetch(f"http://127.0.0.1:{port}/", role="feed"))
    assert callers(inside) == 1
    assert ("socket.connect", ("127.0.0.1", port)) in calls


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        [OUTSIDE, "127.0.0.1"],
        [OUTSIDE, "fe80::1%lo"],
        [OUTSIDE, "not an address"],
        [],
    ],
)
def test_a_name_with_any_answer_inside_is_refused_without_a_packet(
    answers: list[str], calls: list[object], outside: Server, inside: socket.socket
) -> None:
    port = inside.getsockname()[1]
    fetcher = fetcher_for(port, outside.port, resolve=lambda host: answers)
    assert reason_of(lambda: fetcher.fetch(f"http://{HOST}:{port}/", role="feed")) == "not a public address"
    assert (
        reason_of(lambda: fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed"))
        == "not a public address"
    )
    assert [call for call in calls if call[0] == "socket.connect"] == []  # type: ignore[index]
    assert callers(inside) == 0
    assert outside.requests == []


# Case 44 of the attack catalogue.
def test_a_name_that_changes_its_answer_leads_nowhere_else(outside: Server) -> None:
    with trap("127.0.0.1", outside.port) as inside:
        outside.scripts["/"] = answer(b"public")
        given: list[str] = []

        def rebind(host: str) -> list[str]:
            given.append(host)
            return [OUTSIDE] if len(given) == 1 else ["127.0.0.1"]

        fetcher = fetcher_for(outside.port, resolve=rebind)
        assert fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed").body == b"public"
        assert given == [HOST]
        outside.scripts["/"] = redirect("/again")
        assert (
            reason_of(lambda: fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed"))
            == "not a public address"
        )
        assert callers(inside) == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://inside.example.com:{port}/",
        "http://2130706433:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://user@public.example.com:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_x",
        "ftp://public.example.com/",
        "http://public.example.com:22/",
        "http://\\127.0.0.1:{port}/",
        "/a b",
    ],
)
def test_a_redirect_is_judged_like_the_first_address(target: str, outside: Server) -> None:
    with trap("127.0.0.1", outside.port) as inside:
        outside.scripts["/"] = redirect(target.format(port=outside.port))
        fetcher = fetcher_for(
            outside.port, resolve=lambda host: ["127.0.0.1"] if host.startswith("inside") else [OUTSIDE]
        )
        with pytest.raises(FetchFailed):
            fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed")
        assert outside.paths == ["/"]
        assert callers(inside) == 0


def test_three_redirects_are_followed_and_no_more(outside: Server) -> None:
    for hop in range(20):
        outside.scripts[f"/{hop}"] = redirect(f"/{hop + 1}")
    outside.scripts["/20"] = answer(b"end")
    assert get(outside, "/17").body == b"end"
    assert get(outside, "/17").url.endswith("/20")
    outside.requests.clear()
    assert reason_of(lambda: get(outside, "/16")) == "too many redirects"
    assert outside.paths == ["/16", "/17", "/18", "/19"]


def test_a_redirect_takes_nothing_along(outside: Server) -> None:
    outside.scripts |= {"/": redirect("/next"), "/next": answer(b"end")}
    get(outside, etag='"canary"', last_modified="canary")
    assert "canary" in outside.requests[0]
    assert "canary" not in outside.requests[1]


def test_what_we_know_is_not_sent_again(outside: Server) -> None:
    outside.scripts["/"] = answer(status="304 Not Modified")
    fetched = get(outside, etag='W/"1"', last_modified="Mon, 23 Nov 2026 08:00:00 GMT")
    assert fetched.is_unchanged
    assert fetched.body == b""
    assert 'If-None-Match: W/"1"\r\n' in outside.requests[0]
    assert "If-Modified-Since: Mon, 23 Nov 2026 08:00:00 GMT\r\n" in outside.requests[0]
    assert reason_of(lambda: get(outside)) == "status 304"


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a\x00b"])
def test_a_header_is_not_split(outside: Server, text: str) -> None:
    with pytest.raises(FetchFailed):
        get(outside, etag=text)
    assert outside.requests == []


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "204 No Content", "302 Found", "206 Partial"])
def test_only_a_full_answer_counts(outside: Server, status: str) -> None:
    outside.scripts["/"] = answer(b"", status=status)
    assert reason_of(lambda: get(outside)) == f"status {status[:3]}"


def test_the_environments_proxy_is_ignored(
    outside: Server, inside: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.getsockname()[1]}")
    outside.scripts["/"] = answer(b"direct")
    assert get(outside).body == b"direct"
    assert callers(inside) == 0


def test_another_address_of_a_name_is_tried(outside: Server) -> None:
    outside.scripts["/"] = answer(b"second")
    fetcher = Fetcher(
        resolve=lambda host: ["127.0.0.3", OUTSIDE],
        trusted=[ip_address("127.0.0.3"), ip_address(OUTSIDE)],
        ports={outside.port},
    )
    assert fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed").body == b"second"


def test_one_host_is_called_with_pauses_and_once_at_a_time(outside: Server) -> None:
    fetcher = fetcher_for(outside.port)
    url = f"http://{HOST}:{outside.port}/"
    nested: list[str] = []

    def call_again(line: socket.socket) -> None:
        nested.append(reason_of(lambda: fetcher.fetch(url, role="feed")))
        answer(b"once")(line)

    outside.scripts["/"] = call_again
    assert fetcher.fetch(url, role="feed", spacing=30).body == b"once"
    assert nested == ["host is being called"]
    with pytest.raises(FetchFailed) as failure:
        fetcher.fetch(url, role="feed", spacing=30)
    assert failure.value.reason == "too soon"
    assert 0 < failure.value.retry_after <= 30
    # Another host of the same server has its own turn.
    outside.scripts["/"] = answer(b"other")
    assert fetcher.fetch(url.replace("public", "other"), role="feed", spacing=30).body == b"other"


def test_every_refusal_reads_the_same(outside: Server) -> None:
    outside.scripts["/slow"] = lambda line: line.settimeout(5) or line.recv(1)
    sentences = set()
    for path in (
        f"http://127.0.0.1:{outside.port}/",
        f"http://{HOST}:{outside.port}/slow",
        "file:///etc/passwd",
        "http://closed.example.com/",
    ):
        with pytest.raises(FetchFailed) as failure:
            fetcher_for(outside.port, limits=SHORT).fetch(path, role="feed")
        sentences.add(failure.value.sentence)
    assert len(sentences) == 1


def test_a_call_names_a_known_role(outside: Server) -> None:
    with pytest.raises(ValueError, match="unknown role"):
        fetcher_for(outside.port).fetch(f"http://{HOST}:{outside.port}/", role="curiosity")
    assert outside.requests == []


@pytest.mark.parametrize("setting", [False, "off", "false", None, ""])
def test_the_site_fetches_nothing_unless_switched_on(setting: object, calls: list[object]) -> None:
    with override_settings(PARVIS_FETCH=setting), pytest.raises(Refused) as refusal:
        fetch("http://93.184.215.14/", role="link_card")
    assert not isinstance(refusal.value, FetchFailed)
    assert calls == []


def test_no_setting_makes_the_site_trust_this_machine(inside: socket.socket, calls: list[object]) -> None:
    fetch_module._build_site_fetcher.cache_clear()
    hopeful = {f"PARVIS_FETCH_{name}": ["127.0.0.1"] for name in ("TRUSTED", "ALLOWED", "PORTS", "INTERNAL")}
    with override_settings(PARVIS_FETCH=True, DEBUG=True, **hopeful):
        fetcher = site_fetcher()
        assert fetcher.trusted == frozenset()
        assert fetcher.ports == {80, 443}
        with pytest.raises(FetchFailed):
            fetch("http://127.0.0.1/", role="link_card")
    assert calls == []
    fetch_module._build_site_fetcher.cache_clear()


def test_the_sites_own_public_network_can_be_denied(calls: list[object]) -> None:
    fetch_module._build_site_fetcher.cache_clear()
    with (
        override_settings(PARVIS_FETCH=True, PARVIS_FETCH_DENIED="93.184.0.0/16"),
        pytest.raises(FetchFailed),
    ):
        fetch("http://93.184.215.14/", role="link_card")
    assert calls == []
    fetch_module._build_site_fetcher.cache_clear()
