"""A PDF brought, seen in the page, changed, and brought back; files dropped several at once; a folder by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from parvis.tools.documents.tests.stage import pdf
from tests.walks.hands import heading, tab_to

pytestmark = pytest.mark.browser


def test_a_pdf_brought_seen_changed_and_restored(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    documents = stage.site / f"{stage.cast.on_request.url}documents/"
    author.goto(documents)
    plan = {
        "name": "Plan du hall.pdf",
        "mimeType": "application/pdf",
        "buffer": pdf("Le plan du hall", "Le quai"),
    }
    photos = {"name": "Notes.txt", "mimeType": "text/plain", "buffer": b"Trois mots"}
    author.get_by_label("Apporter des fichiers").set_input_files([plan, photos])
    expect(author.get_by_role("link", name="Notes.txt")).to_be_visible()
    stage.work()
    author.get_by_role("link", name="Plan du hall.pdf").click()
    heading(author, "Plan du hall.pdf").wait_for()
    expect(author.get_by_alt_text("Page 1 sur 2")).to_be_visible()

    # By keyboard alone: the member brings a new version, then puts the first back in use.
    member.goto(author.url)
    member.get_by_label("Fichier", exact=True).set_input_files(
        {"name": "v2.pdf", "mimeType": "application/pdf", "buffer": pdf("Le plan revu")}
    )
    member.get_by_label("Ce qui change").fill("Le quai est déplacé")
    tab_to(member, member.get_by_role("button", name="Apporter cette version"))
    member.keyboard.press("Enter")
    expect(member.get_by_role("link", name=re.compile("2 versions"))).to_be_visible()
    stage.work()
    member.reload()
    expect(member.get_by_alt_text("Page 1 sur 1")).to_be_visible()
    member.get_by_role("link", name=re.compile("2 versions")).click()
    expect(member.get_by_role("table")).to_contain_text("Le quai est déplacé")
    tab_to(member, member.get_by_role("button", name="Remettre en usage : version 1"))
    member.keyboard.press("Enter")
    expect(member.get_by_role("link", name=re.compile("3 versions"))).to_be_visible()
    stage.work()
    member.reload()
    expect(member.get_by_alt_text("Page 2 sur 2")).to_be_attached()
