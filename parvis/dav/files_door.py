"""WebDAV: WsgiDAV over the tree of one person. Not here: who it is (gate), what lies where (tree), locks (locks)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from django.utils.translation import gettext as _
from wsgidav.dav_error import DAVError, get_http_status_string
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from parvis.config import config
from parvis.dav.gate import Answer, Environment, sentence
from parvis.dav.locks import Storage
from parvis.dav.refusals import Said
from parvis.dav.scratch import is_passing
from parvis.dav.session import CURRENT, Session
from parvis.dav.tree import Tree
from parvis.people.models import Person
from parvis.toolkit import files

MOUNT = "/dav"
READS = ("GET", "HEAD", "OPTIONS", "PROPFIND")
FINITE = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>'
)


@lru_cache(maxsize=1)
def engine() -> WsgiDAVApp:
    """WsgiDAV, with our tree and our locks; errors are ours to say."""
    return WsgiDAVApp(
        {
            "provider_mapping": {"/": Tree()},
            "mount_path": MOUNT,
            "lock_storage": Storage(),
            "property_manager": False,
            "middleware_stack": [RequestResolver],
            "http_authenticator": {"accept_basic": False, "accept_digest": False},  # the gate has asked
            "logging": {"enable": False},
            "verbose": 0,
            "block_size": 128 * 1024,
            "add_header_MS_Author_Via": True,
            "suppress_version_info": True,
        }
    )


def answer_files(environ: Environment, person: Person) -> Answer:
    """One request of WebDAV."""
    session = Session(person)
    environ["parvis.session"] = session
    environ["wsgidav.auth.user_name"] = str(person.id)
    token = CURRENT.set(session)
    try:
        return _unfit(environ) or _asked(environ, session)
    finally:
        CURRENT.reset(token)


def _unfit(environ: Environment) -> Answer | None:
    """What WsgiDAV would do at any cost, or in another's words."""
    method = environ["REQUEST_METHOD"]
    if method not in READS and environ["PATH_INFO"].strip("/") == "":
        return sentence("403 Forbidden", _("Put files into one of the communities."))
    if method == "PROPFIND" and str(environ.get("HTTP_DEPTH", "infinity")).lower() == "infinity":
        return Answer("403 Forbidden", [("Content-Type", "application/xml; charset=utf-8")], FINITE)
    if method == "PUT" and int(environ.get("CONTENT_LENGTH") or 0) > config.max_upload_mb * 2**20:
        said = _("This file is too large: at most %(limit)s MB.") % {"limit": config.max_upload_mb}
        return sentence("413 Content Too Large", said)
    if "HTTP_DESTINATION" in environ:
        try:
            parts = urlsplit(environ["HTTP_DESTINATION"])
            unquote(parts.path, errors="strict")
        except ValueError:
            return sentence("400 Bad Request", _("This is no address of a file."))
        hosts = {str(environ["HTTP_HOST"]).lower(), urlsplit(config.url).netloc.lower()}
        if parts.netloc and parts.netloc.lower() not in hosts:
            return sentence("502 Bad Gateway", _("Files move within this network only."))
        environ["HTTP_DESTINATION"] = quote(unquote(parts.path))
    return None


def _asked(environ: Environment, session: Session) -> Answer:
    destination = unquote(environ.get("HTTP_DESTINATION", "")).removeprefix(MOUNT)
    is_new = bool(destination) and session.find(destination) is None
    source = session.find(environ["PATH_INFO"].encode("latin-1").decode()) if destination else None
    if destination and is_passing(environ["PATH_INFO"].rpartition("/")[2]) and not files.is_folder(source):
        environ["HTTP_OVERWRITE"] = "T"  # what a program wrote beside the file takes its place: a new version
    answer = _answered(environ)
    if environ["REQUEST_METHOD"] in ("COPY", "MOVE") and answer.code == HTTPStatus.NO_CONTENT and is_new:
        answer.status = "201 Created"
    return answer


def _answered(environ: Environment) -> Answer:
    """What WsgiDAV answers: all of it, but for the content of a file, of which the first piece is read."""
    answer = Answer("500 Internal Server Error")

    def start_response(status: str, headers: list[tuple[str, str]], _info: Any = None) -> None:
        answer.status, answer.headers = status, [_bracketed(*header) for header in headers]

    pieces: Iterator[bytes] = iter(engine()(environ, start_response))
    try:
        first = next(pieces, b"")
        if environ["REQUEST_METHOD"] == "GET" and answer.code < 300:
            answer.rest = _joined(first, pieces)
        else:
            answer.body = b"".join([first, *pieces])
    except DAVError as error:
        return _said(error)
    return answer


def _bracketed(name: str, value: str) -> tuple[str, str]:
    """RFC 4918, 10.5: a lock's token stands in angle brackets, which WsgiDAV writes from 4.4 on only."""
    if name == "Lock-Token" and not value.startswith("<"):
        return name, f"<{value}>"
    if name == "Content-Type" and value.startswith("application;"):
        return name, value.replace("application;", "application/xml;", 1)
    return name, value


def _joined(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _said(error: DAVError) -> Answer:
    """A refusal of WsgiDAV, in its XML where it has some, else in a plain sentence."""
    status, headers = get_http_status_string(error), list(error.add_headers or [])
    if error.value in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        return Answer(status, headers)
    if error.err_condition is not None or isinstance(error, Said):
        media_type, body = error.get_response_page()
        return Answer(status, [("Content-Type", media_type), *headers], body)
    return sentence(status, str(HTTPStatus(error.value).phrase), *headers)
