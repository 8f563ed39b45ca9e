"""Whatever a program sends, it gets an answer, never a failure; and nothing is written by what is refused."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.dav.tests.programs import Program, program_of
from parvis.testing.cast import Cast
from parvis.tools.documents.models import Document
from parvis.tools.documents.tests.stage import document

METHODS = ("GET", "HEAD", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "OPTIONS",
           "POST", "PATCH", "REPORT", "MKCALENDAR", "ACL", "TRACE", "QUATSCH")  # fmt: skip
PATHS = ("", "/", "//", "/documents", "/documents//", "/../../etc/passwd", "/documents/../..", "/%2e%2e/", "/a\x00b",
         "/\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "/documents/" + "x" * 3000, "/documents/" + "a/" * 300,
         "/calendars", "/calendars/mine/x.ics", "/calendars/mine/../../x", "/me/x", "/*")  # fmt: skip
HEADERS = (
    {}, {"depth": "-1"}, {"depth": "zwei"}, {"if": "(<"}, {"if": "(<urn:x>) (Not [x])"}, {"lock_token": "<x"}, {"timeout": "Second-99999999999999999999"},
    {"destination": "/dav/documents/x"}, {"destination": "::"}, {"destination": "http://[::1"}, {"destination": "/dav/\x00"},
    {"overwrite": "vielleicht"}, {"range": "bytes=9-1,a-b"}, {"if_match": "x"}, {"if_modified_since": "gestern"}, {"content_range": "bytes 1-2/3"},
)  # fmt: skip
BODIES = (
    b"", b"<", b"<a/>", b'<propfind xmlns="DAV:"/>', b'<propfind xmlns="DAV:"><prop/></propfind>', b"\xff\xfe\x00",
    b'<lockinfo xmlns="DAV:"><lockscope/><locktype/></lockinfo>', b'<propertyupdate xmlns="DAV:"><set/></propertyupdate>',
    b'<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:filter><C:comp-filter><C:comp-filter name="VEVENT">'
    b'<C:time-range start="x"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>',
    b'<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:href/><D:href>http://[x</D:href></C:calendar-multiget>',
)  # fmt: skip


@pytest.mark.parametrize("mount", ["/dav", "/caldav"])
def test_every_wrong_request_gets_an_answer(cast: Cast, mount: str):
    document(cast, "Plan.txt")
    program = program_of(cast.author, "both", mount)
    here = f"/documents/{cast.on_request.slug}/Plan.txt"
    # Every path with some headers, every header on a real file; bodies take turns.
    asked = [(path, HEADERS[(at + turn) % len(HEADERS)]) for at, path in enumerate(PATHS) for turn in (0, 7)]
    asked += [(here, headers) for headers in HEADERS]
    for number, (method, (path, headers)) in enumerate(itertools.product(METHODS, asked)):
        if path != here or method not in ("PUT", "DELETE"):
            body = b"" if method in ("GET", "HEAD") else BODIES[number % len(BODIES)]
            judge(program, method, path, body, headers)
    assert Document.objects.filter(
        contribution__space=cast.on_request, contribution__state="published"
    ).exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=80), words=st.binary(max_size=60))
def test_any_name_and_any_words(cast: Cast, name: str, words: bytes):
    program = program_of_once(cast)
    try:
        path = f"/documents/{cast.on_request.slug}/{name}"
        path.encode()
    except UnicodeEncodeError:
        return
    for method, body in (("PUT", words), ("PROPFIND", b""), ("GET", b""), ("MKCOL", b""), ("DELETE", b"")):
        judge(program, method, path, body, {"depth": "0"} if method == "PROPFIND" else {})


def program_of_once(cast: Cast) -> Program:
    """One password for all examples: a person has twenty at most."""
    from parvis.accounts.models import AppPassword

    AppPassword.objects.filter(person=cast.author).delete()
    return program_of(cast.author)


def judge(program: Program, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    answer = program(method, path, body, **headers)
    assert answer.status < 500 or answer.status in (501, 502, 507), (
        method,
        path[:60],
        headers,
        body[:60],
        answer,
    )
    assert b"Traceback" not in answer.body
