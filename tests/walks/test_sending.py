"""Files brought in a real browser: dropped, pasted, many at once; large ones over a line that breaks, and after a reload."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from parvis.config import config
from parvis.testing.walking import Stage
from tests.walks.hands import heading, png

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

pytestmark = pytest.mark.browser
PART = 4 * 2**20
CHOOSE = "Apporter des fichiers"
# What a mouse and a clipboard do, with files made in the page.
GIVE = """([how, files]) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));
  const zone = document.querySelector('x-files');
  if (how === 'paste') document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  else for (const type of ['dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of eleven megabytes: three parts."""
    path = tmp_path / "Visite du hall.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 4096 * 11)
    return path


def documents(stage: Stage, name: str = "author") -> Page:
    page = stage.browser_of(name)
    page.goto(stage.site / f"{stage.cast.on_request.url}documents/")
    return page


def offsets(page: Page) -> list[int]:
    """From where each part was sent, as the browser says it."""
    seen: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            seen.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return seen


def cut_after(page: Page, parts: int) -> None:
    """A line that breaks after so many parts, for good."""
    passed = {"count": 0}

    def handle(route: Route) -> None:
        is_part = route.request.method == "PATCH"
        passed["count"] += is_part
        if is_part and passed["count"] > parts:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/documents/incoming/**", handle)


def size_said(page: Page, name: str) -> Any:
    return page.locator(".document-row", has_text=name)


def test_files_dropped_and_pasted_many_at_once(stage: Stage) -> None:
    page = documents(stage)
    texts = [[f"Fiche {n}.txt", "text/plain", base64.b64encode(b"x" * n).decode()] for n in range(1, 13)]
    page.evaluate(GIVE, ["drop", texts])
    for name, _type, _data in texts:
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    picture = base64.b64encode(png()["buffer"]).decode()  # type: ignore[arg-type]
    page.evaluate(GIVE, ["paste", [["image.png", "image/png", picture]]])
    expect(page.get_by_role("link", name="image.png")).to_be_visible()
    # One card for the twelve.
    page.goto(stage.site / stage.cast.on_request.url)
    expect(page.get_by_text(re.compile("avec 11 autres fichiers"))).to_be_visible()


def test_each_file_shows_how_far_it_is_and_what_went_wrong(stage: Stage, monkeypatch: Any) -> None:
    page = documents(stage)
    monkeypatch.setattr(config, "max_upload_mb", 1)
    page.evaluate("window.heavy = 'A'.repeat(2000000)")
    page.evaluate(
        GIVE.replace("atob(text)", "(text === 'heavy' ? window.heavy : atob(text))"),
        ["drop", [["Lourd.txt", "text/plain", "heavy"], ["Petit.txt", "text/plain", "eA=="]]],
    )
    failed = page.locator(".upload-file", has_text="Lourd.txt")
    expect(failed.get_by_role("status")).to_contain_text("1 Mo")
    expect(page.locator(".upload-file", has_text="Petit.txt").locator("progress")).to_have_js_property(
        "value", 1
    )
    monkeypatch.setattr(config, "max_upload_mb", 25)
    failed.get_by_role("button", name="Renvoyer").click()
    expect(page.get_by_role("link", name="Lourd.txt")).to_be_visible()
    expect(page.get_by_role("link", name="Petit.txt")).to_be_visible()


def test_a_large_file_waits_for_a_lost_connection(stage: Stage, film: Path) -> None:
    page = documents(stage)
    sent = offsets(page)
    cut_after(page, 1)
    page.get_by_label(CHOOSE).set_input_files(film)
    line = page.locator(".upload-file")
    expect(line.get_by_role("status")).to_contain_text("La connexion est perdue")
    page.context.set_offline(True)
    page.unroute_all()
    expect(line.locator("progress")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("link", name=film.name)).to_be_visible()
    expect(size_said(page, film.name)).to_contain_text("12 Mo")
    # Nothing was sent twice but the part that was lost.
    assert sent[0] == 0
    assert set(sent[1:]) == {PART, 2 * PART}
    page.get_by_role("link", name=film.name).click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Télécharger")).click()
    assert waiting.value.path().read_bytes() == film.read_bytes()


def test_after_a_reload_the_rest_is_sent(stage: Stage, film: Path) -> None:
    page = documents(stage)
    cut_after(page, 1)
    page.get_by_label(CHOOSE).set_input_files(film)
    expect(page.locator(".upload-file").get_by_role("status")).to_contain_text("La connexion est perdue")
    page.reload()
    expect(page.locator(".upload-left")).to_contain_text(f"de {film.name}")
    page.unroute_all()
    sent = offsets(page)
    page.get_by_label(CHOOSE).set_input_files(film)
    expect(page.get_by_role("link", name=film.name)).to_be_visible()
    assert sent == [PART, 2 * PART]
    expect(page.locator(".upload-left")).to_have_count(0)


def test_what_was_begun_can_be_forgotten(stage: Stage, film: Path) -> None:
    page = documents(stage)
    cut_after(page, 1)
    page.get_by_label(CHOOSE).set_input_files(film)
    expect(page.locator(".upload-file").get_by_role("status")).to_contain_text("La connexion est perdue")
    page.reload()
    page.unroute_all()
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="L’oublier").click()
    page.reload()
    expect(page.get_by_label(CHOOSE)).to_be_visible()
    sent = offsets(page)
    page.get_by_label(CHOOSE).set_input_files(film)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name=re.compile("Arrêter l’envoi")).wait_for()
    assert sent[0] == 0


def test_a_large_new_version(stage: Stage, film: Path) -> None:
    page = documents(stage)
    page.get_by_label(CHOOSE).set_input_files(
        {"name": "Visite.mp4", "mimeType": "video/mp4", "buffer": b"\x00\x00\x00\x18ftypisom"}
    )
    page.get_by_role("link", name="Visite.mp4").click()
    heading(page, "Visite.mp4").wait_for()
    page.get_by_label("Fichier", exact=True).set_input_files(film)
    page.get_by_label("Ce qui change").fill("Avec le quai")
    sent = offsets(page)
    page.get_by_role("button", name="Apporter cette version").click()
    expect(page.get_by_role("link", name=re.compile("2 versions"))).to_be_visible()
    expect(page.get_by_text("Avec le quai")).to_be_visible()
    assert sent == [0, PART, 2 * PART]
