"""What a person's hands do in every walk: write in the composer, open what "Plus" leads to, walk by Tab."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def png(colour: str = "#a03050") -> dict[str, object]:
    """A small picture, as one chooses it from a folder."""
    data = io.BytesIO()
    Image.new("RGB", (320, 180), colour).save(data, "PNG")
    return {"name": "atelier.png", "mimeType": "image/png", "buffer": data.getvalue()}


def choose_kind(page: Page, label: str) -> None:
    """Presses the chip of a kind in the composer."""
    page.locator("label.chip-choice", has_text=re.compile(rf"^\s*{label}\s*$", re.IGNORECASE)).click()


def choose_place(page: Page, name: str) -> None:
    """Chooses where it will be published, and waits until the sentence says who will see it."""
    page.get_by_label("Où", exact=True).select_option(label=name)
    page.locator("[data-audience]", has_text=name).wait_for()


def open_question(page: Page, url: str, title: str, body: str, *, kind: str = "question") -> None:
    """From a community's page to a published topic."""
    page.goto(url)
    page.get_by_role("link", name="Écrire", exact=True).first.click()
    choose_kind(page, kind)
    box(page, "Titre").fill(title)
    box(page, "Votre texte").fill(body)
    page.locator("main").get_by_role("button", name="Publier", exact=True).click()
    heading(page, title).wait_for()


def box(page: Page, label: str) -> Locator:
    """A field one types in."""
    return page.locator("main").get_by_role("textbox", name=label, exact=True)


def heading(page: Page, text: str) -> Locator:
    """The page's own title."""
    return page.get_by_role("heading", level=1, name=text)


def answer(page: Page, body: str) -> None:
    """Replies in the box below the replies, and sees the reply appear."""
    box(page, "Votre réponse").fill(body)
    page.locator("#reply").get_by_role("button", name="Répondre", exact=True).click()
    page.locator("#replies .reply", has_text=body).wait_for()


def leave(page: Page) -> str:
    """Goes away from a page, whose address is given: what lies open is read after a while, and its notices cleared."""
    address = page.url
    page.goto("about:blank")
    return address


def more(page: Page) -> None:
    """Opens what one can do with a contribution."""
    page.locator(".acts").get_by_role("link", name="Plus").click()
    heading(page, "Ce que vous pouvez faire").wait_for()


def tab_to(page: Page, target: Locator, most: int = 150) -> None:
    """Walks by Tab until the element has the focus: it can be reached without a mouse."""
    target.wait_for()
    for _step in range(most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reaches {target}")
