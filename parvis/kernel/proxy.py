"""The operator's proxy towards the Internet (HTTP CONNECT). Not here: what may be called through it (fetch.py)."""

from __future__ import annotations

import base64
import socket
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import h11

_MOST_HEAD = 16 * 1024


@dataclass(frozen=True)
class Proxy:
    """Where it is, and what it asks for. Its address is the operator's word: no table judges it."""

    host: str
    port: int
    authorization: str = field(default="", repr=False)

    def open_tunnel(self, line: socket.socket, host: str, port: int) -> None:
        """Asks for a tunnel on an open line, which then is the other side's. Raises OSError for any other answer."""
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        headers = [("Host", where)]
        if self.authorization:
            headers.append(("Proxy-Authorization", self.authorization))
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
        sent = talk.send(h11.Request(method="CONNECT", target=where, headers=headers)) or b""
        line.sendall(sent + (talk.send(h11.EndOfMessage()) or b""))
        while True:
            event = talk.next_event()
            if event is h11.NEED_DATA:
                talk.receive_data(line.recv(4096))
                continue
            if isinstance(event, h11.InformationalResponse):
                continue
            if not isinstance(event, h11.Response) or not 200 <= event.status_code < 300:
                status = event.status_code if isinstance(event, h11.Response) else "nothing"
                raise OSError(f"the proxy said {status}")
            break
        # Whoever speaks before TLS begins isn't the site we asked for.
        if talk.trailing_data[0]:
            raise OSError("the proxy spoke out of turn")


def parse_proxy(text: str) -> Proxy | None:
    """The proxy of a setting, http://user:secret@host:port; None when empty. Raises ValueError."""
    if not text.strip():
        return None
    parts = urlsplit(text.strip())
    if (
        parts.scheme != "http"
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError("PARVIS_PROXY looks like http://proxy.example.org:3128")
    authorization = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(parts.hostname, parts.port or 3128, authorization)
