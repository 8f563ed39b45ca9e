"""A poll asked while one writes another text: published, kept, scheduled, changed, moved and hidden with it."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from parvis.contributions.actions import hide, move, publish_due
from parvis.contributions.models import Contribution, State
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.testing.cast import Cast
from parvis.tools.polls.tests.stage import client_of

FORM = {
    "kind": "note", "title": "", "body": "La salle du fond est libre.", "along_polls_title": "Qui la voudrait ?",
    "along_polls_choices": "Moi\nPersonne", "along_polls_method": "single", "along_polls_results": "always",
}  # fmt: skip


def poll_in(text: Contribution) -> Contribution:
    return Contribution.objects.get(kind="poll", part_of=text)


def written(cast: Cast, **more: str) -> Contribution:
    answer = client_of(cast.author).post("/publish/", {"space": cast.on_request.slug, **FORM, **more})
    assert answer.status_code == 303, answer.content.decode()[-3000:]
    return Contribution.objects.filter(author=cast.author, part_of=None).latest("id")


def test_the_poll_comes_out_with_the_text_and_is_voted_in_it(cast: Cast) -> None:
    note = written(cast)
    page = client_of(cast.member).get(f"/notes/{note.key}/").content.decode()
    assert "Qui la voudrait" in page
    assert 'type="radio"' in page
    assert not poll_in(note).is_listed


def test_without_a_question_there_is_no_poll_and_choices_alone_are_refused(cast: Cast) -> None:
    note = written(cast, along_polls_title="", along_polls_choices="")
    assert not note.parts.exists()
    again = client_of(cast.author).post(
        "/publish/", {"space": cast.on_request.slug, **FORM, "along_polls_title": ""}
    )
    assert again.status_code == 422
    assert "Moi\nPersonne" in again.content.decode()
    assert Contribution.objects.filter(author=cast.author, kind="note").count() == 1


def test_it_waits_with_a_draft_is_changed_in_it_and_published_with_it(cast: Cast) -> None:
    author = client_of(cast.author)
    note = written(cast, do="draft")
    poll = poll_in(note)
    assert (note.state, poll.state) == (State.DRAFT, State.DRAFT)
    assert client_of(cast.member).get(f"/polls/{poll.key}/").status_code == 404
    assert poll.title not in author.get("/drafts/").content.decode()
    edit = author.get(f"/go/{note.key}/edit/").content.decode()
    assert "Moi\nPersonne" in edit
    alone = author.post(f"/go/{poll.key}/publish/", {})
    assert alone.status_code == 422
    form = {**FORM, "along_polls_choices": "Moi\nToi\nPersonne", "version": str(note.version)}
    form["version"] = str(Contribution.objects.get(id=note.id).version)
    assert author.post(f"/go/{note.key}/edit/", form).status_code == 303
    poll.refresh_from_db()
    assert poll.state == State.PUBLISHED
    assert poll.published_at is not None
    assert poll.ballot_box.choices.count() == 3
    assert "Toi" in client_of(cast.member).get(f"/notes/{note.key}/").content.decode()


def test_emptied_in_the_draft_it_is_gone(cast: Cast) -> None:
    note = written(cast, do="draft")
    form = {**FORM, "along_polls_title": "", "along_polls_choices": "", "do": "draft"}
    form["version"] = str(Contribution.objects.get(id=note.id).version)
    assert client_of(cast.author).post(f"/go/{note.key}/edit/", form).status_code == 303
    assert poll_in(note).state == State.REMOVED


def test_it_comes_out_with_a_scheduled_text(cast: Cast) -> None:
    at = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    note = written(cast, publish_at=at)
    assert note.state == State.SCHEDULED
    assert poll_in(note).state == State.DRAFT
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        publish_due()
    assert poll_in(note).state == State.PUBLISHED
    assert poll_in(note).audience == Contribution.objects.get(id=note.id).audience


def test_it_moves_and_hides_with_its_text(cast: Cast) -> None:
    note = written(cast, kind="discussion", title="La salle")
    found = find_contribution(note.id, cast.host)
    move(found, cast.open, by=cast.host)
    assert poll_in(note).space_id == cast.open.id
    hide(find_contribution(note.id, cast.host), reason="Doublon", by=cast.host)
    assert poll_in(note).state == State.HIDDEN


def test_a_text_being_typed_keeps_the_poll_and_other_places_refuse_it(cast: Cast) -> None:
    author = client_of(cast.author)
    assert author.post("/drafts/new/", FORM).status_code == 200
    assert "Qui la voudrait ?" in author.get("/publish/").content.decode()
    cast.on_request.tools.filter(slug="polls").delete()
    answer = author.post("/publish/", {"space": cast.on_request.slug, **FORM})
    assert answer.status_code == 422
    assert not Contribution.objects.filter(author=cast.author, kind="note").exists()
