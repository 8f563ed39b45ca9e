"""The sample of docs/production with a real nginx before a real site: pages, styles, files, headers."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from parvis.cli.site import SOURCE
from parvis.cli.tests.test_commands import Running, folder, parvis, wait_until
from parvis.cli.tests.test_slow_people import Visitor
from parvis.testing.ports import free_port
from parvis.toolkit.sockets import NO_RIGHT, SESSION_OVER

__all__ = ["folder"]
pytestmark = pytest.mark.commands

SAMPLE = SOURCE / "docs" / "production" / "nginx.conf"
SAID_AGAIN = (
    "Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Referrer-Policy",
    "Cache-Control", "Content-Type", "Content-Disposition", "ETag", "X-Frame-Options", "X-Robots-Tag",
)  # fmt: skip


@dataclass
class Front:
    """nginx, which a visitor reaches as they would reach the site itself."""

    port: int
    site: Running


def find_nginx() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        warnings.warn("No nginx on this machine: the production sample IS NOT VERIFIED.", stacklevel=2)
        pytest.skip("no nginx: the production sample is not verified")
    return found


def adapted(site: Running, port: int) -> str:
    """The sample with other ports and folders and without TLS; everything else as it stands."""
    text = SAMPLE.read_text()
    for told, here in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{site.port};"),
        ("server 127.0.0.1:8001;", f"server 127.0.0.1:{site.live_port};"),
        ("    listen 80;", f"    listen 127.0.0.1:{free_port()};"),
        ("    listen 443 ssl http2;", f"    listen 127.0.0.1:{port};"),
        ("    ssl_certificate /etc/ssl/network.example.pem;\n", ""),
        ("    ssl_certificate_key /etc/ssl/network.example.key;\n", ""),
        ("/srv/parvis/parvis-data/", f"{site.folder}/"),
        ("/srv/parvis/parvis/", f"{SOURCE}/parvis/"),
    ):
        assert told in text, told
        text = text.replace(told, here)
    return text


@pytest.fixture
def front(folder: Path) -> Iterator[Front]:
    program, port = find_nginx(), free_port()
    live_port = free_port()
    site = Running(folder, free_port(), PARVIS_FILES_INTERNAL="/kept/", PARVIS_LIVE_PORT=str(live_port))
    site.live_port = live_port
    place = folder.parent
    kinds = next(p for p in (Path("/etc/nginx/mime.types"), Path("/dev/null")) if p.exists())
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        # Root's site lies in a folder of root's: there, nginx's workers stay root for this test.
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/nginx.log;\n"
        f"events {{}}\nhttp {{ include {kinds}; access_log off; {temporary}\n{adapted(site, port)}}}\n"
    )
    process = subprocess.Popen([program, "-p", str(place), "-c", str(place / "nginx.conf")])
    try:
        found = Front(port, site)
        wait_until(lambda: process.poll() is not None or (place / "nginx.pid").exists())
        assert process.poll() is None
        yield found
    finally:
        process.terminate()
        process.wait(20)
        site.close()


def test_the_production_sample_serves_pages_styles_and_files_under_their_rights(front: Front) -> None:
    site = front.site
    link = parvis("person", "create", "Ada", "--email", "ada@example.org", "--data", str(site.folder)).stdout
    ada, stranger, inside = Visitor(front), Visitor(front), Visitor(site)
    ada.sign_in(link.strip())
    answer, page = ada.ask("GET", "/")
    assert answer.status == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]

    sheet = next(
        word for word in page.decode().split('"') if word.startswith("/static/build/") and ".css" in word
    )
    answer, content = ada.ask("GET", sheet)
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert content == (SOURCE / "parvis/web" / sheet.lstrip("/")).read_bytes()

    brought = os.urandom(300_000)
    path = ada.upload(brought)
    answer, content = ada.ask("GET", path)
    assert answer.status == 200
    assert content == brought
    inside.cookies = ada.cookies
    direct, nothing = inside.ask("GET", path)
    assert nothing == b""  # the body is nginx's work
    place = direct.headers["X-Accel-Redirect"]
    assert place.startswith("/kept/")
    assert "X-Accel-Redirect" not in answer.headers
    for name in SAID_AGAIN:
        assert answer.headers.get_all(name) == direct.headers.get_all(name), name
    answer, content = ada.ask("GET", path, Range="bytes=100-199")
    assert (answer.status, content) == (206, brought[100:200])
    answer, _ = ada.ask("GET", path, **{"If-None-Match": direct.headers["ETag"]})
    assert answer.status == 304

    assert stranger.ask("GET", path)[0].status in (302, 404)
    assert ada.ask("GET", place)[0].status == 404


def test_what_nginx_may_read_nobody_else_may(front: Front) -> None:
    link = parvis(
        "person", "create", "Ada", "--email", "ada@example.org", "--data", str(front.site.folder)
    ).stdout
    ada = Visitor(front)
    ada.sign_in(link.strip())
    ada.upload(b"some bytes")
    kept = list((front.site.folder / "files").glob("??/**/*"))
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o640, 0o750}


def test_the_production_sample_carries_live_connections_under_their_rights(front: Front) -> None:
    link = parvis(
        "person", "create", "Ada", "--email", "ada@example.org", "--data", str(front.site.folder)
    ).stdout
    ada = Visitor(front)
    ada.sign_in(link.strip())
    cookie = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())
    codes = []
    for given in ({"Cookie": cookie}, {}):
        with connect(
            f"ws://127.0.0.1:{front.port}/live/pages/0000000000000/together",
            origin=f"http://127.0.0.1:{front.site.port}",
            additional_headers=given,
            proxy=None,
        ) as line:
            with pytest.raises(ConnectionClosed) as end:
                line.recv(timeout=30)
            assert end.value.rcvd is not None
            codes.append(end.value.rcvd.code)
    # Signed in, there is no such thing; without a session nobody is told even that.
    assert codes == [NO_RIGHT, SESSION_OVER]


def test_the_production_sample_lets_each_event_pass_at_once(front: Front) -> None:
    link = parvis(
        "person", "create", "Léa", "--email", "lea@example.org", "--data", str(front.site.folder)
    ).stdout
    lea = Visitor(front)
    lea.sign_in(link.strip())
    cookie = "; ".join(f"{name}={value}" for name, value in lea.cookies.items())
    for given, first in (({"Cookie": cookie}, "event: ready"), ({}, "event: over")):
        headers = {**given, "Origin": f"http://127.0.0.1:{front.site.port}"}
        url = f"http://127.0.0.1:{front.port}/live/events"
        with httpx.stream("GET", url, headers=headers, timeout=30) as stream:  # which doesn't end by itself
            assert next(stream.iter_lines()) == first
