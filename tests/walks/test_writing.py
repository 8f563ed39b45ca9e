"""Walks of who writes: a post with a picture, planned for later; a draft begun here and finished there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from parvis.kernel import clock
from parvis.testing.walking import Stage
from tests.walks.hands import box, choose_kind, heading, png

pytestmark = pytest.mark.browser


def test_write_a_blog_post_with_an_image_and_schedule_it(stage: Stage):
    page = stage.browser_of("host")
    page.goto(stage.site / f"publish/?space={stage.cast.open.slug}")
    choose_kind(page, "billet")
    box(page, "Titre").fill("Ce que le nouveau banc nous apprend")
    page.locator("input[data-files]").set_input_files(png())  # type: ignore[arg-type]
    asked = page.get_by_role("dialog")
    asked.locator("input[name=alt]").fill("L'atelier vu de la mezzanine")
    asked.locator("button[value=yes]").click()
    box(page, "Votre texte").locator("visible=true").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("Trois mesures ont suffi.")
    page.get_by_text("Publier plus tard, ou garder en brouillon").click()
    at = clock.now() + timedelta(days=2)
    page.get_by_label("Date et heure").fill(at.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Programmer").click()
    page.wait_for_url(lambda url: "/publish/" not in url)

    page.goto(stage.site / "drafts/")
    planned = page.get_by_role("region", name="Programmés")
    expect(planned).to_contain_text("Ce que le nouveau banc nous apprend")
    # Nobody else sees it before its hour.
    reader = stage.browser_of("member")
    reader.goto(stage.site / f"{stage.cast.open.url}blog/")
    expect(reader.locator("main")).not_to_contain_text("Ce que le nouveau banc nous apprend")

    planned.get_by_role("link", name="Ce que le nouveau banc nous apprend").click()
    page.get_by_label("Date et heure").fill("")
    page.locator("main").get_by_role("button", name="Publier", exact=True).click()
    expect(heading(page, "Ce que le nouveau banc nous apprend")).to_be_visible()

    reader.goto(stage.site / f"{stage.cast.open.url}blog/")
    reader.get_by_role("link", name="Ce que le nouveau banc nous apprend").first.click()
    expect(reader.locator("main")).to_contain_text("Trois mesures ont suffi.")
    picture = reader.locator("main .prose img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("alt", "L'atelier vu de la mezzanine")
    assert picture.evaluate("one => one.complete && one.naturalWidth > 0")


def test_a_draft_typed_on_one_device_is_found_on_another(stage: Stage):
    office = stage.browser_of("author")
    office.goto(stage.site / f"publish/?space={stage.cast.open.slug}")
    choose_kind(office, "question")
    box(office, "Titre").fill("Qui a un tapis de découpe")
    with office.expect_response(lambda got: "/drafts/" in got.url and got.request.method == "POST") as kept:
        box(office, "Votre texte").press_sequentially("Le nôtre a fondu, et la découpe attend.")
    assert kept.value.ok
    expect(box(office, "Votre texte")).to_have_value("Le nôtre a fondu, et la découpe attend.")
    office.locator("[data-status]", has_text="nregistr").wait_for()

    phone = stage.browser_of("author", viewport={"width": 360, "height": 740})
    phone.goto(stage.site / "drafts/")
    phone.get_by_role("region", name="Commencés, pas finis").get_by_role("link").first.click()
    expect(box(phone, "Titre")).to_have_value("Qui a un tapis de découpe")
    expect(box(phone, "Votre texte")).to_have_value("Le nôtre a fondu, et la découpe attend.")
    phone.locator("main").get_by_role("button", name="Publier", exact=True).click()
    expect(heading(phone, "Qui a un tapis de découpe")).to_be_visible()

    office.goto(stage.site / "drafts/")
    expect(office.locator("main")).not_to_contain_text("tapis de découpe")
