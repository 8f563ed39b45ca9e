"""Writes on approvals: ask, approve, refuse, withdraw, replace somebody; what a new version or a move does to them.

All of them lock the contribution first, as writers of versions do: an answer is to the version that was read, or it is
refused. Not here: reminders (reminding), reads (reading).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.roles import Role
from parvis.access.table import require
from parvis.approvals.models import Answer, Approver, Current, Edition, Review, State
from parvis.approvals.watchers import settled
from parvis.contributions.models import Contribution
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.people.models import Person
from parvis.spaces.models import Audience

if TYPE_CHECKING:
    from parvis.kernel.db import HasId

MOST = 12  # people asked in one review
LONGEST_WORD, LONGEST_REASON = 300, 500


def ask(
    contribution: Contribution,
    current: Current,
    people: Sequence[int],
    *,
    by: Person,
    is_in_order: bool = False,
    due_on: date | None = None,
    word: str = "",
    seen: str = "",
) -> Review:
    """Puts the last version before people, by id, in the order given; `seen` is the digest that the asker was shown.

    Who may: its author, and whoever may post there. Raises NotFound for what has no versions, Refused with the field.
    """
    require("approval.ask", contribution, by=by)
    edition = _edition(contribution, current, seen)
    found = _checked(contribution, people, by)
    if due_on is not None and due_on < clock.today():
        raise Refused(_("This day is past: choose one to come."), field="due")
    if Review.objects.filter(contribution=contribution, state=State.REVIEW).exists():
        raise Refused(_("An approval is asked for already: wait for it, or withdraw it."))
    if Review.objects.filter(contribution=contribution, state=State.APPROVED, digest=edition.digest).exists():
        raise Refused(_("This very version is approved already."))
    review = _begin(
        contribution,
        edition,
        [one.id for one in found],
        asker_id=by.id,
        is_in_order=is_in_order,
        due_on=due_on,
        word=" ".join(word.replace("\x00", "").split())[:LONGEST_WORD],
    )
    tell(review, "asked", {one.person_id: "approval_asked" for one in _call(review)}, by=by)
    return review


def _edition(contribution: Contribution, current: Current, seen: str) -> Edition:
    _lock(contribution)
    edition = current(contribution)
    if edition is None or not contribution.is_published:
        raise NotFound
    if seen and seen != edition.digest:
        raise Refused(_("A newer version was written meanwhile: look at it first, then ask."))
    return edition


def _lock(contribution: Contribution) -> None:
    """The same lock as the writers of versions take, before any other."""
    rows = Contribution.objects.select_for_update(of=("self",), no_key=True).filter(id=contribution.id)
    contribution.state = rows.values_list("state", flat=True).get()


def _checked(contribution: Contribution, people: Sequence[int], by: Person) -> list[Person]:
    """The people asked, in their order. Raises Refused, naming who can't read it."""
    keys = list(dict.fromkeys(people))
    if not keys:
        raise Refused(_("Choose at least one person."), field="person")
    if len(keys) > MOST:
        raise Refused(_("Twelve people at most: who really decides?"), field="person")
    if by.id in keys:
        raise Refused(_("You can't approve what you ask for: choose somebody else."), field="person")
    rows = Person.objects.active().in_bulk(keys)
    able = readers(contribution, keys)
    for key in keys:
        if key not in rows:
            raise Refused(_("Somebody chosen is no longer here."), field="person")
        if key not in able:
            said = {"name": rows[key].display_name}
            raise Refused(_("%(name)s can't read this: choose somebody who can.") % said, field="person")
    return [rows[key] for key in keys]


def readers(contribution: Contribution, people: Iterable[int]) -> set[int]:
    """Who of them is active and may read what is published there."""
    rows = Person.objects.active().filter(id__in=people)
    if contribution.space.audience != Audience.EVERYBODY:
        rows = rows.filter(memberships__space_id=contribution.space_id)
    return set(rows.values_list("id", flat=True))


def _begin(contribution: Contribution, edition: Edition, people: Sequence[int], **more: object) -> Review:
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    review = Review.objects.create(
        number=edition.number, digest=edition.digest, asked_at=clock.now(), **place, **more
    )
    Approver.objects.bulk_create(
        Approver(review=review, person_id=key, position=n, **place) for n, key in enumerate(people, 1)
    )
    return review


def waited_for(review: Review) -> list[Approver]:
    """Whose turn it is: the first who hasn't answered, or all who haven't, when they are asked together."""
    rows = list(Approver.objects.filter(review=review, answer=Answer.WAITING).order_by("position", "id"))
    return rows[:1] if review.is_in_order else rows


def _call(review: Review) -> list[Approver]:
    """Those whose turn has come and who weren't told yet; told now."""
    new = [one for one in waited_for(review) if one.told_at is None]
    Approver.objects.filter(id__in=[one.id for one in new]).update(told_at=clock.now())
    return new


def tell(review: Review, verb: str, told: dict[int, str], *, by: HasId) -> None:
    """Records one fact, and whom it concerns."""
    contribution = review.contribution
    record(
        f"approval.{verb}",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={
            "contribution": contribution.id,
            "number": review.number,
            "tell": {str(key): reason for key, reason in told.items()},
        },
    )


def answer(
    contribution: Contribution, review_id: int, *, by: Person, is_approved: bool, reason: str = ""
) -> Review:
    """Approves, or refuses with a reason, the version of the review that was read.

    Who may: who is asked, when it is their turn. Raises NotAllowed, and Refused when it was settled or begun again
    meanwhile, or for a refusal without a reason.
    """
    require("approval.answer", contribution, by=by)
    review = _open_review(contribution)
    mine = Approver.objects.filter(review=review, person_id=by.id).first() if review else None
    if review is None or review.id != review_id:
        if Approver.objects.filter(contribution=contribution, person_id=by.id).exists():
            raise Refused(
                _(
                    "Nothing was recorded: this approval was settled or begun again meanwhile. Look at it as it is now."
                )
            )
        raise NotAllowed(_("You aren't asked to approve this."))
    if mine is None:
        raise NotAllowed(_("You aren't asked to approve this."))
    if mine.answer:
        raise Refused(_("You have answered already."))
    if mine.id not in {one.id for one in waited_for(review)}:
        raise Refused(_("It isn't your turn yet: you will be told."))
    mine.reason = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if not is_approved and not mine.reason:
        raise Refused(_("Say why: it is what helps most."), field="reason")
    mine.answer, mine.answered_at = Answer.APPROVED if is_approved else Answer.REFUSED, clock.now()
    mine.save(update_fields=["answer", "reason", "answered_at"])
    _after_answer(review, is_approved=is_approved, by=by)
    return review


def _open_review(contribution: Contribution) -> Review | None:
    """The one review that is waited for, locked, and its contribution before it."""
    _lock(contribution)
    if not contribution.is_published:
        raise NotFound
    found = Review.objects.select_for_update(of=("self",)).filter(
        contribution=contribution, state=State.REVIEW
    )
    review = found.first()
    if review is not None:
        review.contribution = contribution
    return review


def _after_answer(review: Review, *, is_approved: bool, by: HasId) -> None:
    """The next one's turn, or the end of it."""
    owners = {review.asker_id, review.contribution.author_id}
    if not is_approved:
        others = Approver.objects.filter(review=review).exclude(told_at=None, answer=Answer.WAITING)
        concerned = owners | set(others.values_list("person_id", flat=True))
        _settle(review, State.REFUSED)
        tell(review, "declined", dict.fromkeys(concerned - {by.id}, "approval_refused"), by=by)
    elif waited_for(review):
        tell(review, "given", {one.person_id: "approval_turn" for one in _call(review)}, by=by)
    else:
        Review.objects.filter(contribution=review.contribution, state=State.APPROVED).update(
            state=State.FORMER
        )
        _settle(review, State.APPROVED)
        tell(review, "approved", dict.fromkeys(owners, "approval_done"), by=by)
        settled(review.contribution)


def _settle(review: Review, state: State) -> None:
    review.state, review.settled_at = state, clock.now()
    review.save(update_fields=["state", "settled_at"])


def _led_review(contribution: Contribution, *, by: Person) -> Review:
    """The open review, for who asked it and the hosts. Raises NotFound, NotAllowed."""
    review = _open_review(contribution)
    require_lead(contribution, review.asker_id if review else by.id, by=by)
    if review is None:
        raise Refused(_("No approval is waited for any more."))
    return review


def require_lead(contribution: Contribution, asker_id: int, *, by: Person) -> None:
    """For who asked and the hosts. Raises NotFound, NotAllowed."""
    held = require("approval.ask", contribution, by=by)
    if asker_id != by.id and Role.HOST not in held:
        raise NotAllowed(_("Only who asked for this approval, and the hosts, can change it."))


def withdraw(contribution: Contribution, *, by: Person) -> None:
    """Asks no longer; who was told is told so. Who may: who asked, and the hosts."""
    review = _led_review(contribution, by=by)
    told = Approver.objects.filter(review=review).exclude(told_at=None).values_list("person_id", flat=True)
    _settle(review, State.WITHDRAWN)
    tell(review, "withdrawn", dict.fromkeys({*told, review.asker_id} - {by.id}, "approval_withdrawn"), by=by)


def replace(contribution: Contribution, old: int, new: int | None, *, by: Person) -> Review:
    """Somebody else in the place of one who hasn't answered; without anybody new, the others suffice.

    Who may: who asked, and the hosts. Raises NotFound, Refused.
    """
    review = _led_review(contribution, by=by)
    leaving = Approver.objects.filter(review=review, person_id=old).first()
    if leaving is None:
        raise NotFound
    if leaving.answer:
        raise Refused(_("This person has answered already."))
    others = Approver.objects.filter(review=review).exclude(id=leaving.id)
    if new is None and not others.exists():
        raise Refused(_("Somebody must approve: choose who, or withdraw."), field="person")
    was_told, position = leaving.told_at is not None, leaving.position
    if new is not None:
        found = _checked(contribution, [new], review.asker)[0]
        if others.filter(person=found).exists():
            raise Refused(_("This person is asked already."), field="person")
        place = {"space_id": contribution.space_id, "audience": contribution.audience}
        Approver.objects.create(
            contribution=contribution, review=review, person=found, position=position, **place
        )
    leaving.delete()
    told = {old: "approval_withdrawn"} if was_told else {}
    told |= {one.person_id: "approval_asked" for one in _call(review)}
    tell(review, "reassigned", told, by=by)
    if not waited_for(review):
        _after_answer(review, is_approved=True, by=by)
    return review


def version_written(contribution: Contribution, edition: Edition, *, by: HasId) -> None:
    """For writers of versions, in their write and under the contribution's lock: what is waited for begins again.

    The same people are asked about the new content, in the same order, by the same date; answers given stay with the
    version they were given to. Those who hadn't answered are still asked and aren't told twice.
    """
    review = Review.objects.filter(contribution=contribution, state=State.REVIEW).first()
    if review is None or review.digest == edition.digest:
        return
    review.contribution = contribution
    before = list(Approver.objects.filter(review=review).order_by("position", "id"))
    _settle(review, State.RENEWED)
    new = _begin(
        contribution,
        edition,
        [one.person_id for one in before],
        asker_id=review.asker_id,
        is_in_order=review.is_in_order,
        due_on=review.due_on,
        word=review.word,
        is_late_told=review.is_late_told,
    )
    turn = {one.person_id for one in waited_for(new)}
    for one in before:
        is_still_asked = one.person_id in turn and one.answer == Answer.WAITING
        rows = Approver.objects.filter(review=new, person_id=one.person_id)
        rows.update(told_at=one.told_at if is_still_asked else None, is_gone_told=one.is_gone_told)
    told = {one.person_id: "approval_again" for one in _call(new)}
    tell(new, "again", {new.asker_id: "approval_renewed", **told}, by=by)


def moved(contribution: Contribution, edition: Edition | None, *, by: HasId) -> None:
    """For tools whose thing has changed community: those asked may be strangers there, and older versions stay behind.

    What is waited for is withdrawn; an approval stands only for the version that came along.
    """
    for review in Review.objects.filter(contribution_id=contribution.id, state=State.REVIEW):
        told = Approver.objects.filter(review=review).exclude(told_at=None)
        concerned = {*told.values_list("person_id", flat=True), review.asker_id}
        review.contribution = contribution
        _settle(review, State.WITHDRAWN)
        tell(review, "withdrawn", dict.fromkeys(concerned, "approval_withdrawn"), by=by)
    standing = Review.objects.filter(contribution_id=contribution.id, state=State.APPROVED)
    if edition is not None:
        standing = standing.exclude(digest=edition.digest)
    standing.update(state=State.FORMER)
