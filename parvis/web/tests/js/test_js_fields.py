"""Fields that help, in a real Chromium: comboboxes, uploads, the preview of a brand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Site, as_json

pytestmark = pytest.mark.browser

SELECT = """<form method="post" action="/published"><x-combobox><label for="p">People</label>
<select id="p" name="people" multiple required data-url="/pick"><option value="1" selected>Anna</option></select></x-combobox>
<button>Send</button></form>"""


def test_people_are_chosen_by_typing_and_removed(site: Site, page: Page) -> None:
    site.answers["/pick"] = lambda asked: as_json(
        [{"id": "1", "name": "Anna"}, {"id": "2", "name": "Marc", "detail": "Lyon"}]
    )
    page.goto(site.page("/", SELECT))
    field = page.get_by_role("combobox", name="People")
    field.press_sequentially("ma")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".picker [role=option]")).to_have_text(
        ["Marc Lyon"]
    )  # who is chosen isn't offered again
    page.keyboard.press("Enter")
    expect(page.locator(".chips li")).to_have_count(2)
    page.get_by_role("button", name="Remove Anna").click()
    expect(field).to_be_focused()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/published")
    assert site.to("/published")[0].form["people"] == ["2"]


def test_a_required_choice_stays_required(site: Site, page: Page) -> None:
    page.goto(site.page("/", SELECT))
    page.get_by_role("combobox", name="People").focus()
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Send").click()
    assert page.url == site.url + "/"
    expect(page.get_by_role("combobox", name="People")).to_be_focused()


def test_own_options_are_searched_without_accents(site: Site, page: Page) -> None:
    page.goto(
        site.page(
            "/",
            '<x-combobox><label for="c">Site</label><select id="c" name="site"><option value="">-</option>'
            '<option value="m">Montréal</option><option value="l">Lyon</option></select></x-combobox>',
        )
    )
    page.get_by_role("combobox", name="Site").press_sequentially("montrea")
    page.locator(".picker [role=option]").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("select")).to_have_value("m")
    expect(page.get_by_role("combobox", name="Site")).to_be_hidden()  # one choice is enough


def test_tags_may_be_new(site: Site, page: Page) -> None:
    site.answers["/tags"] = lambda asked: as_json([{"name": "paie"}])
    page.goto(
        site.page(
            "/",
            '<form method="post" action="/published"><x-combobox><label for="t">Tags</label>'
            '<input id="t" name="tags" data-url="/tags" data-new value="rh"></x-combobox><button>Send</button></form>',
        )
    )
    field = page.get_by_role("combobox", name="Tags")
    field.press_sequentially("#nouveau")
    page.keyboard.press("Enter")
    field.press_sequentially("pa")
    page.locator(".picker [role=option]").click()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/published")
    assert site.to("/published")[0].value("tags") == "rh, nouveau, paie"


def test_an_upload_is_sent_at_once_and_its_id_posted(site: Site, page: Page) -> None:
    site.answers["/upload"] = lambda asked: as_json(
        {"id": "f1", "url": "/files/f1/a.png", "name": "a.png", "is_image": True}
    )
    page.goto(
        site.page(
            "/",
            '<form method="post" action="/published"><x-upload data-url="/upload"><label>Cover <input type="file" name="cover" '
            "required></label></x-upload><button>Send</button></form>",
        )
    )
    page.locator("x-upload").wait_for()
    page.locator("x-upload:defined").wait_for()
    page.get_by_label("Cover").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"abc"})
    expect(page.locator(".upload-done")).to_contain_text("a.png")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/published")
    assert site.to("/published")[0].value("cover_id") == "f1"


def test_the_brand_is_judged_by_the_server_and_shown_at_once(site: Site, page: Page) -> None:
    site.answers["/brand"] = lambda asked: as_json(
        {
            "tokens": {"--accent": f"hsl({asked.query['hue']} 50% 40%)", "color": "red"},
            "verdict": "Contrast 5.1: readable",
        }
    )
    page.goto(
        site.page(
            "/",
            '<x-live-preview data-url="/brand"><form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="secret">'
            '<input type="range" name="hue" min="0" max="360" aria-label="Hue"></form><p data-sample>Sample</p><p data-verdict></p></x-live-preview>',
        )
    )
    page.locator("x-live-preview:defined").wait_for()
    page.get_by_label("Hue").fill("120")
    expect(page.locator("[data-verdict]")).to_have_text("Contrast 5.1: readable")
    assert (
        page.locator("[data-sample]").evaluate("one => one.style.getPropertyValue('--accent')")
        == "hsl(120 50% 40%)"
    )
    assert page.locator("[data-sample]").evaluate("one => one.style.color") == ""
    assert "csrfmiddlewaretoken" not in site.to("/brand")[-1].query
