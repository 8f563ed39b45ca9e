"""Shared pages as people of the cast get them. Not here: the rules of writing (test_writing) and of the tree (test_tree)."""

from __future__ import annotations

import re

from parvis.contributions.models import Contribution
from parvis.testing.cast import Cast
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.tests.stage import TEXT, client_of, seen, shared, text_of, write


def here(cast: Cast) -> str:
    cast.on_request.tools.get_or_create(slug="pages")
    return f"/c/{cast.on_request.slug}/pages/"


def test_a_page_is_begun_from_a_model_and_read(cast: Cast) -> None:
    client, base = client_of(cast.author), here(cast)
    assert "No page here yet" in text_of(client.get(base)) or "Aucune page" in text_of(client.get(base))
    assert f"{base}new/?model=minutes" in text_of(client.get(base + "models/"))
    form = text_of(client.get(base + "new/?model=decision"))
    assert "La question" in form or "The question" in form
    assert client.post(base + "new/", {"title": "", "body": "x"}).status_code == 422
    made = client.post(base + "new/", {"title": "La réunion du lundi", "body": TEXT, "in": ""})
    page = client.get(made["Location"])
    assert page.status_code == 200
    text = text_of(page)
    assert re.search(r'<h3 id="s-avant">', text)
    assert 'href="#s-pendant"' in text
    assert "La réunion du lundi" in text_of(client.get(base))


def test_all_its_pages_are_drawn(cast: Cast) -> None:
    client, base = client_of(cast.host), here(cast)
    top = shared(cast, "Accueil")
    below = shared(cast, "Le matériel", under=top)
    write(top, cast.member, TEXT + "\n\nMerci.", 1, note="remerciements")
    for address in (
        base, f"{base}under/{top.key}/", f"{base}models/", f"{base}new/?in={top.key}", f"/pages/{top.key}/",
        f"/pages/{below.key}/", f"/pages/{top.key}/edit/", f"/pages/{top.key}/history/",
        f"/pages/{top.key}/history/1/", f"/pages/{top.key}/history/2/", f"/pages/{top.key}/history/2/?view=text",
        f"/pages/{top.key}/place/", f"/go/{top.key}/more/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert "remerciements" in text_of(client.get(f"/pages/{top.key}/history/"))
    assert "<ins>" in text_of(client.get(f"/pages/{top.key}/history/2/"))
    assert client.post(f"/pages/{top.key}/restore/", {"number": "1"}).status_code == 303
    assert seen(top, cast.host).body.source == TEXT
    assert Version.objects.get(contribution=top, number=3).restored_from == 1


def test_two_who_change_the_same_line_choose(cast: Cast) -> None:
    here(cast)
    top = shared(cast)
    edit = f"/pages/{top.key}/edit/"
    mine, theirs = client_of(cast.author), client_of(cast.member)
    assert 'name="base" value="1"' in text_of(mine.get(edit))
    other = text_of(theirs.get(edit))
    assert "Aude Auteur" in other
    changed = TEXT.replace("On range.", "On range tout.")
    assert theirs.post(edit, {"title": top.title, "body": changed, "base": "1"}).status_code == 303
    clash = mine.post(edit, {"title": top.title, "body": TEXT.replace("On range.", "On aère."), "base": "1"})
    assert clash.status_code == 422
    said = text_of(clash)
    assert "On range tout." in said
    assert "On aère." in said
    assert 'name="against" value="2"' in said
    kept = {"title": top.title, "body": TEXT.replace("On range.", "On aère."), "base": "1", "against": "2"}
    assert mine.post(edit, {**kept, "part-0": "both"}).status_code == 303
    source = seen(top, cast.author).body.source
    assert "On range tout." in source
    assert "On aère." in source
    assert Page.objects.get(contribution=top).version == 3


def test_the_editor_is_taken_over(cast: Cast) -> None:
    here(cast)
    top = shared(cast)
    client_of(cast.author).get(f"/pages/{top.key}/edit/")
    member = client_of(cast.member)
    assert "Aude Auteur" in text_of(member.get(f"/pages/{top.key}/"))
    assert member.post(f"/pages/{top.key}/take/").status_code == 303
    assert Page.objects.get(contribution=top).editing_by == cast.member
    assert member.post(f"/pages/{top.key}/leave/").status_code == 303
    assert Page.objects.get(contribution=top).editing_by is None


def test_a_protected_page_is_the_hosts_to_change(cast: Cast) -> None:
    here(cast)
    top = shared(cast)
    assert client_of(cast.member).post(f"/pages/{top.key}/protect/", {"is": "1"}).status_code == 403
    assert client_of(cast.host).post(f"/pages/{top.key}/protect/", {"is": "1"}).status_code == 303
    assert client_of(cast.member).get(f"/pages/{top.key}/edit/").status_code == 403
    refused = client_of(cast.author).post(
        f"/go/{top.key}/edit/", {"title": "Autre", "body": "Autre", "version": ""}
    )
    assert refused.status_code in (403, 422)
    assert Contribution.objects.get(id=top.id).title == top.title
    assert client_of(cast.host).get(f"/pages/{top.key}/edit/").status_code == 200


def test_the_shells_addresses_lead_to_the_tools_own(cast: Cast) -> None:
    here(cast)
    top = shared(cast)
    author = client_of(cast.author)
    assert author.get(f"/go/{top.key}/edit/")["Location"] == f"/pages/{top.key}/edit/"
    assert author.get(f"/go/{top.key}/history/")["Location"] == f"/pages/{top.key}/history/"


def test_what_is_typed_in_a_new_page_is_found_again(cast: Cast) -> None:
    client, base = client_of(cast.author), here(cast)
    place = f"page:{cast.on_request.slug}"
    kept = {"title": "À finir", "body": "Un début", "draft_url": f"{base}new/"}
    assert client.post(f"/drafts/{place}/", kept).status_code == 200
    assert f'href="{base}new/"' in text_of(client.get("/drafts/"))
    assert "Un début" in text_of(client.get(f"{base}new/"))
    client.post(f"{base}new/", {"title": "À finir", "body": "Un début"})
    assert "Un début" not in text_of(client.get("/drafts/"))
    client.post("/drafts/page:x/", {"title": "Ailleurs", "draft_url": "//mal.example/"})
    assert "mal.example" not in text_of(client.get("/drafts/"))
