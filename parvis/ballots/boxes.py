"""Ballot boxes: open one with its choices, add a choice, close it and count. Not here: voting (ballots.casting).

Callers have asked access: a box belongs to a contribution, whose tool knows who leads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.ballots import urn
from parvis.ballots.models import Box, Choice, Method, Urn
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

MOST_CHOICES = 30
MOST_POINTS = 100
LONGEST = 200
FEWEST_BALLOTS = 5  # of a secret vote, below which its result is never told
YES, IF_NEED_BE = 2, 1  # what an approval says of a choice; 0 is no


@dataclass(frozen=True)
class Proposal:
    """A choice to be put into a box; it may stand for two instants, or for whole days."""

    text: str
    begins_at: datetime | None = None
    over_at: datetime | None = None
    first_on: date | None = None
    last_on: date | None = None

    def __str__(self) -> str:
        return self.text


def open_box(
    contribution: Contribution,
    texts: Sequence[str | Proposal],
    *,
    method: str = Method.SINGLE,
    points: int = 0,
    is_secret: bool = False,
    may_change: bool = True,
    closes_at: datetime | None = None,
) -> Box:
    """Puts a ballot box on a contribution, or sets anew one in which nobody has voted yet.

    Raises Refused (with the field at fault) for fewer than two choices, more than thirty, twice the same, and for
    the rules of a box where someone has voted. A secret vote can't be changed, whatever `may_change` says. A choice
    that is there already, given again by its text alone, stays the moment it stands for.
    """
    wanted = _checked(texts)
    box = Box.objects.select_for_update().filter(contribution=contribution).first() or Box(
        contribution=contribution
    )
    if box.voters:
        raise Refused(_("Someone has voted: the choices and the rules stay as they are."), field="choices")
    if method not in Method.values:
        raise Refused(_("Choose how people vote."), field="method")
    if method == Method.POINTS and not 1 <= points <= MOST_POINTS:
        raise Refused(_("Choose between 1 and 100 points."), field="points")
    box.method, box.points = method, points if method == Method.POINTS else 0
    box.is_secret, box.may_change, box.closes_at = is_secret, may_change and not is_secret, closes_at
    box.save()
    was = {choice.text: choice for choice in box.choices.all()}
    box.choices.all().delete()
    rows = [
        _choice(
            box,
            one,
            place,
            like=was.get(one.text) if one.begins_at is None and one.first_on is None else None,
        )
        for place, one in enumerate(wanted)
    ]
    Choice.objects.bulk_create(rows)
    Urn.objects.filter(box=box).delete()
    if is_secret:
        Urn.objects.create(box=box)
    return box


def _choice(
    box: Box, one: Proposal, position: int, by: Person | None = None, like: Choice | None = None
) -> Choice:
    at, moment = box.contribution, like or one
    return Choice(
        box=box,
        text=one.text,
        position=position,
        added_by=by,
        begins_at=moment.begins_at,
        over_at=moment.over_at,
        first_on=moment.first_on,
        last_on=moment.last_on,
        space_id=at.space_id,
        audience=at.audience,
    )


def _checked(given: Sequence[str | Proposal]) -> list[Proposal]:
    proposals = [one if isinstance(one, Proposal) else Proposal(one) for one in given]
    found = [replace(one, text=clean_text(one.text)) for one in proposals]
    found = [one for one in found if one.text]
    if len(found) < 2:
        raise Refused(_("Give at least two choices, one on each line."), field="choices")
    if len(found) > MOST_CHOICES:
        raise Refused(_("Keep it to thirty choices."), field="choices")
    if len({one.text.casefold() for one in found}) < len(found):
        raise Refused(_("Two choices say the same: keep one of them."), field="choices")
    return found


def clean_text(text: str, field: str = "choices") -> str:
    """One choice as it is kept: one line. Raises Refused when it is too long."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST:
        raise Refused(_("Keep each choice under 200 characters."), field=field)
    return text


def locked_box(contribution: Contribution) -> Box:
    """The box of a contribution, its row locked until the end of the transaction. Raises NotFound."""
    box = Box.objects.select_for_update().filter(contribution=contribution).first()
    if box is None:
        raise NotFound
    box.contribution = contribution
    return box


def is_over(box: Box) -> bool:
    """Whether voting has ended: closed, or its date has come and the job that closes it is on its way."""
    return box.closed_at is not None or (box.closes_at is not None and box.closes_at <= clock.now())


def add_choice(contribution: Contribution, text: str, *, by: Person) -> Choice:
    """One more choice, by somebody who takes part. Raises Refused when closed, secret, full, or already there."""
    box = locked_box(contribution)
    if is_over(box):
        raise Refused(_("This vote is closed."), field="text")
    if box.is_secret:
        raise Refused(
            _("In a secret vote choices are fixed: an added one would betray who wants it."), field="text"
        )
    text = clean_text(text, "text")
    if not text:
        raise Refused(_("Write the choice to add."), field="text")
    there = list(box.choices.values_list("text", "position"))
    if len(there) >= MOST_CHOICES:
        raise Refused(_("Keep it to thirty choices."), field="text")
    if text.casefold() in {other.casefold() for other, _place in there}:
        raise Refused(_("This choice is already there."), field="text")
    choice = _choice(box, Proposal(text), max(place for _text, place in there) + 1, by)
    choice.save(force_insert=True)
    return choice


def close_box(contribution: Contribution) -> Box | None:
    """Ends the vote; the ballots of a secret one are counted and destroyed. None when it was closed before.

    Of fewer than five secret ballots nothing is kept but their number. Raises Refused when the urn can't be read:
    then it stays as it is.
    """
    box = locked_box(contribution)
    if box.closed_at is not None:
        return None
    box.closed_at = clock.now()
    box.save(update_fields=["closed_at"])
    if box.is_secret:
        _count_urn(box)
    return box


def width_of(method: str, choices: int) -> int:
    """How many bytes a secret ballot takes: the place of one choice, or a number for each."""
    return 1 if method == Method.SINGLE else choices


def open_urn(box: Box, choices: int) -> tuple[Urn, list[bytes]]:
    """The urn of a secret box, locked, with its ballots. Raises Refused when the site's key has been lost."""
    row = Urn.objects.select_for_update().get(box=box)
    try:
        return row, urn.unseal(box.pk, bytes(row.sealed), width_of(box.method, choices))
    except urn.Unreadable:
        raise Refused(
            _("This urn can't be read: the site's secret key is no longer the one it was sealed with.")
        ) from None


def _count_urn(box: Box) -> None:
    choices = list(box.choices.order_by("position", "id"))
    row, ballots = open_urn(box, len(choices))
    row.sealed = b""
    row.save(update_fields=["sealed"])
    if len(ballots) < FEWEST_BALLOTS:
        return
    for place, choice in enumerate(choices):
        given = [value for value in (value_in(box.method, ballot, place) for ballot in ballots) if value]
        choice.people = len(given)
        choice.total = sum(worth(box.method, value, len(choices)) for value in given)
        choice.save(update_fields=["total", "people"])


def value_in(method: str, ballot: bytes, place: int) -> int:
    """What a secret ballot says of the choice at a place: 0 when nothing."""
    return int(ballot[0] == place) if method == Method.SINGLE else ballot[place]


def worth(method: str, value: int, choices: int) -> int:
    """What one vote adds to a choice: in a ranking, as many points as there are choices it may stand above (Borda)."""
    return max(choices - value, 0) if method == Method.RANKING else value
