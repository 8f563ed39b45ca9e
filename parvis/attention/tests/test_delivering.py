"""Who is told: rules by class, by place and by thread, whole communities at once, threads that go quiet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.attention import delivering, ignoring, reach
from parvis.attention.actions import read_thread, see_everything, set_rules, unsee
from parvis.attention.classes import classes
from parvis.attention.models import Notice
from parvis.attention.reading import count_unseen, notices_of
from parvis.attention.rules import rules_of, sentences_of
from parvis.contributions.marking import follow, react
from parvis.contributions.marks import Follow
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.journal.models import Activity
from parvis.kernel.db import SYSTEM, count_statements
from parvis.membership import actions
from parvis.people.models import Person
from parvis.spaces.models import Level, Membership, Space, Subscription
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db
Jobs = Callable[[], int]


@pytest.fixture
def cast(run_jobs: Jobs) -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    run_jobs()
    Notice.objects.all().delete()
    return found


def note_in(space: Space, by: Person, body: str = "Qui a la clé de l'atelier ?") -> Contribution:
    kind = registry.kind_for(space, "note")
    assert kind is not None
    return kind.publish(space, body=body, by=by)  # type: ignore[no-any-return]


def seen(thing: Contribution, by: Person) -> Contribution:
    return find_contribution(thing.id, by)


def reasons(person: Person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("id").values_list("reason", flat=True))


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def crowd(space: Space, count: int) -> None:
    """People who belong to a community and follow everything in it."""
    start = Person.objects.count()
    people = Person.objects.bulk_create(
        Person(email=f"p{start + n}@parvis.test", display_name=f"Personne {start + n}", state="active")
        for n in range(count)
    )
    Membership.objects.bulk_create(Membership(space=space, person=one) for one in people)
    Subscription.objects.bulk_create(
        Subscription(space=space, person=one, level=Level.FOLLOWING) for one in people
    )


def test_those_who_follow_everything_of_a_place_are_told_of_what_is_new_there(cast: Cast, run_jobs: Jobs):
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.member)
    note_in(cast.open, cast.author)
    run_jobs()
    assert reasons(cast.member) == ["new"]
    assert reasons(cast.host) == []
    assert reasons(cast.author) == []


def test_new_things_of_one_author_stand_on_one_line(cast: Cast, run_jobs: Jobs):
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.member)
    for number in range(3):
        note_in(cast.open, cast.author, f"Nouvelle du chantier, partie {number}")
    run_jobs()
    (line,) = notices_of(cast.member).lines
    assert "3" in line.sentence
    assert len(line.others) == 2


def test_a_crowd_is_told_in_as_many_statements_as_two_people(cast: Cast, run_jobs: Jobs):
    def cost() -> int:
        row = note_in(cast.open, cast.author)
        fact = Activity.objects.get(thing_id=row.id, verb="note.published")
        with count_statements() as statements:
            delivering.deliver(fact.id)
        return len(statements)

    crowd(cast.open, 2)
    few = cost()
    crowd(cast.open, 300)
    assert cost() == few
    assert Notice.objects.filter(reason="new").count() == 2 + 302


def test_in_batches_nobody_is_forgotten(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delivering, "BATCH", 4)
    crowd(cast.open, 9)
    row = note_in(cast.open, cast.author)
    delivering.deliver(Activity.objects.get(thing_id=row.id, verb="note.published").id)
    assert Notice.objects.filter(reason="new").count() == 9


def test_whoever_left_meanwhile_is_not_told(cast: Cast, run_jobs: Jobs):
    actions.set_level(cast.secret, Level.FOLLOWING, by=cast.member)
    note_in(cast.secret, cast.author)
    actions.remove_member(cast.secret, cast.member, by=SYSTEM)
    Subscription.objects.create(space=cast.secret, person=cast.member, level=Level.FOLLOWING)
    run_jobs()
    assert reasons(cast.member) == []


def test_muting_a_place_silences_its_news_and_not_what_is_said_to_oneself(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.open, cast.author)
    actions.set_level(cast.open, Level.MUTED, by=cast.author)
    reply(seen(note, cast.member), body="Dans le tiroir", by=cast.member)
    run_jobs()
    assert reasons(cast.author) == ["reply"]


def test_a_muted_thread_still_tells_who_is_named(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.open, cast.author)
    follow(seen(note, cast.author), Level.MUTED, by=cast.author)
    reply(seen(note, cast.member), body="Dans le tiroir", by=cast.member)
    reply(seen(note, cast.member), body=f"Demandez à @[](person:{cast.author.key})", by=cast.member)
    run_jobs()
    assert reasons(cast.author) == ["mention"]


def test_thanks_are_told_once_and_not_again_after_being_taken_back(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.open, cast.author)
    react(seen(note, cast.member), "bravo", by=cast.member)
    run_jobs()
    react(seen(note, cast.member), "bravo", by=cast.member)
    react(seen(note, cast.member), "like", by=cast.member)
    react(seen(note, cast.host), "like", by=cast.host)
    react(seen(note, cast.host), "like", by=cast.host)
    run_jobs()
    assert reasons(cast.author) == ["thanked"]


def ignore(cast: Cast, run_jobs: Jobs, times: int = 5) -> Contribution:
    note = note_in(cast.open, cast.author)
    for number in range(times):
        reply(seen(note, cast.member), body=f"Encore une idée, la {number}", by=cast.member)
    run_jobs()
    return note


def level_of(note: Contribution, person: Person) -> int:
    return seen(note, person).marks.level


def test_a_thread_left_unopened_goes_quiet_and_comes_back_with_one_tap(cast: Cast, run_jobs: Jobs):
    note = ignore(cast, run_jobs)
    assert len(reasons(cast.author)) == 5
    reply(seen(note, cast.member), body="Et une sixième", by=cast.member)
    reply(seen(note, cast.member), body=f"@[](person:{cast.author.key}), un avis ?", by=cast.member)
    run_jobs()
    assert reasons(cast.author)[5:] == ["mention"]
    client = browser(cast.author)
    assert f"/go/{note.key}/tell-again/" in client.get("/notifications/").content.decode()
    client.post(f"/go/{note.key}/tell-again/")
    assert level_of(note, cast.author) == Level.NORMAL
    reply(seen(note, cast.member), body="La septième", by=cast.member)
    run_jobs()
    assert reasons(cast.author)[6:] == ["reply"]


def test_a_thread_that_is_opened_now_and_then_goes_on_telling(cast: Cast, run_jobs: Jobs):
    note = ignore(cast, run_jobs, times=4)
    read_thread(seen(note, cast.author), by=cast.author)
    for number in range(4):
        reply(seen(note, cast.member), body=f"Suite {number}", by=cast.member)
    run_jobs()
    assert len(reasons(cast.author)) == 8
    assert level_of(note, cast.author) == Level.NORMAL


def test_marking_all_as_seen_does_not_count_as_opening(cast: Cast, run_jobs: Jobs):
    note = ignore(cast, run_jobs, times=4)
    see_everything(by=cast.author)
    reply(seen(note, cast.member), body="La cinquième", by=cast.member)
    run_jobs()
    assert level_of(note, cast.author) == -Level.NORMAL


def test_answering_ends_the_quiet_and_keeps_how_closely_it_was_followed(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.open, cast.host)
    follow(seen(note, cast.author), Level.FOLLOWING, by=cast.author)
    for number in range(5):
        reply(seen(note, cast.member), body=f"Encore {number}", by=cast.member)
    run_jobs()
    assert Follow.objects.get(person=cast.author).level == -Level.FOLLOWING
    reply(seen(note, cast.author), body="J'arrive", by=cast.author)
    run_jobs()
    assert Follow.objects.get(person=cast.author).level == Level.FOLLOWING


def test_hushing_is_one_statement_however_many_follow(cast: Cast, run_jobs: Jobs):
    note = ignore(cast, run_jobs, times=1)
    with count_statements() as statements:
        ignoring.hush(note.id, [cast.author.id, cast.member.id, cast.host.id])
    assert len(statements) == 1


def test_all_seen_can_be_taken_back(cast: Cast, run_jobs: Jobs):
    ignore(cast, run_jobs, times=2)
    early = Notice.objects.filter(person=cast.author).first()
    assert early is not None
    Notice.objects.filter(id=early.id).update(seen_at=early.created_at)
    moment = see_everything(by=cast.author)
    assert count_unseen(cast.author.id) == 0
    unsee(moment, by=cast.author)
    assert count_unseen(cast.author.id) == 1


def test_one_class_is_marked_as_seen_alone(cast: Cast, run_jobs: Jobs):
    note = ignore(cast, run_jobs, times=1)
    react(seen(note, cast.member), "bravo", by=cast.member)
    run_jobs()
    browser(cast.author).post(
        "/notifications/seen/", {"kind": "thanks", "level": "", "next": "/notifications/"}
    )
    unseen = Notice.objects.filter(person=cast.author, seen_at=None)
    assert list(unseen.values_list("category", flat=True)) == ["reply"]


def test_nobody_takes_back_or_answers_anothers_notices(cast: Cast, run_jobs: Jobs):
    ignore(cast, run_jobs, times=1)
    row = Notice.objects.get(person=cast.author)
    from parvis.kernel.ids import encode

    answer = browser(cast.member).post(f"/notifications/{encode(row.id)}/reply/", {"body": "À sa place"})
    assert answer.status_code == 404


def test_an_answer_from_the_list_stands_in_the_thread_and_clears_its_line(cast: Cast, run_jobs: Jobs):
    from parvis.kernel.ids import encode

    note = ignore(cast, run_jobs, times=1)
    row = Notice.objects.get(person=cast.author)
    client = browser(cast.author)
    empty = client.post(f"/notifications/{encode(row.id)}/reply/", {"body": "  "})
    assert empty.status_code == 422
    done = client.post(f"/notifications/{encode(row.id)}/reply/", {"body": "Merci, trouvée"})
    assert done.headers["Location"] == "/notifications/"
    assert seen(note, cast.author).reply_count == 2
    assert note.replies.get(author=cast.author).parent_id == row.thing_id
    assert count_unseen(cast.author.id) == 0


def test_what_was_typed_in_the_list_is_kept_when_the_thread_closed_meanwhile(cast: Cast, run_jobs: Jobs):
    from parvis.kernel.ids import encode

    note = ignore(cast, run_jobs, times=1)
    row = Notice.objects.get(person=cast.author)
    Contribution.objects.filter(id=note.id).update(are_replies_open=False)
    page = browser(cast.author).post(f"/notifications/{encode(row.id)}/reply/", {"body": "Merci, trouvée"})
    assert page.status_code == 422
    assert "Merci, trouvée" in page.content.decode()


def test_reach_counts_others_by_how_they_will_hear_of_it(cast: Cast):
    before = reach.reach_of(cast.open, by=cast.author)
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.member)
    actions.set_level(cast.open, Level.MUTED, by=cast.host)
    after = reach.reach_of(cast.open, by=cast.author)
    assert after.at_once == before.at_once + 1
    assert after.later == before.later - 2
    set_rules([], by=cast.member)
    silent = reach.reach_of(cast.open, by=cast.author)
    assert (silent.at_once, silent.later) == (before.at_once, after.later + 1)
    with count_statements() as statements:
        reach.reach_of(cast.open, by=cast.author)
    assert len(statements) == 1


def test_the_composer_says_whom_it_reaches_in_each_place(cast: Cast):
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.member)
    said: Any = browser(cast.author).get("/publish/audience/", {"space": cast.open.slug}).json()
    assert reach.sentence_of(reach.reach_of(cast.open, by=cast.author)) in said["sentence"]


def test_the_sentences_follow_what_was_chosen(cast: Cast):
    def said() -> str:
        return " ".join(sentences_of(rules_of(cast.member)))

    newcomer = said()
    assert "all that is said to you, asked of you" in newcomer
    assert cast.open.name not in newcomer
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.member)
    actions.set_level(cast.on_request, Level.MUTED, by=cast.member)
    assert f"every new thing in {cast.open.name}" in said()
    assert f"From {cast.on_request.name} you hear only" in said()
    set_rules([one.slug for one in classes() if one.slug != "mention"], by=cast.member)
    assert "but not for: Mentions." in said()
    set_rules(["reply"], by=cast.member)
    assert "rings only for: Replies." in said()
    set_rules([], by=cast.member)
    assert "rings for nothing" in said()


def test_the_page_of_rules_keeps_classes_and_places_in_one_form(cast: Cast):
    from parvis.kernel.ids import encode

    key = f"place-{encode(cast.open.id)}"
    browser(cast.member).post("/settings/notifications/", {"class": ["reply"], key: "2"})
    assert Subscription.objects.get(person=cast.member, space=cast.open).level == Level.FOLLOWING
    assert {one.of.slug for one in rules_of(cast.member).choices if one.is_on} == {"reply"}
    assert (
        browser(cast.member).post("/settings/notifications/", {"class": ["nothing such"]}).status_code == 422
    )
