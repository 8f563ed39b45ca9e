"""How an answer divides: by kind, community, author, month, tag, with counts. Not here: the counting (search.finding)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parvis.kernel.words import fold
from parvis.search.asking import month_after, narrowed, read_day
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.search.asking import Question


@dataclass(frozen=True)
class Choice:
    """One value of a facet; `ask` is the text of the question narrowed to it (or widened again when chosen)."""

    value: str
    label: str
    count: int
    ask: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """How the answer divides by one thing: name is "kind", "in", "author", "month" or "tag".

    The label of a month is "2026-11": the page spells it.
    """

    name: str
    choices: tuple[Choice, ...]


def facets(question: Question, row: Any) -> tuple[Facet, ...]:
    """Those that divide it at all: with two values, or one that was chosen."""
    kinds = [(slug, _kind_label(slug), count) for slug, count in row.kinds]
    authors = [(name, name, count) for _key, name, count, _is_listed in row.writers]
    made = [
        _facet("kind", question, kinds, question.kinds),
        _facet("in", question, row.spaces, question.spaces),
        _facet("author", question, authors, question.authors),
        _months(question, row.months),
        _facet("tag", question, row.tags, question.tags),
    ]
    return tuple(
        one for one in made if len(one.choices) > 1 or any(choice.is_chosen for choice in one.choices)
    )


def _kind_label(slug: str) -> str:
    kind = registry.kind(slug)
    return str(kind.label) if kind else slug


def _facet(name: str, question: Question, values: Any, chosen: tuple[str, ...]) -> Facet:
    said = {fold(value) for value in chosen}
    choices = []
    for value, label, count in values:
        is_chosen = bool(said & {fold(value), fold(label)})
        ask = narrowed(question, (name, "" if is_chosen else value))
        choices.append(Choice(value, label, count, ask, is_chosen))
    return Facet(name, tuple(choices))


def _months(question: Question, months: Any) -> Facet:
    choices = []
    for month, count in months:
        first = read_day(month)
        if first is None:
            continue
        following = month_after(first)
        is_chosen = (question.after, question.before) == (first, following)
        spans = ("", "") if is_chosen else (month, f"{following:%Y-%m}")
        ask = narrowed(question, ("after", spans[0]), ("before", spans[1]))
        choices.append(Choice(month, month, count, ask, is_chosen))
    return Facet("month", tuple(choices))
