"""Threads that go quiet by themselves: whoever leaves five notices of one thread unopened is told no more of it.

Kept as the negative of how closely they followed it (contributions_follow.level), so that one tap restores it. What
insists (a mention, an approval) is told all the same. Not here: muting a thread on purpose (contributions.marking).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from parvis.access.table import require
from parvis.attention.classes import slugs_that_insist
from parvis.attention.models import Notice
from parvis.contributions.marks import Follow
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import new_id
from parvis.people.models import Person
from parvis.spaces.models import Level

PATIENCE = 5  # notices of one thread in a row, none of them opened

# The last five of each person told just now; somebody with fewer isn't there, one who opened any of them neither.
HUSH = """
INSERT INTO contributions_follow AS f (id, person_id, contribution_id, level)
SELECT t.id, t.person_id, %(contribution)s, -1
FROM unnest(%(ids)s::bigint[], %(people)s::bigint[]) AS t (id, person_id)
WHERE (SELECT count(*) = %(patience)s AND NOT bool_or(last.is_opened) FROM (
  SELECT n.is_opened FROM attention_notice n
  WHERE n.contribution_id = %(contribution)s AND n.person_id = t.person_id AND NOT n.category = ANY(%(insist)s)
  ORDER BY n.id DESC LIMIT %(patience)s) last)
ON CONFLICT (contribution_id, person_id) DO UPDATE SET level = -f.level WHERE f.level > 0
"""


def hush(contribution_id: int, people: Sequence[int]) -> None:
    """Lets a thread go quiet for those of these people who have left its last five notices unopened. One statement."""
    asked = {
        "contribution": contribution_id,
        "people": list(people),
        "ids": [new_id() for _one in people],
        "insist": slugs_that_insist(),
        "patience": PATIENCE,
    }
    read(HUSH, asked)


def wake(contribution_id: int, person_id: int) -> None:
    """Ends the quiet, if there is one: also what answering in the thread does."""
    rows = Follow.objects.filter(contribution_id=contribution_id, person_id=person_id)
    rows.filter(level__lt=Level.MUTED).update(level=-F("level"))


def tell_again(contribution: Contribution, *, by: Person) -> None:
    """Takes back that a thread went quiet: it is followed as closely as before, and counting begins anew."""
    require("contribution.mark", contribution, by=by)
    wake(contribution.id, by.id)
    Notice.objects.filter(person=by, contribution_id=contribution.id, is_opened=False).update(
        is_opened=True, seen_at=clock.now()
    )
