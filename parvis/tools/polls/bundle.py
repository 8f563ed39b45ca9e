"""A poll's part in a bundle: its choices, rules, decision, and named votes; never a secret ballot. See docs/bundle.md.

Of a secret poll only what its closed result tells leaves; one that is still open arrives empty and open.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from parvis.ballots.boxes import LONGEST, MOST_CHOICES, MOST_POINTS
from parvis.ballots.models import Box, Choice, Method, Participation, Urn, Vote
from parvis.contributions.actions import touch_card
from parvis.contributions.outcomes import MAX_OUTCOME, ON_CARD
from parvis.kernel import markdown
from parvis.kernel.ids import encode
from parvis.toolkit.loading import Resolve, moment_in, person_in, text_in
from parvis.tools.polls.models import Poll, Results

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution

MOMENTS = ("begins_at", "over_at", "first_on", "last_on")


def _written(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, False)}


def dump_poll(contribution: Contribution) -> dict[str, Any]:
    """method, choices [{text, by, total, people, and of a moment begins_at, over_at or first_on, last_on}], points, secret, final, add, results, closes_at, closed_at, voters
    (of a closed secret poll), outcome (+ _at, _by), votes {person: {number of a choice: value}} of a named one."""
    poll = Poll.objects.get(contribution=contribution)
    box = Box.objects.get(contribution=contribution)
    choices = list(box.choices.order_by("position", "id"))
    return _written(
        method=box.method,
        choices=[_choice(choice) for choice in choices],
        points=box.points or None,
        secret=box.is_secret,
        final=not box.may_change,
        add=poll.may_add,
        results=poll.results,
        closes_at=box.closes_at.isoformat() if box.closes_at else None,
        closed_at=box.closed_at.isoformat() if box.closed_at else None,
        voters=box.voters if box.is_secret and box.closed_at else None,
        outcome=poll.outcome,
        outcome_at=poll.outcome_at.isoformat() if poll.outcome_at else None,
        outcome_by=encode(poll.outcome_by_id) if poll.outcome_by_id else None,
        votes={} if box.is_secret else _votes(box, choices),
    )


def _choice(choice: Choice) -> dict[str, Any]:
    by = encode(choice.added_by_id) if choice.added_by_id else None
    told = {"total": choice.total, "people": choice.people} if choice.total is not None else {}
    moments = {name: getattr(choice, name) for name in MOMENTS}
    when = {name: value.isoformat() for name, value in moments.items() if value is not None}
    return {"text": choice.text, **_written(by=by), **told, **when}


def _votes(box: Box, choices: list[Choice]) -> dict[str, dict[str, int]]:
    numbers = {choice.id: str(place) for place, choice in enumerate(choices)}
    # Of an approval, who said no to everything has voted too, and left no vote.
    there = box.participations.order_by("person_id").values_list("person_id", flat=True)
    votes: dict[str, dict[str, int]] = {encode(person): {} for person in there}
    for person, choice, value in (
        Vote.objects.filter(box=box)
        .order_by("person_id", "choice__position", "choice_id")
        .values_list("person_id", "choice_id", "value")
    ):
        votes.setdefault(encode(person), {})[numbers[choice]] = value
    return votes


def load_poll(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of a poll what the bundle says; run again, it changes no more. What doesn't fit is left out."""
    outcome = markdown.canonical(text_in(detail, "outcome", MAX_OUTCOME))
    rendered = markdown.render(outcome)
    is_secret, results = detail.get("secret") is True, detail.get("results")
    Poll.objects.update_or_create(
        contribution=contribution,
        defaults={
            "results": results if results in Results.values else Results.VOTED,
            "may_add": detail.get("add") is True and not is_secret,
            "outcome": outcome,
            "outcome_html": rendered.html if outcome else "",
            "outcome_at": moment_in(detail.get("outcome_at")),
            "outcome_by_id": person_in(resolve, detail.get("outcome_by")),
        },
    )
    box = _load_box(contribution, detail, is_secret, resolve)
    closes = box.closes_at.isoformat() if box.closes_at else None
    card: dict[str, Any] = {"count": box.voters, "is_secret": is_secret, "closes": closes}
    card |= {"is_closed": True} if box.closed_at else {}
    card |= {"outcome": markdown.excerpt(rendered.text, ON_CARD)} if outcome else {}
    touch_card(contribution, **card)
    host = contribution.part_of
    if host is not None and not host.card.get("polls"):
        touch_card(host, polls=True)


def _load_box(contribution: Contribution, detail: dict[str, Any], is_secret: bool, resolve: Resolve) -> Box:
    method, points = detail.get("method"), detail.get("points")
    method = method if method in Method.values else Method.SINGLE
    points = points if isinstance(points, int) and 1 <= points <= MOST_POINTS else 5
    box, _made = Box.objects.update_or_create(
        contribution=contribution,
        defaults={
            "method": method,
            "points": points if method == Method.POINTS else 0,
            "is_secret": is_secret,
            "may_change": not is_secret and detail.get("final") is not True,
            "closes_at": moment_in(detail.get("closes_at")),
            "closed_at": moment_in(detail.get("closed_at")),
        },
    )
    if is_secret and Participation.objects.filter(box=box).exists():
        return box  # people have voted here since it came: their ballots stay
    Vote.objects.filter(box=box).delete()
    Participation.objects.filter(box=box).delete()
    box.choices.all().delete()
    choices = _load_choices(box, detail, resolve)
    if is_secret:
        Urn.objects.get_or_create(box=box)
        voters = detail.get("voters")
        box.voters = voters if isinstance(voters, int) and box.closed_at and voters >= 0 else 0
    else:
        box.voters = _load_votes(box, choices, detail.get("votes"), resolve)
    box.save(update_fields=["voters"])
    return box


def _load_choices(box: Box, detail: dict[str, Any], resolve: Resolve) -> list[Choice]:
    given = detail.get("choices")
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    seen: set[str] = set()
    choices: list[Choice] = []
    for one in rows[:MOST_CHOICES]:
        text = " ".join(text_in(one, "text", LONGEST).split())
        if not text or text in seen:
            continue
        seen.add(text)
        is_told = box.is_secret and box.closed_at is not None
        choices.append(
            Choice(
                box=box,
                text=text,
                position=len(choices),
                added_by_id=person_in(resolve, one.get("by")),
                **_moments(one),
                total=_figure(one.get("total")) if is_told else None,
                people=_figure(one.get("people")) if is_told else None,
                space_id=box.contribution.space_id,
                audience=box.contribution.audience,
            )
        )
    return Choice.objects.bulk_create(choices)


def _moments(one: dict[str, Any]) -> dict[str, Any]:
    """The moment a choice stands for: two instants or two days; nothing where the bundle doesn't say both rightly."""
    begins, over = moment_in(one.get("begins_at")), moment_in(one.get("over_at"))
    if begins is not None and over is not None and begins <= over:
        return {"begins_at": begins, "over_at": over}
    first, last = _day(one.get("first_on")), _day(one.get("last_on"))
    return {"first_on": first, "last_on": last} if first and last and first <= last else {}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _load_votes(box: Box, choices: list[Choice], given: Any, resolve: Resolve) -> int:
    people: dict[int, dict[int, int]] = {}
    for source, said in given.items() if isinstance(given, dict) else ():
        person = person_in(resolve, source)
        marks = (
            {int(n): v for n, v in said.items() if _is_mark(n, v, len(choices))}
            if isinstance(said, dict)
            else {}
        )
        if person is not None and (marks or box.method == Method.APPROVAL):
            people[person] = marks
    Participation.objects.bulk_create(Participation(box=box, person_id=person) for person in sorted(people))
    Vote.objects.bulk_create(
        Vote(box=box, choice=choices[place], person_id=person, value=value)
        for person, marks in people.items()
        for place, value in marks.items()
    )
    return len(people)


def _is_mark(place: Any, value: Any, choices: int) -> bool:
    return (
        isinstance(place, str)
        and place.isdecimal()
        and int(place) < choices
        and isinstance(value, int)
        and 1 <= value <= MOST_POINTS
    )


def _figure(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**31 else None
