"""Reminders of approvals, and people who can't answer any more. Not here: when they run (jobs), other notices (actions)."""

from __future__ import annotations

from datetime import timedelta

from parvis.approvals.actions import readers, tell, waited_for
from parvis.approvals.models import Answer, Approver, Review, State
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM

BEFORE = timedelta(days=2)  # how near the date must be
QUIET = timedelta(hours=20)  # nobody is reminded of what they were told so recently
FIRST, LAST = 1, 2


def remind_due() -> int:
    """Tells those whose answer is waited for: once shortly before the date, once after it, then never again.

    The asker is told once that the date has passed. Run again, it tells nobody twice. Returns how many were told.
    """
    today, count = clock.today(), 0
    rows = Review.objects.filter(
        state=State.REVIEW, due_on__lte=today + BEFORE, contribution__state="published"
    )
    for review in rows.select_related("contribution__space").select_for_update(of=("self",)):
        is_late = review.due_on is not None and review.due_on < today
        step = LAST if is_late else FIRST
        due = [one for one in waited_for(review) if one.reminders < step and not _is_fresh(one)]
        told = {one.person_id: "approval_late" if is_late else "approval_due" for one in due}
        Approver.objects.filter(id__in=[one.id for one in due]).update(reminders=step)
        if is_late and not review.is_late_told:
            told[review.asker_id] = "approval_slow"
            review.is_late_told = True
            review.save(update_fields=["is_late_told"])
        if told:
            tell(review, "late" if is_late else "due", told, by=SYSTEM)
            count += len(told)
    return count


def _is_fresh(one: Approver) -> bool:
    return one.told_at is not None and one.told_at > clock.now() - QUIET


def find_gone() -> int:
    """Tells askers, once each, of people who have left or can't read the thing any more. Returns how many are gone."""
    waiting = Approver.objects.filter(
        answer=Answer.WAITING, is_gone_told=False, review__state=State.REVIEW, contribution__state="published"
    )
    rows = waiting.select_related("review__contribution__space")
    by_review: dict[int, list[Approver]] = {}
    for one in rows.order_by("review_id", "position"):
        by_review.setdefault(one.review_id, []).append(one)
    count = 0
    for people in by_review.values():
        review = people[0].review
        able = readers(review.contribution, [one.person_id for one in people])
        gone = [one for one in people if one.person_id not in able]
        if gone:
            Approver.objects.filter(id__in=[one.id for one in gone]).update(is_gone_told=True)
            tell(review, "gone", {review.asker_id: "approval_gone"}, by=SYSTEM)
            count += len(gone)
    return count
