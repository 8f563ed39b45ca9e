"""Pages of documents as people of the cast get them. Not here: the rules (test_documents)."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from django.test import Client
from PIL import Image

from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.testing.cast import Cast
from parvis.tools.documents import actions, folders
from parvis.tools.documents.models import Document, Folder, Version
from parvis.tools.documents.tests.stage import client_of, document, given, pdf, seen


def text_of(response: Any) -> str:
    return response.content.decode()


def here(cast: Cast) -> str:
    cast.on_request.tools.get_or_create(slug="documents")
    return f"/c/{cast.on_request.slug}/documents/"


def test_files_come_by_the_plain_form(cast: Cast) -> None:
    client, base = client_of(cast.author), here(cast)
    assert 'type="file"' in text_of(client.get(base))
    sent = {"files": [given("Un.txt"), given("Deux.txt", b"2")], "folder": ""}
    assert client.post(base + "upload/", sent).status_code == 303
    page = text_of(client.get(base))
    assert "Un.txt" in page
    assert "Deux.txt" in page
    refused = client.post(base + "upload/", {"folder": ""})
    assert refused.status_code == 422
    assert 'role="alert"' in text_of(refused)
    assert 'type="file"' not in text_of(client_of(cast.member).get("/documents/"))


def test_the_script_sends_one_by_one_into_one_card(cast: Cast) -> None:
    client, base = client_of(cast.author), here(cast)
    as_script = {"X-Requested-With": "fetch"}
    first = client.post(base + "upload/", {"file": given("a.txt")}, headers=as_script).json()
    client.post(base + "upload/", {"file": given("b.txt"), "first": first["id"]}, headers=as_script)
    assert [row.is_listed for row in Contribution.objects.filter(kind="document").order_by("id")] == [
        True,
        False,
    ]
    assert "avec 1 autre fichier" in text_of(
        client.get(f"/c/{cast.on_request.slug}/")
    ) or "with 1 other" in text_of(client.get(f"/c/{cast.on_request.slug}/"))
    empty = client.post(base + "upload/", {"file": given("vide.txt", b"")}, headers=as_script)
    assert empty.status_code == 422
    assert empty.json()["error"]


def test_over_its_quota_an_upload_answers_413(cast: Cast, monkeypatch: Any) -> None:
    client, base = client_of(cast.author), here(cast)
    monkeypatch.setattr(config, "community_quota_mb", 1)
    answer = client.post(base + "upload/", {"files": given("gros.bin", b"x" * 1_100_000)})
    assert answer.status_code == 413
    assert not Document.objects.exists()


def test_of_several_files_those_that_can_be_kept_are_and_the_others_are_named(
    cast: Cast, monkeypatch: Any
) -> None:
    monkeypatch.setattr(config, "max_upload_mb", 1)
    client, base = client_of(cast.author), here(cast)
    files = [
        given("Un.txt"),
        given("Énorme.bin", b"x" * 1_100_000),
        given("Vide.txt", b""),
        given("Deux.txt"),
    ]
    answer = client.post(base + "upload/", {"files": files, "folder": ""})
    assert answer.status_code == 200
    assert set(Document.objects.values_list("name", flat=True)) == {"Un.txt", "Deux.txt"}
    assert Contribution.objects.filter(kind="document", is_listed=True).count() == 1, "they make one card"
    told = text_of(answer).split('role="alert"')[1].split("</div>")[0]
    assert ("Énorme.bin" in told, "Vide.txt" in told, "Un.txt" in told) == (True, True, False)


def test_of_several_files_none_of_which_can_be_kept_each_is_named(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(config, "max_upload_mb", 1)
    monkeypatch.setattr(config, "community_quota_mb", 1)
    client, base = client_of(cast.author), here(cast)
    files = [given("Un.bin", b"x" * 1_100_000), given("Deux.bin", b"y" * 1_100_000)]
    answer = client.post(base + "upload/", {"files": files, "folder": ""})
    assert answer.status_code == 413
    told = text_of(answer).split('role="alert"')[1].split("</div>")[0]
    assert "Un.bin" in told
    assert "Deux.bin" in told
    assert not Document.objects.exists()


def test_where_the_tool_is_switched_off_its_files_are_not_listed_for_me(cast: Cast) -> None:
    here(cast)
    document(cast, "Le mien.txt")
    client = client_of(cast.author)
    for address in ("/documents/", "/mine/"):
        assert "Le mien.txt" in text_of(client.get(address))
    cast.on_request.tools.filter(slug="documents").delete()
    for address in ("/documents/", "/mine/"):
        assert "Le mien.txt" not in text_of(client.get(address))


def test_a_page_that_would_run_is_only_ever_downloaded(cast: Cast) -> None:
    for name, data in (
        ("page.html", b"<script>alert(1)</script>"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("photo.png", b"<html><script>alert(1)</script>"),
        ("plan.pdf", pdf("x") + b"<script>alert(1)</script>"),
    ):
        made = document(cast, name, data)
        answer = client_of(cast.member).get(f"/documents/{made.key}/file/1/")
        assert answer["Content-Disposition"].startswith("attachment"), name
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert client_of(cast.member).get(f"/documents/{made.key}/play/1/").status_code == 404


def test_no_address_of_a_file_answers_a_stranger(cast: Cast, run_jobs: Any) -> None:
    made = document(cast, "plan.pdf", pdf("Un plan"))
    run_jobs()
    file = Version.objects.get(contribution=made).file_id
    from parvis.kernel.ids import encode

    member, stranger = client_of(cast.member), client_of(cast.stranger)
    for path in ("", "versions/", "file/1/", "page/1/1/"):
        assert member.get(f"/documents/{made.key}/{path}").status_code == 200, path
        assert stranger.get(f"/documents/{made.key}/{path}").status_code == 404, path
    assert stranger.get(f"/files/{encode(file or 0)}/plan.pdf").status_code == 404
    assert member.get(f"/documents/{made.key}/page/1/2/").status_code == 404
    assert member.get(f"/documents/{made.key}/file/99999999999/").status_code == 404


def test_a_pdf_is_seen_in_the_page_and_its_words_are_found(cast: Cast, run_jobs: Any) -> None:
    made = document(cast, "plan.pdf", pdf("Le plan du hall", "La suite"))
    client = client_of(cast.member)
    run_jobs()
    page = text_of(client.get(f"/documents/{made.key}/"))
    assert f"/documents/{made.key}/page/1/2/" in page
    assert "Le plan du hall" in page
    drawn = client.get(f"/documents/{made.key}/page/1/1/")
    assert drawn["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(drawn.streaming_content))).width == 1100
    assert made.key in text_of(client.get("/search/?q=hall"))


def test_a_new_version_and_back_by_their_forms(cast: Cast) -> None:
    made = document(cast, data=b"un")
    client = client_of(cast.member)
    sent = {"files": given("v2.txt", b"deux"), "note": "Le mardi compris"}
    assert client.post(f"/documents/{made.key}/version/", sent).status_code == 303
    page = text_of(client.get(f"/documents/{made.key}/versions/"))
    assert "Le mardi compris" in page
    assert client.post(f"/documents/{made.key}/restore/", {"number": "1"}).status_code == 303
    data = b"".join(client.get(f"/documents/{made.key}/file/3/").streaming_content)
    assert data == b"un"
    assert client.post(f"/documents/{made.key}/restore/", {"number": "x"}).status_code == 404
    assert client.post(f"/documents/{made.key}/version/", {"note": "Oubli"}).status_code == 422


def test_a_reply_says_which_version_it_was_written_on(cast: Cast) -> None:
    made = document(cast)
    reply(seen(made, cast.member), body="Sur la une", by=cast.member)
    assert (
        "version 1"
        not in text_of(client_of(cast.member).get(f"/documents/{made.key}/")).split('id="replies"')[1]
    )
    actions.add_version(seen(made, cast.author), given(data=b"2"), note="", by=cast.author)
    reply(seen(made, cast.member), body="Sur la deux", by=cast.member)
    replies = text_of(client_of(cast.member).get(f"/documents/{made.key}/")).split('id="replies"')[1]
    assert "version 1" in replies
    assert "version 2" in replies


def zip_of(client: Client, path: str) -> zipfile.ZipFile:
    answer = client.get(path)
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_folder_as_a_zip_with_its_folders(cast: Cast) -> None:
    base = here(cast)
    plans = folders.add_folder(cast.on_request, "Plans", by=cast.author)
    old = folders.add_folder(cast.on_request, "Anciens", by=cast.author, parent=plans)
    document(cast, "Mode d'emploi.txt", b"0")
    document(cast, "Été.txt", b"1", folder=plans)
    document(cast, "Hier.txt", b"2", folder=old)
    client = client_of(cast.member)
    every = zip_of(client, base + "zip/")
    assert every.testzip() is None
    assert sorted(every.namelist()) == ["Mode d'emploi.txt", "Plans/Anciens/Hier.txt", "Plans/Été.txt"]
    inner = zip_of(client, base + f"zip/?folder={_key(plans)}")
    assert sorted(inner.namelist()) == ["Anciens/Hier.txt", "Été.txt"]
    assert inner.read("Été.txt") == b"1"


def _key(folder: Folder) -> str:
    from parvis.kernel.ids import encode

    return encode(folder.id)


def test_small_forms(cast: Cast) -> None:
    base, client = here(cast), client_of(cast.author)
    assert client.post(base + "new-folder/", {"name": "Plans"}).status_code == 303
    shelf = Folder.objects.get(name="Plans")
    assert client.post(base + "new-folder/", {"name": "plans"}).status_code == 422
    link = {"title": "Manuel", "url": "https://ged.example/m", "lives_in": "la GED", "owner": "Nadia"}
    assert client.post(base + f"link/?in={_key(shelf)}", link).status_code == 303
    page = text_of(client.get(base + f"folders/{_key(shelf)}/"))
    assert "la GED" in page
    assert client.post(base + f"folders/{_key(shelf)}/edit/", {"do": "remove"}).status_code == 403
    assert client.post(base + f"folders/{_key(shelf)}/edit/", {"name": "Papiers"}).status_code == 303
    made = document(cast, "Modèle.txt")
    assert client.post(f"/documents/{made.key}/model/", {"is": "1"}).status_code == 303
    assert "Modèle.txt" in text_of(client.get(base + "models/"))
    assert client.post(base + "models/", {"model": made.key, "name": "Le mien"}).status_code == 303
    assert client.post(base + "models/", {"model": shelf.name}).status_code == 422
    sent = {"name": "Renommé", "folder": _key(shelf)}
    assert client.post(f"/documents/{made.key}/arrange/", sent).status_code == 303
    assert Document.objects.get(contribution=made).folder_id == shelf.id
    copied = client.post(f"/documents/{made.key}/copy/", {"space": cast.on_request.slug, "name": "Copie"})
    assert copied.status_code == 303
    for path in ("arrange/", "copy/", ""):
        assert client.get(f"/documents/{made.key}/{path}").status_code == 200, path
    assert client_of(cast.host).get(f"/documents/{made.key}/move/").status_code == 200
    assert client.post(f"/documents/{made.key}/lock/", {"days": "3"}).status_code == 303
    assert client.post(f"/documents/{made.key}/unlock/", {}).status_code == 303
    assert "Le mien.txt" in text_of(client.get("/documents/"))
    assert "Le mien.txt" in text_of(client.get("/mine/"))


def test_a_film_is_sent_from_where_its_player_asks(cast: Cast) -> None:
    made = document(cast, "film.mp4", b"\x00\x00\x00\x18ftypisom" + b"f" * 300_000)
    client = client_of(cast.member)
    for place in ("play", "file"):
        part = client.get(f"/documents/{made.key}/{place}/1/", headers={"Range": "bytes=4-11"})
        assert part.status_code == 206
        assert b"".join(part.streaming_content) == b"ftypisom"
        assert part["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert client.get(f"/documents/{made.key}/play/1/", headers={"Range": "bytes=900000-"}).status_code == 416


def test_what_changed_lately_goes_on_page_after_page(cast: Cast) -> None:
    here(cast)
    names = [f"Fiche {n:02}.txt" for n in range(55)]
    for name in names:
        document(cast, name)
    client, address, found = client_of(cast.member), "/documents/", list[str]()
    while address:
        page = text_of(client.get(address))
        found += re.findall(r"Fiche \d\d\.txt(?=</a>)", page)
        onward = re.search(r'href="[^"]*\?after=([0-9a-z-]+)"', page)
        address = f"/documents/?after={onward[1]}" if onward else ""
    assert found == names[::-1]
    assert client.get("/documents/?after=nonsense").status_code == 200
