"""Whether the person of a notice may still see what it speaks of: one SQL sentence for lists, counts and the door.

The same rule as contributions' `visible_to` and spaces' (attention/tests/test_visible.py holds them together). Not here:
the queries that ask it.
"""

from __future__ import annotations

from typing import Any

from parvis.contributions.kinds import installed_kinds
from parvis.kernel import clock

FOR_HOSTS = ("asked", "reported")  # what only a running mandate lets one see
OF_TAKEN_AWAY = ("hidden", "reported")  # reasons that also speak of a reply that isn't shown any more


def visible_values() -> dict[str, Any]:
    """The parameters of `visible_sql`, in the order in which they stand: today, kinds, kinds."""
    return {"today": clock.today(), "kinds": installed_kinds()}


def visible_sql(n: str, *, kinds: str = "%(kinds)s", today: str = "%(today)s") -> str:
    """True for a notice (alias `n`) whose person may see its thing now."""
    return f"""(
  ({n}.reason <> 'community_asked' OR EXISTS (
    SELECT 1 FROM people_person vp WHERE vp.id = {n}.person_id AND vp.is_administrator))
  AND ({n}.reason NOT IN {FOR_HOSTS} OR EXISTS (
    SELECT 1 FROM spaces_membership vh WHERE vh.person_id = {n}.person_id AND vh.space_id = {n}.space_id
      AND vh.role = 'host' AND (vh.host_until_on IS NULL OR vh.host_until_on >= {today})))
  AND ({n}.thing_kind <> 'reply' OR EXISTS (
    SELECT 1 FROM contributions_reply vr WHERE vr.id = {n}.thing_id
      AND (vr.state = 'published' OR {n}.reason IN {OF_TAKEN_AWAY})))
  AND CASE
    WHEN {n}.contribution_id IS NOT NULL THEN EXISTS (
      SELECT 1 FROM contributions_contribution vc WHERE vc.id = {n}.contribution_id
        AND {readable_sql("vc", f"{n}.person_id", kinds=kinds)})
    WHEN {n}.space_id IS NOT NULL AND {n}.reason <> 'community_asked' THEN EXISTS (
      SELECT 1 FROM spaces_space vs WHERE vs.id = {n}.space_id
        AND (vs.access <> 'secret' AND vs.kind <> 'exchange' OR {_is_member("vs.id", f"{n}.person_id")}
          OR EXISTS (SELECT 1 FROM membership_invitation vi WHERE vi.space_id = vs.id AND vs.archived_at IS NULL
            AND vi.person_id = {n}.person_id AND {n}.reason = 'invited' AND vi.accepted_at IS NULL
            AND vi.revoked_at IS NULL AND vi.expires_at > now())))
    ELSE true END)"""


def readable_sql(c: str, person: str, *, kinds: str = "%(kinds)s") -> str:
    """True for a contribution (alias `c`) that a person (an expression for their key) may read now."""
    member = _is_member(f"{c}.space_id", person)
    return f"""({c}.kind = ANY({kinds}) AND ({c}.audience = 0 OR {c}.audience = 1 AND {member}
      OR {c}.audience = 2 AND {c}.author_id = {person} AND ({c}.space_audience = 0 OR {member})
      OR {c}.audience = 2 AND {c}.state IN ('draft', 'circle') AND EXISTS (
        SELECT 1 FROM contributions_reader vn WHERE vn.contribution_id = {c}.id AND vn.person_id = {person}))
    AND (NOT {c}.card ? 'shared' OR EXISTS (
      SELECT 1 FROM contributions_contribution vo WHERE vo.id = ({c}.card ->> 'shared')::bigint
        AND vo.kind = ANY({kinds}) AND (vo.audience = 0 OR vo.audience = 1
          AND {_is_member("vo.space_id", person)}))))"""


def _is_member(space: str, person: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM spaces_membership vm WHERE vm.person_id = {person} AND vm.space_id = {space})"
    )


# How many notices wait for a person (an expression), counted up to a hundred and only of what they may see now; those
# beyond the newest hundred aren't looked at: the number says "99+" long before.
UNSEEN = f"""(SELECT count(*) FROM (SELECT * FROM attention_notice a WHERE a.person_id = {{person}} AND a.seen_at IS NULL
    ORDER BY a.id DESC LIMIT 100) unseen WHERE {visible_sql("unseen")})"""
