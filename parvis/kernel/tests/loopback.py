"""Real servers on this machine for the tests of the fetcher: scripted ones, and a trap that nobody may touch."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from parvis.kernel.fetch import Fetched, Fetcher, FetchFailed, Limits

Script = Callable[[socket.socket], None]

OUTSIDE = "127.0.0.2"  # plays the open Internet; 127.0.0.1 is the inside
HOST = "public.example.com"


@dataclass
class Server:
    """Answers each path by its script, and remembers what it was asked."""

    address: str
    port: int
    scripts: dict[str, Script] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # asked for by SNI

    @property
    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.requests]


def answer(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> Script:
    """A script that gives one plain answer."""
    fields = {"Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return lambda line: line.sendall(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)


def redirect(target: str, status: str = "302 Found") -> Script:
    """A script that leads elsewhere."""
    return answer(status=status, Location=target, Set_Cookie="session=canary")


@contextlib.contextmanager
def serving(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A scripted server on this address, on a port of its own."""
    with socket.create_server(
        (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET
    ) as listener:
        server = Server(address, listener.getsockname()[1])
        if tls:
            tls.sni_callback = lambda _line, name, _context: server.names.append(name)
        accepting = threading.Thread(target=_accept, args=(listener, server, tls))
        accepting.start()
        try:
            yield server
        finally:
            # Closing alone would leave the thread in its wait.
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    """Take one call after the other until the listener closes."""
    while True:
        try:
            line, _peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(line, server, tls), daemon=True).start()


def _answer(line: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    """Read one request and play its script; a caller that hangs up is what many tests want."""
    with contextlib.suppress(OSError), line:
        line.settimeout(10)
        if tls:
            line = tls.wrap_socket(line, server_side=True)
        request = b""
        while b"\r\n\r\n" not in request:
            part = line.recv(65536)
            if not part:
                return
            request += part
        server.requests.append(request.decode("latin-1"))
        path = server.paths[-1]
        server.scripts.get(path, answer(status="404 Not Found"))(line)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_WR)
            line.recv(1)


@contextlib.contextmanager
def trap(address: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    """A listener whose `callers` must stay at none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as listener:
        listener.settimeout(0)
        yield listener


def callers(listener: socket.socket) -> int:
    """How many came to the trap since last asked."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def fetcher_for(*ports: int, resolve: Callable[[str], list[str]] | None = None, **options: object) -> Fetcher:
    """A fetcher for which OUTSIDE is the open Internet, and every name lies there."""
    return Fetcher(
        resolve=resolve or (lambda host: [OUTSIDE]),
        trusted=[ip_address(OUTSIDE)],
        ports={80, 443, *ports},
        **{"limits": Limits(body=100_000), **options},  # type: ignore[arg-type]
    )


def get(server: Server, path: str = "/", **options: object) -> Fetched:
    """Fetch a path of this server."""
    fetcher = fetcher_for(server.port)
    return fetcher.fetch(f"http://{HOST}:{server.port}{path}", role="link_card", **options)  # type: ignore[arg-type]


def reason_of(call: Callable[[], object]) -> str:
    """Why the fetcher refused."""
    with pytest.raises(FetchFailed) as failure:
        call()
    return failure.value.reason
