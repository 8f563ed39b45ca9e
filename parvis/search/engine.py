"""One question, one answer: what a reader may see, best first, who wrote about it, and how it divides.

Not here: taking the question apart (search.asking) and drawing the answer (web).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from parvis.contributions import stream
from parvis.kernel.ids import encode
from parvis.search.asking import Question, parse

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

PAGE = 20

Marked = tuple[tuple[str, bool], ...]  # pieces of text in order, and whether each is a match


@dataclass(frozen=True)
class Hit:
    """One contribution found. `reply_id` is the reply that says it best, where the words stand in a reply.

    `why` is "title", "text" or "reply": where the words were found first. `row` is what a card needs.
    """

    contribution_id: int
    reply_id: int | None
    title: Marked
    excerpt: Marked
    why: str
    row: stream.Row
    at: datetime | None = None  # when what matched was written
    author_name: str = ""  # who wrote what matched

    @property
    def url(self) -> str:
        """Where it is read: at the reply that matched, if it is one."""
        base = f"/go/{encode(self.contribution_id)}/"
        return f"{base}?reply={encode(self.reply_id)}#r-{encode(self.reply_id)}" if self.reply_id else base


@dataclass(frozen=True)
class Writer:
    """Somebody who wrote about it, and how many of the things found are theirs."""

    person: Person
    count: int


@dataclass(frozen=True)
class TagFound:
    """A tag whose name holds the words, and on how many things that the reader may see."""

    word: str
    label: str
    count: int


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
    """How the answer divides by one thing: name is "kind", "in", "author", "month" or "tag"."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Shelved:
    """Something a tool found for this reader that isn't a contribution, such as an item of a watch shelf."""

    title: str
    url: str
    excerpt: str = ""
    source: str = ""
    icon: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Suggestion:
    """A line below the box while one types. `group` is "space", "person", "tag", "thing" or "word"."""

    group: str
    label: str
    url: str
    sub: str = ""


@dataclass(frozen=True)
class Answer:
    """What was found. `count` is exact, or with `is_more` a number that the truth exceeds.

    `corrected` are (typed, read as); `is_loose` says that some words were missing from some of what is shown.
    """

    question: Question
    hits: tuple[Hit, ...] = ()
    page: int = 1
    has_next: bool = False
    count: int = 0
    is_more: bool = False
    corrected: tuple[tuple[str, str], ...] = ()
    is_loose: bool = False
    writers: tuple[Writer, ...] = ()
    people: tuple[Person, ...] = ()
    spaces: tuple[Space, ...] = ()
    tags: tuple[TagFound, ...] = ()
    shelf: tuple[Shelved, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.hits or self.people or self.spaces or self.tags or self.shelf)


def search(question: Question, viewer: Person, *, page: int = 1) -> Answer:
    """What the viewer may read that answers the question, best first, 20 to a page. Nothing for who isn't active."""
    if question.is_empty or not viewer.is_active:
        return Answer(question)
    return _simple(question, viewer)


def suggest(text: str, viewer: Person) -> list[Suggestion]:
    """At most ten lines that a beginning may mean, among what the viewer may see."""
    question = parse(text)
    if question.is_empty or not viewer.is_active:
        return []
    answer = _simple(question, viewer)
    lines = [Suggestion("space", row.name, row.url) for row in answer.spaces[:3]]
    lines += [Suggestion("person", row.name, row.url, row.title) for row in answer.people[:3]]
    lines += [Suggestion("thing", hit.row.title or hit.row.excerpt[:60], hit.url) for hit in answer.hits[:4]]
    return lines


def _simple(question: Question, viewer: Person) -> Answer:
    """All words, in titles and texts only: what stands until the index is built."""
    from parvis.contributions.kinds import installed_kinds
    from parvis.kernel.db import read
    from parvis.kernel.words import fold
    from parvis.people.models import Person as People
    from parvis.spaces.models import Space as Spaces

    words = [fold(word) for word in (*question.words, *(w for p in question.phrases for w in p))]
    if not words:
        return Answer(question)
    terms = [f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"]
    found = read(
        _FIND, {"query": " & ".join(terms), "me": viewer.id, "kinds": installed_kinds(), "limit": PAGE}
    )
    people, spaces = People.objects.listed(), Spaces.objects.visible_to(viewer).communities()
    for word in words:
        people, spaces = people.filter(sort_key__contains=word), spaces.filter(name__icontains=word)
    hits = [
        Hit(
            row.id,
            None,
            ((row.title, False),),
            ((row.excerpt, False),),
            "text",
            row,
            row.published_at,
            row.author_name,
        )
        for row in stream.by_ids([row.id for row in found], viewer)
    ]
    return Answer(
        question,
        tuple(hits),
        count=len(hits),
        people=tuple(people.by_name()[:8]),
        spaces=tuple(spaces.order_by("name")[:6]),
    )


_FIND = """
SELECT c.id FROM contributions_contribution c JOIN contributions_entry e ON e.id = c.id
WHERE e.words @@ to_tsquery('simple', %(query)s) AND c.state = 'published' AND c.kind = ANY(%(kinds)s)
  AND NOT c.card ? 'shared'
  AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN
       (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s))
ORDER BY ts_rank(e.words, to_tsquery('simple', %(query)s)) DESC, c.published_at DESC LIMIT %(limit)s"""
