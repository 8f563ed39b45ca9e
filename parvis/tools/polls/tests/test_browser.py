"""Polls in a real browser: every page without a violation, wide and narrow, light and dark, and nothing runs over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.contributions.actions import publish
from parvis.kernel.db import acting
from parvis.testing.cast import build_cast
from parvis.tools.polls import actions
from parvis.tools.polls.tests.stage import poll, say
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(live_site: Site, django_db_blocker: Any) -> dict[str, Any]:
    """A poll of each method, one closed with what was decided, one inside a note; the author's sign-in link."""
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.get_or_create(id=1)
        with acting(cast.host):
            ways = [
                poll(cast, title=f"Quel jour {way} ?", method=way, add="1")
                for way in ("multiple", "ranking", "points", "approval")
            ]
            grid = poll(cast, title="Qui peut ?", method="approval", results="always")
            say(grid, cast.member, 2, 1, 0)
            ways.append(grid)
            done, secret = poll(cast, title="Fini ?"), poll(cast, title="Secret ?", secret="1")
            say(done, cast.member, 1)
            say(done, cast.author, 0, 1)
            actions.close_poll(done, by=cast.author)
            actions.conclude(done, "Ce sera **lundi**.", by=cast.author)
            note = publish(
                "note", cast.on_request, title="", body="Un mot", by=cast.author, needs_title=False
            )
            actions.add_poll(note, title="Et vous ?", options={}, by=cast.author)
        link = issue_link(cast.author)
    base = f"c/{cast.on_request.slug}/polls/"
    pages = [*(f"polls/{one.key}/" for one in (*ways, done, secret)), base, base + "?state=closed", "polls/"]
    pages += [f"polls/{done.key}/voters/", f"polls/{done.key}/conclude/", f"polls/{secret.key}/close/"]
    pages += [
        f"polls/{secret.key}/date/",
        f"go/{note.key}/polls/",
        f"notes/{note.key}/",
        "publish/?kind=poll",
    ]
    return {"link": link, "pages": pages}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_page_is_without_a_violation(
    page: Page, live_site: Site, scene: dict[str, Any], axe: Callable[..., None], width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_site / scene["link"])
    button = page.locator("main form button")
    if button.count():
        button.first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    for address in scene["pages"]:
        page.goto(live_site / address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
