"""Hosts inside that an administrator named, and they alone, are called; a name that leads elsewhere is refused.

127.0.0.3 plays the private network here (a test says so by hand), 127.0.0.1 and 169.254.169.254 what is never called.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest

from parvis.kernel import addresses
from parvis.kernel.addresses import parse_networks
from parvis.kernel.fetch import Fetcher, Limits
from parvis.kernel.inside import BadPlace, Inside, parse_inside
from parvis.kernel.tests.loopback import (
    HOST,
    OUTSIDE,
    Server,
    answer,
    callers,
    reason_of,
    redirect,
    serving,
    trap,
)

NEAR = "127.0.0.3"
NAME = "intranet"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the whole of 127.0.0.0/8")


@pytest.fixture
def near() -> Iterator[Server]:
    with serving(NEAR) as server:
        server.scripts["/"] = answer(b"inside")
        yield server


@pytest.fixture
def outside() -> Iterator[Server]:
    with serving(OUTSIDE) as server:
        yield server


def fetcher_with(
    *entries: Inside, ports: tuple[int, ...] = (), leads_to: str = NEAR, **options: object
) -> Fetcher:
    """Names lie at NEAR but for HOST, which is outside."""
    return Fetcher(
        resolve=lambda host: [OUTSIDE if host == HOST else leads_to],
        trusted=[ip_address(OUTSIDE)],
        ports={80, 443, *ports},
        inside=lambda: entries,
        inside_networks=[ip_network("127.0.0.3/32"), *addresses.INSIDE],
        limits=Limits(body=100_000, total=3),
        **options,  # type: ignore[arg-type]
    )


def test_a_named_host_is_called_by_name_and_port_and_no_other(near: Server) -> None:
    fetcher = fetcher_with(Inside(host=NAME, port=near.port))
    assert fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True).body == b"inside"
    for url in (f"http://autre:{near.port}/", f"http://wiki.corp.example:{near.port}/", f"http://{NAME}/", f"http://{NEAR}:{near.port}/", f"https://{NAME}:{near.port + 1}/"):  # fmt: skip
        assert reason_of(lambda url=url: fetcher.fetch(url, role="feed", may_enter=True))  # type: ignore[misc]
    assert near.paths == ["/"]


def test_without_being_let_in_a_named_host_is_refused(near: Server) -> None:
    """Pictures, cards and whatever an answer names are never let in."""
    fetcher = fetcher_with(Inside(host=NAME, port=near.port))
    assert reason_of(lambda: fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed_picture"))
    assert near.requests == []


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "100.100.100.200", "fd00:ec2::254", "::ffff:10.0.0.1", "64:ff9b::a00:1", "168.63.129.16", "224.0.0.1", "0.0.0.0"])  # fmt: skip
def test_a_named_host_that_leads_to_this_machine_or_a_clouds_secrets_is_refused(leads_to: str) -> None:
    with trap("127.0.0.1") as listener:
        port = listener.getsockname()[1]
        fetcher = fetcher_with(Inside(host=NAME, port=port), leads_to=leads_to)
        assert (
            reason_of(lambda: fetcher.fetch(f"http://{NAME}:{port}/", role="feed", may_enter=True))
            == "not a public address"
        )
        assert callers(listener) == 0


def test_one_answer_elsewhere_spoils_all(near: Server) -> None:
    fetcher = fetcher_with(Inside(host=NAME, port=near.port))
    fetcher.resolve = lambda host: [NEAR, "127.0.0.1"]
    assert reason_of(lambda: fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True)) == "not a public address"  # fmt: skip


def test_a_network_answers_for_addresses_never_for_names_that_lead_into_it(near: Server) -> None:
    """Whoever owns a name decides where it leads: a name must itself be named."""
    fetcher = fetcher_with(Inside(network=ip_network("127.0.0.3/32"), port=near.port), ports=(near.port,))
    assert fetcher.fetch(f"http://{NEAR}:{near.port}/", role="feed", may_enter=True).body == b"inside"
    assert (
        reason_of(
            lambda: fetcher.fetch(f"http://rebinding.example:{near.port}/", role="feed", may_enter=True)
        )
        == "not a public address"
    )
    assert len(near.requests) == 1


def test_an_answer_from_outside_never_leads_inside_but_one_from_inside_may_lead_out(
    near: Server, outside: Server
) -> None:
    fetcher = fetcher_with(Inside(host=NAME, port=near.port), ports=(outside.port,))
    outside.scripts["/"] = redirect(f"http://{NAME}:{near.port}/")
    outside.scripts["/out"] = answer(b"outside")
    url = f"http://{HOST}:{outside.port}/"
    assert (
        reason_of(lambda: fetcher.fetch(url, role="feed", may_enter=True))
        == "redirect from outside to inside"
    )
    assert near.requests == []
    near.scripts["/"] = redirect(f"http://{HOST}:{outside.port}/out")
    assert fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True).body == b"outside"


def test_what_the_operator_denies_no_administrator_allows(near: Server) -> None:
    fetcher = fetcher_with(Inside(host=NAME, port=near.port), also_denied=parse_networks("127.0.0.3/32"))
    assert reason_of(lambda: fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True)) == "not a public address"  # fmt: skip


def test_a_name_taken_off_the_list_is_refused_at_once(near: Server) -> None:
    entries = [Inside(host=NAME, port=near.port)]
    fetcher = fetcher_with()
    fetcher.inside = lambda: entries
    assert fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True).body == b"inside"
    entries.clear()
    assert reason_of(lambda: fetcher.fetch(f"http://{NAME}:{near.port}/", role="feed", may_enter=True))


@pytest.mark.parametrize(
    ("place", "word"),
    [
        *((bad, "shape") for bad in ("", "a b", "localhost", "*.corp.example", "http://x", "a@b", "10.1", "0x7f000001", "2130706433", "a..b", "é.example")),
        *((bad, "never") for bad in ("127.0.0.1", "169.254.169.254", "::1", "fe80::1", "8.8.8.8", "100.64.0.1", "224.0.0.1", "::ffff:10.0.0.1")),
        *((bad, "large") for bad in ("0.0.0.0/0", "10.0.0.0/8", "fc00::/7")),
    ],
)  # fmt: skip
def test_what_may_not_be_named(place: str, word: str) -> None:
    with pytest.raises(BadPlace) as refusal:
        parse_inside(place, 443)
    assert str(refusal.value) == word


@pytest.mark.parametrize(
    "place", ["intranet", "Wiki.Corp.Example.", "10.1.2.0/24", "192.168.1.7", "fd12:3456::/48"]
)
def test_what_may_be_named(place: str) -> None:
    entry = parse_inside(place, 8080)
    assert entry.port == 8080 and bool(entry.host) != bool(entry.network)
    with pytest.raises(BadPlace):
        parse_inside(place, 0)


def test_this_machine_keeps_its_own_private_address_closed_unless_named() -> None:
    """A real private address of this machine, where it has one: refused, and called once its name is on the list."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))
        except OSError:
            pytest.skip("this machine has no other address")
        own = probe.getsockname()[0]
    if not addresses.is_inside(ip_address(own)):
        pytest.skip("this machine has no private address")
    with serving(own) as server:
        server.scripts["/"] = answer(b"own")
        url, entry = f"http://{NAME}:{server.port}/", Inside(host=NAME, port=server.port)
        plain = Fetcher(resolve=lambda host: [own], ports={80, server.port}, limits=Limits(total=3))
        assert reason_of(lambda: plain.fetch(url.replace(NAME, "wiki.corp.example"), role="feed", may_enter=True)) == "not a public address"  # fmt: skip
        listed = Fetcher(resolve=lambda host: [own], inside=lambda: [entry], limits=Limits(total=3))
        assert listed.fetch(url, role="feed", may_enter=True).body == b"own"
