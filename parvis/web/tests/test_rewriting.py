"""Making something else of a draft: its words, files and tags go along, and the draft goes to the bin."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.attachments import keep_upload
from parvis.contributions.models import Contribution, State
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(id=person.id).update(language="en")
    client.force_login(person, backend=BACKEND)
    return client


def test_a_note_kept_as_a_draft_becomes_a_topic_with_its_file(cast: Cast):
    file = keep_upload(SimpleUploadedFile("plan.txt", b"le hall"), alt="", by=cast.author)
    words = f"Le plan du hall [plan]({file.url}) #travaux"
    kind = registry.kind("note")
    assert kind is not None
    note = kind.publish(cast.open, body=words, by=cast.author, is_draft=True)
    author = client_of(cast.author)
    assert f"/publish/?from={note.key}" in author.get(f"/go/{note.key}/edit/").content.decode()
    page = author.get(f"/publish/?from={note.key}").content.decode()
    assert "Le plan du hall" in page
    assert "travaux" in page
    form = {
        "from": note.key,
        "space": cast.open.slug,
        "kind": "discussion",
        "title": "Le hall",
        "body": words,
    }
    assert author.post("/publish/", form | {"title": ""}).status_code == 422
    assert author.post("/publish/", form).status_code == 303
    topic = Contribution.objects.get(title="Le hall")
    assert topic.attachments.get().id == file.id
    note.refresh_from_db()
    assert note.state == State.REMOVED


def test_only_ones_own_waiting_texts_are_taken_up(cast: Cast):
    kind = registry.kind("note")
    assert kind is not None
    published = kind.publish(cast.open, body="Déjà dit.", by=cast.author)
    draft = kind.publish(cast.open, body="Pas encore dit.", by=cast.author, is_draft=True)
    assert (
        "Make something else" not in client_of(cast.author).get(f"/go/{published.key}/edit/").content.decode()
    )
    assert "Déjà dit" not in client_of(cast.author).get(f"/publish/?from={published.key}").content.decode()
    member = client_of(cast.member)
    assert "Pas encore dit" not in member.get(f"/publish/?from={draft.key}").content.decode()
    form = {"from": draft.key, "space": cast.open.slug, "kind": "note", "body": "Autre chose."}
    assert member.post("/publish/", form).status_code == 303
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_a_title_alone_may_be_kept_where_the_kind_asks_no_text_and_changed_without_one(cast: Cast):
    author = client_of(cast.author)
    form = {"space": cast.open.slug, "kind": "discussion", "title": "La salle du fond ?", "body": ""}
    assert author.post("/publish/", form).status_code == 303
    topic = Contribution.objects.get(title=form["title"])
    change = {"title": "La salle du haut ?", "body": "", "version": str(topic.version)}
    assert author.post(f"/go/{topic.key}/edit/", change).status_code == 303
    page = author.get("/publish/?kind=discussion").content.decode()
    assert "required" not in page.split('name="body"', 1)[1].split(">", 1)[0]
    assert (
        "required"
        in author.get("/publish/?kind=note").content.decode().split('name="body"', 1)[1].split(">")[0]
    )
