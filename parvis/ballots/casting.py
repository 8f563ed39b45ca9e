"""Voting in a ballot box: one person, one vote, whatever happens at the same time.

Not here: opening and closing boxes (ballots.boxes), sealing the urn (ballots.urn).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import require
from parvis.ballots import urn
from parvis.ballots.boxes import IF_NEED_BE, YES, is_over, locked_box, open_urn
from parvis.ballots.models import Box, Choice, Method, Participation, Vote
from parvis.contributions.models import State
from parvis.journal.actions import record
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person


def cast_ballot(contribution: Contribution, marks: Mapping[int, int], *, by: Person) -> Box:
    """Puts a person's vote into the box: `marks` says, by choice, 1, points, the place given to it, 2 or 1
    for yes or if need be.

    Who may: whoever may answer the contribution. The box's row is locked: two votes of one person become one. Raises
    Refused once closed, for marks its method doesn't know, and for a second vote where votes are final. A secret vote
    leaves the person's name in one table, the ballot in another, and nothing that joins them.
    """
    require("contribution.reply", contribution, by=by)
    box = locked_box(contribution)
    if contribution.state != State.PUBLISHED or is_over(box):
        raise Refused(_("This vote is closed."))
    choices = list(box.choices.order_by("position", "id"))
    said = checked_marks(box, choices, marks)
    has_voted = Participation.objects.filter(box=box, person=by).exists()
    if has_voted and not box.may_change:
        raise Refused(_("Your vote is in already, and it can't be changed."))
    if not has_voted:
        Participation.objects.create(box=box, person=by)
        box.voters += 1
        box.save(update_fields=["voters"])
    if box.is_secret:
        _drop(box, choices, said)
    else:
        _write_down(box, said, by)
        _note(contribution, by)
    return box


def checked_marks(box: Box, choices: list[Choice], marks: Mapping[int, int]) -> dict[int, int]:
    """The marks as they will be kept: of choices that are there, as the method allows. Raises Refused."""
    known = {choice.id for choice in choices}
    said = {key: value for key, value in marks.items() if value}
    # Of an approval, no to everything is an answer: "I can't at all".
    if not (marks if box.method == Method.APPROVAL else said):
        raise Refused(_("Choose before you vote."))
    if not marks.keys() <= known:
        raise Refused(_("One of these choices is no longer there: look again."))
    return {
        Method.SINGLE: _one,
        Method.MULTIPLE: _several,
        Method.RANKING: _ranked,
        Method.POINTS: _shared_out,
        Method.APPROVAL: _approved,
    }[Method(box.method)](box, said)


def _one(box: Box, said: dict[int, int]) -> dict[int, int]:
    if len(said) > 1:
        raise Refused(_("Choose one only."))
    return dict.fromkeys(said, 1)


def _several(box: Box, said: dict[int, int]) -> dict[int, int]:
    return dict.fromkeys(said, 1)


def _ranked(box: Box, said: dict[int, int]) -> dict[int, int]:
    """Places made to follow each other from 1; what isn't ranked comes last."""
    if len(set(said.values())) < len(said) or min(said.values()) < 1:
        raise Refused(_("Give each place to one choice only: first, second, third…"))
    ordered = sorted(said, key=said.__getitem__)
    return {key: place for place, key in enumerate(ordered, start=1)}


def _shared_out(box: Box, said: dict[int, int]) -> dict[int, int]:
    if min(said.values()) < 0:
        raise Refused(_("Give a whole number of points."))
    given = sum(said.values())
    if given > box.points:
        raise Refused(
            ngettext(
                "You have %(n)s point and gave %(given)s: take some back.",
                "You have %(n)s points and gave %(given)s: take some back.",
                box.points,
            )
            % {"n": box.points, "given": given}
        )
    return said


def _approved(box: Box, said: dict[int, int]) -> dict[int, int]:
    if not set(said.values()) <= {IF_NEED_BE, YES}:
        raise Refused(_("Answer yes, if need be or no."))
    return said


def _write_down(box: Box, said: dict[int, int], by: Person) -> None:
    Vote.objects.filter(box=box, person=by).delete()
    Vote.objects.bulk_create(
        Vote(box=box, choice_id=choice, person=by, value=value) for choice, value in said.items()
    )


def _note(contribution: Contribution, by: Person) -> None:
    """Named votes only: of a secret one the journal says nothing, not even that it happened."""
    record(
        f"{contribution.kind}.voted",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        is_silent=True,
    )


def _drop(box: Box, choices: list[Choice], said: dict[int, int]) -> None:
    row, ballots = open_urn(box, len(choices))
    places = [said.get(choice.id, 0) for choice in choices]
    ballot = bytes([places.index(1)] if box.method == Method.SINGLE else places)
    row.sealed = urn.seal(box.pk, [*ballots, ballot])
    row.save(update_fields=["sealed"])
