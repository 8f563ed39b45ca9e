"""Giving points: within one's budget whatever happens at the same time, until it is closed; merging options.

Not here: what an option is, and the caches that show sums (the tools). Secret ballots come with polls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import require
from parvis.ballots.models import Budget, Points
from parvis.contributions.models import Contribution, State
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

LARGEST = 100


def open_budget(contribution: Contribution, points: int) -> Budget:
    """Lets each person spread so many points over the parts of a contribution; a second call changes the number.

    Who may: the caller has asked. Raises Refused for a number outside 1 to 100, or under what someone has given.
    """
    if not 1 <= points <= LARGEST:
        raise Refused(_("Choose between 1 and 100 points."), field="budget")
    budget, is_new = Budget.objects.get_or_create(contribution=contribution, defaults={"points": points})
    if is_new or budget.points == points:
        return budget
    budget = Budget.objects.select_for_update().get(pk=budget.pk)
    given = (
        budget.given.values("person")
        .annotate(sum=Sum("points"))
        .order_by("-sum")
        .values_list("sum", flat=True)
    )
    most = given.first() or 0
    if most > points:
        raise Refused(
            _("Someone has already given %(most)s points: choose at least that many.") % {"most": most},
            field="budget",
        )
    budget.points = points
    budget.save(update_fields=["points"])
    return budget


def close_budget(contribution: Contribution) -> None:
    """From now on points stay as they are. The caller has asked access; nothing happens without a budget."""
    Budget.objects.filter(contribution=contribution, closed_at=None).update(closed_at=clock.now())


def reopen_budget(contribution: Contribution) -> None:
    """Points may be changed again. The caller has asked access."""
    Budget.objects.filter(contribution=contribution).update(closed_at=None)


def give_points(budget: Budget, option: Contribution, points: int, by: Person) -> int:
    """Makes `points` what the person gives to an option (0 takes all back); returns the option's new sum.

    Who may: whoever may answer the contribution that holds the budget. Raises Refused beyond the budget, once
    closed, and for an option that isn't a published part of that contribution. The budget's row is locked: of
    two requests at the same time, the second sees what the first has given.
    """
    require("contribution.reply", budget.contribution, by=by)
    locked = Budget.objects.select_for_update().get(pk=budget.pk)
    if locked.closed_at is not None:
        raise Refused(_("This is closed: points can't be changed any more."))
    if option.part_of_id != locked.contribution_id or option.state != State.PUBLISHED:
        raise Refused(_("Points can't be given to this."))
    if not 0 <= points <= LARGEST:
        raise Refused(_("Give a whole number of points."))
    elsewhere = _sum(Points.objects.filter(budget=locked, person=by).exclude(option=option))
    if elsewhere + points > locked.points:
        left = locked.points - elsewhere
        raise Refused(
            ngettext(
                "You have %(n)s point left for this. Take points back elsewhere first.",
                "You have %(n)s points left for this. Take points back elsewhere first.",
                left,
            )
            % {"n": left}
        )
    _set(locked, option, points, by)
    record(
        f"{budget.contribution.kind}.points_given",
        thing_kind=option.kind,
        thing_id=option.id,
        by=by,
        space_id=option.space_id,
        audience=option.audience,
        payload={"contribution": locked.contribution_id, "points": points},
        is_silent=True,
    )
    return _sum(Points.objects.filter(option=option))


def _sum(rows: object) -> int:
    return rows.aggregate(sum=Sum("points"))["sum"] or 0  # type: ignore[attr-defined,no-any-return]


def _set(budget: Budget, option: Contribution, points: int, person: Person) -> None:
    rows = Points.objects.filter(budget=budget, option=option, person=person)
    if points == 0:
        rows.delete()
    elif not rows.update(points=points):
        Points.objects.create(
            budget=budget,
            option=option,
            person=person,
            points=points,
            space_id=option.space_id,
            audience=option.audience,
        )


def merge_options(budget: Budget, source: Contribution, target: Contribution) -> int:
    """Hands the points of one option to another, voter by voter; returns the target's new sum.

    The caller has asked access. Nobody's total changes, so nobody can stand above their budget afterwards.
    """
    locked = Budget.objects.select_for_update().get(pk=budget.pk)
    if source.id == target.id or {source.part_of_id, target.part_of_id} != {locked.contribution_id}:
        raise Refused(_("Choose two of the ideas of this topic."))
    for row in Points.objects.filter(budget=locked, option=source):
        twin = Points.objects.filter(budget=locked, option=target, person_id=row.person_id).first()
        if twin is None:
            row.option = target
            row.save(update_fields=["option"])
        else:
            twin.points += row.points
            twin.save(update_fields=["points"])
            row.delete()
    return _sum(Points.objects.filter(option=target))
