"""Without a connection: the page that says so, and a text published meanwhile, which goes out by itself when it is back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parvis.testing.walking import Stage

pytestmark = pytest.mark.browser

KEPT = "Gardé sur cet appareil. Il sera envoyé dès votre retour en ligne."
STORED = "() => Object.keys(localStorage).filter((key) => /^(parvis-out|draft):/.test(key)).length"


def begin_reply(page: Page, stage: Stage, body: str) -> None:
    """Opens a topic of the community and writes an answer, without sending it."""
    box = page.locator("#reply textarea[name=body]")
    box.scroll_into_view_if_needed()
    box.fill(body)


def topic(stage: Stage) -> str:
    """A topic opened through the interface by its author; its address."""
    page = stage.browser_of("author")
    page.goto(stage.site / "publish/?kind=question&space=" + stage.cast.open.slug)
    page.fill("input[name=title]", "Quelle lampe pour la cave ?")
    page.locator("textarea[name=body]").fill("Il y fait sombre.")
    page.locator("[data-publish]").click()
    page.wait_for_url("**/forum/**")
    return page.url.split("?")[0]


def is_watched_over(page: Page) -> None:
    """Waits until the worker is in charge of the page."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_without_connection_a_page_says_so_and_the_next_one_opens_when_it_is_back(
    stage: Stage, axe: Any
) -> None:
    page = stage.browser_of("member", service_workers="allow")
    is_watched_over(page)
    page.context.set_offline(True)
    page.goto(stage.site / "communities/")
    expect(page.locator("h1")).to_have_text("Pas de connexion en ce moment")
    assert stage.cast.member.name not in page.content()
    axe(page)
    page.context.set_offline(False)
    page.get_by_role("link", name="Réessayer").click()
    expect(page.locator("h1")).to_contain_text("Communautés")


def test_the_worker_keeps_no_page_with_anything_in_it_and_is_gone_after_signing_out(stage: Stage) -> None:
    page = stage.browser_of("member", service_workers="allow")
    is_watched_over(page)
    page.goto(stage.site / "people/")
    names = page.evaluate("""async () => {
      const found = [];
      for (const name of await caches.keys()) for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
      return found;
    }""")
    assert [name for name in names if not name.startswith("/static/")] == ["/offline/"]
    page.goto(stage.site / "me/")
    page.locator("main form[action='/accounts/logout/'] button").click()
    page.wait_for_url("**/accounts/login/**")
    page.wait_for_function(
        "() => navigator.serviceWorker.getRegistrations().then((all) => all.length === 0 || Promise.reject(all.length))"
    )
    assert page.evaluate("() => caches.keys()") == []


def test_a_reply_sent_without_connection_goes_out_once_when_it_is_back(stage: Stage) -> None:
    address = topic(stage)
    page = stage.browser_of("member", service_workers="allow")
    page.goto(address)
    begin_reply(page, stage, "Une lampe à pince, sans hésiter.")
    page.context.set_offline(True)
    page.locator("#reply [data-publish]").click()
    expect(page.locator("#reply [data-status]")).to_contain_text(KEPT)
    page.context.set_offline(False)
    page.wait_for_url("**/forum/**reply=**")
    expect(page.get_by_text("Une lampe à pince, sans hésiter.")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("Une lampe à pince, sans hésiter.")).to_have_count(1)
    assert page.evaluate(STORED) == 0


def test_what_was_queued_goes_out_from_any_page_and_says_so(stage: Stage) -> None:
    address = topic(stage)
    page = stage.browser_of("member", service_workers="allow")
    page.goto(address)
    begin_reply(page, stage, "Deux ampoules suffisent.")
    page.context.set_offline(True)
    page.locator("#reply [data-publish]").click()
    expect(page.locator("#reply [data-status]")).to_contain_text(KEPT)
    page.goto(stage.site / "communities/")
    expect(page.locator("h1")).to_have_text("Pas de connexion en ce moment")
    page.context.set_offline(False)
    page.goto(stage.site / "communities/")
    expect(page.get_by_text("Ce que vous aviez écrit sans connexion est envoyé.")).to_be_visible()
    page.get_by_role("link", name="Le voir").click()
    expect(page.get_by_text("Deux ampoules suffisent.")).to_have_count(1)


def test_a_queued_text_that_is_written_on_is_not_sent_by_itself(stage: Stage) -> None:
    address = topic(stage)
    page = stage.browser_of("member", service_workers="allow")
    page.goto(address)
    begin_reply(page, stage, "Je ne suis pas sûr.")
    page.context.set_offline(True)
    page.locator("#reply [data-publish]").click()
    page.get_by_role("button", name="Ne pas l’envoyer").click()
    expect(page.locator("#reply [data-status]")).to_contain_text("Il ne partira pas tout seul")
    with page.expect_response("**/drafts/reply:*/"):
        page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("#reply textarea[name=body]")).to_have_value("Je ne suis pas sûr.")
    expect(page.locator(".reply", has_text="Je ne suis pas sûr.")).to_have_count(0)


def test_a_refused_text_comes_back_to_its_box(stage: Stage) -> None:
    address = topic(stage)
    page = stage.browser_of("member", service_workers="allow")
    page.goto(address)
    begin_reply(page, stage, "Trop tard pour la lampe ?")
    page.context.set_offline(True)
    page.locator("#reply [data-publish]").click()
    expect(page.locator("#reply [data-status]")).to_contain_text(KEPT)
    # As when the topic is gone meanwhile.
    page.evaluate("""() => {
      const key = Object.keys(localStorage).find((one) => one.startsWith('parvis-out:'));
      const item = JSON.parse(localStorage.getItem(key));
      item.url = item.url.replace('/reply/', '/nowhere/');
      localStorage.setItem(key, JSON.stringify(item));
    }""")
    page.context.set_offline(False)
    expect(page.get_by_text("n’a pas pu être envoyé")).to_be_visible()
    page.goto(address)
    box = page.locator("#reply textarea[name=body]")
    box.scroll_into_view_if_needed()
    expect(box).to_have_value("Trop tard pour la lampe ?")


@pytest.mark.parametrize("is_back", [True, False])
def test_at_sign_out_what_waits_is_sent_first_else_asked_about_and_then_cleared(
    stage: Stage, is_back: bool
) -> None:
    address = topic(stage)
    page = stage.browser_of("member", service_workers="allow")
    page.goto(address)
    begin_reply(page, stage, "Avant de partir.")
    # The line is cut for this one address: signing out itself must still be heard.
    page.context.set_offline(True)
    page.locator("#reply [data-publish]").click()
    expect(page.locator("#reply [data-status]")).to_contain_text(KEPT)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    if not is_back:
        page.context.route("**/reply/", lambda route: route.abort())
    page.evaluate(
        "() => { window.addEventListener('online', (event) => event.stopImmediatePropagation(), true); }"
    )
    page.context.set_offline(False)
    page.goto(stage.site / "me/")
    page.locator("main form[action='/accounts/logout/'] button").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(STORED) == 0
    assert bool(asked) is not is_back
    author = stage.browser_of("author")
    author.goto(address)
    expect(author.get_by_text("Avant de partir.")).to_have_count(1 if is_back else 0)


def test_the_page_of_notifications_offers_a_device_when_the_browser_takes_them(
    stage: Stage, axe: Any, settings: Any
) -> None:
    """Chromium without network has no push service to subscribe at: the page is walked up to there, and after."""
    settings.PARVIS_FETCH = True
    administrator = stage.browser_of("administrator")
    administrator.goto(stage.site / "settings/notifications/")
    expect(administrator.get_by_role("heading", name="Sur cet appareil")).to_have_count(0)
    administrator.goto(stage.site / "admin/push/")
    axe(administrator)
    administrator.get_by_label("Permettre à chacun d’être prévenu").check()
    administrator.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(administrator.get_by_label("Permettre à chacun d’être prévenu")).to_be_checked()
    page = stage.browser_of("member", service_workers="allow", permissions=["notifications"])
    page.goto(stage.site / "settings/notifications/")
    button = page.get_by_role("button", name="Me prévenir sur cet appareil")
    expect(button).to_be_visible()
    axe(page)
    # In the place of the browser maker's service, which can't be reached from here.
    page.evaluate("""() => {
      PushManager.prototype.subscribe = async () => ({
        endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/walk',
        getKey: (name) => (name === 'auth' ? new Uint8Array(16) : Uint8Array.from(
          atob('BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4='), (one) => one.charCodeAt(0))),
      });
    }""")
    button.click()
    expect(page.get_by_text("Cet appareil vous préviendra.")).to_be_visible()
    mine = page.locator("#push li")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("celui que vous utilisez")
    expect(mine).to_contain_text("dit seulement qu’il y a du nouveau")
    axe(page)
    mine.get_by_role("button", name="Dire ce qui s’est passé").click()
    expect(page.locator("#push li")).to_contain_text("dit ce qui s’est passé")
    page.get_by_role("button", name="Retirer l’appareil").click()
    expect(page.locator("#push li")).to_have_count(0)


def test_who_refused_notifications_is_told_where_to_allow_them(stage: Stage, settings: Any) -> None:
    settings.PARVIS_FETCH = True
    administrator = stage.browser_of("administrator")
    administrator.goto(stage.site / "admin/push/")
    administrator.get_by_label("Permettre à chacun d’être prévenu").check()
    administrator.get_by_role("button", name="Enregistrer", exact=True).click()
    page = stage.browser_of("member", service_workers="allow")
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto(stage.site / "settings/notifications/")
    expect(page.get_by_text("Vous avez refusé les notifications")).to_be_visible()
    expect(page.get_by_role("button", name="Me prévenir sur cet appareil")).to_be_hidden()
