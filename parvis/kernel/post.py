"""A message posted to an outside service, by the same rules as everything this server calls (kernel.fetch).

Https only, never to an inside host, no redirect is followed, of the answer only the status is kept. Not here: which services
may be called (push.devices).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import socket
import time
from dataclasses import replace

import h11

from parvis.kernel import addresses
from parvis.kernel.addresses import BadUrl, Url
from parvis.kernel.fetch import ROLES, Fetcher, _Call, site_fetcher
from parvis.kernel.fetch_answer import events_of
from parvis.kernel.fetch_bounds import FetchFailed, left_until

logger = logging.getLogger(__name__)


class Poster(Fetcher):
    """A fetcher that posts."""

    def post(self, url: str, *, role: str, body: bytes, headers: dict[str, str]) -> int:
        """Posts a body to a public https address; returns the status. Takes up to 10 s. Raises FetchFailed."""
        if role not in ROLES:
            raise ValueError(f"unknown role: {role}")
        deadline = time.monotonic() + self.limits.total
        try:
            here = addresses.parse_url(url, ports=self.ports)
            if here.scheme != "https":
                raise FetchFailed("not https")
            with contextlib.closing(self._line(here, role, deadline)) as line:
                return self._say(line, here, role, body, headers, deadline)
        except FetchFailed as failure:
            logger.info("post refused: role=%s reason=%s", role, failure.reason)
            raise
        except BadUrl as failure:
            raise FetchFailed(f"bad address: {failure}") from failure
        except (OSError, h11.ProtocolError, ValueError) as failure:
            reason = "too slow" if isinstance(failure, TimeoutError) else type(failure).__name__
            logger.info("post failed: role=%s reason=%s", role, reason)
            raise FetchFailed(reason) from failure

    def _line(self, here: Url, role: str, deadline: float) -> socket.socket:
        call = _Call(here, role, {}, self.limits, deadline, False, lambda _host, _port: False)
        limits = replace(self.limits, resolve=min(self.limits.resolve, left_until(deadline)))
        if self.proxy is not None:
            self._judge_for_proxy(here.host, limits)
            return self._connect_by(self.proxy, call)
        return self._connect(call, self.judge(here.host, limits=limits))

    def _say(
        self, line: socket.socket, here: Url, role: str, body: bytes, headers: dict[str, str], deadline: float
    ) -> int:
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=self.limits.head)
        fields = {
            "Host": here.authority,
            "User-Agent": f"Parvis ({role})",
            "Content-Length": str(len(body)),
            "Connection": "close",
        } | headers
        request = h11.Request(method="POST", target=here.target, headers=list(fields.items()))
        line.settimeout(left_until(deadline))
        said = (talk.send(request) or b"") + (talk.send(h11.Data(body)) or b"")
        line.sendall(said + (talk.send(h11.EndOfMessage()) or b""))
        head = next((one for one in events_of(talk, line, deadline) if isinstance(one, h11.Response)), None)
        if head is None:
            raise FetchFailed("no answer")
        return int(head.status_code)


def site_poster() -> Poster:
    """The poster of this site, with the rules of its fetcher. Raises Refused unless `PARVIS_FETCH` is on."""
    site_fetcher()
    return _build_site_poster()


@functools.cache
def _build_site_poster() -> Poster:
    own = site_fetcher()
    return Poster(
        resolve=own.resolve, also_denied=own.also_denied, proxy=own.proxy, tls=own.tls, ports=(443,)
    )
