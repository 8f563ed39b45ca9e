"""What each younger tool puts into the world of the generated tests. Not here: the people, the places, and the rest (world)."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.calendar import actions as events
from parvis.tools.calendar import answers, finding
from parvis.tools.calendar.asking import read_plan
from parvis.tools.documents import actions as documents
from parvis.tools.documents import folders, incoming
from parvis.tools.documents.models import Discarded
from parvis.tools.feeds import actions as shelves
from parvis.tools.feeds import at_home
from parvis.tools.feeds import fetching as watching
from parvis.tools.feeds.models import Item, Picture, Source, Subscription
from parvis.tools.feeds.pictures import cache
from parvis.tools.feeds.reading_feed import Entry, Parsed
from parvis.tools.pages import actions as pages
from parvis.tools.pages.editing import begin_editing
from parvis.tools.pages.models import Page
from parvis.tools.polls import actions as polls

if TYPE_CHECKING:
    from tests.world import Words, World


def picture(name: str = "lampe.png", colour: str = "#a03050") -> SimpleUploadedFile:
    """A small picture, as a browser sends it."""
    data = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def seen(thing: Contribution, by: Person) -> Contribution:
    return find_contribution(thing.id, by)


def calendar_here(world: World, space: Space, words: Words) -> dict[str, str]:
    """An event to come, and one that was answered, noted and cancelled."""
    cast, author = world.cast, world.cast.author
    day = (clock.today() + timedelta(days=7)).isoformat()

    def plan(title: str, **more: str) -> Contribution:
        given = {"day": day, "hour": "09:00", "end_hour": "10:00", "place": words("Salle du phare"), **more}
        body = words("On se retrouve")
        return events.publish_event(space, title=words(title), body=body, by=author, options=given)

    event, told = plan("Atelier du fil"), plan("Visite du phare", link="https://example.org/phare")
    answers.answer(
        seen(told, cast.member), date.fromisoformat(day), "yes", word=words("Avec un gâteau"), by=cast.member
    )
    events.write_notes(seen(told, author), words("Décidé : on y retourne"), by=author)
    events.cancel_event(seen(told, author), word=words("Tempête annoncée"), by=author)
    named = {"event": event, "told_event": told, **_dates_asked(world, space, words)}
    return {name: encode(row.id) for name, row in named.items()} | {"event_day": day}


def _dates_asked(world: World, space: Space, words: Words) -> dict[str, Any]:
    """A question about two dates, one of which the member can keep free."""
    cast, author = world.cast, world.cast.author
    days = [(clock.today() + timedelta(days=number)).isoformat() for number in (8, 9)]
    shared = {"hour": "09:00", "end_hour": "10:00", "place": words("Salle du quai")}
    asked = finding.ask_for_date(
        space, [read_plan({"day": day, **shared}) for day in days], title=words("Quand se voir"),
        body=words("Dites vos jours"), by=author,
    )  # fmt: skip
    first = asked.ballot_box.choices.order_by("position")[0]
    polls.vote(seen(asked, cast.member), {first.id: 2}, by=cast.member)
    return {"date_asked": asked, "date_choice": first}


def feed_here(words: Words, url: str) -> Source:
    """A source that was called, with one article."""
    source, text = Source.objects.create(url=url), words("Un fil de lampe")
    entry = Entry(
        uid=url, url=f"{url}/1", title=words("Nouvelle du fil"), author=words("Une plume"), html=f"<p>{text}</p>",
        text=text, at=clock.now(),
    )  # fmt: skip
    watching.keep(
        source, Parsed(title=words("Journal du fil"), description=words("Ce qui se tisse"), entries=[entry])
    )
    return source


def feeds_here(space: Space, words: Words) -> dict[str, str]:
    """A source on a community's shelf."""
    space.tools.get_or_create(slug="feeds")
    source = feed_here(words, f"https://{space.slug}.example/f")
    Subscription.objects.create(source=source, space=space)
    return {"feed_source": encode(source.id)}


def own_feeds_here(cast: Cast, words: Words) -> dict[str, str]:
    """One source on everybody's own shelf, one on the author's alone, and a word of the author's."""
    shared, own = feed_here(words, "https://commun.example/f"), feed_here(words, "https://prive.example/f")
    everybody = [person for person in cast.actors().values() if person is not None]
    Subscription.objects.bulk_create(Subscription(source=shared, person=person) for person in everybody)
    Subscription.objects.create(source=own, person=cast.author)
    word = shelves.add_word("dentelle", is_mute=False, by=cast.author)
    item = Item.objects.get(source=shared)
    at_home.show_source(own.id, True, by=cast.author)
    shown = cache().store(io.BytesIO(b"RIFF0000WEBP"), name="article.webp", max_bytes=1_000_000)
    Picture.objects.create(
        item=item, number=0, address="https://commun.example/i.webp", sha256=shown.sha256, width=9, height=9
    )
    return {"own_source": encode(own.id), "shared_item": encode(item.id), "own_word": encode(word.id)}


def documents_here(world: World, space: Space, words: Words) -> dict[str, str]:
    """Files with two versions, in a folder and out of it, one being edited, one elsewhere, and a model."""
    author, member = world.cast.author, world.cast.member
    space.tools.get_or_create(slug="documents")
    shelf = folders.add_folder(space, words("Plans"), by=author)
    hollow = folders.add_folder(space, words("Vide"), by=author)

    def bring(name: str, **more: Any) -> Contribution:
        data = SimpleUploadedFile(words(name) + ".txt", words("Mesures du hall").encode())
        return documents.upload(space, data, by=author, **more)

    paper = bring("Plan du hall", folder=shelf)
    revised = SimpleUploadedFile("v2.txt", words("Mesures du quai").encode())
    documents.add_version(seen(paper, member), revised, note=words("Quai compris"), by=member)
    locked, model = bring("Budget"), bring("Compte rendu")
    documents.lock(seen(locked, member), "7", by=member)
    documents.set_model(seen(model, author), True, by=author)
    link = documents.add_link(
        space, title=words("Manuel"), url="https://ged.example/m", lives_in=words("la GED"), owner=words("Qualité"), by=author
    )  # fmt: skip
    drawing = documents.upload(space, picture(words("croquis") + ".png"), by=author)
    hum = SimpleUploadedFile(words("ronron") + ".wav", b"RIFF$\0\0\0WAVEfmt " + b"\0" * 24)
    sound = documents.upload(space, hum, by=author)
    coming = incoming.begin(space, name=words("Visite") + ".mp4", note=words("En route"), size=9, by=member)
    name = words("Rebuts")
    binned = Discarded.objects.create(
        space=space, name=name, removed_by=author, removed_at=clock.now(), folders=[["1", "", name]], files={}
    )
    named = {
        "thrown": binned, "coming": coming, "paper": paper, "locked": locked, "model": model, "far": link, "folder": shelf, "hollow": hollow,
        "drawing": drawing, "sound": sound,
    }  # fmt: skip
    return {name: encode(row.id) for name, row in named.items()}


def pages_here(world: World, space: Space, words: Words) -> dict[str, str]:
    """A small tree of pages: one with two versions below another, its neighbour a model, one being edited."""
    author, member = world.cast.author, world.cast.member
    space.tools.get_or_create(slug="pages")

    def begin(title: str, **options: Any) -> Contribution:
        text = words("Le guichet du hall")
        return pages.publish_page(space, title=words(title), body=text, by=author, options=options)

    branch = begin("Accueil du bâtiment")
    above = Page.objects.get(contribution=branch)
    leaf, model, held = begin("Guichet", parent=above), begin("Fiche", parent=above), begin("Badges")
    text = words("Voir") + f" /pages/{branch.key}/"
    pages.write_page(seen(leaf, member), body=text, by=member, base_revision=1, note=words("Les heures"))
    pages.set_model(seen(model, author), True, by=author)
    begin_editing(seen(held, member), by=member)
    named = {"branch": branch, "leaf": leaf, "sheet": model, "held": held}
    return {name: encode(row.id) for name, row in named.items()}


def polls_here(world: World, space: Space, words: Words) -> dict[str, str]:
    """Polls: one open to votes and more choices, one closed with what was decided, one secret."""
    cast, author = world.cast, world.cast.author

    def poll(title: str, **options: Any) -> Contribution:
        given = {"choices": [words("La verte"), words("La rouge")], **options}
        return polls.open_poll(space, title=words(title), body="", by=author, options=given)

    survey = poll("Quelle lampe", add="1", results="always", closes=clock.now() + timedelta(days=3))
    told = poll("Quel abat-jour")
    choices = told.ballot_box.choices.order_by("position")
    polls.vote(seen(told, cast.member), {choices[0].id: 1}, by=cast.member)
    polls.close_poll(seen(told, author), by=author)
    polls.conclude(seen(told, author), words("Décidé : le vert"), by=author)
    named = {"survey": survey, "told_poll": told, "secret_poll": poll("Quel néon", secret="1")}
    first = survey.ballot_box.choices.order_by("position")[0]
    return {name: encode(row.id) for name, row in named.items()} | {"survey_choice": encode(first.id)}
