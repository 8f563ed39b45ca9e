"""Each class of notices: told once, cleared when read; and the bell knows the rights of the lists. Over the registry.

A class that a tool brings enters by itself, and must say in TRIALS which of the matrix' acts tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from parvis.attention import delivering
from parvis.attention.classes import class_of, classes
from parvis.attention.models import Notice
from parvis.attention.reading import count_unseen, notices_of
from parvis.attention.wording import ICONS
from parvis.contributions.models import Contribution
from parvis.journal.jobs import drain, enqueue
from parvis.kernel import clock
from parvis.kernel.ids import new_id
from parvis.people.models import Person
from parvis.testing.letters import mail_at_once, opened, send_through
from parvis.testing.relay import Relay, listening
from parvis.toolkit import registry
from tests.matrix.rows import filled
from tests.test_matrix import ROWS
from tests.trial import address_of, find_route, undone
from tests.world import World


@dataclass(frozen=True)
class Step:
    """One act of the matrix, as an actor; `data` stands for what the matrix would send."""

    actor: str
    name: str
    data: dict[str, Any] | None = None
    on: str = "note"


@dataclass(frozen=True)
class Trial:
    """What is done, and whom it tells."""

    steps: tuple[Step, ...]
    told: str
    space: str = "open"
    job: str = ""  # which clock tells of it
    later: int = 0  # days until it does


TRIALS: dict[str, Trial] = {
    "mention": Trial((Step("author", "reply", {"body": "Avec @[](person:{member_key})"}),), "member"),
    "reply": Trial((Step("member", "reply"),), "author"),
    "accepted": Trial((Step("author", "forum:accept", on="question"),), "member"),
    "thanks": Trial((Step("member", "react"),), "author"),
    "invitation": Trial((Step("host", "community_join_answer"),), "stranger", "on_request"),
    "approval": Trial((Step("author", "approval_ask", on="paper"),), "member"),
    "event": Trial((Step("author", "calendar:invite", on="event"),), "member"),
    "idea": Trial((Step("host", "forum:retain", on="idea"),), "author"),
    "moderation": Trial((Step("member", "report"),), "host"),
    "request": Trial((Step("host_elsewhere", "community_ask"),), "host", "on_request"),
    "poll": Trial(
        (Step("member", "polls:vote", on="survey"), Step("author", "polls:close", on="survey")), "member"
    ),
    "search": Trial(
        (
            Step("member", "search_save", {"q": "zinzolin", "name": "Zinzolin", "tells": "1"}),
            Step("author", "publish", {"space": "{slug}", "kind": "note", "body": "Un abat-jour zinzolin"}),
        ),
        "member",
        job="search.tell",
    ),
    "bookmark": Trial((Step("member", "remind"),), "member", job="returning.remind", later=31),
    "private": Trial((Step("author", "reply", {"body": "Bien noté"}, on="exchange"),), "member", ""),
    "new": Trial((Step("member", "community_level"), Step("author", "publish")), "member"),
}


def do(world: World, trial: Trial, step: Step) -> None:
    """The act, through its address; its jobs are left."""
    row = next(row for row in ROWS if (row.method, row.name, row.on) == ("POST", step.name, step.on))
    names = world.names_for(step.actor, trial.space)
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    data = filled(row.data if step.data is None else step.data, names)
    response = world.client(step.actor).post(address, data)
    assert response.status_code < 400, (address, response.status_code, response.content[:2000])


def work(trial: Trial) -> None:
    """The jobs that the act left, and the periodic one that tells of it."""
    with time_machine.travel(clock.now() + timedelta(days=trial.later), tick=True):
        if trial.job:
            enqueue(trial.job)
        drain()


def rows_of(person: Person, slug: str, already: set[int]) -> list[Notice]:
    return list(Notice.objects.filter(person=person, category=slug).exclude(id__in=already))


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    """One relay for all classes: what it took before an act doesn't count."""
    with listening() as found:
        yield found


def mails_to(relay: Relay, person: Person) -> list[Any]:
    """What the relay took for a person so far."""
    return [mail for mail in map(opened, relay.received) if person.email and person.email in str(mail["To"])]


@pytest.mark.parametrize("slug", [one.slug for one in classes()])
def test_a_class_is_told_once_and_cleared_when_read(world: World, relay: Relay, slug: str) -> None:
    assert slug in TRIALS, f"say in TRIALS which act tells of {slug!r}"
    trial = TRIALS[slug]
    person = world.people()[trial.told]
    assert person is not None
    with undone():
        send_through(relay)
        for step in trial.steps[:-1]:
            do(world, trial, step)
        drain()
        mail_at_once(person)
        Notice.objects.filter(person=person).update(mailed_at=clock.now())  # what waited isn't of this act
        already, sent = {*Notice.objects.values_list("id", flat=True)}, len(mails_to(relay, person))
        before = count_unseen(person.id)
        do(world, trial, trial.steps[-1])
        work(trial)
        assert len(mails_to(relay, person)) == sent + 1
        (row,) = rows_of(person, slug, already)
        delivering.deliver(row.activity_id)  # a job may run twice
        enqueue("mailing.at_once", activity_id=row.activity_id)
        assert rows_of(person, slug, already) == [row]
        assert count_unseen(person.id) == min(before + 1, 100)
        reader = world.client(trial.told)
        shown = reader.get(f"/notifications/?kind={slug}&show=unseen").content.decode()
        (line,) = [one for one in notices_of(person, category=slug, only_unseen=True).lines if one.is_new][:1]
        assert str(line.sentence) in shown.replace("&#39;", "'")
        world.client(trial.told).get(line.url, follow=True)
        row.refresh_from_db()
        assert row.seen_at is not None, line.url
        assert count_unseen(person.id) <= before
        enqueue("mailing.hourly")
        work(trial)
        assert len(mails_to(relay, person)) == sent + 1


@pytest.mark.parametrize("slug", [one.slug for one in classes()])
def test_a_class_switched_off_is_not_told(world: World, slug: str) -> None:
    trial = TRIALS[slug]
    person = world.people()[trial.told]
    assert person is not None
    with undone():
        for step in trial.steps[:-1]:
            do(world, trial, step)
        others = [one.slug for one in classes() if one.slug != slug]
        assert world.client(trial.told).post("/settings/notifications/", {"class": others}).status_code == 303
        drain()
        already = {*Notice.objects.values_list("id", flat=True)}
        do(world, trial, trial.steps[-1])
        work(trial)
        assert rows_of(person, slug, already) == []


def test_every_reason_belongs_to_a_class_that_people_can_choose() -> None:
    slugs = {one.slug for one in classes()}
    reasons = {*ICONS, *(reason for tool in registry.tools() for reason in tool.notices)}
    assert {class_of(reason).slug for reason in reasons} <= slugs
    declared = {reason for tool in registry.tools() for reason in tool.notice_classes}
    told = {reason for tool in registry.tools() for reason in tool.notices}
    assert told <= declared | set(ICONS), "a tool's reasons need a class (Tool.notice_classes)"


def test_the_bell_knows_the_rule_of_reading_of_the_lists(world: World) -> None:
    """One notice of everything for everybody: those counted and listed speak of what `visible_to` shows."""
    with undone():
        Notice.objects.all().delete()
        things = list(Contribution.objects.values_list("id", flat=True))
        for person in world.people().values():
            if person is None or not person.is_active:
                continue
            Notice.objects.bulk_create(
                Notice(
                    person=person, reason="mention", category="mention", activity_id=new_id(), actor_id=person.id,
                    thing_kind="note", thing_id=key, contribution_id=key,
                )
                for key in things
            )  # fmt: skip
            shown = set(Notice.objects.visible_to(person).values_list("contribution_id", flat=True))
            assert shown == set(Contribution.objects.visible_to(person).values_list("id", flat=True))
            newest = Notice.objects.filter(person=person).order_by("-id")[:100]
            assert count_unseen(person.id) == len([row for row in newest if row.contribution_id in shown])


def test_delivery_asks_the_same_rule(world: World) -> None:
    """Named by an activity, everybody who may read the thing is told, and nobody else."""
    from parvis.journal.models import Activity

    with undone():
        people = [row for row in world.people().values() if row is not None]
        for thing in Contribution.objects.all():
            readers = {
                row.id for row in people if Contribution.objects.visible_to(row).filter(id=thing.id).exists()
            }
            fact = Activity.objects.create(
                actor_id=new_id(), verb=f"{thing.kind}.noted", thing_kind=thing.kind, thing_id=thing.id,
                space_id=thing.space_id, audience=thing.audience,
                payload={"contribution": thing.id, "tell": {str(row.id): "mention" for row in people}},
            )  # fmt: skip
            delivering.deliver(fact.id)
            told = set(Notice.objects.filter(activity_id=fact.id).values_list("person_id", flat=True))
            assert told == readers, thing
