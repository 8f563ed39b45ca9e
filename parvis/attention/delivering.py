"""Writing the notices of one activity: to those it concerns who want to know and may read it, whatever their number.

One INSERT for each few thousand people: the rules of people, of places and of threads and the right to read are asked in
it, of the database as it is at that moment. Not here: whom it concerns (attention.recipients).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from parvis.attention import visible
from parvis.attention.classes import class_of
from parvis.attention.ignoring import hush, wake
from parvis.attention.recipients import concerned, contribution_of
from parvis.journal.models import Activity
from parvis.kernel.db import read
from parvis.kernel.ids import new_id
from parvis.toolkit.notices import PLACES

BATCH = 5_000

# A thread followed on purpose counts more than the mute of its place; what insists is told whatever was muted.
WRITE = """
INSERT INTO attention_notice (id, person_id, reason, category, activity_id, actor_id, thing_kind, thing_id,
  contribution_id, space_id, audience, created_at, is_opened)
SELECT t.id, p.id, t.reason, t.category, %(activity)s, %(actor)s, %(thing_kind)s, %(thing)s,
  %(contribution)s::bigint, %(space)s::bigint, %(audience)s, %(at)s, false
FROM unnest(%(ids)s::bigint[], %(people)s::bigint[], %(reasons)s::text[], %(categories)s::text[],
    %(insisting)s::bool[], %(placed)s::bool[]) AS t (id, person_id, reason, category, insists, is_placed)
  JOIN people_person p ON p.id = t.person_id AND p.state = 'active'
  LEFT JOIN spaces_subscription s ON s.person_id = p.id AND s.space_id = %(space)s
  LEFT JOIN contributions_follow f ON f.person_id = p.id AND f.contribution_id = %(contribution)s
  LEFT JOIN attention_rule r ON r.person_id = p.id AND r.category = t.category
WHERE coalesce(r.is_on, true)
  AND (t.insists OR coalesce(f.level, 1) > 0
    AND (f.level = 2 OR NOT t.is_placed OR coalesce(s.level, 1) > 0))
  AND {may_read}
ON CONFLICT DO NOTHING
RETURNING person_id, category
"""


def may_read() -> str:
    """Only those who may read the thing now are told of it: a mention never opens a door."""
    return (
        "(%(contribution)s::bigint IS NULL OR EXISTS (SELECT 1 FROM contributions_contribution c "
        f"WHERE c.id = %(contribution)s AND {visible.readable_sql('c', 'p.id')}))"
    )


def deliver(activity_id: int) -> None:
    """Writes the notices that one activity gives rise to. Run again, it adds none."""
    activity = Activity.objects.filter(id=activity_id).first()
    if activity is None:
        return
    contribution_id = contribution_of(activity)
    told: dict[int, str] = {}
    for one in concerned(activity, contribution_id):
        if one.person_id != activity.actor_id:
            told.setdefault(one.person_id, one.reason)
    if contribution_id is not None and activity.verb.endswith(".replied"):
        wake(contribution_id, activity.actor_id)
    written: list[int] = []
    for batch in _batches(told.items()):
        written += _write(activity, contribution_id, batch)
    if contribution_id is not None and written and not activity.verb.endswith(".published"):
        hush(contribution_id, written)


def _batches(told: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    rest = iter(told)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _write(activity: Activity, contribution_id: int | None, batch: list[tuple[int, str]]) -> list[int]:
    """Notices for one batch; returns who got one that doesn't insist."""
    found = [class_of(reason, activity.thing_kind) for _person, reason in batch]
    insisting = {one.slug for one in found if one.insists}
    rows = read(
        WRITE.format(may_read=may_read()),
        {
            **visible.visible_values(),
            "activity": activity.id,
            "actor": activity.actor_id,
            "thing_kind": activity.thing_kind,
            "thing": activity.thing_id,
            "contribution": contribution_id,
            "space": activity.space_id,
            "audience": activity.audience,
            "at": activity.created_at,
            "ids": [new_id() for _one in batch],
            "people": [person for person, _reason in batch],
            "reasons": [reason for _person, reason in batch],
            "categories": [one.slug for one in found],
            "insisting": [one.insists for one in found],
            "placed": [one.level == PLACES for one in found],
        },
    )
    return [row.person_id for row in rows if row.category not in insisting]
