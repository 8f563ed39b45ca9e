"""A tiny site on loopback that serves test pages with our scripts under the strict content policy."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import override

from parvis.web import js_strings
from parvis.web.assets import STATIC

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
ENGLISH = {**js_strings.BODY, **js_strings.COMPOSER, **js_strings.EDITOR, **js_strings.FILES}


@dataclass
class Asked:
    """One request as the site received it."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, list[str]]
    body: bytes
    headers: dict[str, str]

    def value(self, name: str) -> str:
        """The first value of a posted field, or nothing."""
        return self.form.get(name, [""])[0]


Answer = tuple[int, str, bytes]


def as_json(value: object, status: int = 200) -> Answer:
    """An answer holding JSON."""
    return status, "application/json", json.dumps(value).encode()


def as_html(text: str, status: int = 200) -> Answer:
    """An answer holding HTML."""
    return status, "text/html; charset=utf-8", text.encode()


@dataclass
class Site:
    """Pages and answers that a test sets, and what was asked of it."""

    url: str = ""
    answers: dict[str, Callable[[Asked], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def page(self, path: str, body: str, *, language: str = "en-GB", body_attributes: str = "") -> str:
        """Serve a page with our scripts and the strict policy; return its full address."""
        with override("en"):
            strings = escape(json.dumps({key: str(text) for key, text in ENGLISH.items()}))
        text = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Test</title>'
            '<meta name="htmx-config" content=\'{"includeIndicatorStyles":false,"allowEval":false}\'>'
            '<script defer src="/parvis.js"></script></head>'
            f'<body data-strings="{strings}" data-writing="/writing.js" {body_attributes}>{body}</body></html>'
        )
        self.answers[path] = lambda asked: as_html(text)
        return self.url + path

    def to(self, path: str) -> list[Asked]:
        """What was asked of one path, oldest first."""
        return [asked for asked in self.asked if asked.path == path]


@contextmanager
def serve(scripts: dict[str, bytes]) -> Iterator[Site]:
    """A site with our joined scripts at /parvis.js and /writing.js, until the block ends."""
    site = Site()
    for name, script in scripts.items():
        site.answers[f"/{name}"] = lambda asked, script=script: (200, "text/javascript", script)  # type: ignore[misc]
    site.answers["/published"] = lambda asked: as_html("<title>Published</title>published")

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = "urlencoded" in self.headers.get("Content-Type", "")
            form = parse_qs(body.decode(), keep_blank_values=True) if is_form else {}
            query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
            asked = Asked(self.command, parts.path, query, form, body, dict(self.headers))
            site.asked.append(asked)
            found = site.answers.get(parts.path) or static_file
            status, kind, content = found(asked)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


def static_file(asked: Asked) -> Answer:
    """A file of our static folder, or 404."""
    path = (STATIC / asked.path.removeprefix("/static/")).resolve()
    kinds = {".js": "text/javascript", ".css": "text/css"}
    if asked.path.startswith("/static/") and path.is_relative_to(STATIC) and path.suffix in kinds:
        return 200, kinds[path.suffix], path.read_bytes()
    return 404, "text/plain", b"no such page"
