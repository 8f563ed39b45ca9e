"""Announcing: on top until seen, the button, the count, the legal reason, one mail a week; rights when shown and when sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlparse

import pytest
import time_machine
from django.test import Client

from parvis.accounts.models import Message
from parvis.accounts.sessions import BACKEND
from parvis.announcements import actions
from parvis.announcements.models import Announcement, Press
from parvis.announcements.reading import audience_of
from parvis.attention.actions import read_thread
from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.journal.jobs import drain
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.mailing.models import Habit
from parvis.mailing.rhythms import ANNOUNCED, rhythm_of
from parvis.mailing.stopping import address_for
from parvis.membership.actions import leave, set_level
from parvis.people.models import Person
from parvis.spaces.models import Level, MemberRole, Membership, Space
from parvis.testing.cast import Cast
from parvis.testing.letters import opened, send_through
from parvis.testing.relay import listening
from parvis.toolkit import registry

Jobs = Callable[[], int]
WORDS = "Les locaux ferment lundi"


def write(space: Space, by: Person) -> Contribution:
    kind = registry.kind_for(space, "discussion") or registry.kind_for(space, "note")
    assert kind is not None
    thing = kind.publish(space, title=WORDS, body="À dix-sept heures", by=by, options={"mode": "discussion"})
    return find_contribution(thing.id, by)


def announce(thing: Contribution, by: Person, **more: Any) -> Announcement:
    return actions.announce(
        find_contribution(thing.id, by),
        until=more.pop("until", clock.today() + timedelta(days=3)),
        by=by,
        **more,
    )


def browser(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def is_on_top(person: Person, address: str = "/") -> bool:
    return "data-important" in browser(person).get(address).content.decode()


def host_too(cast: Cast, space: Space) -> Person:
    """The administrator as a host of a community."""
    Membership.objects.update_or_create(
        space=space, person=cast.administrator, defaults={"role": MemberRole.HOST}
    )
    return cast.administrator


def test_it_stands_on_top_of_home_and_of_its_community_for_members_alone(cast: Cast) -> None:
    announce(write(cast.open, cast.author), cast.host)
    for address in ("/", cast.open.url):
        assert is_on_top(cast.member, address)
        assert not is_on_top(cast.stranger, address)
        assert not is_on_top(cast.administrator, address)
    assert not is_on_top(cast.host)
    assert not is_on_top(cast.member, cast.on_request.url)


def test_it_leaves_the_top_by_its_button_by_reading_or_by_its_day(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    announce(thing, cast.host)
    client = browser(cast.member)
    pressed = client.post(f"/go/{thing.key}/announcements/press/?next=/")
    assert pressed.status_code == 303
    assert pressed.headers["Location"] == "/"
    assert not is_on_top(cast.member)
    assert is_on_top(cast.cohost)
    read_thread(find_contribution(thing.id, cast.cohost), by=cast.cohost)
    assert not is_on_top(cast.cohost)
    assert "You said: I have read it" in client.get(f"/go/{thing.key}/", follow=True).content.decode()
    late = announce(write(cast.open, cast.author), cast.host)
    assert is_on_top(cast.member)
    Announcement.objects.filter(id=late.id).update(until=clock.now() - timedelta(minutes=1))
    assert not is_on_top(cast.member)
    with pytest.raises(NotFound):
        actions.press(find_contribution(late.contribution_id, cast.member), by=cast.member)


def test_only_presses_are_counted_and_fewer_than_five_are_never_told(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    row = announce(thing, cast.host)
    for person in (cast.member, cast.author, cast.cohost):
        browser(person).get(f"/go/{thing.key}/", follow=True)
    assert not Press.objects.exists()
    for person in (cast.member, cast.member, cast.author, cast.cohost):
        actions.press(find_contribution(thing.id, person), by=person)
    assert Press.objects.count() == 3
    host = browser(cast.host)
    page = host.get(f"/go/{thing.key}/", follow=True).content.decode()
    assert "Fewer than five" in page
    for person in (cast.stranger, cast.host_elsewhere):
        Press.objects.create(announcement=row, person=person)
    assert "5 people have pressed" in host.get(f"/go/{thing.key}/", follow=True).content.decode()
    assert "have pressed" not in browser(cast.member).get(f"/go/{thing.key}/", follow=True).content.decode()
    assert host.get(f"/go/{thing.key}/announcements/people/").status_code == 403


def test_names_are_for_administrators_alone_and_only_where_a_legal_reason_was_said_before(cast: Cast) -> None:
    admin = host_too(cast, cast.open)
    thing = write(cast.open, cast.author)
    with pytest.raises(NotAllowed):
        announce(thing, cast.host, legal_reason="Consigne de sécurité")
    announce(thing, admin, legal_reason="Consigne de sécurité")
    home = browser(cast.member).get("/").content.decode()
    assert "Your name will be kept" in home
    assert "Consigne de sécurité" in home
    read_thread(find_contribution(thing.id, cast.member), by=cast.member)
    assert is_on_top(cast.member), "the law asks for a press"
    actions.press(find_contribution(thing.id, cast.member), by=cast.member)
    assert not is_on_top(cast.member)
    listed = browser(admin).get(f"/go/{thing.key}/announcements/people/").content.decode()
    assert cast.member.name in listed
    assert cast.cohost.name not in listed
    assert browser(cast.host).get(f"/go/{thing.key}/announcements/people/").status_code == 403
    plain = write(cast.open, cast.author)
    announce(plain, admin)
    assert browser(admin).get(f"/go/{plain.key}/announcements/people/").status_code == 404


@pytest.mark.parametrize("days", [-1, 31, 400])
def test_a_day_past_or_beyond_thirty_is_refused(cast: Cast, days: int) -> None:
    with pytest.raises(Refused) as refusal:
        announce(write(cast.open, cast.author), cast.host, until=clock.today() + timedelta(days=days))
    assert refusal.value.field == "until"
    assert not Announcement.objects.exists()


def test_only_hosts_announce_and_only_what_is_published_and_once_at_a_time(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    for person in (cast.author, cast.cohost, cast.administrator):
        with pytest.raises(NotAllowed):
            announce(thing, person)
    announce(thing, cast.host)
    with pytest.raises(Refused):
        announce(thing, cast.host)
    actions.withdraw(find_contribution(thing.id, cast.host), by=cast.host)
    assert not is_on_top(cast.member)
    announce(thing, cast.host)
    assert Announcement.objects.filter(contribution=thing, ended_at=None).count() == 1


def test_the_form_says_how_many_will_see_it_and_how_before_anything_is_done(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    members = cast.open.memberships.filter(person__state="active").exclude(person=cast.host).count()
    page = browser(cast.host).get(f"/go/{thing.key}/announcements/").content.decode()
    assert f"{members} members of" in page
    assert f"by mail now, to {members} people" in page
    set_level(cast.open, Level.MUTED, by=cast.member)
    page = browser(cast.host).get(f"/go/{thing.key}/announcements/").content.decode()
    assert f"by mail now, to {members - 1} people" in page
    assert 'name="legal_reason"' not in page
    assert not Announcement.objects.exists()


def test_one_mail_a_week_to_those_who_may_read_it_when_it_leaves(cast: Cast) -> None:
    thing = write(cast.on_request, cast.author)
    announce(thing, cast.host, sends_mail=True)
    leave(cast.on_request, by=cast.cohost)
    drain()
    drain()
    sent = list(Message.objects.filter(subject__contains=WORDS))
    assert sorted(one.to for one in sent) == sorted([cast.member.email, cast.author.email])
    for one in sent:
        assert "dix-sept" not in one.text + one.html + one.subject
        assert f"/go/{thing.key}/" in one.text
    other = write(cast.on_request, cast.author)
    with pytest.raises(Refused) as refusal:
        announce(other, cast.host, sends_mail=True)
    assert "can be sent from" in refusal.value.sentence
    assert "can be sent from" in browser(cast.host).get(f"/go/{other.key}/announcements/").content.decode()
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=True):
        announce(other, cast.host, sends_mail=True)


def test_a_mail_holds_no_more_than_its_reader_allows_and_none_goes_to_who_wants_none(cast: Cast) -> None:
    Habit.objects.create(person=cast.member, level=0)
    Habit.objects.create(person=cast.author, rhythm="never")
    announce(write(cast.on_request, cast.author), cast.host, sends_mail=True)
    drain()
    sent = {one.to: one for one in Message.objects.filter(subject__contains="Important")}
    assert set(sent) == {cast.member.email, cast.cohost.email}
    assert (
        WORDS
        not in sent[cast.member.email].subject + sent[cast.member.email].text + sent[cast.member.email].html
    )
    assert WORDS in sent[cast.cohost.email].text


def test_its_mails_are_stopped_by_one_click_and_taken_back_on_the_page_of_rules(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    members = cast.open.memberships.filter(person__state="active").exclude(person=cast.host).count()
    with listening() as relay:
        send_through(relay)
        announce(thing, cast.host, sends_mail=True)
        drain()
        mails = {mail["To"]: mail for mail in map(opened, relay.received)}
    assert len(mails) == members
    stop = address_for(cast.member, ANNOUNCED)
    mail = mails[cast.member.email]
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert stop in mail.get_body((kind,)).get_content()
    program, path = Client(enforce_csrf_checks=True), urlparse(stop).path
    assert "mails of announcements" in program.get(path, headers={"accept-language": "en"}).content.decode()
    assert cast.member.id in audience_of(cast.open.id, cast.host)[1]
    rhythm = rhythm_of(cast.member)
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert rhythm_of(cast.member) == rhythm
    client = browser(cast.member)
    assert "Announcements stay on the page" in client.get("/settings/notifications/").content.decode()
    assert is_on_top(cast.member)
    actions.withdraw(find_contribution(thing.id, cast.host), by=cast.host)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=True):
        page = browser(cast.host).get(f"/go/{thing.key}/announcements/").content.decode()
        assert f"{members} members of" in page
        assert f"by mail now, to {members - 1} people" in page
        announce(thing, cast.host, sends_mail=True, until=clock.today() + timedelta(days=3))
        before = Message.objects.filter(to=cast.member.email).count()
        drain()
        assert Message.objects.filter(to=cast.member.email).count() == before
    given = {"rhythm": "weekly", "hour": "8", "level": "3"}
    assert client.post("/settings/mail/", given).status_code == 303
    assert "Announcements stay on the page" not in client.get("/settings/notifications/").content.decode()
    assert cast.member.id in audience_of(cast.open.id, cast.host)[1]


def test_nothing_is_mailed_of_what_was_withdrawn_meanwhile(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    announce(thing, cast.host, sends_mail=True)
    actions.withdraw(find_contribution(thing.id, cast.host), by=cast.host)
    drain()
    assert not Message.objects.filter(subject__contains=WORDS).exists()


def test_nobody_is_rung(cast: Cast, run_jobs: Jobs) -> None:
    thing = write(cast.open, cast.author)
    run_jobs()
    before = Notice.objects.count()
    announce(thing, cast.host)
    run_jobs()
    assert Notice.objects.count() == before


def test_who_leaves_the_community_sees_it_no_more(cast: Cast) -> None:
    announce(write(cast.secret, cast.author), cast.host)
    assert is_on_top(cast.member)
    leave(cast.secret, by=cast.member)
    assert not is_on_top(cast.member)


def test_home_and_community_cost_no_statement_more(cast: Cast) -> None:
    thing = write(cast.open, cast.author)
    client = browser(cast.member)
    for address in ("/", cast.open.url):
        client.get(address)
        with count_statements() as before:
            client.get(address)
        announce(thing, cast.host)
        with count_statements() as after:
            assert WORDS in client.get(address).content.decode()
        actions.withdraw(find_contribution(thing.id, cast.host), by=cast.host)
        assert len(after) == len(before)
