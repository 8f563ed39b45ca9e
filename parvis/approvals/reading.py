"""Reads of approvals: how a thing stands for one reader, what waits for somebody, a community's overview.

Every read is of a contribution that the gate has found for its reader, or filtered by audience and memberships as
`visible_to` is. Not here: the words in which it is said (web.approving).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from parvis.access.roles import Role, roles
from parvis.approvals.models import Approver, Edition, Review, State
from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.contributions.models import Contribution
    from parvis.spaces.models import Space

MOST = 100

REVIEW = """
SELECT r.id, r.number, r.digest, r.state, r.asker_id, a.display_name AS asker, r.asked_at, r.due_on, r.word,
  r.is_in_order, r.settled_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id::text, 'name', p.display_name, 'photo', p.photo,
      'answer', o.answer, 'reason', o.reason, 'at', o.answered_at, 'told', o.told_at IS NOT NULL,
      'is_gone', o.answer = '' AND NOT (p.state = 'active' AND (r.audience = 0 OR EXISTS (
        SELECT 1 FROM spaces_membership m WHERE m.space_id = r.space_id AND m.person_id = p.id)))
    ) ORDER BY o.position, o.id), '[]')
   FROM approvals_approver o JOIN people_person p ON p.id = o.person_id WHERE o.review_id = r.id) AS approvers
FROM approvals_review r JOIN people_person a ON a.id = r.asker_id
WHERE r.contribution_id = %(id)s {which} ORDER BY r.id DESC LIMIT 100"""
IN_FORCE = """AND (r.state IN ('review', 'approved')
  OR r.id = (SELECT max(n.id) FROM approvals_review n WHERE n.contribution_id = r.contribution_id))"""

# A version newer than the approved one is read by who may write there, and by those who are asked about it.
WORK_SEEN = """(%(works)s
  OR v.number <= coalesce((SELECT max(w.number) FROM approvals_review w
    WHERE w.contribution_id = v.contribution_id AND w.state = 'approved'), v.number)
  OR EXISTS (SELECT 1 FROM approvals_approver o WHERE o.contribution_id = v.contribution_id AND o.person_id = %(me)s))"""

# Whose turn it is: whoever hasn't answered, and before whom nobody waits when they are asked in order.
TURN = """o.answer = '' AND (NOT r.is_in_order OR NOT EXISTS (SELECT 1 FROM approvals_approver b
  WHERE b.review_id = r.id AND b.answer = '' AND (b.position, b.id) < (o.position, o.id)))"""

LINE = """r.id, r.contribution_id, c.kind, c.title, s.name AS space_name, r.number, r.due_on, r.asked_at, r.state,
  r.settled_at, a.display_name AS asker"""
JOINED = """JOIN contributions_contribution c ON c.id = r.contribution_id AND c.state = 'published'
    AND c.kind = ANY(%(kinds)s)
  JOIN spaces_space s ON s.id = r.space_id JOIN people_person a ON a.id = r.asker_id"""

# What waits for the reader, and what the reader waits for.
MINE = f"""
SELECT * FROM (
  (SELECT {LINE}, true AS is_asked FROM approvals_approver o
    JOIN approvals_review r ON r.id = o.review_id AND r.state = 'review' {JOINED}
    WHERE o.person_id = %(me)s AND {TURN} ORDER BY r.due_on NULLS LAST, r.id LIMIT %(limit)s)
  UNION ALL
  (SELECT {LINE}, false AS is_asked FROM approvals_review r {JOINED}
    WHERE r.asker_id = %(me)s AND r.state = 'review' ORDER BY r.due_on NULLS LAST, r.id LIMIT %(limit)s)) found
WHERE EXISTS (SELECT 1 FROM contributions_contribution c JOIN spaces_space s ON s.id = c.space_id
  WHERE c.id = found.contribution_id AND (c.audience = 0 OR EXISTS (SELECT 1 FROM spaces_membership m
    WHERE m.space_id = c.space_id AND m.person_id = %(me)s)))"""

IN_SPACE = f"""
SELECT {LINE}, (SELECT coalesce(array_agg(p.display_name ORDER BY o.position, o.id), '{{}}') FROM approvals_approver o
    JOIN people_person p ON p.id = o.person_id WHERE o.review_id = r.id AND {TURN}) AS waits_for
FROM approvals_review r {JOINED}
WHERE r.space_id = %(space)s AND r.state IN ('review', 'approved', 'refused')
ORDER BY r.state <> 'review', CASE WHEN r.state = 'review' THEN r.due_on END NULLS LAST, r.id DESC LIMIT %(limit)s"""


@dataclass(frozen=True)
class Asked:
    """One person of a review, as shown."""

    id: int
    name: str
    photo: str
    answer: str
    reason: str
    at: datetime | None
    was_told: bool
    is_gone: bool  # no longer here, or no longer able to read it: they can't answer

    @property
    def key(self) -> str:
        return encode(self.id)


@dataclass(frozen=True)
class Shown:
    """One review, as shown."""

    id: int
    number: int
    digest: str
    state: str
    asker_id: int
    asker: str
    asked_at: datetime
    due_on: date | None
    word: str
    is_in_order: bool
    settled_at: datetime | None
    people: list[Asked]

    @property
    def key(self) -> str:
        return encode(self.id)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.people]

    @property
    def waited_for(self) -> list[Asked]:
        """Whose turn it is."""
        rows = [one for one in self.people if not one.answer] if self.state == State.REVIEW else []
        return rows[:1] if self.is_in_order else rows

    def tells(self, person_id: int, author_id: int) -> bool:
        """Whether its words are for this person: who wrote the thing, who asked, who was asked."""
        return person_id in {author_id, self.asker_id, *(one.id for one in self.people)}


@dataclass(frozen=True)
class Standing:
    """How a thing stands for one reader; `edition` is its last version."""

    edition: Edition
    reviews: list[Shown]
    viewer_id: int
    author_id: int
    may_see_work: bool  # versions newer than the approved one

    def _of(self, state: State) -> Shown | None:
        return next((one for one in self.reviews if one.state == state), None)

    @property
    def open(self) -> Shown | None:
        return self._of(State.REVIEW)

    @property
    def approved(self) -> Shown | None:
        return self._of(State.APPROVED)

    @property
    def refused(self) -> Shown | None:
        """The refusal of the last version itself: a newer version makes it history."""
        found = self._of(State.REFUSED)
        return found if found and found.digest == self.edition.digest and not self.open else None

    @property
    def has_work(self) -> bool:
        """Whether the last version is another than the approved one."""
        return self.approved is not None and self.approved.digest != self.edition.digest

    @property
    def is_my_turn(self) -> bool:
        return self.open is not None and self.viewer_id in {one.id for one in self.open.waited_for}

    def tells(self, shown: Shown) -> bool:
        """Whether the words of a review are for this reader."""
        return shown.tells(self.viewer_id, self.author_id)

    def shown_number(self, *, wants_work: bool = False) -> int:
        """The version that a page shows: the approved one, unless the last is asked for by who may see it, or its
        reader is the one whose answer to it is waited for."""
        wants_work = wants_work or self.is_my_turn
        if self.approved is None or not self.has_work or (wants_work and self.may_see_work):
            return self.edition.number
        return self.approved.number


def works_on(contribution: Contribution, viewer: Person) -> bool:
    """Whether somebody may see versions that aren't approved, as those who write there do."""
    held = getattr(contribution, "held", None) or roles(viewer, contribution)
    return bool(held & {Role.POSTER, Role.AUTHOR})


def who_see_work(contribution: Contribution, people: Iterable[int]) -> set[int]:
    """Which of these people may see versions that aren't approved. One query for each of them, and two."""
    asked = set(Approver.objects.filter(contribution=contribution).values_list("person_id", flat=True))
    asked |= set(Review.objects.filter(contribution=contribution).values_list("asker_id", flat=True))
    able = {Role.POSTER, Role.AUTHOR}
    found = Person.objects.active().filter(id__in=list(people))
    return {one.id for one in found if one.id in asked or roles(one, contribution) & able}


def standing_of(contribution: Contribution, edition: Edition, viewer: Person) -> Standing:
    """How a thing, found for this reader, stands. One query."""
    reviews = _built(read(REVIEW.format(which=IN_FORCE), {"id": contribution.id}))
    author = contribution.author_id
    may_see_work = works_on(contribution, viewer) or any(one.tells(viewer.id, author) for one in reviews)
    return Standing(edition, reviews, viewer.id, author, may_see_work)


def history_of(contribution: Contribution) -> list[Shown]:
    """Every review of a thing, the last first. One query."""
    return _built(read(REVIEW.format(which=""), {"id": contribution.id}))


def _built(rows: list[Any]) -> list[Shown]:
    return [_shown(row._asdict()) for row in rows]


def _shown(row: dict[str, Any]) -> Shown:
    people = [_asked(one) for one in row.pop("approvers")]
    return Shown(**row, people=people)


def _asked(one: dict[str, Any]) -> Asked:
    at = datetime.fromisoformat(one["at"]) if one["at"] else None
    return Asked(
        int(one["id"]),
        one["name"],
        one["photo"],
        one["answer"],
        one["reason"],
        at,
        one["told"],
        one["is_gone"],
    )


def approved_number(contribution_id: int) -> int | None:
    """The number of the version that readers are shown, where one is approved. One query."""
    sql = "SELECT number FROM approvals_review WHERE contribution_id = %(id)s AND state = 'approved'"
    rows = read(sql, {"id": contribution_id})
    return rows[0].number if rows else None


def mine(viewer: Person, *, limit: int = 5) -> tuple[list[Any], list[Any]]:
    """What waits for a person's answer, and what they asked and wait for; the nearest date first. One query."""
    rows = read(MINE, {"me": viewer.id, "limit": limit, "kinds": installed_kinds()})
    return [one for one in rows if one.is_asked], [one for one in rows if not one.is_asked]


def in_space(space: Space) -> list[Any]:
    """A community's approvals: those waited for by date, then the last settled. One query."""
    return read(IN_SPACE, {"space": space.id, "limit": MOST, "kinds": installed_kinds()})
