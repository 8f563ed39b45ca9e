"""Operators to keys: who `author:nadia` is, where `in:quality` is, among what the viewer may know. Not here: parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import override

from parvis.kernel.words import fold, sort_key
from parvis.people.models import LANGUAGES, Person, PersonState
from parvis.search.asking import ME
from parvis.search.finding import Within
from parvis.spaces.models import Space
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.search.asking import Question

MOST = 50  # people or spaces that one operator may mean
REPLIES = frozenset(
    {"reply", "replies", "reponse", "reponses", "comment", "comments", "commentaire", "commentaires"}
)


def narrow(question: Question, viewer: Person) -> Within:
    """What the operators narrow the answer to; void when one of them names nothing. A query for each of two of them."""
    if not question.has_filters:
        return Within()
    authors = _authors(question.authors, viewer) if question.authors else ()
    spaces = _spaces(question.spaces, viewer) if question.spaces else ()
    kinds, only_replies = _kinds(question.kinds)
    is_void = (
        bool(question.authors and not authors)
        or bool(question.spaces and not spaces)
        or bool(question.kinds and not kinds and not only_replies)
    )
    tags = tuple(fold(tag) for tag in question.tags)
    return Within(authors, spaces, kinds, tags, only_replies, question.before, question.after, is_void)


def _authors(names: tuple[str, ...], viewer: Person) -> tuple[int, ...]:
    """People of these names, also those who have left or came with an import: their names stand on what they wrote."""
    keys = {viewer.id for name in names if fold(name) in ME}
    meant = Q()
    for name in names:
        if fold(name) not in ME and sort_key(name):
            words = Q()
            for word in sort_key(name).split():
                words &= Q(sort_key__contains=word)
            meant |= words
    if meant:
        people = Person.objects.exclude(state=PersonState.SUSPENDED).filter(meant)
        keys |= set(people.order_by("sort_key", "id").values_list("id", flat=True)[:MOST])
    return tuple(sorted(keys))


def _spaces(names: tuple[str, ...], viewer: Person) -> tuple[int, ...]:
    """By address, else by name."""
    rows = list(Space.objects.visible_to(viewer).communities().values_list("id", "slug", "name"))
    found: set[int] = set()
    for name in names:
        said = fold(name)
        exact = {key for key, slug, label in rows if said in (slug, fold(label))}
        found |= exact or {key for key, _slug, label in rows if said in fold(label)}
    return tuple(sorted(found)[:MOST])


def _kinds(names: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Kinds by slug or by their label in either language, and whether replies were asked for."""
    said = {fold(name) for name in names}
    labels: dict[str, set[str]] = {slug: {slug} for slug in registry.kinds()}
    for language, _name in LANGUAGES:
        with override(language):
            for slug, (_tool, kind) in registry.kinds().items():
                labels[slug] |= {fold(str(kind.label)), f"{fold(str(kind.label))}s"}
    kinds = tuple(sorted(slug for slug, known in labels.items() if known & said))
    return kinds, bool(said & REPLIES)
