"""The approval that stands, in a bundle: which version, asked by whom, given by whom. Called by kinds that have versions.

The words of a review are for those it concerns: they don't leave. Nor does what is still waited for: nobody is asked
anything by an import.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from parvis.approvals.models import Answer, Approver, Edition, Review, State
from parvis.approvals.watchers import settled
from parvis.kernel import clock
from parvis.kernel.ids import encode

if TYPE_CHECKING:
    from datetime import datetime

    from parvis.contributions.models import Contribution

MOST = 12


def dump_approved(contribution: Contribution) -> dict[str, Any]:
    """number, by, asked, at, people; empty where no version is approved. Two queries."""
    review = Review.objects.filter(contribution=contribution, state=State.APPROVED).first()
    if review is None:
        return {}
    people = Approver.objects.filter(review=review, answer=Answer.APPROVED).values_list(
        "person_id", flat=True
    )
    return {
        "number": review.number,
        "by": encode(review.asker_id),
        "asked": review.asked_at.isoformat(),
        "at": (review.settled_at or review.asked_at).isoformat(),
        "people": [encode(key) for key in people],
    }


def load_approved(
    contribution: Contribution,
    said: Any,
    *,
    person: Callable[[Any], int | None],
    moment: Callable[[Any], datetime | None],
    edition: Callable[[int], Edition | None],
) -> None:
    """Lets the version stand approved that a bundle says was, if it came along; run again, it changes nothing.

    `edition` finds a version by its number, `person` and `moment` read what the bundle calls so.
    """
    number = said.get("number") if isinstance(said, dict) else None
    if not isinstance(number, int) or not 0 < number < 2**31:
        return
    found = edition(number)
    if found is None or Review.objects.filter(contribution=contribution, state=State.APPROVED).exists():
        return
    asked = moment(said.get("asked")) or contribution.published_at or clock.now()
    at = moment(said.get("at")) or asked
    given = said.get("people")
    keys = [person(one) for one in given[:MOST]] if isinstance(given, list) else []
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    review = Review.objects.create(
        number=found.number,
        digest=found.digest,
        state=State.APPROVED,
        asker_id=person(said.get("by")) or contribution.author_id,
        asked_at=asked,
        settled_at=at,
        **place,
    )
    Approver.objects.bulk_create(
        Approver(
            review=review,
            person_id=key,
            position=n,
            answer=Answer.APPROVED,
            answered_at=at,
            told_at=asked,
            **place,
        )
        for n, key in enumerate(dict.fromkeys(key for key in keys if key), 1)
    )
    settled(contribution)
