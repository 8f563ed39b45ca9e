"""The blog and the pages around a contribution in a real browser: no accessibility violation, a cover, a schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.contributions import actions, recurring
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.kernel.db import acting
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.tools.blog.actions import publish_post
from parvis.tools.blog.tests.conftest import picture
from parvis.web.models import Network

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


def furnish() -> tuple[Cast, dict[str, list[str]]]:
    """A blog with posts, comments, a change, a draft; the addresses by who opens them."""
    Network.objects.get_or_create(id=1)
    cast = build_cast()
    with acting(cast.author):
        for title in ("Trois métiers", "Une nuit à l'atelier"):
            post = publish_post(
                cast.open,
                title=title,
                body="Le bruit d'abord. #terrain\n\n## Puis la lumière\n\nEt vous ?",
                by=cast.author,
            )
        publish_post(cast.personal, title="Mon premier billet", body="Cinq lignes.", by=cast.author)
        draft = publish_post(cast.personal, title="À finir", body="Bientôt.", by=cast.author, is_draft=True)
        note = registry.kind("note").publish(cast.open, body="Un mot", by=cast.author)  # type: ignore[union-attr]
        actions.revise(
            post,
            title="Une nuit à l'atelier",
            body="La lumière d'abord. #terrain\n\n## Puis le bruit\n\nEt vous ?",
            by=cast.author,
        )
        said = reply(post, body="Merci pour ce récit.", by=cast.author)
    with acting(cast.host):
        recurring.plan(
            cast.open,
            option="discussion",
            title="Question du {date}",
            body="Et vous ?",
            every="week",
            day=0,
            hour=9,
            by=cast.host,
        )
    return cast, {
        "author": [
            f"/blog/{post.key}/",
            f"/blog/{draft.key}/",
            f"/go/{post.key}/edit/",
            f"/go/{draft.key}/edit/",
            f"{cast.personal.url}blog/",
            "/publish/?kind=article",
            "/publish/templates/",
            "/publish/?template=portrait",
            "/drafts/",
            "/saved/",
            "/bin/",
            "/tags/terrain/",
            f"/go/{post.key}/replies/{said.key}/edit/",
            f"/go/{post.key}/replies/{said.key}/more/",
        ],
        "host": [
            f"{cast.open.url}blog/",
            f"/go/{post.key}/more/",
            f"/go/{post.key}/history/",
            f"/go/{post.key}/shares/",
            f"/notes/{note.key}/",
            f"{cast.open.url}host/recurring/",
            f"{cast.secret.url}blog/",
        ],
    }


def sign_in(page: Page, site: Site, person: Person) -> None:
    with acting(person):
        link = issue_link(person)
    page.goto(site / link.lstrip("/"))
    if page.locator("main form button").count():
        page.locator("main form button").first.click()


@pytest.mark.parametrize(
    ("viewport", "scheme", "language"),
    [(WIDE, "light", "fr"), (NARROW, "dark", "en")],
    ids=["wide-light-fr", "narrow-dark-en"],
)
def test_every_page_is_free_of_accessibility_violations(
    live_site: Site,
    new_page: Callable[..., Page],
    axe: Callable[..., None],
    viewport: dict[str, int],
    scheme: str,
    language: str,
):
    cast, pages = furnish()
    for name, paths in pages.items():
        person = getattr(cast, name)
        Person.objects.filter(id=person.id).update(language=language, theme=scheme)
        page: Any = new_page(viewport=viewport, color_scheme=scheme)
        sign_in(page, live_site, person)
        for path in paths:
            answer = page.goto(live_site / path.lstrip("/"))
            assert answer.status == 200, path
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_post_is_written_with_a_cover_and_scheduled(
    live_site: Site, new_page: Callable[..., Page], tmp_path: Path
):
    Network.objects.get_or_create(id=1)
    cast = build_cast()
    (tmp_path / "cover.png").write_bytes(picture().read())
    page = new_page(viewport=WIDE)
    sign_in(page, live_site, cast.author)
    page.goto(live_site / f"publish/?kind=article&space={cast.open.slug}")
    page.locator("#f-cover").set_input_files(str(tmp_path / "cover.png"))
    page.locator("input[name=opt_cover_id]").wait_for(state="attached")
    page.locator("input[name=title]").fill("Une nuit au four")
    page.locator("[contenteditable=true], textarea[name=body]:visible").first.click()
    page.keyboard.type("Le bruit d'abord.")
    page.get_by_text("Publier plus tard, ou garder").click()
    page.locator("input[name=publish_at]").fill((clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"))
    page.locator("[data-publish]").click()
    page.wait_for_url("**/blog/**")
    post = Contribution.objects.get(title="Une nuit au four")
    assert post.state == "scheduled"
    assert post.card["cover"]
    assert page.locator(".article-cover").count() == 1
