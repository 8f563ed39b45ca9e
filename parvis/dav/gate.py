"""The door of programs: WebDAV at /dav/, CalDAV at /caldav/. Who asks, by an app password; one transaction; then the protocol.

It stands beside the pages' door (web.door), behind the same front: bodies have come whole, files go out after the
transaction has ended. Not here: what the protocols say (files_door, calendars), the passwords (accounts).
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from defusedxml import DefusedXmlException, ElementTree
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import app_passwords, limits
from parvis.accounts.models import AppScope
from parvis.dav.refusals import Again
from parvis.kernel.db import SYSTEM, acting, declare_actor
from parvis.kernel.errors import ParvisError
from parvis.people.models import Person

log = logging.getLogger(__name__)

Environment = dict[str, Any]
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]

MOST_XML = 512 * 1024
TRIES = 3  # where two writes wait for each other
SPEAKS_XML = ("PROPFIND", "PROPPATCH", "LOCK", "REPORT", "MKCALENDAR")
HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cache-Control", "no-store"),
]


@dataclass
class Answer:
    """A status, headers and a body; `rest` is what goes out after the transaction, asking the database nothing."""

    status: str
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    rest: Iterator[bytes] | None = None

    @property
    def code(self) -> int:
        return int(self.status[:3])


Protocol = Callable[[Environment, Person], Answer]


def sentence(status: str, said: str, *more: tuple[str, str]) -> Answer:
    """A refusal in words."""
    return Answer(status, [("Content-Type", "text/plain; charset=utf-8"), *more], f"{said}\n".encode())


class Gate:
    """A protocol as the page server calls it, mounted at one path."""

    def __init__(self, protocol: Protocol, *, scope: AppScope, mount: str) -> None:
        self._protocol = protocol
        self._scope = scope
        self._mount = mount

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        environ = {**environ, "SCRIPT_NAME": self._mount}
        environ["PATH_INFO"] = environ["PATH_INFO"][len(self._mount) :] or "/"
        try:
            answer = _unfit(environ) or self._answer(environ)
        finally:
            translation.deactivate()
            timezone.deactivate()
        return _sent(answer, environ, start_response)

    def _answer(self, environ: Environment) -> Answer:
        login, secret = _credentials(environ)
        for _try in range(TRIES):
            try:
                with transaction.atomic():
                    person = app_passwords.find_by_secret(login, secret, self._scope) if secret else None
                    if person is None:
                        break
                    answer = self._inside(dict(environ), person)
                    if answer.code >= 400:
                        transaction.set_rollback(True)
                    return answer
            except Again:
                environ["wsgi.input"].seek(0)
        else:
            return sentence(
                "503 Service Unavailable", _("Many write here just now. Try again."), ("Retry-After", "2")
            )
        return _unknown(environ, login, secret)

    def _inside(self, environ: Environment, person: Person) -> Answer:
        declare_actor(person)
        translation.activate(person.language)
        if person.time_zone:
            timezone.activate(person.time_zone)
        try:
            require("site.use", by=person)
            return self._protocol(environ, person)
        except ParvisError as error:
            return sentence("403 Forbidden", str(getattr(error, "sentence", "")))
        except Exception:
            log.exception("%s by DAV failed", environ["REQUEST_METHOD"])
            return sentence("500 Internal Server Error", _("Something went wrong here. Try again."))


def _unfit(environ: Environment) -> Answer | None:
    """What no protocol gets to see: another host, a path that is no text, XML that is none or that builds entities."""
    host, _port = split_domain_port(str(environ.get("HTTP_HOST", "")).lower())
    allowed = [".localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else settings.ALLOWED_HOSTS
    if not host or not validate_host(host, allowed):
        return sentence("400 Bad Request", "Unknown host.")
    try:
        path = environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeError:
        return sentence("400 Bad Request", "Addresses are written in UTF-8.")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        return sentence("400 Bad Request", "No address holds such a character.")
    return None if environ["REQUEST_METHOD"] == "PUT" else _unfit_body(environ)


def _unfit_body(environ: Environment) -> Answer | None:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > MOST_XML:
        return sentence("413 Content Too Large", "Too long.")
    body = environ["wsgi.input"].read(int(length)) if int(length) else b""
    if body and environ["REQUEST_METHOD"] in SPEAKS_XML:
        try:
            ElementTree.fromstring(body, forbid_dtd=True)
        except (DefusedXmlException, ElementTree.ParseError, ValueError, LookupError):
            return sentence("400 Bad Request", "This isn't XML.")
    environ["wsgi.input"] = BytesIO(body)
    return None


def _credentials(environ: Environment) -> tuple[str, str]:
    """Who it says it is; empty where it says nothing."""
    kind, _space, coded = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if kind.lower() != "basic" or len(coded) > 2000:
        return "", ""
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    login, _colon, secret = text.replace("\x00", "").partition(":")
    return login, secret


def _unknown(environ: Environment, login: str, secret: str) -> Answer:
    """401, and after many failures 429. The right password always comes in: nobody is locked out by another's tries."""
    said = "Your programs come in with an app password: make one in your settings."
    asks = ("WWW-Authenticate", 'Basic realm="Parvis", charset="UTF-8"')
    if not secret:
        return sentence("401 Unauthorized", said, asks)
    request = HttpRequest()
    request.META = environ
    place = limits.place_of(request)
    with acting(SYSTEM):
        try:
            limits.check("program", login, place)
        except limits.TooMany:
            return sentence("429 Too Many Requests", "Too many tries.", ("Retry-After", "900"))
        limits.count("program", login, place)
    return sentence("401 Unauthorized", said, asks)


def _sent(answer: Answer, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
    named = {name.lower() for name, _value in answer.headers}
    headers = answer.headers + [pair for pair in HEADERS if pair[0].lower() not in named]
    if answer.rest is None and "content-length" not in named and answer.code != 304:
        headers.append(("Content-Length", str(len(answer.body))))
    if settings.SESSION_COOKIE_SECURE:
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    start_response(answer.status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return [b""]
    return [answer.body] if answer.rest is None else answer.rest
