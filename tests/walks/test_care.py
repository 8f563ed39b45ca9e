"""Walks of those who care for a place: report and hide, share across communities."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from tests.walks.hands import heading, more, open_question

pytestmark = pytest.mark.browser


def test_report_a_contribution_and_hide_it(stage: Stage):
    author, reader, host = (stage.browser_of(name) for name in ("author", "member", "host"))
    open_question(
        author, stage.site / stage.cast.open.url, "Des noms, des noms", "Untel a encore tout cassé."
    )
    address = author.url

    reader.goto(address)
    more(reader)
    reader.get_by_text("Demander à l’animation de regarder").click()
    reader.get_by_label("Qu’est-ce qui vous inquiète").fill("On y parle d'un collègue absent.")
    reader.get_by_role("button", name="Prévenir l’animation").click()
    expect(reader.locator(".toast").first).to_be_visible()
    stage.work()

    host.goto(stage.site / "notifications/")
    expect(host.locator("main")).to_contain_text("Malik Membre")
    host.goto(stage.site / f"{stage.cast.open.url}host/reports/")
    expect(host.locator("main")).to_contain_text("On y parle d'un collègue absent.")
    host.locator("main").get_by_role("link", name="Des noms, des noms").first.click()
    more(host)
    host.get_by_label("Pourquoi").fill("Parlez du défaut, pas des gens.")
    host.get_by_role("button", name="Masquer").click()
    stage.work()

    answered = reader.goto(address)
    assert answered is not None
    expect(reader.locator("body")).not_to_contain_text("Untel a encore tout cassé")
    assert author.goto(address).status == 200  # type: ignore[union-attr]
    expect(author.locator("main")).to_contain_text("Parlez du défaut, pas des gens.")


def test_share_a_topic_across_communities(stage: Stage):
    author, host, reader = (stage.browser_of(name) for name in ("author", "host", "member"))
    title = "Un défaut de peinture et ce qu'on en a tiré"
    open_question(author, stage.site / stage.cast.open.url, title, "La cabine était trop froide.")
    address = author.url

    host.goto(address)
    more(host)
    host.get_by_role("link", name="Partager").first.click()
    host.get_by_label("Où", exact=True).select_option(label="Cercle des managers")
    host.get_by_label("Un mot de vous").fill("Utile à qui suit un atelier.")
    host.get_by_role("button", name="Partager", exact=True).click()

    reader.goto(stage.site / stage.cast.on_request.url)
    expect(reader.locator("main")).to_contain_text("Utile à qui suit un atelier.")
    reader.get_by_role("link", name=title).first.click()
    # Nothing was copied: it is read, and answered, where it stands.
    expect(heading(reader, title)).to_be_visible()
    assert reader.url.split("?")[0].split("#")[0] == address.split("?")[0].split("#")[0]
