"""What the demonstration's people have approved, have to approve, and plan to open. Not here: the files (filing)."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.approvals import actions as approvals
from parvis.approvals.models import Approver, Review
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.demo.filing import ROUND
from parvis.kernel import clock
from parvis.membership.openings import plan_opening
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.toolkit.openings import closed_tools
from parvis.tools.documents import actions as documents

# In this order; those that the community has opened already aren't planned.
PLANNED = (
    ("documents", 12, "Un seul endroit, et chaque version se retrouve.", "le disque partagé S:"),
    ("calendar", 33, "Que chacun sache ce qui vient, sans demander.", "le tableau blanc du couloir"),
    ("pages", 40, "Écrire nos règles à plusieurs, au même endroit.", "le classeur de la salle de pause"),
    ("polls", 54, "Trancher à vingt sans réunion.", "les votes par courriel"),
)  # fmt: skip


def decide() -> None:
    """One document approved with a newer version in work, one in review in order, and a plan of openings."""
    if registry.kind("document") is None:
        return
    quality = Space.objects.get(slug="quality")
    people = {one.username: one for one in Person.objects.filter(memberships__space=quality)}
    nadia, priya, hands = people["nadia-benali"], people["priya-shah"], _others(quality)
    tour, plan = _document(quality, "Tournée du mardi.txt"), _document(quality, "Plan des postes.pdf")
    if tour is not None:
        review = _ask(tour, [priya, hands[0]], nadia, "Le poste 7 est nouveau : dites-moi s'il tient.")
        _answer(tour, review, priya, "Rien à redire.")
        _answer(tour, review, hands[0], "")
        _date(review, 12)
        newer = SimpleUploadedFile(
            "tournee.txt", (ROUND + "5. Photo du poste 4, à envoyer avant midi.\n").encode()
        )
        documents.add_version(find_contribution(tour.id, nadia), newer, note="Photo du poste 4", by=nadia)
    if plan is not None:
        word = "À relire avant la visite des clients."
        review = _ask(plan, [hands[0], nadia, hands[1]], priya, word, is_in_order=True)
        _answer(plan, review, hands[0], "D'accord pour le poste 4.")
        _date(review, 2)
    for slug in ("managers", "digital", "running", "books-films"):
        space = Space.objects.get(slug=slug)
        if len(closed_in(space)) > 1:
            _plan(space, _host(space))
            break


def _host(space: Space) -> Person:
    return (
        space.memberships.filter(role="host").select_related("person").order_by("joined_at", "id")[0].person
    )


def closed_in(space: Space) -> set[str]:
    """The tools that a community hasn't opened."""
    return {tool.slug for tool in closed_tools(space, on=registry.slugs_on(space), planned=set())}


def _others(space: Space) -> list[Person]:
    """Two members who host nothing there."""
    rows = space.memberships.filter(role="member", person__state="active").select_related("person")
    return [row.person for row in rows.order_by("joined_at", "id")[:2]]


def _document(space: Space, title: str) -> Contribution | None:
    return Contribution.objects.filter(space=space, kind="document", title=title).first()


def _ask(
    thing: Contribution, people: list[Person], by: Person, word: str, *, is_in_order: bool = False
) -> Review:
    kind = registry.kind(thing.kind)
    assert kind is not None
    assert kind.versions is not None
    return approvals.ask(
        find_contribution(thing.id, by),
        kind.versions.current,
        [one.id for one in people],
        by=by,
        is_in_order=is_in_order,
        due_on=clock.today() + timedelta(days=5),
        word=word,
    )


def _answer(thing: Contribution, review: Review, by: Person, reason: str) -> None:
    approvals.answer(find_contribution(thing.id, by), review.id, by=by, is_approved=True, reason=reason)


def _date(review: Review, days: int) -> None:
    """As if it had been asked so many days ago, and answered the day after."""
    asked = clock.now() - timedelta(days=days, hours=2)
    later = asked + timedelta(days=1)
    Review.objects.filter(id=review.id).update(asked_at=asked)
    Review.objects.filter(id=review.id).exclude(settled_at=None).update(settled_at=later)
    Approver.objects.filter(review=review).exclude(answered_at=None).update(answered_at=later)


def _plan(space: Space, by: Person) -> None:
    closed = closed_in(space)
    for slug, days, why, replaces in PLANNED:
        if slug in closed:
            day = clock.today() + timedelta(days=days)
            plan_opening(space, slug, on=day, why=why, replaces=replaces, by=by)
