"""The dates of the demonstration that are still being looked for: asked and answered by the very acts that the pages call.

Not here: their texts (content/dates.json).
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.demo import content
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.tools.calendar.asking import Plan, read_plan
from parvis.tools.calendar.finding import ask_for_date
from parvis.tools.polls import actions


def look_for_dates(but: list[str]) -> None:
    """Asks which moments suit, and answers as colleagues, `but` some: they have their answer still to give."""
    today = clock.today()
    for one in content.dates():
        space = Space.objects.get(slug=one["community"])
        author = Person.objects.get(username=one["author"])
        monday = today - timedelta(days=today.weekday())
        plans = [_plan(one, monday + timedelta(days=day), hours) for day, hours in one["moments"]]
        closes = f"{today + timedelta(days=one['closes'])}T18:00"
        asked = ask_for_date(space, plans, title=one["title"], body=one["body"], closes=closes, by=author)
        _answer(asked, one["answers"], but)


def _plan(one: dict[str, Any], day: date, hours: str) -> Plan:
    starts, ends = hours.split("-")
    return read_plan(
        {
            "day": day.isoformat(),
            "hour": starts,
            "end_hour": ends,
            "zone": one["zone"],
            "place": one["place"],
        }
    )


def _answer(asked: Contribution, answers: list[list[int]], but: list[str]) -> None:
    choices = list(asked.ballot_box.choices.order_by("position").values_list("id", flat=True))
    members = Person.objects.active().filter(memberships__space=asked.space)
    people = list(members.exclude(username__in=but).order_by("username"))
    drawn = random.Random(asked.title).sample(people, min(len(answers), len(people)))
    for person, values in zip(drawn, answers, strict=False):
        marks = dict(zip(choices, values, strict=True))
        actions.vote(find_contribution(asked.id, person), marks, by=person)
