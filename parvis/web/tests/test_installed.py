"""The installed app: a manifest of our own origin, icons in the network's colour, a worker that keeps no page with anything
in it.
"""

from __future__ import annotations

import io
import json

import pytest
from django.test import Client

from parvis.kernel.db import SYSTEM, acting
from parvis.testing.cast import Cast, build_cast
from parvis.web.assets import asset
from parvis.web.models import Network


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def given_to(worker: str) -> dict[str, object]:
    return dict(json.loads(worker.split("\n")[0].removeprefix("const GIVEN = ").removesuffix(";")))


def test_the_manifest_speaks_the_language_of_its_address(cast: Cast, client: Client) -> None:
    french = client.get("/app.webmanifest?l=fr").json()
    english = client.get("/app.webmanifest?l=en").json()
    assert french["lang"] == "fr"
    assert french["shortcuts"][0]["name"] == "Écrire quelque chose"
    assert english["shortcuts"][0]["name"] == "Write something"
    assert french["scope"] == french["start_url"] == french["id"] == "/"


def test_the_manifest_names_our_own_addresses_only_and_they_answer(cast: Cast, client: Client) -> None:
    answer = client.get("/app.webmanifest?l=fr")
    assert "://" not in answer.content.decode()
    icons = answer.json()["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} >= {
        ("192x192", "any"),
        ("512x512", "maskable"),
    }
    from PIL import Image

    for icon in icons:
        picture = Image.open(io.BytesIO(client.get(icon["src"]).content))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert client.get("/brand/app/7.png").status_code == 404


def test_the_icons_take_the_colour_of_the_network(cast: Cast, client: Client) -> None:
    before = client.get("/app.webmanifest").json()
    with acting(SYSTEM):
        Network.objects.update_or_create(id=1, defaults={"hue": 150})
    after = client.get("/app.webmanifest").json()
    assert after["theme_color"] != before["theme_color"]
    assert after["icons"][0]["src"] != before["icons"][0]["src"]
    assert client.get(after["icons"][0]["src"]).content != client.get("/brand/app/512.png").content


def test_the_worker_keeps_files_named_by_their_content_and_one_page_without_anybody(
    cast: Cast, client: Client
) -> None:
    answer = client.get("/sw.js?l=fr")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    given = given_to(answer.content.decode())
    files = given["files"]
    assert isinstance(files, list)
    assert all(name.startswith("/static/") for name in files)
    assert f"{asset('parvis.css')}" in files
    assert given["offline"] == "/offline/?l=fr"
    for name in files:
        assert ".py" not in name


def test_another_version_of_a_file_makes_another_worker(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parvis.web import installed

    before = client.get("/sw.js?l=fr").content
    assert client.get("/sw.js?l=fr").content == before
    monkeypatch.setattr(installed, "asset", lambda name: f"/static/build/other.{name}")
    assert client.get("/sw.js?l=fr").content != before


def test_the_offline_page_is_the_same_for_everybody(cast: Cast, client: Client) -> None:
    import re

    def shown() -> str:
        return re.sub(r'value="[^"]{64}"', "", client.get("/offline/?l=fr").content.decode())

    nobody = shown()
    assert "Pas de connexion" in nobody
    client.force_login(cast.member, backend="parvis.accounts.backend.PersonBackend")
    member = shown()
    assert cast.member.name not in member
    assert "/accounts/logout/" not in member
