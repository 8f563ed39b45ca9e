"""An event that comes every week: planned, answered, subscribed to, read back by another program's library; by phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
import recurring_ical_events
from playwright.sync_api import Page, expect

from parvis.kernel import clock
from parvis.testing.walking import Stage
from tests.walks.hands import box, heading, tab_to

pytestmark = pytest.mark.browser

TITLE = "Le café du mardi"
TODAY = clock.today()
NEXT_TUESDAY = TODAY + timedelta(days=(1 - TODAY.weekday()) % 7 or 7)


def plan_weekly(stage: Stage, page: Page) -> None:
    """From the community's calendar to a published series of four dates."""
    page.goto(stage.site / f"{stage.cast.on_request.url}calendar/")
    page.get_by_role("link", name="Prévoir un événement").first.click()
    box(page, "Titre").fill(TITLE)
    box(page, "Votre texte").fill("Venez comme vous êtes.")
    page.get_by_label("Jour", exact=True).fill(NEXT_TUESDAY.isoformat())
    page.get_by_label("De", exact=True).fill("09:00")
    page.get_by_label("À", exact=True).fill("09:30")
    page.get_by_label("Lieu", exact=False).first.fill("Cantine de Lyon")
    page.get_by_label("Répétition", exact=True).select_option(label="Chaque semaine")
    page.get_by_text("Lien, dernier jour, places").click()
    page.get_by_label("Répété jusqu’au").fill((NEXT_TUESDAY + timedelta(weeks=3)).isoformat())
    page.locator("main").get_by_role("button", name="Publier", exact=True).click()
    heading(page, TITLE).wait_for()
    expect(page.locator("main")).to_contain_text("Chaque semaine, le mardi")


def test_a_series_is_planned_answered_and_read_back_by_another_calendar(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    plan_weekly(stage, author)

    # By keyboard alone: from the month to the event, to a word, to "I'm coming".
    member.goto(stage.site / f"calendar/?on={NEXT_TUESDAY}")
    tab_to(member, member.get_by_role("link", name=re.compile(TITLE)).first)
    member.keyboard.press("Enter")
    heading(member, TITLE).wait_for()
    tab_to(member, member.get_by_label("Un mot avec"))
    member.keyboard.type("J’apporte les tasses")
    member.keyboard.press("Shift+Tab")
    member.keyboard.press("Shift+Tab")
    tab_to(member, member.get_by_role("button", name="Je viens", exact=True))
    member.keyboard.press("Enter")
    expect(member.get_by_role("button", name="Je viens", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    author.reload()
    expect(author.locator("main")).to_contain_text("J’apporte les tasses")

    # One date moves, with a word; the member is told.
    author.get_by_role("link", name="Changer cette date").click()
    author.get_by_label("De", exact=True).fill("14:00")
    author.get_by_label("À", exact=True).fill("14:30")
    author.get_by_label("Pourquoi, en un mot").fill("Livraison le matin")
    author.get_by_role("button", name="Enregistrer et prévenir").click()
    expect(author.locator("main")).to_contain_text("Livraison le matin")
    stage.work()
    member.goto(stage.site / "notifications/")
    expect(member.locator("main")).to_contain_text("a changé une de vos dates")

    member.goto(stage.site / "calendar/")
    member.get_by_role("link", name="S’abonner").click()
    member.get_by_role("button", name="Créer une adresse").click()
    address = member.get_by_label("Adresse secrète").input_value()
    feed = member.request.get(stage.site / address.split("/", 3)[3])
    assert feed.headers["content-type"].startswith("text/calendar")
    read = recurring_ical_events.of(icalendar.Calendar.from_ical(feed.body()))
    found = read.between(NEXT_TUESDAY, NEXT_TUESDAY + timedelta(weeks=10))
    starts = sorted(one["DTSTART"].dt.strftime("%Y-%m-%d %H:%M") for one in found)
    hours = ["14:00", "09:00", "09:00", "09:00"]
    assert starts == [f"{NEXT_TUESDAY + timedelta(weeks=week)} {hour}" for week, hour in enumerate(hours)]

    # Stopped, it gives nothing any more.
    member.goto(stage.site / "calendar/subscriptions/")
    member.get_by_role("button", name="L’arrêter").click()
    member.locator("[data-toasts]").get_by_text("Cette adresse ne donne plus rien").wait_for()
    assert member.request.get(stage.site / address.split("/", 3)[3]).status == 404


def test_the_pages_of_the_calendar_are_sound_and_fit_a_phone(stage: Stage, axe: Callable[..., None]):
    author = stage.browser_of("author")
    plan_weekly(stage, author)
    event = author.url.split("?")[0]
    pages = [
        event,
        f"{event}date/{NEXT_TUESDAY}/",
        f"{event}cancel/?date={NEXT_TUESDAY}",
        f"{event}invite/",
        f"{event}notes/",
        stage.site / f"calendar/?on={NEXT_TUESDAY}",
        stage.site / f"calendar/?on={NEXT_TUESDAY}&view=week",
        stage.site / f"calendar/?on={NEXT_TUESDAY}&view=list",
        stage.site / f"{stage.cast.on_request.url}calendar/?on={NEXT_TUESDAY}",
        stage.site / f"{stage.cast.on_request.url}calendar/import/",
        stage.site / "calendar/subscriptions/",
        stage.site / f"publish/?kind=event&space={stage.cast.on_request.slug}",
    ]
    for width in (1280, 360):
        author.set_viewport_size({"width": width, "height": 800})
        for address in pages:
            author.goto(address)
            axe(author)
            assert author.evaluate("document.documentElement.scrollWidth") <= width, address
