"""One question, one answer: what a reader may see, best first, who wrote about it, and how it divides.

Not here: taking the question apart (search.asking) and drawing the answer (web).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from parvis.contributions import stream
from parvis.contributions.kinds import kinds_with_words, words_of
from parvis.contributions.models import Contribution
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.search import finding, marking
from parvis.search.asking import Question, parse
from parvis.search.correcting import correct, shown_as
from parvis.search.dividing import Facet, facets
from parvis.search.marking import Marked
from parvis.search.naming import Named, named
from parvis.search.narrowing import narrow
from parvis.toolkit import registry
from parvis.toolkit.spec import Shelved

if TYPE_CHECKING:
    from parvis.spaces.models import Space

PAGE = 20
LAST_PAGE = 20  # who has looked at four hundred things narrows the question


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


def search(question: Question, viewer: Person, *, page: int = 1, newest: bool = False) -> Answer:
    """What the viewer may read that answers the question, best or newest first, 20 to a page. Nothing for who isn't active.

    Where few things hold all the words, some may be missing (`is_loose`); a word that nothing readable holds is read
    as its nearest neighbour that something readable does (`corrected`).
    """
    if question.is_empty or not viewer.is_active:
        return Answer(question)
    page = min(max(page, 1), LAST_PAGE)
    within = narrow(question, viewer)
    asked, read_as = finding.ask(question), {}
    row, is_loose = _found(asked, within, viewer, page, newest)
    if row is not None and row.whole == 0 and asked.terms:
        read_as = correct(question, viewer)
        if read_as:
            asked = finding.ask(question, read_as)
            row, is_loose = _found(asked, within, viewer, page, newest)
    names = (
        named([*question.words, *(w for p in question.phrases for w in p)], viewer) if page == 1 else Named()
    )
    if row is None:
        return _with_names(Answer(question, page=page), names)
    texts = [hit["text"] or "" for hit in row.hits]
    cards = (
        {one.id: one for one in stream.by_ids([int(hit["id"]) for hit in row.hits], viewer)}
        if row.hits
        else {}
    )
    marking.learn([*texts, *(card.title for card in cards.values())], asked)
    hits = [_hit(hit, cards[int(hit["id"])], asked) for hit in row.hits if int(hit["id"]) in cards]
    answer = Answer(
        question,
        tuple(hits[:PAGE]),
        page=page,
        has_next=len(row.hits) > PAGE and page < LAST_PAGE,
        count=row.count,
        is_more=row.candidates > finding.ENOUGH,
        corrected=tuple((typed, shown_as(others[0], hits)) for typed, others in read_as.items()),
        is_loose=is_loose,
        writers=_writers(row),
        shelf=tuple(shelved(question, viewer)) if page == 1 else (),
        facets=facets(question, row),
    )
    return _with_names(answer, names)


def _found(
    asked: finding.Asked, within: finding.Within, viewer: Person, page: int, newest: bool
) -> tuple[Any, bool]:
    """The row of the answer, and whether words may be missing; None where nothing can be asked."""
    if within.is_void or (asked.is_empty and not _narrows(within)):
        return None, False
    count = len(asked.terms)
    row = finding.find(asked, within, viewer, least=count, page=page, limit=PAGE, newest=newest)
    least = finding.quorum(asked)
    if row.count >= finding.FEW or least >= count:
        return row, False
    loose = finding.find(asked, within, viewer, least=least, page=page, limit=PAGE, newest=newest)
    return loose, loose.count > loose.whole


def _narrows(within: finding.Within) -> bool:
    return any(
        (
            within.authors,
            within.spaces,
            within.kinds,
            within.tags,
            within.before,
            within.after,
            within.only_replies,
        )
    )


def _hit(hit: dict[str, Any], card: stream.Row, asked: finding.Asked) -> Hit:
    """A hit with its marks. What a file says stands in its tool, so it is asked only where nothing else matches."""
    reply = hit["reply"]
    title = marking.mark(card.title, asked)
    excerpt = marking.excerpt(hit["text"] or "", asked)
    is_titled, is_said = any(found for _text, found in title), any(found for _text, found in excerpt)
    if not reply and not is_said and card.kind in kinds_with_words():
        said = words_of(Contribution(id=card.id, kind=card.kind, title=card.title))
        excerpt = marking.excerpt((said[1] if said else "")[:20_000], asked)
    why = "reply" if reply else "title" if is_titled else "text"
    return Hit(
        card.id,
        int(hit["best"]) if reply else None,
        title,
        excerpt,
        why,
        card,
        datetime.fromisoformat(reply["at"]) if reply else card.published_at,
        reply["by"] if reply else card.author_name,
    )


def _writers(row: Any) -> tuple[Writer, ...]:
    """Listed people only; who came with an import or has left is named on what they wrote, not proposed."""
    return tuple(
        Writer(Person(id=int(key), display_name=name), count)
        for key, name, count, is_listed in row.writers
        if is_listed
    )[:5]


def _with_names(answer: Answer, names: Named) -> Answer:
    tags = tuple(TagFound(word, label, count) for word, label, count in names.tags)
    return replace(answer, people=names.people, spaces=names.spaces, tags=tags)


def suggest(text: str, viewer: Person) -> list[Suggestion]:
    """At most ten lines that a beginning may mean, among what the viewer may see. Two queries."""
    question = parse(text)
    words = [*question.words, *(w for p in question.phrases for w in p)]
    if not words or not viewer.is_active:
        return []
    names = named(words, viewer, limit=3)
    lines = [Suggestion("space", one.name, one.url, one.purpose) for one in names.spaces]
    lines += [Suggestion("person", one.name, one.url, one.title) for one in names.people]
    lines += [
        Suggestion("tag", f"#{label}", f"/tags/{quote(word)}/") for word, label, _count in names.tags[:2]
    ]
    titles = finding.titles(
        finding.ask(replace(question, is_open=True)), narrow(question, viewer), viewer, limit=4
    )
    lines += [Suggestion("thing", row.title, f"/go/{encode(row.id)}/", row.space_name) for row in titles]
    return lines[:10]


def shelved(question: Question, viewer: Person) -> list[Shelved]:
    """What tools found besides contributions, for this reader; narrowed questions are about contributions only."""
    if question.has_filters or not (question.words or question.phrases):
        return []
    return [
        one
        for tool in registry.tools()
        if tool.search
        for one in tool.search(question.plain_words, viewer, 5)
    ]
