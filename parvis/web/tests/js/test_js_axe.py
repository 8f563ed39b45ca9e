"""What the scripts make passes axe: pickers, dialogs, the rich editor and its tools, comboboxes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from parvis.web.tests.js.composer_page import composer
from parvis.web.tests.js.tiny_site import Site, as_json

pytestmark = pytest.mark.browser

EDITOR = 'data-saved-at="" data-editor-url="/static/vendor/editor/editor.js" data-editor-css="/static/vendor/editor/editor.css"'
Axe = Callable[..., None]
# These pages hold one part each, without the landmarks and heading of a whole page.
ALONE = ("region", "landmark-one-main", "page-has-heading-one")


@pytest.fixture(autouse=True)
def answers(site: Site) -> None:
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": "2026-11-23T09:42:00Z"})
    site.answers["/pick/people"] = lambda asked: as_json(
        [{"id": "0123456789abc", "name": "Anna Weiss", "detail": "Lyon", "can_see": False}]
    )
    site.answers["/pick/tags"] = lambda asked: as_json([{"name": "paie"}])
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/0123456789abc/a.png", "name": "a.png", "is_image": True}
    )


def test_the_composer_with_its_list_open(site: Site, page: Page, axe: Axe) -> None:
    page.goto(site.page("/", composer()))
    page.locator("textarea").press_sequentially("@an")
    page.locator(".picker [role=option]").wait_for()
    axe(page, ignore=ALONE)


def test_the_question_about_a_picture(site: Site, page: Page, axe: Axe) -> None:
    page.goto(site.page("/", composer()))
    page.locator("[data-toolbar]").wait_for()
    page.locator("[data-files]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"abc"})
    page.get_by_role("dialog").wait_for()
    axe(page, ignore=ALONE)


def test_the_rich_editor_in_a_table_with_a_task(site: Site, page: Page, axe: Axe) -> None:
    body = "## Title\n\n- [ ] task\n\n@[Anna](person:0123456789abc) [link](https://a.example)"
    page.goto(site.page("/", composer(attributes=EDITOR, body=body)))
    page.get_by_role("button", name="Rich text").click()
    page.locator(".ProseMirror").press("Control+End")
    page.keyboard.press("Enter")
    page.locator("[data-md=table]").click()
    page.get_by_role("button", name="Add a row").wait_for()
    for word in ("a", "b", "c"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    axe(page, ignore=ALONE)


def test_the_question_about_a_link(site: Site, page: Page, axe: Axe) -> None:
    page.goto(site.page("/", composer(attributes=EDITOR, body="word")))
    page.get_by_role("button", name="Rich text").click()
    page.locator(".ProseMirror").press("Control+k")
    page.get_by_role("dialog").wait_for()
    axe(page, ignore=ALONE)


def test_a_combobox_with_chips_and_its_list_open(site: Site, page: Page, axe: Axe) -> None:
    markup = (
        '<x-combobox data-url="/pick/tags" data-new><label for="t">Tags</label>'
        '<input id="t" name="tags" value="rh"></x-combobox>'
    )
    page.goto(site.page("/", markup))
    page.get_by_role("combobox").press_sequentially("pa")
    page.locator(".picker [role=option]").wait_for()
    axe(page, ignore=ALONE)
