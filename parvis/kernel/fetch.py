"""The only way this server calls an address that a person typed: parsed, resolved, judged and bounded.

Not here: which addresses are public (`addresses.py`), who may ask for a fetch, reading what came back
(in the sandbox). The transport is our own, over h11: a name is resolved once, every answer is judged, and
the connection goes to the judged address itself, so no second look-up can lead it elsewhere. No proxy but the
operator's (proxy.py), no cookie, no credential, no redirect that was not judged like the first address.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import h11
from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel import addresses
from parvis.kernel.addresses import Address, BadUrl, Network, Url
from parvis.kernel.errors import Refused
from parvis.kernel.fetch_answer import content_type_of, events_of, read_body
from parvis.kernel.fetch_bounds import FetchFailed, Limits, Resolver, Turns, left_until, resolve_within
from parvis.kernel.inside import Inside
from parvis.kernel.proxy import Proxy, parse_proxy

__all__ = [
    "FetchFailed",
    "Fetched",
    "Fetcher",
    "Limits",
    "Resolver",
    "fetch",
    "install_inside",
    "parse_typed",
    "site_fetcher",
]

logger = logging.getLogger(__name__)

# Every outgoing call names one; printed as the inventory of outbound flows (OWASP ASVS 13.1.1).
ROLES = {
    "link_card": "Title and picture of a page that somebody links to",
    "feed": "Articles of a feed that a community follows",
    "feed_picture": "A picture of such an article, of which we keep a copy for a month",
    "calendar": "Dates of a calendar that a community follows",
    "picture": "A portrait or picture given by its address",
    "push": "A notification, encrypted for one browser, by its vendor's push service",
    "webhook": "A call to a system that an administrator named",
}
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Fetched:
    """What came back. With `is_unchanged` (304) there is no body; `is_cut` says it went beyond the limit."""

    url: str
    body: bytes = b""
    media_type: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False
    is_cut: bool = False


def fetch(
    url: str,
    *,
    role: str,
    accept: str = "*/*",
    etag: str = "",
    last_modified: str = "",
    limits: Limits | None = None,
    may_cut: bool = False,
    spacing: float = 0.0,
) -> Fetched:
    """Fetch an address as this site, if the administrator switched that on (`PARVIS_FETCH`).

    `may_cut` keeps the beginning of a body beyond the limit instead of failing. `spacing` is the least number
    of seconds since the last call of the same host. Takes up to 10 s: call it from a job. Raises Refused when
    switched off, FetchFailed (one too) for everything else.
    """
    return site_fetcher().fetch(
        url,
        role=role,
        accept=accept,
        etag=etag,
        last_modified=last_modified,
        limits=limits,
        may_cut=may_cut,
        spacing=spacing,
    )


def site_fetcher() -> Fetcher:
    """The fetcher of this site. Raises Refused unless `PARVIS_FETCH` is on."""
    if getattr(settings, "PARVIS_FETCH", False) is not True:
        raise Refused(
            _("This site does not fetch anything from the Internet. An administrator may allow it.")
        )
    return _build_site_fetcher()


@functools.cache
def _build_site_fetcher() -> Fetcher:
    """One for the process, so that spacing holds; the site's own public networks are denied as well."""
    return Fetcher(
        also_denied=addresses.parse_networks(getattr(settings, "PARVIS_FETCH_DENIED", "")),
        inside=lambda: _inside_hosts(),
        proxy=parse_proxy(getattr(settings, "PARVIS_PROXY", "")),
        tls=context_with(getattr(settings, "PARVIS_CA_FILE", "")),
    )


_inside_hosts: Callable[[], Sequence[Inside]] = tuple


def install_inside(load: Callable[[], Sequence[Inside]]) -> None:
    """Told at start-up where the administrator's list of inside hosts is; it is read anew for each call that may enter."""
    global _inside_hosts
    _inside_hosts = load


def parse_typed(text: str) -> addresses.Url:
    """An address somebody typed, as this site would call it: outside, or a host inside that an administrator named.

    Raises BadUrl.
    """
    try:
        return addresses.parse_url(text)
    except BadUrl:
        return addresses.parse_url(text, named=_among(_inside_hosts()))


def _among(entries: Sequence[Inside]) -> Callable[[str, int], bool]:
    return lambda host, port: any(entry.names(host, port) for entry in entries)


def context_with(ca_file: str) -> ssl.SSLContext:
    """What certificates are checked against: the system's authorities, and those of a file. Raises OSError (SSLError)."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def resolve_by_system(host: str) -> list[str]:
    """Every address of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """A fetcher with its rules. The site's has the defaults; `trusted`, `ports` and `tls` are for tests,
    given by hand and read from no setting: with `trusted`, the addresses of this machine can be called.
    """

    def __init__(
        self,
        *,
        resolve: Resolver = resolve_by_system,
        also_denied: Iterable[Network] = (),
        trusted: Collection[Address] = (),
        ports: Collection[int] = (80, 443),
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        inside: Callable[[], Sequence[Inside]] = tuple,
        inside_networks: Iterable[Network] = addresses.INSIDE,
        proxy: Proxy | None = None,
    ) -> None:
        self.resolve = resolve
        self.also_denied = tuple(also_denied)
        self.trusted = frozenset(trusted)
        self.ports = frozenset(ports)
        self.tls = tls or ssl.create_default_context()
        self.limits = limits or Limits()
        self.inside = inside
        self.inside_networks = tuple(inside_networks)
        self.proxy = proxy
        self._turns = Turns()

    def fetch(
        self,
        url: str,
        *,
        role: str,
        accept: str = "*/*",
        etag: str = "",
        last_modified: str = "",
        limits: Limits | None = None,
        may_cut: bool = False,
        spacing: float = 0.0,
        may_enter: bool = False,
    ) -> Fetched:
        """As the function `fetch`, by the rules of this fetcher. `may_enter` lets it call a host inside that an
        administrator named, for an address that somebody typed here; an answer from outside never leads there.
        """
        if role not in ROLES:
            raise ValueError(f"unknown role: {role}")
        limits = limits or self.limits
        deadline = time.monotonic() + limits.total
        headers = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
        try:
            named = _among(self.inside() if may_enter else ())
            here = addresses.parse_url(url, ports=self.ports, named=named)
            for _hop in range(limits.redirects + 1):
                with self._turns.take(here.host, spacing):
                    call = _Call(here, role, headers, limits, deadline, may_cut, named)
                    answer = self._call(call)
                if isinstance(answer, Fetched):
                    return answer
                if here.scheme == "https" and answer.scheme == "http":
                    raise FetchFailed("redirect from https to http")
                if named(answer.host, answer.port) and not named(here.host, here.port):
                    raise FetchFailed("redirect from outside to inside")
                # What we knew of the first address is nobody else's business.
                here, headers, spacing = answer, {"Accept": accept}, 0.0
            raise FetchFailed("too many redirects")
        except FetchFailed as failure:
            logger.info("fetch refused: role=%s reason=%s", role, failure.reason)
            raise
        except BadUrl as failure:
            logger.info("fetch refused: role=%s reason=%s", role, failure)
            raise FetchFailed(f"bad address: {failure}") from failure
        except (OSError, h11.ProtocolError, zlib.error, ValueError) as failure:
            reason = "too slow" if isinstance(failure, TimeoutError) else type(failure).__name__
            logger.info("fetch failed: role=%s reason=%s", role, reason)
            raise FetchFailed(reason) from failure

    def is_named(self, url: str) -> bool:
        """Whether this is an address inside that only the administrator's list lets us call."""
        named = _among(self.inside())
        try:
            here = addresses.parse_url(url, ports=self.ports, named=named)
        except BadUrl:
            return False
        return named(here.host, here.port)

    def judge(self, host: str, *, limits: Limits, is_named: bool = False) -> list[Address]:
        """Resolve a host once and return its addresses. Raises FetchFailed if any of them may not be called.

        A named host (`is_named`) may also lie in a private network, but never on this machine, on a link, or where
        clouds keep their secrets.
        """
        plain = addresses.literal(host)
        found = (
            [plain]
            if plain
            else [addresses.literal(text) for text in resolve_within(self.resolve, host, limits)]
        )
        judged = [
            address for address in found if address is not None and self._may_call(address, is_named=is_named)
        ]
        if not judged or len(judged) != len(found):
            raise FetchFailed("not a public address")
        return judged

    def _may_call(self, address: Address, *, is_named: bool = False) -> bool:
        """The deny table, but for what a test trusts, and for the private networks of a host that was named."""
        if address in self.trusted or addresses.is_public(address, also_denied=self.also_denied):
            return True
        return is_named and addresses.is_inside(
            address, networks=self.inside_networks, also_denied=self.also_denied
        )

    def _call(self, call: _Call) -> Fetched | Url:
        """One hop: what came back, or where it leads."""
        limits = replace(call.limits, resolve=min(call.limits.resolve, left_until(call.deadline)))
        is_named = call.named(call.url.host, call.url.port)
        if self.proxy is not None and not is_named:
            self._judge_for_proxy(call.url.host, limits)
            line = self._connect_by(self.proxy, call)
        else:
            line = self._connect(call, self.judge(call.url.host, limits=limits, is_named=is_named))
        with contextlib.closing(line):
            return self._converse(line, call)

    def _judge_for_proxy(self, host: str, limits: Limits) -> None:
        """The proxy resolves the name, perhaps as only it can: what we do find out must be public all the same.

        An address is judged as ever. A name that we can't resolve is the proxy's to judge (see docs/decisions).
        """
        if addresses.literal(host) is not None:
            self.judge(host, limits=limits)
            return
        try:
            known = resolve_within(self.resolve, host, replace(limits, resolve=min(limits.resolve, 1.0)))
        except FetchFailed:
            return
        for text in known:
            address = addresses.literal(text)
            if address is None or not self._may_call(address):
                raise FetchFailed("not a public address")

    def _connect_by(self, proxy: Proxy, call: _Call) -> socket.socket:
        """A connection to the proxy; for https a tunnel through it, with TLS for the name that was asked."""
        line = socket.create_connection(
            (proxy.host, proxy.port), min(call.limits.connect, left_until(call.deadline))
        )
        try:
            if call.url.scheme == "http":
                return line
            line.settimeout(left_until(call.deadline))
            proxy.open_tunnel(line, call.url.host, call.url.port)
            return self.tls.wrap_socket(line, server_hostname=call.url.host)
        except BaseException:
            line.close()
            raise

    def _connect(self, call: _Call, judged: list[Address]) -> socket.socket:
        """A connection to the first judged address that answers, with TLS for the name that was asked."""
        url, limits, deadline = call.url, call.limits, call.deadline
        failure: Exception = FetchFailed("no address")
        for address in judged[:3]:
            try:
                line = socket.create_connection(
                    (str(address), url.port), min(limits.connect, left_until(deadline))
                )
            except OSError as refusal:
                failure = refusal
                continue
            try:
                # A transparent redirection on this machine could still have led the call elsewhere.
                if addresses.literal(line.getpeername()[0]) != address:
                    raise FetchFailed("another peer answered")
                if url.scheme == "https":
                    line.settimeout(min(limits.connect, left_until(deadline)))
                    return self.tls.wrap_socket(line, server_hostname=url.host)
                return line
            except BaseException:
                line.close()
                raise
        raise failure

    def _converse(self, line: socket.socket, call: _Call) -> Fetched | Url:
        """Ask, and read the answer within its bounds."""
        url, limits, deadline = call.url, call.limits, call.deadline
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.head)
        target, asked = self._asked_of_proxy(call)
        fields = {
            "Host": url.authority,
            "User-Agent": f"Parvis ({call.role})",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        } | {name: value for name, value in (call.headers | asked).items() if value}
        request = h11.Request(method="GET", target=target, headers=list(fields.items()))
        line.settimeout(left_until(deadline))
        line.sendall((talk.send(request) or b"") + (talk.send(h11.EndOfMessage()) or b""))
        events = events_of(talk, line, deadline)
        head = next((event for event in events if isinstance(event, h11.Response)), None)
        if head is None:
            raise FetchFailed("no answer")
        answer = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        if head.status_code in _REDIRECTS and "location" in answer:
            return addresses.join_url(url, answer["location"], ports=self.ports, named=call.named)
        is_unchanged = head.status_code == 304 and (
            "If-None-Match" in fields or "If-Modified-Since" in fields
        )
        if head.status_code != 200 and not is_unchanged:
            raise FetchFailed(f"status {head.status_code}")
        body, is_cut = (b"", False) if is_unchanged else read_body(events, answer, limits.body, call.may_cut)
        media_type, charset = content_type_of(answer.get("content-type", ""))
        return Fetched(
            url=str(url),
            body=body,
            media_type=media_type,
            charset=charset,
            etag=answer.get("etag", "")[:200],
            last_modified=answer.get("last-modified", "")[:60],
            is_unchanged=is_unchanged,
            is_cut=is_cut,
        )

    def _asked_of_proxy(self, call: _Call) -> tuple[str, dict[str, str]]:
        """What a proxy is asked for without TLS: the whole address, with its password; else the path alone."""
        is_named = call.named(call.url.host, call.url.port)
        if self.proxy is None or is_named or call.url.scheme == "https":
            return call.url.target, {}
        return str(call.url), {"Proxy-Authorization": self.proxy.authorization}


@dataclass(frozen=True)
class _Call:
    """One hop: what is asked of whom, and its bounds. `named` says which hosts inside it may reach."""

    url: Url
    role: str
    headers: dict[str, str]
    limits: Limits
    deadline: float
    may_cut: bool
    named: Callable[[str, int], bool]
