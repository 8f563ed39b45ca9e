"""The polls of the demonstration: as rows of a bundle, then the secret votes, which no bundle holds.

Not here: their texts (content/polls.json).
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.demo import content
from parvis.kernel.words import guess_language
from parvis.people.models import Person
from parvis.tools.polls import actions
from parvis.transfer import rows


def plan_poll(poll: dict[str, Any], key: str, now: datetime, members: list[str]) -> rows.Object:
    """One poll with the named votes of its community, or the sums of a secret one that is closed."""
    drawn = random.Random(key)
    opened = now - timedelta(days=poll["ago"], hours=drawn.randrange(8))
    closes = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=poll["closes"])
    is_closed = poll["closes"] < 0
    detail = {
        "method": poll["method"],
        "points": poll.get("points"),
        "secret": poll.get("secret"),
        "add": poll.get("add"),
        "results": "closed" if poll.get("secret") else poll.get("results", "voted"),
        "choices": _choices(poll),
        "closes_at": closes.isoformat(),
        "closed_at": closes.isoformat() if is_closed else None,
        "voters": poll["voters"] if poll.get("secret") and is_closed else None,
        "votes": {} if poll.get("secret") else _votes(poll, members, drawn),
        "outcome": poll.get("outcome"),
        "outcome_at": (closes + timedelta(days=2)).isoformat() if poll.get("outcome") else None,
        "outcome_by": poll["author"] if poll.get("outcome") else None,
    }
    return rows.Object(
        id=key,
        kind="poll",
        space=poll["community"],
        author=poll["author"],
        title=poll["title"],
        body=poll["body"],
        published_at=opened.astimezone(UTC),
        detail={name: value for name, value in detail.items() if value not in (None, "", [], {})},
        language=guess_language(f"{poll['title']} {poll['body']}"),
    )


def _choices(poll: dict[str, Any]) -> list[dict[str, Any]]:
    totals = poll.get("totals") or [None] * len(poll["choices"])
    return [
        {"text": text, **({"total": told[0], "people": told[1]} if told else {})}
        for text, told in zip(poll["choices"], totals, strict=True)
    ]


def _votes(poll: dict[str, Any], members: list[str], drawn: random.Random) -> dict[str, dict[str, int]]:
    voters = drawn.sample(sorted(members), min(poll["voters"], len(members)))
    return {name: {str(place): value for place, value in _vote(poll, drawn).items()} for name in voters}


def _vote(poll: dict[str, Any], drawn: random.Random) -> dict[int, int]:
    """What one person says, by the place of a choice; the weights say what people lean to."""
    places, weights = range(len(poll["choices"])), poll["weights"]
    if poll["method"] == "single":
        return {drawn.choices(places, weights)[0]: 1}
    if poll["method"] == "multiple":
        return dict.fromkeys(sorted(set(drawn.choices(places, weights, k=2))), 1)
    given: dict[int, int] = {}
    for place in drawn.choices(places, weights, k=poll["points"]):
        given[place] = given.get(place, 0) + 1
    return dict(sorted(given.items()))


def vote_in_secret(but: list[str]) -> None:
    """Colleagues, `but` some, vote in the secret polls that are open: by the very act that the page calls."""
    for poll in content.polls():
        if not poll.get("secret") or poll["closes"] < 0:
            continue
        made = Contribution.objects.select_related("space").filter(kind="poll", title=poll["title"]).first()
        if made is None:
            continue
        drawn = random.Random(poll["title"])
        choices = list(made.ballot_box.choices.order_by("position").values_list("id", flat=True))
        # The four whose roles a visitor plays still have their vote to give.
        people = list(
            Person.objects.active()
            .filter(memberships__space=made.space)
            .exclude(username__in=but)
            .order_by("username")
        )
        for person in drawn.sample(people, min(poll["voters"], len(people))):
            marks = {choices[place]: value for place, value in _vote(poll, drawn).items()}
            actions.vote(find_contribution(made.id, person), marks, by=person)
