"""What the search page shows of an answer: addresses, filters as chips, facets in words, reasons.

Not here: finding (parvis.search) nor the markup (web/search.html).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from parvis.kernel.ids import encode
from parvis.search.asking import Question, month_after, narrowed, parse, quoted, read_day
from parvis.toolkit import registry
from parvis.toolkit.cards import author_of, space_of
from parvis.toolkit.formats import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from parvis.search.dividing import Facet
    from parvis.search.engine import Answer, Hit

ORDERS = ("best", "new")
NAMES = ("author", "in", "kind", "before", "after", "tag")
FACETS_OPEN = 5  # choices shown at once; the others wait under "more"
LONGEST = 300


@dataclass(frozen=True)
class Asked:
    """What the address asks: words as typed, filters apart from them, the order and the page."""

    words: str
    filters: str
    order: str = "best"
    page: int = 1

    @property
    def text(self) -> str:
        """Both as one text, which says the same to the engine and in a saved search."""
        return f"{self.words} {self.filters}".strip()

    def address(self, *, page: int = 1, order: str = "") -> str:
        """Where this search stands, at a page, in an order."""
        order = order or self.order
        values = {"q": self.words, "f": self.filters, "by": order if order != "best" else "", "page": page}
        kept = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
        return f"/search/?{urlencode(kept)}" if kept else "/search/"


def read_asked(given: Mapping[str, str]) -> Asked:
    """The search of an address. Operators typed among the words become filters: they are shown as such."""
    typed = f"{given.get('q', '')} {given.get('f', '')}"[: LONGEST * 2]
    order, page = given.get("by", ""), given.get("page", "")
    return asked_of(
        typed,
        order=order if order in ORDERS else "best",
        page=min(int(page), 500) if page.isdecimal() and len(page) < 5 else 1,
    )


def asked_of(text: str, *, order: str = "best", page: int = 1) -> Asked:
    """A text that asks something, its filters set apart."""
    question = parse(text)
    words = narrowed(question, *((name, "") for name in NAMES))
    return Asked(words, " ".join(_said(*one) for one in filters_of(question)), order, max(page, 1))


def filters_of(question: Question) -> list[tuple[str, str]]:
    """Every filter of a question, as (name, value)."""
    named = {"kind": question.kinds, "in": question.spaces, "author": question.authors, "tag": question.tags}
    found = [(name, value) for name, values in named.items() for value in values]
    days = {"after": question.after, "before": question.before}
    return found + [(name, day.isoformat()) for name, day in days.items() if day]


def _said(name: str, value: str) -> str:
    return f"{name}:{quoted(value)}"


def chips(asked: Asked, question: Question, facets: Iterable[Facet]) -> list[dict[str, str]]:
    """The filters in words, each with the address of the same search without it; a whole month is one of them."""
    known = {(facet.name, one.value): one.label for facet in facets for one in facet.choices}
    every = filters_of(question)
    drawn = [
        _chip(name, known.get((name, value)) or _label(name, value, question), asked, every, [(name, value)])
        for name, value in every
        if name not in ("after", "before") or not _is_month(question)
    ]
    if _is_month(question) and question.after:
        days = [pair for pair in every if pair[0] in ("after", "before")]
        drawn.append(_chip("month", month_in_words(question.after), asked, every, days))
    return drawn


def _chip(
    name: str, label: str, asked: Asked, every: list[tuple[str, str]], left_out: list[tuple[str, str]]
) -> dict[str, str]:
    kept = " ".join(_said(*one) for one in every if one not in left_out)
    return {"name": name_of(name), "label": label, "url": Asked(asked.words, kept, asked.order).address()}


def _is_month(question: Question) -> bool:
    after, before = question.after, question.before
    return bool(after and before and after.day == 1 and before == month_after(after))


def month_in_words(day: date) -> str:
    """ "March 2025"."""
    return date_format(day, "F Y")


def _label(name: str, value: str, question: Question) -> str:
    if name in ("after", "before"):
        day: date | None = getattr(question, name)
        return date_format(day, "DATE_FORMAT") if day else value
    found = registry.kind(value) if name == "kind" else None
    return str(found.label) if found else f"#{value}" if name == "tag" else value


def name_of(name: str) -> str:
    """What a filter or facet goes by, in words."""
    names = {
        "kind": pgettext("filter", "Kind"), "in": pgettext("filter", "Community"),
        "author": pgettext("filter", "Author"), "tag": pgettext("filter", "Tag"),
        "month": pgettext("filter", "Period"), "after": pgettext("filter", "From"),
        "before": pgettext("filter", "Before"),
    }  # fmt: skip
    return str(names.get(name, name))


def describe_facets(answer: Answer, asked: Asked) -> list[dict[str, Any]]:
    """Every way to narrow that still divides, with its choices as links and their counts."""
    drawn = []
    for facet in answer.facets:
        choices = [
            {
                "label": _choice_label(facet.name, one.label),
                "count": one.count,
                "url": asked_of(one.ask, order=asked.order).address(),
                "is_chosen": one.is_chosen,
            }
            for one in facet.choices
        ]
        if len(choices) > 1 or any(one["is_chosen"] for one in choices):
            drawn.append(
                {"title": name_of(facet.name), "some": choices[:FACETS_OPEN], "more": choices[FACETS_OPEN:]}
            )
    return drawn


def _choice_label(name: str, label: str) -> str:
    month = read_day(label) if name == "month" else None
    return month_in_words(month) if month else f"#{label}" if name == "tag" else label


def describe_hit(hit: Hit, question: Question, meant: tuple[str, ...] = ()) -> dict[str, Any]:
    """One result: where it leads, what it is, its words in pieces with the matching ones told apart.

    `meant` are words read for others that nothing holds.
    """
    row = hit.row
    kind = registry.kinds()[row.kind][1]
    is_reply = hit.reply_id is not None
    return {
        "id13": row.key,
        "url": marked_url(hit, question, meant, at_reply=False),
        "title": hit.title if row.title else (),
        "excerpt": hit.excerpt,
        "is_reply": is_reply,
        "reply_url": marked_url(hit, question, meant) if is_reply else "",
        "reply_word": kind.replies[1],
        "writer": hit.author_name if is_reply else row.author_name,
        "at": (hit.at if is_reply else None) or row.published_at,
        "kind_label": kind.label,
        "kind_icon": kind.icon,
        "author": author_of(row),
        "published_at": row.published_at,
        "space": space_of(row),
        "language": row.language,
        "replies": f"{number(row.reply_count)} {kind.replies[1 if row.reply_count == 1 else 2]}"
        if row.reply_count
        else "",
        "outcome": row.card.get("outcome"),
        "is_answered": bool(row.card.get("answer")),
    }


def marked_url(hit: Hit, question: Question, meant: tuple[str, ...] = (), *, at_reply: bool = True) -> str:
    """Where a result is read, at the reply that matched if asked, with the words to mark there."""
    shown = [text for text, is_marked in (*hit.title, *hit.excerpt) if is_marked]
    asked = [*question.words, *(word for phrase in question.phrases for word in phrase)]
    words = " ".join(dict.fromkeys(word.casefold() for word in [*asked, *meant, *shown]))[:200]
    base = f"/go/{encode(hit.contribution_id)}/"
    if at_reply and hit.reply_id is not None:
        key = encode(hit.reply_id)
        return f"{base}?{urlencode({'reply': key, 'words': words})}#r-{key}"
    return f"{base}?{urlencode({'words': words})}#found" if words else base


def describe_writers(answer: Answer, asked: Asked) -> list[dict[str, Any]]:
    """Who wrote about it, why they are named, and where to read only what they wrote."""
    return [
        {
            "person": one.person,
            "why": ngettext("%(n)s contribution about it", "%(n)s contributions about it", one.count)
            % {"n": number(one.count)},
            "url": asked_of(
                narrowed(answer.question, ("author", one.person.name)), order=asked.order
            ).address(),
        }
        for one in answer.writers
    ]


def how_many(answer: Answer) -> str:
    """The number of contributions found, in words."""
    if answer.is_more:
        return _("More than %(n)s contributions") % {"n": number(answer.count)}
    return ngettext("%(n)s contribution", "%(n)s contributions", answer.count) % {"n": number(answer.count)}
