"""Documents wherever files are kept, and before a scanner: the whole round in an object store, every way in. Not here: the stores."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.contributions import attachments
from parvis.contributions.models import Contribution
from parvis.kernel.errors import TryAgain
from parvis.kernel.files import site_store
from parvis.kernel.files_tidy import forget_orphans, named_contents
from parvis.kernel.scanning import Infected
from parvis.testing.cast import Cast
from parvis.tools.documents import actions
from parvis.tools.documents.models import Document, Incoming, Version
from parvis.tools.documents.tests.stage import client_of, document, given, pdf, seen

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def in_bucket(bucket: dict[str, str], tmp_path: Path, settings: Any) -> None:
    settings.PARVIS_FILES_ROOT = tmp_path
    settings.PARVIS_FILES_S3 = bucket


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def in_parts(client: Any, cast: Cast, data: bytes) -> Any:
    """Begins a file and sends all of it as one part."""
    cast.on_request.tools.get_or_create(slug="documents")
    about = {
        **TUS,
        "Upload-Length": str(len(data)),
        "Upload-Metadata": f"filename {base64.b64encode(b'a.bin').decode()}",
    }
    place = client.post(f"/c/{cast.on_request.slug}/documents/incoming/", headers=about)["Location"]
    part = "application/offset+octet-stream"
    return client.patch(place, data, content_type=part, headers={**TUS, "Upload-Offset": "0"})


def test_the_whole_round_in_an_object_store(in_bucket: None, cast: Cast, run_jobs: Any) -> None:
    client = client_of(cast.member)
    made = document(cast, "plan.pdf", pdf("Le plan du hall"))
    run_jobs()
    assert "Le plan du hall" in client.get(f"/documents/{made.key}/").content.decode()
    assert body(client.get(f"/documents/{made.key}/page/1/1/"))[8:12] == b"WEBP"
    whole = client.get(f"/documents/{made.key}/file/1/")
    assert body(whole) == pdf("Le plan du hall")
    # Through us, never by an address of the store.
    assert not {"Location", "X-Accel-Redirect"} & set(whole.headers)
    part = client.get(f"/documents/{made.key}/file/1/", headers={"Range": "bytes=1-3"})
    assert (part.status_code, body(part)) == (206, b"PDF")
    actions.add_version(seen(made, cast.author), given("v2.pdf", b"%PDF-deux"), note="", by=cast.author)
    assert body(client.get(f"/documents/{made.key}/file/2/")) == b"%PDF-deux"
    archive = zipfile.ZipFile(io.BytesIO(body(client.get(f"/c/{cast.on_request.slug}/documents/zip/"))))
    assert archive.read("plan.pdf") == b"%PDF-deux"
    assert in_parts(client_of(cast.author), cast, b"z" * 50_000).status_code == 204
    assert (
        body(client.get(f"/documents/{Document.objects.get(name='a.bin').contribution.key}/file/1/"))
        == b"z" * 50_000
    )


def test_what_no_row_names_is_forgotten_wherever_it_is(in_bucket: None, cast: Cast, run_jobs: Any) -> None:
    keep, gone = document(cast, "plan.pdf", pdf("Un")), document(cast, "autre.pdf", pdf("Deux"))
    run_jobs()
    kept = set(site_store().hashes())
    assert kept <= named_contents()
    assert forget_orphans(min_age_seconds=-5) == 0
    Contribution.objects.filter(id=gone.id).delete()
    # Its rows are gone, but it is young: a row that names it may be on its way.
    assert forget_orphans() == 0
    assert forget_orphans(min_age_seconds=-5) == 2
    assert set(site_store().hashes()) == {
        Version.objects.get(contribution=keep).sha256,
        Version.objects.get(contribution=keep).pages[0][0],
    }


@pytest.fixture
def infected(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    """A scanner that knows one signature; how clamd is spoken to is another test's (kernel)."""
    from parvis.kernel import scanning

    settings.PARVIS_FILES_ROOT = tmp_path
    settings.PARVIS_CLAMAV = "tcp://scanner"

    def scan(where: str, stream: Any) -> str:
        if settings.PARVIS_CLAMAV == "away":
            raise scanning.ScannerAway
        return "stream: Eicar-Test-Signature FOUND" if b"EICAR" in stream.read() else "stream: OK"

    monkeypatch.setattr(scanning, "scan", scan)


def test_nothing_infected_comes_in_by_any_way(infected: None, cast: Cast) -> None:
    client = client_of(cast.author)
    made = document(cast)
    base = f"/c/{cast.on_request.slug}/documents/"
    cast.on_request.tools.get_or_create(slug="documents")
    answers = [
        client.post(base + "upload/", {"files": given("a.txt", EICAR)}),
        client.post(base + "upload/", {"file": given("a.txt", EICAR)}, headers={"X-Requested-With": "fetch"}),
        client.post(f"/documents/{made.key}/version/", {"files": given("a.txt", EICAR)}),
        client.post("/upload/", {"file": given("a.txt", EICAR)}),
        in_parts(client, cast, EICAR),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "Eicar-Test-Signature" in answer.content.decode()
    for way in (
        lambda: attachments.keep_upload(SimpleUploadedFile("a.txt", EICAR), alt="", by=cast.author),
        lambda: actions.publish_document(cast.on_request, title="a", body=EICAR.decode(), by=cast.author),
    ):
        with pytest.raises(Infected):
            way()
    assert Version.objects.count() == 1
    assert len(list(site_store().hashes())) == 1


def test_without_a_scanner_nothing_comes_in_but_may_later(infected: None, cast: Cast, settings: Any) -> None:
    client = client_of(cast.author)
    settings.PARVIS_CLAMAV = "away"
    with pytest.raises(TryAgain):
        document(cast)
    assert in_parts(client, cast, b"sain").status_code == 503
    coming = Incoming.objects.get()
    settings.PARVIS_CLAMAV = "tcp://scanner"
    from parvis.kernel.ids import encode

    place = f"/c/{cast.on_request.slug}/documents/incoming/{encode(coming.id)}/"
    assert client.head(place, headers=TUS)["Upload-Offset"] == "0"
    part = "application/offset+octet-stream"
    again = client.patch(place, b"sain", content_type=part, headers={**TUS, "Upload-Offset": "0"})
    assert again.status_code == 204
    assert Document.objects.count() == 1
