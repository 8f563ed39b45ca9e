"""An account's life: added, invited, opened, suspended, left; access codes; addresses; own sessions."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from parvis.accounts import links, passwords, standing
from parvis.accounts.models import Message, Session
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotAllowed, Refused
from parvis.people.models import Person, PersonState
from parvis.testing.cast import Cast
from parvis.tools.notes.actions import publish_note

pytestmark = pytest.mark.django_db
PASSWORD = "quatre mots pour entrer"


def test_invitation_opens_the_account_with_or_without_a_password(cast: Cast, last_message):
    for email, password in (("ana@parvis.test", ""), ("bea@parvis.test", PASSWORD)):
        person = standing.add_person(name="Ana Neuve", email=email, by=cast.administrator)
        assert person.state == PersonState.UNCLAIMED
        standing.invite(person, by=cast.administrator, word="Venez voir")
        assert "Venez voir" in last_message().text
        path = re.search(r"/accounts/invitation/\S+/", last_message().text).group()
        client = Client()
        assert "Ana Neuve" in client.get(path).content.decode()
        assert client.post(path, {"password": password}).status_code == 303
        person.refresh_from_db()
        assert person.state == PersonState.ACTIVE
        assert person.has_usable_password() is bool(password)
        assert person.memberships.filter(space=cast.everyone).exists()
        assert Client().get(path).status_code == 410


def test_invitation_refuses_a_weak_password_and_stays_usable(cast: Cast, last_message):
    person = standing.add_person(name="Ana", email="ana@parvis.test", by=cast.administrator)
    standing.invite(person, by=cast.administrator)
    path = re.search(r"/accounts/invitation/\S+/", last_message().text).group()
    assert Client().post(path, {"password": "azerty"}).status_code == 422
    person.refresh_from_db()
    assert person.state == PersonState.UNCLAIMED
    assert Client().post(path, {"password": ""}).status_code == 303


def test_only_administrators_change_standings(cast: Cast):
    for act in (standing.suspend, standing.mark_left, standing.reopen, standing.invite):
        with pytest.raises(NotAllowed):
            act(cast.unclaimed, by=cast.member)
    with pytest.raises(NotAllowed):
        standing.add_person(name="X", email="x@parvis.test", by=cast.host)
    with pytest.raises(NotAllowed):
        passwords.issue_access_code(cast.member, by=cast.host)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "member@PARVIS.test"},
        {"email": "not an address"},
        {"username": "MEMBER"},
        {"username": "a b"},
        {},
    ],
)
def test_accounts_need_an_identity_of_their_own(cast: Cast, fields: dict):
    with pytest.raises(Refused):
        standing.add_person(name="Double", by=cast.administrator, **fields)


@pytest.mark.parametrize(("act", "state"), [(standing.suspend, "suspended"), (standing.mark_left, "left")])
def test_closing_an_account_ends_sessions_and_links_at_once_and_keeps_the_texts(
    cast: Cast, client_of, act, state
):
    publish_note(cast.open, body="Je reste lisible.", by=cast.author)
    client = client_of(cast.author)
    assert client.get("/people/me/").headers["Location"] == cast.author.url
    path = links.issue_link(cast.author)
    act(cast.author, by=cast.administrator)
    assert client.get("/people/me/").headers["Location"].startswith("/accounts/login/")
    assert Client().post(path).status_code == 410
    assert Person.objects.get(id=cast.author.id).state == state
    assert Contribution.objects.visible_to(cast.member).filter(author=cast.author).count() == 1
    standing.reopen(cast.author, by=cast.administrator)
    assert Client().post(links.issue_link(cast.author)).status_code == 303


def test_nobody_closes_their_own_account_nor_the_last_administrators_rights(cast: Cast):
    with pytest.raises(Refused):
        standing.suspend(cast.administrator, by=cast.administrator)
    with pytest.raises(Refused):
        standing.set_administrator(cast.administrator, False, by=cast.administrator)
    standing.set_administrator(cast.member, True, by=cast.administrator)
    standing.set_administrator(cast.administrator, False, by=cast.member)
    assert not Person.objects.get(id=cast.administrator.id).is_administrator


def test_access_code_signs_in_however_it_is_typed_until_it_is_replaced(cast: Cast):
    person = Person.objects.create(display_name="Rémi Sans Courriel", username="remi", state="unclaimed")
    code = passwords.issue_access_code(person, by=cast.administrator)
    for typed in (code, code.lower().replace("-", " "), code.replace("-", "")):
        assert Client().post("/accounts/login/", {"who": "Remi", "password": typed}).status_code == 303
    passwords.issue_access_code(person, by=cast.administrator)
    assert not Session.objects.filter(person=person).exists()
    assert Client().post("/accounts/login/", {"who": "remi", "password": code}).status_code == 422
    with pytest.raises(Refused):
        passwords.issue_access_code(Person.objects.create(display_name="Sans nom"), by=cast.administrator)


def test_new_address_is_used_once_its_link_is_followed_and_the_old_one_is_told(
    cast: Cast, client_of, last_message
):
    cast.member.set_password(PASSWORD)
    cast.member.save()
    client = client_of(cast.member)
    wrong = client.post("/settings/email/", {"email": "neuf@parvis.test", "current": "something else"})
    assert wrong.status_code == 422
    assert "neuf@parvis.test" in wrong.content.decode()
    assert (
        client.post("/settings/email/", {"email": "neuf@parvis.test", "current": PASSWORD}).status_code == 303
    )
    assert last_message().to == "neuf@parvis.test"
    path = re.search(r"/accounts/email/\S+/", last_message().text).group()
    assert client.get(path).status_code == 200
    assert Person.objects.get(id=cast.member.id).email == "member@parvis.test"
    assert client.post(path).status_code == 303
    assert Person.objects.get(id=cast.member.id).email == "neuf@parvis.test"
    assert last_message().to == "member@parvis.test"
    assert client.post(path).status_code == 422


def test_asking_for_someone_elses_address_answers_alike_and_writes_to_nobody(cast: Cast, client_of):
    response = client_of(cast.member).post("/settings/email/", {"email": cast.host.email})
    assert response.status_code == 303
    assert not Message.objects.exists()


def test_own_sessions_are_listed_and_ended_and_nobody_elses(cast: Cast, client_of):
    here, there, other = client_of(cast.member), client_of(cast.member), client_of(cast.host)
    page = here.get("/settings/account/").content.decode()
    assert page.count("/end/") == 2  # the other session, and all the others
    for client in (here, there, other):
        assert client.cookies["session"].value not in page
    foreign = Session.objects.get(person=cast.host).public_key
    assert here.post(f"/settings/sessions/{foreign}/end/").status_code == 404
    own = (
        Session.objects.exclude(session_key=here.cookies["session"].value).get(person=cast.member).public_key
    )
    assert here.post(f"/settings/sessions/{own}/end/").status_code == 303
    assert there.get("/settings/").status_code == 302
    assert here.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 200


def test_new_password_ends_the_other_sessions_and_asks_for_the_current_one(cast: Cast, client_of):
    cast.member.set_password(PASSWORD)
    cast.member.save()
    here, there = client_of(cast.member), client_of(cast.member)
    new = "encore une autre phrase"
    assert here.post("/settings/password/", {"current": "faux faux faux", "password": new}).status_code == 422
    assert here.post("/settings/password/", {"current": PASSWORD, "password": new}).status_code == 303
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/").status_code == 302


def test_without_a_password_a_grave_change_needs_a_fresh_session(cast: Cast, client_of):
    from datetime import timedelta

    from parvis.kernel import clock

    client = client_of(cast.member)
    Session.objects.filter(person=cast.member).update(created_at=clock.now() - timedelta(hours=2))
    assert client.post("/settings/password/", {"password": PASSWORD}).status_code == 422
    Session.objects.filter(person=cast.member).update(created_at=clock.now())
    assert client.post("/settings/password/", {"password": PASSWORD}).status_code == 303


def test_settings_are_kept_and_others_refused(cast: Cast, client_of):
    client = client_of(cast.member)
    chosen = {
        "language": "en",
        "theme": "dark",
        "text_size": "125",
        "time_zone": "America/Montreal",
        "stream_order": "date",
    }
    assert client.post("/settings/", chosen).status_code == 303
    person = Person.objects.get(id=cast.member.id)
    assert [
        person.language,
        person.theme,
        person.text_size,
        person.time_zone,
        person.stream_order,
    ] == ["en", "dark", "125", "America/Montreal", "date"]
    page = client.get("/settings/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-text-size="125"' in page
    assert 'lang="en"' in page
    for name, value in (("language", "de"), ("time_zone", "Mars/Base"), ("theme", "pink")):
        assert client.post("/settings/", {**chosen, name: value}).status_code == 422
    assert client.post("/settings/theme/", {"theme": "system"}).status_code == 303
    assert Person.objects.get(id=cast.member.id).theme == "system"


def test_visitors_choose_their_language(cast: Cast):
    client = Client(headers={"accept-language": "fr"})
    assert 'lang="fr"' in client.get("/accounts/login/").content.decode()
    client.post("/accounts/language/", {"language": "en"})
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/language/", {"language": "xx"}).status_code == 422
