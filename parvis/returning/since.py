"""What changed since a moment in the places a person subscribes to: new things, decisions, answers to them.

Everything is asked of the database as its reader may see it now, counts too. Not here: when they were here last
(returning.stays) and the page (web.views.returning).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parvis.attention.visible import visible_sql, visible_values
from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.people.models import names_of
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST = 30  # new things of one place
MOST_ANSWERS = 30
COUNTED = 20  # of one place; beyond, "more than"
QUOTED = 140
ANSWERS = ("reply", "mention", "accepted")  # classes of notices that speak to their person

READABLE = """c.state = 'published' AND c.is_listed AND c.kind = ANY(%(kinds)s) AND (c.audience = 0
        OR c.audience = 1 AND EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = c.space_id AND m.person_id = %(me)s))
      AND NOT c.card ? 'shared'"""

THINGS = f"""
SELECT top.*, i.name AS space_name, i.slug AS space_slug, i.hue AS space_hue, i.cover AS space_cover,
  i.kind AS space_kind, p.display_name AS author_name,
  EXISTS (SELECT 1 FROM contributions_readmark d WHERE d.contribution_id = top.id AND d.person_id = %(me)s) AS is_read
FROM spaces_subscription sub CROSS JOIN LATERAL (
  (SELECT c.id, c.kind, c.space_id, c.author_id, c.title, c.excerpt, c.published_at AS at, '' AS outcome
    FROM contributions_contribution c WHERE c.space_id = sub.space_id AND c.published_at > %(since)s
      AND c.author_id <> %(me)s AND {READABLE} ORDER BY c.published_at DESC LIMIT {MOST})
  UNION ALL
  (SELECT c.id, c.kind, c.space_id, c.author_id, c.title, c.excerpt, a.created_at, c.card ->> 'outcome'
    FROM journal_activity a JOIN contributions_contribution c ON c.id = a.thing_id AND c.space_id = sub.space_id
    WHERE a.space_id = sub.space_id AND a.created_at > %(since)s AND a.actor_id <> %(me)s
      AND a.verb LIKE '%%.concluded' AND c.card ? 'outcome' AND {READABLE} ORDER BY a.created_at DESC LIMIT {MOST})
) top JOIN spaces_space i ON i.id = top.space_id JOIN people_person p ON p.id = top.author_id
WHERE sub.person_id = %(me)s AND sub.level > 0 AND i.archived_at IS NULL
ORDER BY top.at DESC"""

TOLD = f"""
SELECT n.thing_kind, n.thing_id, n.category, n.reason, n.created_at AS at, n.seen_at IS NOT NULL AS is_read, c.id, c.title,
  c.excerpt, c.space_id, i.name AS space_name, r.text AS reply_text, p.display_name AS author_name
FROM attention_notice n JOIN contributions_contribution c ON c.id = n.contribution_id
  JOIN spaces_space i ON i.id = c.space_id JOIN people_person p ON p.id = n.actor_id
  LEFT JOIN contributions_reply r ON n.thing_kind = 'reply' AND r.id = n.thing_id
WHERE n.person_id = %(me)s AND n.created_at > %(since)s AND n.category = ANY(%(answers)s) AND {visible_sql("n")}
ORDER BY n.id DESC LIMIT {MOST_ANSWERS}"""

# Part of home's own statement, as two numbers: counted to a little more than is ever said.
COUNTS = f"""
(SELECT coalesce(sum(top.n), 0) FROM spaces_subscription sub CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
    SELECT 1 FROM contributions_contribution c WHERE c.space_id = sub.space_id AND c.published_at > %(since)s
      AND c.author_id <> %(me)s AND {READABLE} LIMIT {COUNTED + 1}) few) top
  WHERE sub.person_id = %(me)s AND sub.level > 0 AND %(since)s::timestamptz IS NOT NULL) AS new_things,
(SELECT count(*) FROM (SELECT * FROM attention_notice a WHERE a.person_id = %(me)s ORDER BY a.id DESC LIMIT 100) n
  WHERE n.created_at > %(since)s AND n.category = ANY(%(answers)s) AND {visible_sql("n")}) AS new_answers"""


def count_values(since: datetime | None) -> dict[str, Any]:
    """The parameters of `COUNTS` beside the reader; without a moment both numbers are 0."""
    return {"since": since, "answers": list(ANSWERS), **visible_values()}


@dataclass(frozen=True)
class News:
    """One line: a new thing, a decision, an answer."""

    title: str
    url: str
    sub: str
    icon: str
    at: datetime
    is_read: bool
    quote: str = ""


@dataclass
class Place:
    """What changed in one community."""

    name: str
    slug: str
    hue: int | None
    is_person: bool
    things: list[News] = field(default_factory=list)
    decisions: list[News] = field(default_factory=list)
    dates: list[News] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """Everything of one page."""

    answers: list[News]
    places: list[Place]

    @property
    def is_empty(self) -> bool:
        return not self.answers and not self.places


def changes_since(since: datetime, viewer: Person) -> Changes:
    """What others did since a moment, as the reader may see it now, by place: the liveliest first. Three statements."""
    where = {"me": viewer.id, "since": since, "kinds": installed_kinds()}
    things = read(THINGS, where)
    told = read(TOLD, {**where, "answers": list(ANSWERS), **visible_values()})
    texts = [
        text
        for row in [*things, *told]
        for text in (row.title or row.excerpt, getattr(row, "reply_text", ""))
    ]
    texts += [row.outcome for row in things]
    keys = {key for text in texts if text and "@" in text for key in mentions_in_text(text)}
    names = names_of(keys) if keys else {}
    places: dict[int, Place] = {}
    for row in things:
        kind = registry.kinds()[row.kind][1]
        place = places.setdefault(
            row.space_id,
            Place(row.space_name, row.space_slug, row.space_hue or None, row.space_kind == "personal"),
        )
        list_of = place.decisions if row.outcome else place.dates if "date" in kind.roles else place.things
        list_of.append(_thing(row, kind, names))
    ordered = sorted(places.values(), key=_size, reverse=True)
    return Changes(_answers(told, names), ordered)


def _size(place: Place) -> int:
    return len(place.things) + len(place.decisions) + len(place.dates)


def _thing(row: Any, kind: Any, names: dict[int, str]) -> News:
    return News(
        fill_names_in_text(row.title or excerpt(row.excerpt, QUOTED), names),
        f"/go/{encode(row.id)}/",
        row.author_name,
        "gavel" if row.outcome else kind.icon,
        row.at,
        row.is_read,
        fill_names_in_text(excerpt(row.outcome, QUOTED), names) if row.outcome else "",
    )


def _answers(rows: Sequence[Any], names: dict[int, str]) -> list[News]:
    """Answers and mentions, one line a reply: two reasons for the same say nothing more."""
    found: dict[tuple[str, int], News] = {}
    for row in rows:
        key = f"?reply={encode(row.thing_id)}#r-{encode(row.thing_id)}" if row.thing_kind == "reply" else ""
        icon = {"reply": "message-circle", "mention": "at-sign"}.get(row.category, "circle-check")
        found.setdefault(
            (row.thing_kind, row.thing_id),
            News(
                fill_names_in_text(row.title or excerpt(row.excerpt, QUOTED), names),
                f"/go/{encode(row.id)}/{key}",
                f"{row.author_name} · {row.space_name}",
                icon,
                row.at,
                row.is_read,
                fill_names_in_text(excerpt(row.reply_text or "", QUOTED), names),
            ),
        )
    return list(found.values())
