"""Writing pages: saves that cross, versions, protection, who is told. Not here: the pages as they are drawn (test_pages)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from parvis.attention.models import Notice
from parvis.contributions.actions import retire
from parvis.contributions.marking import follow
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.testing.cast import Cast
from parvis.tools.pages import actions, editing, reading
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.tests.stage import TEXT, client_of, seen, shared, text_of, write
from parvis.tools.pages.versions import difference, find_version


def test_saves_that_touch_other_lines_are_merged(cast: Cast) -> None:
    page = shared(cast)
    write(page, cast.member, TEXT.replace("On range.", "On range tout."), 1)
    version = write(page, cast.author, TEXT.replace("la salle", "la grande salle"), 1, note="la salle")
    assert (version.number, version.is_merged, version.note) == (3, True, "la salle")
    source = seen(page, cast.author).body.source
    assert "On range tout." in source
    assert "la grande salle" in source
    assert "grande salle" in seen(page, cast.author).body.html


def test_saves_that_clash_change_nothing_until_chosen(cast: Cast) -> None:
    page = shared(cast)
    write(page, cast.member, TEXT.replace("On range.", "On range tout."), 1)
    with pytest.raises(actions.Clashed) as clash:
        write(page, cast.author, TEXT.replace("On range.", "On aère."), 1)
    assert clash.value.against == 2
    assert Page.objects.get(contribution=page).version == 2
    with pytest.raises(actions.Clashed) as titles:
        write(page, cast.author, TEXT, 1, title="Autre") and write(page, cast.member, TEXT, 1, title="Encore")
    assert titles.value.title == ("Encore", "Autre")


def test_the_same_text_makes_no_version(cast: Cast) -> None:
    page = shared(cast)
    assert write(page, cast.member, TEXT, 1).number == 1
    assert Version.objects.filter(contribution=page).count() == 1


def test_a_form_that_says_no_base_is_refused_in_words(cast: Cast) -> None:
    page = shared(cast)
    with pytest.raises(Refused):
        write(page, cast.member, "Autre", 0)
    sent = client_of(cast.member).post(
        f"/pages/{page.key}/edit/", {"title": "T", "body": "Mon texte", "base": "x"}
    )
    assert sent.status_code == 422
    assert "Mon texte" in text_of(sent)


def test_every_version_can_be_read_and_told_apart(cast: Cast) -> None:
    page = shared(cast)
    write(page, cast.member, TEXT.replace("On prend des notes.", "On écoute."), 1)
    first, second = find_version(page, 1), find_version(page, 2)
    shown = difference(first, second)
    html = "".join(str(hunk.html) for hunk in shown.hunks)
    assert "<del>" in html
    assert "<ins>" in html
    assert (shown.words_in, shown.words_out) == (second.words_in, second.words_out) == (1, 3)
    assert shown.sections == ("Pendant",)
    assert sum(hunk.hidden for hunk in shown.hunks) > 0
    version, drawn = reading.draw_version(page, 1)
    assert version.number == 1
    assert "On prend des notes." in drawn
    with pytest.raises(NotFound):
        reading.draw_version(page, 3)


def test_what_is_told_apart_is_text_never_markup(cast: Cast) -> None:
    page = shared(cast, body="Avant <script>alert(1)</script>")
    write(page, cast.member, "Après <img src=x onerror=alert(1)> <ins>non</ins>", 1)
    html = text_of(client_of(cast.author).get(f"/pages/{page.key}/history/2/"))
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;ins&gt;" in html or "&lt;" in html


def test_only_those_who_may_post_write(cast: Cast) -> None:
    page = shared(cast)
    with pytest.raises((NotFound, NotAllowed)):
        actions.write_page(page, body="x", by=cast.stranger, base_revision=1)
    actions.protect(seen(page, cast.host), True, by=cast.host)
    with pytest.raises(NotAllowed):
        write(page, cast.author, "x", 1)
    with pytest.raises(NotAllowed):
        editing.begin_editing(seen(page, cast.member), by=cast.member)
    assert write(page, cast.host, "x", 1).number == 2


def test_the_editor_says_who_has_it_for_two_hours(cast: Cast, run_jobs: Any) -> None:
    page = shared(cast)
    assert editing.begin_editing(seen(page, cast.author), by=cast.author).editing_by == cast.author
    assert editing.begin_editing(seen(page, cast.member), by=cast.member).editing_by == cast.author
    editing.take_over(seen(page, cast.member), by=cast.member)
    run_jobs()
    assert Notice.objects.filter(person=cast.author, reason="page_taken").exists()
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        assert editing.begin_editing(seen(page, cast.host), by=cast.host).editing_by == cast.host


def test_who_began_it_and_who_follows_it_are_told(cast: Cast, run_jobs: Any) -> None:
    page = shared(cast)
    follow(seen(page, cast.host), 2, by=cast.host)
    write(page, cast.member, TEXT + "\n\nMerci.", 1)
    run_jobs()
    told = Notice.objects.filter(reason="page_changed").values_list("person_id", flat=True)
    assert set(told) == {cast.author.id, cast.host.id}


def test_what_leads_to_a_page_is_told_to_who_may_read_it(cast: Cast) -> None:
    cast.secret.tools.get_or_create(slug="pages")
    target = shared(cast, space=cast.open)
    link = f"Voir [la page](/pages/{target.key}/)"
    inside = shared(cast, "Ouverte", link, space=cast.open)
    secret = shared(cast, "Cachée", link.replace("pages", "go"), space=cast.secret)

    def leading(person: Any) -> list[str]:
        rows = reading.read_page(seen(target, person), person, ["page"])
        return [one["title"] for one in rows.backlinks]

    assert set(leading(cast.author)) == {"Ouverte", "Cachée"}
    assert leading(cast.stranger) == ["Ouverte"]
    retire(seen(inside, cast.author), by=cast.author)
    assert leading(cast.stranger) == []
    write(secret, cast.author, "plus rien", 1)
    assert leading(cast.author) == []


def test_a_reply_that_leads_to_a_page_is_found(cast: Cast) -> None:
    from parvis.contributions.replies import reply, revise_reply

    target, other = shared(cast), shared(cast, "Autre", "rien")
    said = reply(seen(other, cast.member), body=f"C'est dans /pages/{target.key}/", by=cast.member)
    rows = reading.read_page(target, cast.author, ["page"]).backlinks
    assert [one["id"] for one in rows] == [str(other.id)]
    revise_reply(said, body="Non", by=cast.member)
    assert reading.read_page(target, cast.author, ["page"]).backlinks == []


def test_a_model_begins_others(cast: Cast) -> None:
    page = shared(cast, "Notre modèle", "Le corps du modèle")
    actions.set_model(seen(page, cast.member), True, by=cast.member)
    cast.on_request.tools.get_or_create(slug="pages")
    base = f"/c/{cast.on_request.slug}/pages/"
    client = client_of(cast.member)
    assert "Notre modèle" in text_of(client.get(base + "models/"))
    assert "Le corps du modèle" in text_of(client.get(f"{base}new/?model={page.key}"))
    elsewhere = f"/c/{cast.elsewhere.slug}/pages/new/?model={page.key}"
    cast.elsewhere.tools.get_or_create(slug="pages")
    assert "Le corps du modèle" not in text_of(client_of(cast.host_elsewhere).get(elsewhere))


def test_mine_lists_what_i_wrote_in_while_i_may_read_it(cast: Cast) -> None:
    page = shared(cast)
    write(page, cast.member, TEXT + "\n\nMerci.", 1)
    assert [row.id for row in reading.written_by(cast.member)] == [page.id]
    cast.on_request.memberships.filter(person=cast.member).delete()
    assert reading.written_by(cast.member) == []
    assert encode(page.id) == page.key
