"""A program of one person, for tests: requests by WSGI with an app password. Not here: what they show."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote

from parvis.accounts.app_passwords import make_app_password
from parvis.dav.mount import mounted
from parvis.people.models import Person


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Program:
    """A file manager or a phone of one person."""

    login: str
    secret: str
    mount: str = "/dav"
    more: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Answered:
        data = body.encode() if isinstance(body, str) else body
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": (self.mount + path).encode().decode("latin-1"), "SCRIPT_NAME": "",
            "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(data), "CONTENT_LENGTH": str(len(data)),
            "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        if self.secret:
            environ["HTTP_AUTHORIZATION"] = (
                "Basic " + b64encode(f"{self.login}:{self.secret}".encode()).decode()
            )
        if "to" in headers:
            environ["HTTP_DESTINATION"] = "http://localhost" + quote(self.mount + headers.pop("to"))
        environ |= {f"HTTP_{name.upper()}": value for name, value in {**self.more, **headers}.items()}
        got: dict[str, Any] = {}

        def start_response(status: str, told: list[tuple[str, str]], _info: Any = None) -> None:
            got["status"], got["headers"] = int(status[:3]), {name.lower(): value for name, value in told}

        pieces = mounted(lambda _environ, _start: [b""])(environ, start_response)
        return Answered(got["status"], got["headers"], b"".join(pieces))

    def names(self, path: str) -> list[str]:
        """What a folder holds, as a file manager lists it."""
        found = self("PROPFIND", path, depth="1")
        assert found.status == 207, found
        return hrefs(found)[1:]


def hrefs(answer: Answered) -> list[str]:
    """The addresses of a multistatus, as people read them."""
    from urllib.parse import unquote

    from defusedxml import ElementTree

    return [unquote(one.text or "") for one in ElementTree.fromstring(answer.body).iter("{DAV:}href")]


def program_of(person: Person, scope: str = "files", mount: str = "/dav") -> Program:
    """A program of theirs, with a new app password."""
    _kept, secret = make_app_password("Explorer", scope, by=person)
    return Program(person.email or person.username or "", secret, mount)
