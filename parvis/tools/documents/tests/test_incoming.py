"""Large files in parts: the protocol, its bounds, its rights at the start and at the end. Not here: the browser (test_sending)."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from parvis.config import config
from parvis.kernel import clock
from parvis.kernel.errors import NotFound
from parvis.kernel.files import local_store
from parvis.membership.actions import leave
from parvis.testing.cast import Cast
from parvis.tools.documents import folders, incoming
from parvis.tools.documents.models import Document, Incoming, Version
from parvis.tools.documents.tests.stage import client_of, document

TUS = {"Tus-Resumable": "1.0.0"}
DATA = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    settings.PARVIS_FILES_ROOT = tmp_path


def base_of(cast: Cast) -> str:
    cast.on_request.tools.get_or_create(slug="documents")
    return f"/c/{cast.on_request.slug}/documents/incoming/"


def metadata(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def begin(client: Client, cast: Cast, size: int = len(DATA), **about: str) -> Any:
    said = metadata(**{"filename": "Été.bin", **about})
    return client.post(base_of(cast), headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": said})


def send(client: Client, place: str, at: int, data: bytes, **headers: str) -> Any:
    return client.patch(
        place,
        data,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(at), **headers},
    )


def offset(client: Client, place: str) -> int:
    return int(client.head(place, headers=TUS)["Upload-Offset"])


def test_what_is_spoken_here(cast: Cast) -> None:
    client = client_of(cast.author)
    said = client.options(base_of(cast))
    assert said.status_code == 204
    assert said["Tus-Extension"] == "creation,expiration,checksum,termination"
    old = client.post(base_of(cast), headers={"Upload-Length": "1"})
    assert (old.status_code, old["Tus-Version"]) == (412, "1.0.0")


def test_a_file_in_parts_becomes_a_document_like_any_other(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(cast.author)
    shelf = folders.add_folder(cast.on_request, "Films", by=cast.author)
    from parvis.kernel.ids import encode

    place = begin(client, cast, folder=encode(shelf.id))["Location"]
    assert offset(client, place) == 0
    assert send(client, place, 0, DATA[:4000]).status_code == 204
    assert not Document.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        last = send(client, place, 4000, DATA[4000:])
    made = Document.objects.get()
    assert last["Content-Location"] == f"/documents/{made.contribution.key}/"
    assert (made.name, made.size, made.folder_id) == ("Été.bin", len(DATA), shelf.id)
    with local_store().open(Version.objects.get().sha256) as kept:
        assert kept.read() == DATA
    assert list(incoming.folder().iterdir()) == []
    # The line broke before the last answer: the sender learns what became of it, and sends nothing twice.
    assert client.head(place, headers=TUS)["Content-Location"] == last["Content-Location"]
    assert send(client, place, len(DATA), b"x").status_code == 409


def test_a_new_version_comes_in_parts_too(cast: Cast) -> None:
    made = document(cast)
    client = client_of(cast.author)
    place = begin(client, cast, document=made.key, note="Le grand format")["Location"]
    assert send(client, place, 0, DATA).status_code == 204
    last = Version.objects.order_by("-number").first()
    assert last is not None
    assert (last.number, last.note, last.size) == (2, "Le grand format", len(DATA))
    assert begin(client, cast, document="0000000000000").status_code == 422


def test_several_make_one_card(cast: Cast) -> None:
    client = client_of(cast.author)
    first = document(cast)
    place = begin(client, cast, first=first.key)["Location"]
    send(client, place, 0, DATA)
    assert not Document.objects.exclude(contribution=first).get().contribution.is_listed


def test_a_part_in_the_wrong_place_or_damaged_changes_nothing(cast: Cast) -> None:
    client = client_of(cast.author)
    place = begin(client, cast)["Location"]
    send(client, place, 0, DATA[:4000])
    assert send(client, place, 0, DATA[:4000]).status_code == 409
    assert send(client, place, 5000, DATA[5000:]).status_code == 409
    good = base64.b64encode(hashlib.sha256(DATA[4000:]).digest()).decode()
    broken = send(client, place, 4000, DATA[4000:-1] + b"?", **{"Upload-Checksum": f"sha256 {good}"})
    assert broken.status_code == 460
    for said in ("md5 abc=", "sha256 *"):
        assert send(client, place, 4000, b"x", **{"Upload-Checksum": said}).status_code == 400
    assert client.patch(place, b"x", headers={**TUS, "Upload-Offset": "4000"}).status_code == 415
    assert send(client, place, -1, b"x").status_code == 400
    assert offset(client, place) == 4000
    assert send(client, place, 4000, DATA[4000:], **{"Upload-Checksum": f"sha256 {good}"}).status_code == 204
    with local_store().open(Version.objects.get().sha256) as kept:
        assert kept.read() == DATA


def test_more_than_was_said_is_refused_and_forgotten(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(cast.author)
    place = begin(client, cast, size=10)["Location"]
    with django_capture_on_commit_callbacks(execute=True):
        assert send(client, place, 0, DATA).status_code == 422
    assert client.head(place, headers=TUS).status_code == 404
    assert list(incoming.folder().iterdir()) == []


def test_only_who_sends_it_and_only_while_they_may(cast: Cast) -> None:
    sender = client_of(cast.member)
    place = begin(sender, cast)["Location"]
    send(sender, place, 0, DATA[:4000])
    for other in (cast.author, cast.host, cast.stranger):
        client = client_of(other)
        assert send(client, place, 4000, DATA[4000:]).status_code in (403, 404)
        assert client.head(place, headers=TUS).status_code in (403, 404)
        assert client.delete(place, headers=TUS).status_code in (403, 404)
    leave(cast.on_request, by=cast.member)
    assert send(sender, place, 4000, DATA[4000:]).status_code in (403, 404)
    assert not Document.objects.exists()


def test_quotas_are_asked_before_and_at_the_end(cast: Cast, monkeypatch: Any) -> None:
    client = client_of(cast.author)
    monkeypatch.setattr(config, "community_quota_mb", 1)
    assert begin(client, cast, size=1_100_000).status_code == 413
    first = begin(client, cast, size=600_000)["Location"]
    # What is on its way counts, or ten that begin at once would all find room.
    assert begin(client, cast, size=600_000).status_code == 413
    document(cast, "autre.bin", b"x" * 500_000)
    assert send(client, first, 0, b"y" * 600_000).status_code == 413
    assert Document.objects.count() == 1
    monkeypatch.setattr(config, "max_document_mb", 0)
    assert begin(client, cast, size=1).status_code == 413
    assert begin(client, cast, size=0).status_code == 422


def test_one_person_has_so_much_on_its_way(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(config, "max_document_mb", 1)
    monkeypatch.setattr(config, "community_quota_mb", 0)
    client = client_of(cast.author)
    places = [begin(client, cast, size=900_000) for _ in range(3)]
    assert [answer.status_code for answer in places] == [201, 201, 422]
    assert begin(client_of(cast.member), cast, size=900_000).status_code == 201
    assert client.delete(places[0]["Location"], headers=TUS).status_code == 204
    assert begin(client, cast, size=900_000).status_code == 201
    monkeypatch.setattr(incoming, "MOST_AT_ONCE", 2)
    assert begin(client, cast, size=1).status_code == 422


def test_what_nobody_goes_on_sending_is_gone_after_a_day(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(cast.author)
    old, new = (begin(client, cast)["Location"] for _ in range(2))
    for place in (old, new):
        send(client, place, 0, DATA[:100])
    row = Incoming.objects.order_by("id").first()
    assert row is not None
    Incoming.objects.filter(id=row.id).update(expires_at=clock.now() - timedelta(minutes=1))
    assert client.head(old, headers=TUS).status_code == 404
    assert client.head(new, headers=TUS)["Upload-Expires"].endswith("GMT")
    with django_capture_on_commit_callbacks(execute=True):
        incoming.sweep()
    assert Incoming.objects.count() == 1
    assert len(list(incoming.folder().iterdir())) == 1
    incoming.folder().joinpath(new.split("/")[-2]).unlink()
    assert send(client, new, 100, DATA[100:]).status_code == 422


def test_nothing_half_sent_is_kept_as_a_file(cast: Cast) -> None:
    client = client_of(cast.author)
    place = begin(client, cast)["Location"]
    send(client, place, 0, DATA[:4000])
    assert local_store().collect_garbage([], min_age_seconds=-5) == 0
    assert offset(client, place) == 4000


def test_a_part_that_comes_after_its_file_was_forgotten_finds_nothing(cast: Cast) -> None:
    begun = incoming.begin(cast.on_request, name="Film.bin", size=10, by=cast.author)
    found = incoming.find_incoming(cast.on_request, begun.id, by=cast.author)
    incoming.drop(begun.id)
    with pytest.raises(NotFound):
        incoming.add_part(found, BytesIO(b"x" * 10), at=0, by=cast.author)
    assert not Document.objects.exists()
