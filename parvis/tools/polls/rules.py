"""The rules of a poll as people choose them: read from options, defaults and refusals. Not here: keeping them (actions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.ballots.boxes import Proposal
from parvis.ballots.models import Box, Choice, Method
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.tools.polls.models import Poll, Results

FURTHEST = timedelta(days=730)
DEFAULT_POINTS = 5


@dataclass(frozen=True)
class Rules:
    """How people vote in a poll, what for, until when, and when they see the result."""

    choices: tuple[str | Proposal, ...]
    method: str = Method.SINGLE
    points: int = 0
    is_secret: bool = False
    may_change: bool = True
    may_add: bool = False
    results: str = Results.VOTED
    closes_at: datetime | None = None


def read_rules(options: Mapping[str, Any], *, opens_at: datetime | None = None) -> Rules:
    """The rules that options ask for; without choices, yes or no. Raises Refused with the field at fault.

    Options: choices (lines, or a list of texts or of ballots.boxes.Proposal, which may be moments), method, points, secret, final (votes can't be changed), add (participants may
    add choices), results, closes (a moment, or as typed in the writer's time zone). A secret vote is final, its
    choices are fixed, and its result waits for the closing: what else is asked doesn't count.
    """
    method = str(options.get("method") or Method.SINGLE)
    if method not in Method.values:
        raise Refused(_("Choose how people vote."), field="method")
    results = str(options.get("results") or Results.VOTED)
    if results not in Results.values:
        raise Refused(_("Choose when the result is shown."), field="results")
    is_secret = bool(options.get("secret"))
    return Rules(
        choices=_choices(options.get("choices")),
        method=method,
        points=_points(options.get("points")) if method == Method.POINTS else 0,
        is_secret=is_secret,
        may_change=not is_secret and not options.get("final"),
        may_add=not is_secret and bool(options.get("add")),
        results=Results.CLOSED if is_secret else results,
        closes_at=closing_moment(options.get("closes"), opens_at=opens_at),
    )


def _choices(given: Sequence[str | Proposal] | str | None) -> tuple[str | Proposal, ...]:
    lines = given.splitlines() if isinstance(given, str) else given or ()
    found = tuple(line for line in lines if str(line).strip())
    return found or (_("Yes"), _("No"))


def _points(given: object) -> int:
    text = str(given or DEFAULT_POINTS).strip()
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def closing_moment(given: datetime | str | None, *, opens_at: datetime | None = None) -> datetime | None:
    """The moment a poll closes, from a form or a program; None for none. Raises Refused unless it is to come."""
    moment = _moment(given)
    if moment is None:
        return None
    if moment <= max(clock.now(), opens_at or clock.now()):
        raise Refused(_("Choose a closing date that is still to come."), field="closes")
    if moment > clock.now() + FURTHEST:
        raise Refused(_("Choose a closing date within two years."), field="closes")
    return moment


def _moment(given: datetime | str | None) -> datetime | None:
    if isinstance(given, str):
        if not given.strip():
            return None
        try:
            given = datetime.fromisoformat(given.strip())
        except ValueError:
            raise Refused(
                _("Write the date and the hour, for example 2027-01-15 18:00."), field="closes"
            ) from None
    return timezone.make_aware(given) if given is not None and timezone.is_naive(given) else given


def rules_of(poll: Poll, box: Box, choices: Sequence[Choice]) -> Rules:
    """The rules of a poll that is there."""
    return Rules(
        choices=tuple(one.text for one in choices),
        method=box.method,
        points=box.points,
        is_secret=box.is_secret,
        may_change=box.may_change,
        may_add=poll.may_add,
        results=poll.results,
        closes_at=box.closes_at,
    )


def as_typed(rules: Rules | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields of the form hold: as typed, or as the rules stand, or the defaults."""
    if any(name.startswith("opt_") for name in typed):
        return {
            "choices": typed.get("opt_choices", ""),
            "method": typed.get("opt_method") or Method.SINGLE,
            "points": typed.get("opt_points") or DEFAULT_POINTS,
            "secret": bool(typed.get("opt_secret")),
            "final": bool(typed.get("opt_final")),
            "add": bool(typed.get("opt_add")),
            "results": typed.get("opt_results") or Results.VOTED,
            "closes": typed.get("opt_closes", ""),
        }
    rules = rules or Rules(choices=())
    local = timezone.localtime(rules.closes_at) if rules.closes_at else None
    return {
        "choices": "\n".join(str(one) for one in rules.choices),
        "method": rules.method,
        "points": rules.points or DEFAULT_POINTS,
        "secret": rules.is_secret,
        "final": not rules.may_change,
        "add": rules.may_add,
        "results": rules.results,
        "closes": local.strftime("%Y-%m-%dT%H:%M") if local else "",
    }
