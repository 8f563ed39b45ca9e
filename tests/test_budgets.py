"""What a page costs: statements at the driver, eight at most and no more as the data grows; one migration leaf an app.

Not here: times (the bench).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.kernel.db import count_statements
from parvis.kernel.errors import NotFound
from parvis.mailing.models import PlaceRhythm, Rhythm
from parvis.push.models import Switch
from parvis.tools.blog.actions import publish_post
from parvis.tools.forum.actions import open_topic
from parvis.tools.notes.actions import publish_note
from parvis.web.models import Network
from tests.trial import undone
from tests.world import World

MOST = 8
PAGES = {
    "home": "/",
    "home by date": "/?kind=topic",
    "community": "/c/{slug}/",
    "topic with 20 replies": "/forum/{question}/",
    "brainstorm": "/forum/{storm}/",
    "idea": "/forum/{idea}/",
    "post": "/blog/{post}/",
    "note": "/notes/{note}/",
    "share": "/shares/{share}/",
    "forum": "/c/{slug}/forum/",
    "blog": "/c/{slug}/blog/",
    "event": "/calendar/{event}/",
    "calendar": "/c/{slug}/calendar/",
    "agenda": "/calendar/",
    "agenda as a list": "/calendar/?view=list",
    "subscriptions": "/calendar/subscriptions/",
    "document": "/documents/{paper}/",
    "its versions": "/documents/{paper}/versions/",
    "document in review": "/documents/{signing}/",
    "approved document": "/documents/{signed}/",
    "its approvals": "/go/{signed}/approval/",
    "opening plan": "/c/{slug}/openings/",
    "documents": "/c/{slug}/documents/",
    "folder": "/c/{slug}/documents/folders/{folder}/",
    "all documents": "/documents/",
    "shared page": "/pages/{leaf}/",
    "its history": "/pages/{leaf}/history/",
    "one version": "/pages/{leaf}/history/2/",
    "shared pages": "/c/{slug}/pages/",
    "poll": "/polls/{survey}/",
    "question of dates": "/polls/{date_asked}/",
    "dates to propose": "/c/{slug}/calendar/dates/",
    "polls": "/c/{slug}/polls/",
    "open polls": "/polls/",
    "feeds": "/feeds/",
    "feeds of a community": "/c/{slug}/feeds/",
    "members": "/c/{slug}/members/",
    "communities": "/communities/",
    "people": "/people/",
    "people found": "/people/?q=aude",
    "profile": "/people/{person}/",
    "notifications": "/notifications/",
    "one class of notices": "/notifications/?kind=reply&show=unseen",
    "private exchanges": "/exchanges/",
    "one of them": "/exchanges/{exchange}/",
    "somebody to add": "/exchanges/{exchange}/add/",
    "announced note": "/notes/{announced}/",
    "search": "/search/?q=lampe",
    "search narrowed": "/search/?q=lampe&f=in%3A{slug}&by=new",
    "search without result": "/search/?q=zzqzz",
    "menu of the search box": "/search/menu/?space={slug}",
    "its suggestions": "/search/suggest/?q=question+lampe&space={slug}",
    "searches kept": "/search/saved/",
    "tag": "/tags/lampes/",
    "saved": "/saved/",
    "what changed": "/since/?days=30",
    "catching up": "/since/catch-up/",
    "a reminder": "/go/{question}/remind/",
    "mine": "/mine/",
    "drafts": "/drafts/",
    "bin": "/bin/",
    "composer": "/publish/",
    "settings": "/settings/",
    "rules of notifications": "/settings/notifications/",
}


@pytest.fixture(scope="module", autouse=True)
def everything_set_up(world: World) -> Iterator[None]:
    """Mail and notices on devices are set up, so that the pages cost all they may."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PARVIS_FETCH", True)
        given = {"host": "127.0.0.1", "port": 25, "security": "none", "sender": "fil@parvis.test"}
        Network.objects.update(mail=given)
        Switch.objects.update_or_create(id=1, defaults={"is_on": True})
        PlaceRhythm.objects.create(person=world.cast.author, space=world.cast.open, rhythm=Rhythm.NEVER)
        yield


def cost(world: World, address: str) -> list[str]:
    """Statements of the second reading of a page: the first fills what a worker keeps in memory."""
    for _turn in range(2):
        with undone(), count_statements() as seen:
            response = world.client("author").get(address)
            texts = [*seen.texts]
    assert response.status_code == 200, (address, response.status_code)
    return texts


@pytest.fixture(scope="module")
def grown(world: World) -> World:
    """The same world with three times as much in its community on request, and 20 replies under its question."""
    cast, names = world.cast, world.names["on_request"]
    question = find_contribution(_id(names["question"]), cast.author)
    for number in range(20):
        reply(question, body=f"Réponse {number}", by=cast.member)
        space = cast.on_request
        open_topic(
            space,
            title=f"Sujet {number}",
            body="Texte #lampes",
            by=cast.author,
            options={"mode": "discussion"},
        )
        publish_post(space, title=f"Article {number}", body="Texte", by=cast.author)
        publish_note(space, body=f"Note {number} lampe", by=cast.author)
    return world


def _id(key: str) -> int:
    from parvis.kernel.ids import decode

    return decode(key)


@pytest.fixture(scope="module")
def small(world: World) -> dict[str, int]:
    """What each page costs before the world grows."""
    names = world.names_for("author", "on_request")
    return {page: len(cost(world, address.format_map(names))) for page, address in PAGES.items()}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_eight_things_at_most_however_much_there_is(
    page: str, small: dict[str, int], grown: World
) -> None:
    texts = cost(grown, PAGES[page].format_map(grown.names_for("author", "on_request")))
    listed = "\n".join(" ".join(text.split())[:160] for text in texts)
    assert len(texts) <= MOST, f"{len(texts)} statements:\n{listed}"
    assert len(texts) <= small[page] + 1, f"{small[page]} before the data grew, {len(texts)} now:\n{listed}"


def test_each_app_has_one_last_migration() -> None:
    leaves = [app for app, _name in MigrationLoader(None).graph.leaf_nodes()]
    assert sorted({app for app in leaves if leaves.count(app) > 1}) == []


def test_the_two_rules_of_reading_are_one(world: World) -> None:
    """visible_to (lists) and find_contribution (one page) agree on every contribution for every actor, but that hosts
    also reach what they hid."""
    rows: list[Any] = list(Contribution.objects.select_related("space"))
    assert {row.state for row in rows} >= {"draft", "scheduled", "published", "hidden", "removed"}
    for name, person in world.people().items():
        if person is not None and not person.is_active:
            continue
        listed = set(Contribution.objects.visible_to(person).values_list("id", flat=True))
        found = set()
        for row in rows:
            try:
                found.add(find_contribution(row.id, person).id)
            except NotFound:
                continue
        hosted = {
            "host": ("open", "on_request", "secret", "archived"),
            "administrator": ("everyone",),
            "author": ("personal",),
        }
        judged = {
            row.id for row in rows
            if row.state == "hidden" and row.space_id in {getattr(world.cast, key).id for key in hosted.get(name, ())}
        }  # fmt: skip
        assert found - judged == listed - judged, name
        assert judged <= found, name


@pytest.mark.django_db
def test_counting_sees_what_the_driver_is_asked() -> None:
    with count_statements() as seen, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert len(seen) == 1
