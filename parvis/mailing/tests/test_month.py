"""A month of a company, day by day: how many mails each person gets, and that nobody gets more than they were promised.

The small company always runs. The one of 200 people prints the table of docs/decisions/digests.md:
bin/test parvis/mailing/tests/test_month.py -m full -s
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import time_machine

from parvis.accounts.models import Message
from parvis.attention.models import Notice
from parvis.contributions.marks import ReadMark
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.journal.jobs import drain
from parvis.mailing.jobs import hourly
from parvis.mailing.models import Habit, Rhythm
from parvis.membership import actions
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.letters import choose, send_through
from parvis.testing.relay import listening
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db
FIRST = datetime.fromisoformat("2026-11-02T00:00:00+01:00")  # a Monday
VISITS = {"every day": 1.0, "some days": 0.35, "now and then": 0.1, "never": 0.0}


@dataclass
class Company:
    """Its people, how often each comes, what they chose; and what was mailed to whom, with the hour."""

    days: int
    writing: int  # things written a day
    chance: random.Random
    people: list[Person] = field(default_factory=list)
    comes: dict[int, str] = field(default_factory=dict)
    rhythm: dict[int, Rhythm] = field(default_factory=dict)
    spaces: list[Space] = field(default_factory=list)
    mails: list[tuple[int, str, datetime]] = field(default_factory=list)

    def counts(self, rhythm: Rhythm, visits: str = "") -> list[int]:
        """Mails of each person who chose this rhythm (and comes that often)."""
        sent = Counter(person for person, _kind, _at in self.mails)
        wanted = [key for key, chosen in self.rhythm.items() if chosen == rhythm]
        return sorted(sent[key] for key in wanted if not visits or self.comes[key] == visits)


def found(people: int, spaces: int, days: int, writing: int) -> Company:
    """Half of them never chose: they get the network's weekly digest."""
    made = Company(days, writing, random.Random(26))
    founder = Person.objects.create(display_name="Fondatrice", email="f@parvis.test", is_administrator=True)
    choose(Rhythm.NEVER, founder)
    words = {"purpose": "Travailler ensemble.", "theme": "professional", "access": "open"}
    made.spaces = [
        actions.create_community(name=f"Lieu {n}", by=founder, tools=("forum",), **words)
        for n in range(spaces)
    ]
    for number in range(people):
        person = Person.objects.create(display_name=f"Personne {number}", email=f"p{number}@parvis.test")
        made.people.append(person)
        made.comes[person.id] = made.chance.choices([*VISITS], [3, 3, 2, 2])[0]
        if made.comes[person.id] != "never":
            Habit.objects.create(person=person, seen_on=FIRST.date() - timedelta(days=3))
        chosen = made.chance.choices([None, *Rhythm], [10, 2, 4, 2, 2])[0]
        if chosen is not None:
            choose(chosen, person)
        made.rhythm[person.id] = chosen or Rhythm.WEEKLY
        for space in made.chance.sample(made.spaces, min(spaces, made.chance.choice([1, 2, 3, 5]))):
            actions.join(space, by=person)
    return made


def live(company: Company) -> None:
    """All the days: visits, writing, jobs, and the hourly job of each hour in which anything can be due."""
    for number in range(company.days):
        day = FIRST + timedelta(days=number)
        if day.isoweekday() < 6:
            for hour in (8, 9, 12):
                _hour(day + timedelta(hours=hour, minutes=4))
            with time_machine.travel(day + timedelta(hours=14), tick=True):
                _visits(company, day)
                _writes(company)
                drain(limit=100_000)
        else:
            _hour(day + timedelta(hours=9, minutes=4))
    for message in Message.objects.exclude(person=None):
        company.mails.append((message.person_id or 0, message.headers["Message-ID"], message.created_at))


def _hour(moment: datetime) -> None:
    with time_machine.travel(moment, tick=True):
        hourly()
        drain(limit=100_000)


def _visits(company: Company, day: datetime) -> None:
    """Who comes reads two thirds of what is new to them, and all that is said to them."""
    newest = list(Contribution.objects.order_by("-last_activity_at").values_list("id", flat=True)[:60])
    for person in company.people:
        if company.chance.random() >= VISITS[company.comes[person.id]]:
            continue
        Habit.objects.update_or_create(person=person, defaults={"seen_on": day.date()})
        read = [
            ReadMark(person=person, contribution_id=key, read_until=day + timedelta(hours=14))
            for key in newest
            if company.chance.random() < 0.66
        ]
        ReadMark.objects.bulk_create(
            read,
            update_conflicts=True,
            unique_fields=["person", "contribution"],
            update_fields=["read_until"],
        )
        Notice.objects.filter(person=person, seen_at=None).update(seen_at=day + timedelta(hours=14))


def _writes(company: Company) -> None:
    there = [one for one in company.people if company.comes[one.id] != "never"]
    for _time in range(company.writing):
        space = company.chance.choice(company.spaces)
        members = set(space.memberships.values_list("person_id", flat=True))
        inside = [one for one in there if one.id in members]
        if not inside:
            continue
        writer = company.chance.choice(inside)
        topics = list(space.contributions.order_by("-last_activity_at")[:8])
        if topics and company.chance.random() < 0.65:
            other = company.chance.choice(company.people)
            named = f"@[](person:{other.key}) " if company.chance.random() < 0.15 else ""
            reply(company.chance.choice(topics), body=f"{named}Voici ce que j'en sais.", by=writer)
        else:
            kind = registry.kind_for(space, "discussion")
            assert kind is not None
            kind.publish(space, title="Une question du jour", body="Qui sait ?", by=writer)


def check(company: Company) -> None:
    """What was promised."""
    weeks, working = (
        -(-company.days // 7),
        sum((FIRST + timedelta(n)).isoweekday() < 6 for n in range(company.days)),
    )
    assert set(company.counts(Rhythm.NEVER)) <= {0}
    assert set(company.counts(Rhythm.WEEKLY, "every day")) <= {0}, "who comes gets no digest"
    assert set(company.counts(Rhythm.DAILY, "every day")) <= {0}
    assert max(company.counts(Rhythm.WEEKLY), default=0) <= weeks
    assert max(company.counts(Rhythm.DAILY), default=0) <= working
    each_day = Counter((key, at.date()) for key, mail, at in company.mails if mail.startswith("<digest"))
    assert max(each_day.values(), default=0) <= 1
    paris = [at.astimezone(FIRST.tzinfo) for _key, _mail, at in company.mails]
    assert all(at.isoweekday() < 6 and 8 <= at.hour < 19 for at in paris)
    assert len({mail for _key, mail, _at in company.mails}) == len(company.mails)


def table(company: Company) -> str:
    """The distribution, as it stands in docs/decisions/digests.md."""
    rows = ["| rhythm | comes | people | mails in all | median | most |", "|---|---|--:|--:|--:|--:|"]
    for rhythm in Rhythm:
        for visits in VISITS:
            counts = company.counts(rhythm, visits)
            if counts:
                median = counts[len(counts) // 2]
                rows.append(
                    f"| {rhythm} | {visits} | {len(counts)} | {sum(counts)} | {median} | {counts[-1]} |"
                )
    spread: dict[int, int] = defaultdict(int)
    sent = Counter(person for person, _kind, _at in company.mails)
    for person in company.people:
        spread[sent[person.id]] += 1
    rows += ["", "| mails in the month | people |", "|--:|--:|"]
    rows += [f"| {count} | {spread[count]} |" for count in sorted(spread)]
    return "\n".join(rows)


@pytest.fixture
def relayed(db: object) -> Iterator[None]:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    with listening() as relay, time_machine.travel(FIRST - timedelta(days=1), tick=True):
        send_through(relay)
        yield


def test_a_fortnight_of_a_small_company(relayed: None) -> None:
    company = found(people=16, spaces=2, days=12, writing=4)
    live(company)
    check(company)
    assert company.mails


@pytest.mark.full
def test_a_month_of_two_hundred_people(relayed: None, capsys: pytest.CaptureFixture[str]) -> None:
    company = found(people=200, spaces=12, days=28, writing=40)
    live(company)
    check(company)
    with capsys.disabled():
        print(f"\n{table(company)}")  # noqa: T201
    assert max(company.counts(Rhythm.AT_ONCE)) < 60
