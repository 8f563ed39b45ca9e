"""What happens elsewhere shows in an open page: the bell, "3 new", new replies; with eight pages open, without a right,
and while the live process is away.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parvis.contributions.replies import reply
from parvis.kernel.db import SYSTEM, acting
from parvis.membership import actions as membership
from parvis.testing.live import LiveSite, until
from parvis.testing.walking import Stage
from parvis.tools.forum.actions import open_topic

pytestmark = pytest.mark.browser

HASTY = """addEventListener('DOMContentLoaded', () => {
  const live = document.querySelector('x-live');
  if (live) live.dataset.every = '1';
});"""


@pytest.fixture
def topic(live_process: LiveSite, stage: Stage) -> Any:
    cast = stage.cast
    with acting(cast.author):
        made = open_topic(cast.on_request, title="Lampe qui grésille", body="Que faire ?", by=cast.author)
    with acting(cast.host):
        reply(made, body="\n\n".join(f"Essaie ceci ({number})." for number in range(30)), by=cast.host)
    stage.work()
    return made


def streams(page: Page) -> None:
    """Waits until the page hears of what happens."""
    expect(page.locator("x-live[data-state=streaming]")).to_be_attached()


def said(stage: Stage, topic: Any, body: str, *, by: str) -> None:
    with acting(getattr(stage.cast, by)):
        reply(topic, body=body, by=getattr(stage.cast, by))
    stage.work()


def test_an_answer_shows_where_its_topic_is_read_and_moves_nothing(
    live_process: LiveSite, stage: Stage, topic: Any, axe: Any
) -> None:
    author, member = stage.browser_of("author"), stage.browser_of("member")
    with author.expect_response("**/read/"):  # what it shows was read, and is told no more
        author.goto(stage.site / f"forum/{topic.key}/")
    member.goto(stage.site / f"forum/{topic.key}/")
    for page in (author, member):
        streams(page)
    typed = author.locator("textarea[name=body]").last
    typed.fill("Je suis en train d’écrire")
    typed.scroll_into_view_if_needed()
    before = typed.bounding_box()
    expect(author.locator(".topbar .tool-count")).to_have_count(0)

    member.locator("textarea[name=body]").last.fill("Change l’ampoule.")
    member.locator("[data-publish]").last.click()
    expect(member.locator(".replies")).to_contain_text("Change l’ampoule.")
    pill = author.locator("x-newer a")
    expect(pill).to_have_text("1 nouvelle réponse")
    assert typed.bounding_box() == before
    stage.work()
    expect(author.locator(".topbar .tool-count")).to_contain_text("1 non lu")
    expect(author).to_have_title("(1) Lampe qui grésille · Maison Lumen")
    axe(author)

    pill.click()
    expect(author.locator(".replies [data-reply]").last).to_contain_text("Change l’ampoule.")
    expect(author.locator("#replies-title")).to_have_text("2 réponses")
    expect(pill).to_be_hidden()
    expect(typed).to_have_value("Je suis en train d’écrire")
    # What was read is told no more.
    expect(author.locator(".topbar .tool-count")).to_have_count(0)
    expect(author).to_have_title("Lampe qui grésille · Maison Lumen")


def test_what_is_published_is_counted_at_home_and_in_its_community(
    live_process: LiveSite, stage: Stage, topic: Any
) -> None:
    home, community = stage.browser_of("member"), stage.browser_of("host")
    only_interests = home.context.new_page()
    home.goto(stage.site / "")
    only_interests.goto(stage.site / "?theme=interest")
    community.goto(stage.site / f"c/{stage.cast.on_request.slug}/")
    for page in (home, only_interests, community):
        streams(page)
    first = home.locator("article.entry").first
    before = first.bounding_box()
    with acting(stage.cast.author):
        open_topic(
            stage.cast.on_request, title="Encore une question", body="Et ensuite ?", by=stage.cast.author
        )
    for page in (home, community):
        expect(page.locator("x-pill a")).to_have_text("1 de plus")
    assert first.bounding_box() == before
    if stage.cast.on_request.theme != "interest":
        expect(only_interests.locator("x-pill a")).to_be_hidden()
    home.locator("x-pill a").click()
    expect(home.locator("main")).to_contain_text("Encore une question")


def test_who_is_removed_hears_nothing_more_of_the_place(
    live_process: LiveSite, stage: Stage, topic: Any
) -> None:
    member = stage.browser_of("member")
    member.goto(stage.site / f"forum/{topic.key}/")
    streams(member)
    before = {*live_process.application.streams._all}
    assert len(before) == 1
    with acting(SYSTEM):
        membership.remove_member(stage.cast.on_request, stage.cast.member, by=stage.cast.host)
    until(lambda: not before & live_process.application.streams._all)
    until(lambda: len(live_process.application.streams) == 1)  # the page comes back, for what is still theirs
    said(stage, topic, "Entre nous.", by="author")
    with acting(stage.cast.author):
        open_topic(stage.cast.everyone, title="Pour tous", body="Bonjour.", by=stage.cast.author)
    member.goto(stage.site / "")
    expect(member.locator("main")).to_contain_text("Pour tous")
    expect(member.locator("main")).not_to_contain_text("Lampe qui grésille")


def test_eight_pages_of_one_browser_share_one_stream(
    live_process: LiveSite, stage: Stage, topic: Any
) -> None:
    first = stage.browser_of("member")
    first.goto(stage.site / "")
    streams(first)
    pages = [first, *(first.context.new_page() for _one in range(7))]
    for page in pages[1:]:
        page.goto(stage.site / f"forum/{topic.key}/")
        streams(page)
    until(lambda: len(live_process.application.streams) == 1)
    said(stage, topic, "Change l’ampoule.", by="author")
    for page in pages[1:]:
        expect(page.locator("x-newer a")).to_have_text("1 nouvelle réponse")
    # Whichever page held it is closed: another takes it over.
    first.close()
    pages[1].close()
    until(lambda: len(live_process.application.streams) == 1)
    said(stage, topic, "Ou le fusible.", by="host")
    for page in pages[2:]:
        expect(page.locator("x-newer a")).to_have_text("2 nouvelles réponses")


def test_while_the_live_process_is_away_the_page_asks_by_itself(
    live_process: LiveSite, stage: Stage, topic: Any
) -> None:
    author = stage.browser_of("author")
    author.context.add_init_script(HASTY)
    author.goto(stage.site / f"forum/{topic.key}/")
    with author.expect_response("**/read/"):
        author.reload()
    streams(author)
    live_process.stop()
    expect(author.locator("x-live[data-state=polling]")).to_be_attached()
    said(stage, topic, "Change l’ampoule.", by="member")
    expect(author.locator("x-newer a")).to_have_text("1 nouvelle réponse")
    expect(author.locator(".topbar .tool-count")).to_contain_text("1 non lu")
    live_process.start()
    streams(author)
    said(stage, topic, "Ou le fusible.", by="host")
    expect(author.locator("x-newer a")).to_have_text("2 nouvelles réponses")
