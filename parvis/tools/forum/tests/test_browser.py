"""The forum in a real browser: a brainstorm by keyboard alone, quoting a selection, every page without a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.contributions.replies import reply
from parvis.kernel.db import acting
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.tools.forum import actions, categories, ideas
from parvis.tools.forum.tests.stage import idea, topic
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(live_site: Site, django_db_blocker: Any) -> dict[str, Any]:
    """A question, a debate and a brainstorm with something in each; the sign-in links of three people."""
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.get_or_create(id=1)
        with acting(cast.host):
            categories.add_category(cast.on_request, "Accueil", by=cast.host)
            question, debate = topic(cast, "question", category="Accueil"), topic(cast, "debate")
            storm = topic(cast, "brainstorm")
            answer = reply(question, body="Commencez par ce qui a marché.", by=cast.member)
            reply(question, body="Merci !", by=cast.author, parent=answer)
            actions.accept(question, answer, by=cast.author)
            actions.conclude(question, outcome="Deux questions une semaine avant.", by=cast.host)
            for side, by in ((1, cast.member), (2, cast.author), (0, cast.host)):
                reply(debate, body="Voici pourquoi.", by=by, side=side)
            one = idea(cast, storm)
            ideas.give(one, 2, by=cast.author)
            ideas.retain(one, because="Deux équipes sont prêtes.", by=cast.host)
        links = {name: issue_link(getattr(cast, name)) for name in ("host", "member", "author")}
    return {"cast": cast, "question": question, "debate": debate, "storm": storm, "idea": one, "links": links}


def enter(page: Page, site: Site, link: str) -> None:
    page.goto(site / link)
    button = page.locator("main form button")
    if button.count():
        button.first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def tab_to(page: Page, selector: str) -> None:
    """Walks by Tab until the element has the focus: it can be reached without a mouse."""
    target = page.locator(selector).first
    for _ in range(120):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {selector}")


def test_a_brainstorm_goes_from_an_idea_to_a_group_and_a_retained_one_by_keyboard(
    scene: dict[str, Any], live_site: Site, new_page: Callable[..., Page]
):
    storm = scene["storm"]
    member = new_page()
    enter(member, live_site, scene["links"]["member"])
    member.goto(live_site / f"forum/{storm.key}/")
    tab_to(member, "#idea-form-title")
    member.keyboard.type("Un déjeuner le premier jour")
    tab_to(member, "#idea-form-body")
    member.keyboard.type("Avec toute l'équipe.")
    member.keyboard.press("Control+Enter")
    added = member.locator("article.idea", has_text="Un déjeuner")
    added.wait_for()
    key = added.get_attribute("id")
    assert key
    tab_to(member, f"#{key} [data-more]")
    for _ in range(2):
        with member.expect_response("**/points/**") as given:
            member.keyboard.press("Enter")
        assert given.value.status == 200
    member.locator('[data-left="points"]', has_text="3").wait_for()
    member.reload()
    assert member.locator(f"#{key} [data-own]").inner_text() == "2"
    assert member.locator('[data-left="points"]').inner_text() == "3"

    host = new_page()
    enter(host, live_site, scene["links"]["host"])
    host.goto(live_site / f"forum/{storm.key}/ideas/group/")
    tab_to(host, "input[name=idea]")
    host.keyboard.press("Space")
    tab_to(host, "#f-name")
    host.keyboard.type("Premiers jours")
    tab_to(host, "button[value=group]")
    host.keyboard.press("Enter")
    host.locator("legend", has_text="Premiers jours").wait_for()
    host.goto(live_site / f"forum/{key.removeprefix('i-')}/retain/")
    tab_to(host, "#f-because")
    host.keyboard.type("Simple et chaleureux.")
    tab_to(host, "main form .primary")
    host.keyboard.press("Enter")
    host.wait_for_url(f"**/forum/{key.removeprefix('i-')}/")
    host.goto(live_site / f"forum/{storm.key}/")
    assert "Simple et chaleureux." in host.locator(".retained-list").inner_text()


def test_a_selection_is_quoted_into_the_reply_and_the_reply_shows_it(
    scene: dict[str, Any], live_site: Site, new_page: Callable[..., Page]
):
    page = new_page()
    enter(page, live_site, scene["links"]["author"])
    page.goto(live_site / f"forum/{scene['question'].key}/")
    page.evaluate("""() => {
      const text = document.querySelector('#replies .reply .prose p').firstChild;
      const range = document.createRange();
      range.setStart(text, 0); range.setEnd(text, 9);
      getSelection().removeAllRanges(); getSelection().addRange(range);
    }""")
    page.locator(".quote-button:visible").click()
    assert "> Commencez" in page.locator("#reply-form-body").input_value()
    page.keyboard.press("Control+End")
    page.keyboard.type("Tout à fait.")
    page.keyboard.press("Control+Enter")
    page.locator(".reply blockquote", has_text="Commencez").wait_for()
    assert page.locator(".reply.is-target").count() == 1


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "fr"), (360, "dark", "en")])
def test_no_page_of_the_forum_has_a_violation_or_runs_over(
    scene: dict[str, Any],
    live_site: Site,
    new_page: Callable[..., Page],
    axe: Callable[..., None],
    django_db_blocker: Any,
    width: int,
    scheme: str,
    language: str,
):
    cast: Cast = scene["cast"]
    with django_db_blocker.unblock():
        Person.objects.update(language=language)
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    enter(page, live_site, scene["links"]["host"])
    upon = {name: f"forum/{scene[name].key}/" for name in ("question", "debate", "storm", "idea")}
    forum = f"{cast.on_request.url}forum/"
    paths = [
        forum,
        f"{forum}?view=decided",
        f"{forum}?view=unread&mode=debate",
        f"{forum}categories/",
        f"{cast.open.url}forum/",
        *upon.values(),
        f"{upon['debate']}?side=for",
        f"{upon['question']}split/",
        f"{upon['question']}move/",
        f"{upon['question']}conclude/",
        f"{upon['question']}close/",
        f"{upon['storm']}sort/",
        f"{upon['storm']}ideas/",
        f"{upon['storm']}ideas/group/",
        f"{upon['idea']}retain/",
        f"publish/?space={cast.on_request.slug}&kind=question",
    ]
    for path in paths:
        answer = page.goto(live_site / path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        axe(page)


def test_an_answer_is_written_richly_by_keyboard_and_found_again_elsewhere(
    scene: dict[str, Any], live_site: Site, new_page: Callable[..., Page]
):
    at = live_site / f"forum/{scene['question'].key}/"
    desk, phone = new_page(), new_page()
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    enter(desk, live_site, scene["links"]["member"])
    desk.goto(at)
    tab_to(desk, "#reply-form-body")
    desk.keyboard.type("Avec **un** exemple.")
    # The switch stands beside the tools, before what is said of the draft.
    desk.locator("#reply-form [data-rich] + [data-status]").wait_for(state="attached")
    assert not any("vendor/editor" in url for url in asked)
    desk.keyboard.press("Tab")
    desk.keyboard.press("End")
    desk.keyboard.press("Enter")
    desk.locator("#reply-form .ProseMirror strong", has_text="un").wait_for()
    desk.keyboard.press("Control+End")
    # A predicate that answers a promise is taken for true at once: what is sent is awaited instead.
    with desk.expect_response(lambda answer: "suite." in (answer.request.post_data or "") and answer.ok):
        desk.keyboard.type(" Et la suite.")
    enter(phone, live_site, issue_again(scene["cast"].member))
    phone.goto(at)
    phone.locator("#reply").scroll_into_view_if_needed()
    phone.evaluate(
        """() => new Promise((done) => {
            const look = () => (document.querySelector('#reply-form-body')?.value.endsWith('suite.') ? done() : setTimeout(look, 20));
            look();
        })"""
    )
    desk.keyboard.press("Control+Enter")
    desk.locator(".reply.is-target .prose strong", has_text="un").wait_for()


def issue_again(person: Person) -> str:
    """One more sign-in link: each serves once."""
    with acting(person):
        return issue_link(person)
