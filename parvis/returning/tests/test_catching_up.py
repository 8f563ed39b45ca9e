"""Back after a while: ten things with their reasons, the rest read on demand and as unread as before when taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from parvis.attention.models import Notice
from parvis.contributions.marking import pin, react
from parvis.contributions.marks import ReadMark
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.membership.actions import remove_member
from parvis.people.models import Person
from parvis.returning.catching_up import mark_rest, take_back, what_mattered
from parvis.returning.models import Stay
from parvis.testing.cast import Cast
from parvis.tools.forum.actions import conclude, open_topic

Login = Callable[[Person], Client]
AWAY = timedelta(days=12)
pytestmark = pytest.mark.django_db


def talk(cast: Cast, title: str, space: str = "open", by: str = "author") -> Contribution:
    place, author = getattr(cast, space), getattr(cast, by)
    row = open_topic(place, title=title, body="Texte", by=author, options={"mode": "discussion"})
    return find_contribution(row.id, author)


def marks(cast: Cast) -> dict[int, object]:
    return dict(ReadMark.objects.filter(person=cast.member).values_list("contribution_id", "read_until"))


def test_answers_come_first_then_decisions_pins_and_what_was_lively(
    cast: Cast, run_jobs: Callable[[], int]
) -> None:
    thanked, lively = talk(cast, "Merci"), talk(cast, "Vif")
    kept, decided, mine = talk(cast, "Épinglé"), talk(cast, "Décidé"), talk(cast, "Le mien", by="member")
    talk(cast, "Sans suite")
    react(find_contribution(thanked.id, cast.host), "bravo", by=cast.host)
    for n in range(3):
        reply(lively, body=f"Oui {n}", by=cast.host)
    pin(find_contribution(kept.id, cast.host), by=cast.host)
    conclude(decided, outcome="On garde la bleue", by=cast.author)
    reply(mine, body="Voici", by=cast.host)
    run_jobs()
    found = what_mattered(clock.now() - AWAY, cast.member)
    assert [one.title for one in found] == ["Le mien", "Décidé", "Épinglé", "Vif", "Merci"]
    assert [one.why for one in found] == [
        "Somebody answered or named you", "Something was decided", "Hosts keep it on top", "3 replies", "Thanked once",
    ]  # fmt: skip


def test_ten_at_most_and_nothing_that_cannot_be_read_any_more(cast: Cast) -> None:
    for n in range(12):
        reply(talk(cast, f"Vif {n}"), body="Oui", by=cast.host)
    reply(talk(cast, "Plan Hibou", "secret"), body="Oui", by=cast.host)
    assert len(what_mattered(clock.now() - AWAY, cast.member)) == 10
    remove_member(cast.secret, cast.member, by=cast.host)
    assert "Plan Hibou" not in [one.title for one in what_mattered(clock.now() - AWAY, cast.member)]


def test_the_rest_is_marked_and_taken_back_as_it_was(cast: Cast, run_jobs: Callable[[], int]) -> None:
    kept, begun, unopened = talk(cast, "Gardé"), talk(cast, "Commencé"), talk(cast, "Jamais ouvert")
    halfway = clock.now()
    ReadMark.objects.create(person=cast.member, contribution=begun, read_until=halfway)
    reply(begun, body=f"@[](person:{cast.member.key}) et ensuite", by=cast.host)
    run_jobs()
    waiting = Notice.objects.filter(person=cast.member, seen_at=None).count()
    before = marks(cast)
    moment, count = mark_rest(clock.now() - AWAY, [kept.id], by=cast.member)
    assert count >= 2
    assert marks(cast)[begun.id] == marks(cast)[unopened.id] == moment
    assert kept.id not in marks(cast)
    assert Notice.objects.filter(person=cast.member, seen_at=None).count() == waiting > 0, (
        "what is for them stays"
    )
    take_back(moment, by=cast.member)
    assert marks(cast) == before


def test_who_was_away_for_a_week_is_offered_it_and_does_it_on_the_page(cast: Cast, client_of: Login) -> None:
    reply(talk(cast, "Vif"), body="Oui", by=cast.host)
    talk(cast, "Sans suite")
    client = client_of(cast.member)
    Stay.objects.create(person=cast.member, seen_at=clock.now() - timedelta(days=2))
    assert "/since/catch-up/" not in client.get("/since/").content.decode()
    Stay.objects.update(seen_at=clock.now() - AWAY, since=None)
    assert "/since/catch-up/" in client.get("/since/").content.decode()
    page = client.get("/since/catch-up/").content.decode()
    assert "Vif" in page
    assert "Sans suite" not in page
    start = (clock.now() - AWAY).isoformat()
    answer = client.post("/since/catch-up/", {"since": start})
    assert answer.status_code == 303
    assert marks(cast)
    undo = (
        client.get("/since/").content.decode().partition('formaction="/since/catch-up/')[2].partition('"')[0]
    )
    assert client.post(f"/since/catch-up/{undo}").status_code == 303
    assert not marks(cast)
