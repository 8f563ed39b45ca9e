"""Through the operator's proxy, and with the company's own authority, over real sockets of this machine."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from pydantic import ValidationError

from parvis.config import Config
from parvis.kernel.fetch import Fetcher, Limits, context_with
from parvis.kernel.inside import Inside
from parvis.kernel.proxy import parse_proxy
from parvis.kernel.tests.loopback import HOST, OUTSIDE, Server, answer, reason_of, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the whole of 127.0.0.0/8")


class SmallProxy:
    """A proxy that asks for a password and leads every name to one server; remembers what it was asked."""

    def __init__(self, target: tuple[str, int], word: str = "") -> None:
        self.target, self.word, self.asked = target, word, list[str]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _peer = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            head = b""
            while b"\r\n\r\n" not in head:
                head += line.recv(4096)
            self.asked.append(head.decode("latin-1"))
            if self.word and f"Basic {base64.b64encode(self.word.encode()).decode()}" not in self.asked[-1]:
                line.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(self.target) as other:
                if head.startswith(b"CONNECT "):
                    line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    other.sendall(head)
                there = threading.Thread(target=_pour, args=(line, other), daemon=True)
                there.start()
                _pour(other, line)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company's own authority, and a server's certificate that it signed (server.pem)."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing: the TLS tests cannot run")
    folder = tmp_path_factory.mktemp("authority")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Notre autorite", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", *new, "-keyout", "server.key", "-out", "server.csr", "-subj", f"/CN={HOST}")
    (folder / "names").write_text(f"subjectAltName=DNS:{HOST},DNS:intranet\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.crt")  # fmt: skip
    (folder / "server.pem").write_text(
        (folder / "server.crt").read_text() + (folder / "server.key").read_text()
    )
    return folder


@pytest.fixture
def secure(authority: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem")
    with serving(OUTSIDE, context) as server:
        server.scripts["/f?x=1"] = answer(b"secure")
        yield server


@pytest.fixture
def plain() -> Iterator[Server]:
    with serving(OUTSIDE) as server:
        yield server


def through(proxy: SmallProxy, *, user: str = "", ca: Path | None = None, **options: object) -> Fetcher:
    return Fetcher(
        **{"resolve": lambda host: [], **options},  # type: ignore[arg-type]
        proxy=parse_proxy(f"http://{user + '@' if user else ''}127.0.0.1:{proxy.port}"),
        tls=context_with(str(ca / "ca.pem") if ca else ""),
        limits=Limits(total=5, body=1000),
    )


def test_https_goes_through_a_tunnel_with_tls_for_the_name(secure: Server, authority: Path) -> None:
    proxy = SmallProxy((OUTSIDE, secure.port))
    fetched = through(proxy, ca=authority).fetch(f"https://{HOST}/f?x=1", role="feed")
    assert fetched.body == b"secure"
    assert secure.names == [HOST]
    (asked,) = proxy.asked
    assert asked.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
    assert "/f?x=1" not in asked and "Parvis" not in asked


def test_http_asks_the_proxy_for_the_whole_address(plain: Server) -> None:
    plain.scripts[f"http://{HOST}/a"] = answer(b"plain")
    proxy = SmallProxy((OUTSIDE, plain.port))
    assert through(proxy).fetch(f"http://{HOST}/a", role="feed").body == b"plain"


def test_the_proxys_password_is_for_the_proxy_alone(secure: Server, plain: Server, authority: Path) -> None:
    proxy = SmallProxy((OUTSIDE, secure.port), word="moi:s:ecret")
    fetched = through(proxy, user="moi:s%3Aecret", ca=authority).fetch(f"https://{HOST}/f?x=1", role="feed")
    assert fetched.body == b"secure"
    assert "authorization" not in secure.requests[0].lower()
    assert (
        reason_of(lambda: through(proxy, ca=authority).fetch(f"https://{HOST}/f?x=1", role="feed"))
        == "OSError"
    )
    assert len(secure.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://169.254.169.254/", "http://[::1]/", "http://localhost/", "http://intranet/", "http://2130706433/", "https://exemple.org:8443/"])  # fmt: skip
def test_addresses_inside_and_local_names_are_not_even_asked_of_the_proxy(plain: Server, url: str) -> None:
    proxy = SmallProxy((OUTSIDE, plain.port))
    assert reason_of(lambda: through(proxy).fetch(url, role="feed"))
    assert proxy.asked == []


def test_a_name_that_we_know_to_lie_inside_is_not_asked_of_the_proxy(plain: Server) -> None:
    proxy = SmallProxy((OUTSIDE, plain.port))
    fetcher = through(proxy, resolve=lambda host: ["93.184.215.14", "10.0.0.7"])
    assert reason_of(lambda: fetcher.fetch(f"http://{HOST}/a", role="feed")) == "not a public address"
    assert proxy.asked == []


def test_a_redirect_through_the_proxy_is_judged_like_any(plain: Server) -> None:
    plain.scripts[f"http://{HOST}/a"] = answer(
        status="302 Found", Location="http://169.254.169.254/latest/meta-data/"
    )
    proxy = SmallProxy((OUTSIDE, plain.port))
    assert reason_of(lambda: through(proxy).fetch(f"http://{HOST}/a", role="feed")) == "not a public address"
    assert len(proxy.asked) == 1


def test_a_named_host_inside_is_called_without_the_proxy(secure: Server, authority: Path) -> None:
    proxy = SmallProxy((OUTSIDE, 9))
    fetcher = through(
        proxy, ca=authority, resolve=lambda host: [OUTSIDE], trusted=[ip_address(OUTSIDE)],
        inside=lambda: [Inside(host="intranet", port=secure.port)],
    )  # fmt: skip
    assert (
        fetcher.fetch(f"https://intranet:{secure.port}/f?x=1", role="feed", may_enter=True).body == b"secure"
    )
    assert proxy.asked == []


def test_only_an_authority_that_is_known_is_believed(secure: Server, authority: Path) -> None:
    proxy = SmallProxy((OUTSIDE, secure.port))
    url = f"https://{HOST}/f?x=1"
    assert reason_of(lambda: through(proxy).fetch(url, role="feed")) == "SSLCertVerificationError"
    assert secure.requests == []
    direct = Fetcher(resolve=lambda host: [OUTSIDE], trusted=[ip_address(OUTSIDE)], ports={secure.port}, tls=context_with(str(authority / "ca.pem")))  # fmt: skip
    assert direct.fetch(f"https://{HOST}:{secure.port}/f?x=1", role="feed").body == b"secure"


@pytest.mark.parametrize("text", ["proxy:3128", "https://proxy:3128", "socks5://proxy:1080", "http://", "http://proxy/path", "http://proxy:port"])  # fmt: skip
def test_a_proxy_that_cannot_be_one_stops_the_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_PROXY", text)
    with pytest.raises(ValidationError):
        Config()


def test_a_file_without_certificates_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "absent.pem", tmp_path / "empty.pem"):
        if "empty" in path.name:
            path.write_text("rien")
        monkeypatch.setenv("PARVIS_CA_FILE", str(path))
        with pytest.raises(ValidationError):
            Config()


def test_the_proxys_secret_is_in_no_text_of_it() -> None:
    proxy = parse_proxy("http://moi:secret@proxy.example:3128")
    assert proxy is not None and (proxy.host, proxy.port) == ("proxy.example", 3128)
    assert "secret" not in repr(proxy) and proxy.authorization.removeprefix("Basic ") not in repr(proxy)
