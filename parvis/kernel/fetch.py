"""The only way this server calls an address that a person typed: parsed, resolved, judged and bounded.

Not here: which addresses are public (`addresses.py`), who may ask for a fetch, reading what came back
(in the sandbox). The transport is our own, over h11: a name is resolved once, every answer is judged, and
the connection goes to the judged address itself, so no second look-up can lead it elsewhere. No proxy, no
cookie, no credential, no redirect that was not judged like the first address.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import h11
from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel import addresses
from parvis.kernel.addresses import Address, BadUrl, Network, Url
from parvis.kernel.errors import Refused

logger = logging.getLogger(__name__)

# Every outgoing call names one; printed as the inventory of outbound flows (OWASP ASVS 13.1.1).
ROLES = {
    "link_card": "Title and picture of a page that somebody links to",
    "feed": "Articles of a feed that a community follows",
    "feed_picture": "A picture of such an article, of which we keep a copy for a month",
    "calendar": "Dates of a calendar that a community follows",
    "picture": "A portrait or picture given by its address",
    "webhook": "A call to a system that an administrator named",
}
_REDIRECTS = (301, 302, 303, 307, 308)
Resolver = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Limits:
    """Bounds of one fetch, redirects included: seconds, and bytes once decoded."""

    resolve: float = 3.0
    connect: float = 3.0
    total: float = 10.0
    body: int = 2 * 1024 * 1024
    head: int = 32 * 1024
    redirects: int = 3


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


class FetchFailed(Refused):
    """No answer we accept. One sentence for all causes, so that it maps no network; `reason` is for logs."""

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(_("We could not fetch this address."))
        self.reason = reason
        self.retry_after = retry_after


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
    return Fetcher(also_denied=addresses.parse_networks(getattr(settings, "PARVIS_FETCH_DENIED", "")))


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
    ) -> None:
        self.resolve = resolve
        self.also_denied = tuple(also_denied)
        self.trusted = frozenset(trusted)
        self.ports = frozenset(ports)
        self.tls = tls or ssl.create_default_context()
        self.limits = limits or Limits()
        self._turns = _Turns()

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
    ) -> Fetched:
        """As the function `fetch`, by the rules of this fetcher."""
        if role not in ROLES:
            raise ValueError(f"unknown role: {role}")
        limits = limits or self.limits
        deadline = time.monotonic() + limits.total
        headers = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
        try:
            here = addresses.parse_url(url, ports=self.ports)
            for _hop in range(limits.redirects + 1):
                with self._turns.take(here.host, spacing):
                    answer = self._call(here, role, headers, limits, deadline, may_cut)
                if isinstance(answer, Fetched):
                    return answer
                if here.scheme == "https" and answer.scheme == "http":
                    raise FetchFailed("redirect from https to http")
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

    def judge(self, host: str, *, limits: Limits) -> list[Address]:
        """Resolve a host once and return its addresses. Raises FetchFailed if any of them is not public."""
        plain = addresses.literal(host)
        found = (
            [plain] if plain else [addresses.literal(text) for text in _within(self.resolve, host, limits)]
        )
        judged = [address for address in found if address is not None and self._may_call(address)]
        if not judged or len(judged) != len(found):
            raise FetchFailed("not a public address")
        return judged

    def _may_call(self, address: Address) -> bool:
        """The deny table, but for what a test trusts."""
        return address in self.trusted or addresses.is_public(address, also_denied=self.also_denied)

    def _call(
        self, url: Url, role: str, headers: dict[str, str], limits: Limits, deadline: float, may_cut: bool
    ) -> Fetched | Url:
        """One hop: what came back, or where it leads."""
        judged = self.judge(url.host, limits=replace(limits, resolve=min(limits.resolve, _left(deadline))))
        with contextlib.closing(self._connect(url, judged, limits, deadline)) as line:
            return self._converse(line, url, role, headers, limits, deadline, may_cut)

    def _connect(self, url: Url, judged: list[Address], limits: Limits, deadline: float) -> socket.socket:
        """A connection to the first judged address that answers, with TLS for the name that was asked."""
        failure: Exception = FetchFailed("no address")
        for address in judged[:3]:
            try:
                line = socket.create_connection(
                    (str(address), url.port), min(limits.connect, _left(deadline))
                )
            except OSError as refusal:
                failure = refusal
                continue
            try:
                # A transparent redirection on this machine could still have led the call elsewhere.
                if addresses.literal(line.getpeername()[0]) != address:
                    raise FetchFailed("another peer answered")
                if url.scheme == "https":
                    line.settimeout(min(limits.connect, _left(deadline)))
                    return self.tls.wrap_socket(line, server_hostname=url.host)
                return line
            except BaseException:
                line.close()
                raise
        raise failure

    def _converse(
        self,
        line: socket.socket,
        url: Url,
        role: str,
        headers: dict[str, str],
        limits: Limits,
        deadline: float,
        may_cut: bool,
    ) -> Fetched | Url:
        """Ask, and read the answer within its bounds."""
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.head)
        fields = {
            "Host": url.authority,
            "User-Agent": f"Parvis ({role})",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        } | {name: value for name, value in headers.items() if value}
        request = h11.Request(method="GET", target=url.target, headers=list(fields.items()))
        line.settimeout(_left(deadline))
        line.sendall((talk.send(request) or b"") + (talk.send(h11.EndOfMessage()) or b""))
        events = _events(talk, line, deadline)
        head = next((event for event in events if isinstance(event, h11.Response)), None)
        if head is None:
            raise FetchFailed("no answer")
        answer = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        if head.status_code in _REDIRECTS and "location" in answer:
            return addresses.join_url(url, answer["location"], ports=self.ports)
        is_unchanged = head.status_code == 304 and (
            "If-None-Match" in fields or "If-Modified-Since" in fields
        )
        if head.status_code != 200 and not is_unchanged:
            raise FetchFailed(f"status {head.status_code}")
        body, is_cut = (b"", False) if is_unchanged else _read_body(events, answer, limits.body, may_cut)
        media_type, charset = _content_type(answer.get("content-type", ""))
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


class _Turns:
    """One call at a time to each host, and no sooner than its spacing after the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._last: dict[str, float] = {}

    @contextlib.contextmanager
    def take(self, host: str, spacing: float) -> Iterator[None]:
        """Hold this host's turn. Raises FetchFailed with `retry_after` rather than wait."""
        with self._lock:
            now = time.monotonic()
            wait = self._last.get(host, now - spacing) + spacing - now
            if host in self._under_way:
                raise FetchFailed("host is being called", retry_after=max(wait, 1.0))
            if wait > 0:
                raise FetchFailed("too soon", retry_after=wait)
            if len(self._last) > 10_000:
                self._last.clear()
            self._under_way.add(host)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(host)
                self._last[host] = time.monotonic()


def _left(deadline: float) -> float:
    """Seconds until the deadline. Raises FetchFailed once it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchFailed("too slow")
    return left


def _within(resolve: Resolver, host: str, limits: Limits) -> Sequence[str]:
    """The resolver's answer in time; the system's own can hang for half a minute, with no way to stop it."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host))
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        return answers.get(timeout=limits.resolve)
    except queue.Empty:
        raise FetchFailed("resolver too slow") from None


def _events(talk: h11.Connection, line: socket.socket, deadline: float) -> Iterator[h11.Event]:
    """What the peer says, until it has said all; each wait is bounded by what is left of the whole."""
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            line.settimeout(_left(deadline))
            talk.receive_data(line.recv(65536))
            continue
        if isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)) or event is h11.PAUSED:
            return
        if isinstance(event, (h11.Response, h11.Data)):
            _left(deadline)
            yield event


def _read_body(
    events: Iterator[h11.Event], answer: dict[str, str], limit: int, may_cut: bool
) -> tuple[bytes, bool]:
    """The decoded body and whether it was cut at the limit. Raises FetchFailed for one too long, unless `may_cut`."""
    encoding = answer.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise FetchFailed("unknown encoding")
    inflater = None if encoding == "identity" else zlib.decompressobj(47)
    body = bytearray()
    for event in events:
        if not isinstance(event, h11.Data):
            continue
        # One byte more than allowed is enough to know: a bomb never unfolds.
        room = limit + 1 - len(body)
        body += inflater.decompress(event.data, room) if inflater else event.data[:room]
        if len(body) > limit:
            if not may_cut:
                raise FetchFailed("too long")
            return bytes(body[:limit]), True
    return bytes(body), False


def _content_type(value: str) -> tuple[str, str]:
    """Media type and charset, lower case."""
    media_type, *parameters = (part.strip().lower() for part in value[:200].split(";"))
    charsets = [
        part.removeprefix("charset=").strip("\"'") for part in parameters if part.startswith("charset=")
    ]
    return media_type, charsets[0] if charsets else ""
