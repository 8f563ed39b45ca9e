"""What the pages of polls show, and who sees a result when. Not here: the reads, the markup, the acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from parvis.ballots.boxes import FEWEST_BALLOTS, YES
from parvis.ballots.models import Method
from parvis.kernel import clock
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import fill_names, mentions_in_text
from parvis.people.models import names_of
from parvis.toolkit.cards import author_of
from parvis.toolkit.formats import number
from parvis.toolkit.spec import Line, Section
from parvis.tools.polls import grid, reading
from parvis.tools.polls.models import Results

if TYPE_CHECKING:
    from django.http import QueryDict

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

# Fields that hold a choice begin so: receipts of repeated forms leave them out (web.receipts).
SEALED = "sealed_"
MOST_OF_MINE = 5


def is_over(row: Any) -> bool:
    """Whether nobody can vote any more."""
    return row.closed_at is not None or (row.closes_at is not None and row.closes_at <= clock.now())


def sees_result(row: Any) -> bool:
    """Whether the reader of this row may see its result: a secret one once counted, and from five ballots only."""
    if row.is_secret:
        return (
            row.closed_at is not None and row.voters >= FEWEST_BALLOTS and row.choices[0]["total"] is not None
        )
    return row.results == Results.ALWAYS or is_over(row) or (row.results == Results.VOTED and row.has_voted)


def why_not(row: Any) -> str:
    """Why the result isn't shown, in a sentence."""
    if row.is_secret and row.closed_at is not None:
        return _("Fewer than five people voted: to keep their secret, the result isn't told.")
    if row.is_secret:
        return _("The result will be shown once the poll is closed, from five votes.")
    if row.results == Results.VOTED:
        return _("The result is shown once you have voted.")
    return _("The result will be shown once the poll is closed.")


def describe(
    row: Any, can: frozenset[str], *, typed: Mapping[str, str] | None = None, error: str = ""
) -> dict[str, Any]:
    """A poll as its template draws it; `typed` is a refused vote, shown again."""
    key, is_open = encode(row.id), not is_over(row)
    may_vote = is_open and row.state == "published" and "contribution.reply" in can
    can_vote = may_vote and (not row.has_voted or row.may_change)
    shows = sees_result(row)
    return {
        "key": key,
        "url": f"/polls/{key}/",
        "title": row.title,
        "language": row.language,
        "method": row.method,
        "how": how_to_vote(row.method, row.points),
        "points": row.points,
        "is_secret": row.is_secret,
        "may_change": row.may_change,
        "is_open": is_open,
        "closes_at": row.closes_at,
        "closed_at": row.closed_at or row.closes_at,
        "voters": row.voters,
        "has_voted": row.has_voted,
        "can_vote": can_vote,
        "is_final": row.is_secret or not row.may_change,
        "may_add": may_vote and row.may_add,
        "choices": _choices(row, typed),
        "place_count": len(row.choices),
        "zone": grid.zone_of(row),
        "lines": result_lines(row) if shows else [],
        "grid": grid.grid_of(row, best_of(row)) if shows else None,
        "heads": result_heads(row.method),
        "counting": how_counted(row) if shows else "",
        "why_not": "" if shows else why_not(row),
        "shows_names": shows and not row.is_secret and row.voters > 0,
        "outcome_html": outcome_of(row),
        "outcome_at": row.outcome_at,
        "outcome_by": row.outcome_by,
        "to_decide": not is_open and not row.outcome_at,
        "error": error,
    }


def outcome_of(row: Any) -> Markup:
    """The text of what was decided, with today's names of those it mentions."""
    html = row.outcome_html
    names = names_of(set(mentions_in_text(html))) if "data-person" in html else {}
    return Markup(fill_names(html, names))


def _choices(row: Any, typed: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """What one may vote for, and what the reader said of each: as typed, or as it was."""
    shown = []
    for choice in row.choices:
        key = encode(int(choice["id"]))
        mine = choice["mine"] or ""
        if row.method == Method.APPROVAL:
            mine = str(choice["mine"] or ("0" if row.has_voted else ""))
        if typed is not None:
            mine = typed.get(key, "")
        field = SEALED + (encode(row.id) if row.method in (Method.SINGLE, Method.MULTIPLE) else key)
        shown.append(
            {
                "key": key,
                "text": grid.words_of(choice),
                "added_by": choice["added_by"],
                "mine": mine,
                "field": field,
            }
        )
    return shown


def marks_in(row: Any, data: QueryDict) -> dict[int, int]:
    """A vote as its form says it, by choice; what isn't a number or a key of a choice stands for nothing wanted."""
    if row.method in (Method.SINGLE, Method.MULTIPLE):
        return {_key(text): 1 for text in data.getlist(SEALED + encode(row.id))}
    if row.method == Method.APPROVAL and not any(name.startswith(SEALED) for name in data):
        return {}
    return {
        int(choice["id"]): _number(data.get(SEALED + encode(int(choice["id"])), "")) for choice in row.choices
    }


def typed_in(row: Any, data: QueryDict) -> dict[str, str]:
    """The same vote as it was typed, by the letters of its choices, to be shown again."""
    if row.method in (Method.SINGLE, Method.MULTIPLE):
        return dict.fromkeys(data.getlist(SEALED + encode(row.id)), "1")
    keys = [encode(int(choice["id"])) for choice in row.choices]
    return {key: data.get(SEALED + key, "") for key in keys}


def _key(text: str) -> int:
    try:
        return decode(text)
    except ValueError:
        return 0


def _number(text: str) -> int:
    text = text.strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1


def how_to_vote(method: str, points: int) -> str:
    """What is asked of a voter, in a sentence."""
    if method == Method.SINGLE:
        return _("Choose one answer.")
    if method == Method.MULTIPLE:
        return _("Choose as many answers as you like.")
    if method == Method.RANKING:
        return _("Number them by preference, 1 being your first. You may leave some out.")
    if method == Method.APPROVAL:
        return _("Answer for each: yes, if need be, or no.")
    return ngettext("Share out %(n)s point as you like.", "Share out %(n)s points as you like.", points) % {
        "n": points
    }


def result_heads(method: str) -> list[str]:
    """The columns of the table of results, after the choice itself."""
    if method in (Method.SINGLE, Method.MULTIPLE):
        return [_("Votes"), _("Share of voters")]
    if method == Method.APPROVAL:
        return [_("Yes"), _("If need be")]
    return [_("Points"), _("Voters")]


def how_counted(row: Any) -> str:
    """How a ranking becomes a result, and of what the shares are, in words."""
    if row.method == Method.RANKING:
        most = len(row.choices) - 1
        return ngettext(
            "A first place gives %(n)s point, each place after it one less; a choice left out gives none. "
            "The highest sum comes first (Borda count).",
            "A first place gives %(n)s points, each place after it one less; a choice left out gives none. "
            "The highest sum comes first (Borda count).",
            most,
        ) % {"n": most}
    if row.method == Method.MULTIPLE:
        return _("Shares are of the people who voted: together they may exceed a hundred per cent.")
    if row.method == Method.APPROVAL:
        return _("A yes counts twice as much as an if need be; what suits best is marked.")
    return ""


def result_lines(row: Any) -> list[dict[str, Any]]:
    """The result, choice by choice: in the order of the poll while it is open, the highest first once it is closed."""
    whole = _whole(row)
    best = best_of(row)
    lines = []
    for place, choice in enumerate(row.choices):
        total = choice["total"] or 0
        share = 100 * total / whole if whole else 0
        lines.append(
            {
                "text": grid.words_of(choice),
                "total": total,
                "people": choice["people"] or 0,
                "share": round(share, 1),
                "cells": _cells(row.method, total, choice["people"] or 0, share),
                "is_first": place in best,
                "is_mine": bool(choice["mine"]),
            }
        )
    keeps_order = not is_over(row) or any(choice["begins"] or choice["first"] for choice in row.choices)
    return lines if keeps_order else sorted(lines, key=lambda line: -line["total"])


def best_of(row: Any) -> set[int]:
    """The places of the choices that came first; of an approval, those that are first so far."""
    if not is_over(row) and row.method != Method.APPROVAL:
        return set()
    totals = [choice["total"] or 0 for choice in row.choices]
    return {place for place, total in enumerate(totals) if total and total == max(totals)}


def _cells(method: str, total: int, people: int, share: float) -> list[str]:
    if method in (Method.SINGLE, Method.MULTIPLE):
        return [number(total), percent(share)]
    if method == Method.APPROVAL:
        yes, if_need_be = said_yes(total, people)
        return [number(yes), number(if_need_be)]
    return [number(total), number(people)]


def said_yes(total: int, people: int) -> tuple[int, int]:
    """Of an approval's sum, where a yes is worth two: how many said yes, and how many if need be."""
    return total - people, 2 * people - total


def _whole(row: Any) -> int:
    """What a full bar stands for."""
    if row.method in (Method.SINGLE, Method.MULTIPLE):
        return int(row.voters)
    if row.method == Method.RANKING:
        return int(row.voters) * (len(row.choices) - 1)
    if row.method == Method.APPROVAL:
        return int(row.voters) * YES
    return sum(choice["total"] or 0 for choice in row.choices)


def percent(share: float) -> str:
    """A share in words, whole."""
    return _("%(n)s%%") % {"n": round(share)}


def draw(poll: dict[str, Any], *, is_inside: bool) -> Markup:
    """A poll drawn: inside another contribution, or on its own page. The page puts its token into the forms."""
    html = get_template("polls/_poll.html").render({"poll": poll, "is_inside": is_inside})
    return Markup(html)


def inside(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Markup]:
    """The polls that stand in a contribution; nothing is asked of the database where its card says there is none."""
    if not contribution.card.get("polls"):
        return []
    return [draw(describe(row, can), is_inside=True) for row in reading.polls_inside(contribution, viewer)]


def line_of(row: Any) -> dict[str, Any]:
    """One line of a list of polls."""
    return {
        "url": f"/polls/{encode(row.id)}/",
        "id13": encode(row.id),
        "title": row.title,
        "language": row.language,
        "author": author_of(row),
        "space": getattr(row, "space_name", ""),
        "published_at": row.published_at,
        "closes_at": row.closes_at,
        "closed_at": row.closed_at or row.closes_at,
        "is_open": not is_over(row),
        "is_secret": row.is_secret,
        "is_decided": row.is_decided,
        "has_voted": row.has_voted,
        "voters": row.voters,
        "reply_count": row.reply_count,
    }


def mine(viewer: Person) -> list[Section]:
    """The open polls that wait for the reader's vote."""
    rows = reading.open_polls(viewer, unanswered=True, limit=MOST_OF_MINE)
    lines = tuple(
        Line(
            row.title, f"/polls/{encode(row.id)}/", row.space_name, "vote", row.closes_at or row.published_at
        )
        for row in rows
    )
    return [
        Section(
            _("Polls waiting for your vote"),
            "vote",
            lines,
            "/polls/",
            _("No poll waits for you."),
            rank=20,
        )
    ]


def face(row: Any) -> dict[str, Any]:
    """What a poll's card says beyond the common: how many have voted, and whether one still can."""
    voters = row.card.get("count", 0)
    people = ngettext("%(n)s voter", "%(n)s voters", voters) % {"n": number(voters)}
    state = (
        _("poll closed")
        if row.card.get("is_closed")
        else _("secret poll")
        if row.card.get("is_secret")
        else _("poll")
    )
    return {"kind_label": f"{state} · {people}", "kind_icon": "vote"}
