"""Files for the tests, made by hand, and clients of the cast. Not here: the tests."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.documents import actions


def pdf(*pages: str) -> bytes:
    """A small PDF with one line of text on each page."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, text in enumerate(pages):
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        drawn = b"BT /F1 24 Tf 72 770 Td (" + text.encode("cp1252") + b") Tj ET"
        parts.append(b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"\nendstream")
    data, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + end


def given(name: str = "Plan.txt", data: bytes = b"Un plan") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, data)


def document(cast: Cast, name: str = "Plan.txt", data: bytes = b"Un plan", **more: Any) -> Contribution:
    """A document of the author in the community on request."""
    space: Space = more.pop("space", None) or cast.on_request
    return actions.upload(space, given(name, data), by=more.pop("by", cast.author), **more)


def seen(contribution: Contribution, person: Person) -> Contribution:
    """The same as the person finds it. Raises NotFound."""
    return find_contribution(contribution.id, person)


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client
