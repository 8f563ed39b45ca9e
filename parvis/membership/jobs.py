"""Membership's work by the clock: groups kept true, mandates that end. Not here: the rules themselves."""

from __future__ import annotations

from parvis.journal.actions import record
from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.membership import groups
from parvis.spaces.models import MemberRole, Membership


@job("membership.sync_groups", cron="17 * * * *")
def sync_groups() -> None:
    """Makes groups, and the memberships they give, true again."""
    groups.sync_all()


@job("membership.end_mandates", cron="5 1 * * *")
def end_mandates() -> None:
    """Turns hosts whose mandate has ended into members again; access already stopped on the day itself."""
    ended = Membership.objects.filter(role=MemberRole.HOST, host_until_on__lt=clock.today()).select_related(
        "space"
    )
    for row in ended:
        row.role, row.host_until_on = MemberRole.MEMBER, None
        row.save(update_fields=["role", "host_until_on"])
        record(
            "member.host_ended",
            thing_kind="space",
            thing_id=row.space_id,
            by=SYSTEM,
            space_id=row.space_id,
            audience=row.space.audience,
            payload={"person": row.person_id},
        )
