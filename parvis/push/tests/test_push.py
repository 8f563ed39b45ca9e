"""Pushes: told once, to who asked, as far as allowed, by a service that opens what it gets with its own keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from parvis.accounts.models import Session
from parvis.accounts.sessions import BACKEND, end_sessions
from parvis.attention import actions as bell
from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.journal.jobs import drain
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import Refused
from parvis.kernel.fetch import FetchFailed
from parvis.kernel.post import Poster
from parvis.mailing.models import PlaceLevel
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.push import devices, sending
from parvis.push.encryption import decode64, encode64, encrypt
from parvis.push.models import Device
from parvis.push.tests.service import HOST, Service, claims_of, make_certificate, serving
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("push") / "certificate.pem")


@pytest.fixture
def cast(run_jobs: Callable[[], int]) -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    run_jobs()
    return found


@pytest.fixture
def service(
    cast: Cast, certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> Iterator[Service]:
    """A network that pushes through one service, on this machine."""
    settings.PARVIS_FETCH = True  # type: ignore[attr-defined]
    with serving(certificate) as found:
        monkeypatch.setattr(sending, "site_poster", found.poster)
        devices.set_switch(True, HOST, by=cast.administrator)
        yield found


def session_of(person: Person) -> str:
    client = Client()
    client.force_login(person, backend=BACKEND)
    key = client.session.session_key
    assert key
    return key


def ask(service: Service, person: Person, *, is_silent: bool = False, name: str = "one") -> Device:
    return devices.add_device(
        session_of(person),
        endpoint=service.endpoint(name),
        is_silent=is_silent,
        by=person,
        **service.keys.fields,
    )


def topic_in(space: Space, by: Person) -> Contribution:
    kind = registry.kind_for(space, "discussion")
    assert kind is not None
    return kind.publish(space, title="La clé de l'atelier", body="Je la cherche depuis lundi.", by=by)


def answered(space: Space, cast: Cast) -> Contribution:
    """A topic of the author's, answered by the host: the author is to be told."""
    with acting(cast.author):
        topic = topic_in(space, cast.author)
    drain()
    with acting(cast.host):
        reply(topic, body="Elle pend derrière la porte.", by=cast.host)
    return topic


def test_a_message_is_encrypted_as_the_standard_says() -> None:
    """The example of RFC 8291, section 5, byte for byte."""
    private = decode64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    made = encrypt(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        own=ec.derive_private_key(int.from_bytes(private), ec.SECP256R1()),
        salt=decode64("DGv6ra1nlYgDCS1FRnbzlw"),
        step=1,
    )
    assert encode64(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
        "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_length_of_a_message_says_little() -> None:
    keys = {
        "public_key": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }
    assert len(encrypt(b"a", **keys)) == len(encrypt(b"a" * 200, **keys))


def test_an_answer_is_told_once_in_the_reader_s_words_and_cleared_by_reading(
    cast: Cast, service: Service
) -> None:
    ask(service, cast.author)
    topic = answered(cast.open, cast)
    drain()
    (said,) = service.messages()
    assert said["title"].startswith(cast.host.name)
    assert "La clé de l'atelier" in said["body"]
    assert "derrière la porte" in said["body"]
    assert said["url"].startswith("/")
    path, headers, body = service.received[0]
    assert path == "/one"
    assert headers["Content-Encoding"] == "aes128gcm"
    assert b"atelier" not in body
    claims = claims_of(headers["Authorization"])
    assert claims["aud"] == f"https://{HOST}:{service.port}"
    assert claims["k"] == devices.public_key()
    assert 0 < claims["exp"] - clock.now().timestamp() <= 86_400
    for row in Notice.objects.filter(person=cast.author):
        sending_again = sending.who_is_told(row.activity_id)
        for one in sending_again:
            sending.send(**one)
    assert len(service.received) == 1
    bell.clear(topic.id, by=cast.author)
    with acting(cast.host):
        reply(topic, body="Et le double chez moi.", by=cast.host)
    drain()
    assert len(service.received) == 2


def test_who_read_it_before_it_left_is_not_told(cast: Cast, service: Service) -> None:
    device = ask(service, cast.author)
    answered(cast.open, cast)
    drain()
    service.received.clear()
    notice = Notice.objects.filter(person=cast.author).latest("id")
    device.delete()
    device = ask(service, cast.author)
    Notice.objects.filter(id=notice.id).update(seen_at=clock.now())
    sending.send(notice.id, device.id)
    assert service.received == []


def test_a_device_that_says_no_details_says_none(cast: Cast, service: Service) -> None:
    ask(service, cast.author, is_silent=True)
    answered(cast.open, cast)
    drain()
    (said,) = service.messages()
    assert said["title"] == "Maison Lumen"
    assert said["url"] == "/notifications/"
    assert cast.host.name not in json.dumps(said, ensure_ascii=False)
    assert "clé" not in json.dumps(said, ensure_ascii=False)


def test_of_a_closed_community_titles_at_most_and_less_where_its_hosts_say_so(
    cast: Cast, service: Service
) -> None:
    ask(service, cast.author)
    answered(cast.on_request, cast)
    drain()
    (said,) = service.messages()
    assert "La clé de l'atelier" in said["body"]
    assert "derrière" not in said["body"]
    PlaceLevel.objects.update_or_create(space=cast.on_request, defaults={"level": 0})
    answered(cast.on_request, cast)
    drain()
    assert service.messages()[1]["title"] == "Maison Lumen"


def test_who_may_not_read_it_any_more_is_not_told(cast: Cast, service: Service) -> None:
    ask(service, cast.author)
    answered(cast.on_request, cast)
    with acting(SYSTEM):
        membership.leave(cast.on_request, by=cast.author)
    drain()
    assert service.received == []


def test_a_class_that_was_switched_off_rings_nowhere(cast: Cast, service: Service) -> None:
    ask(service, cast.author)
    bell.set_rules([], by=cast.author)
    answered(cast.open, cast)
    drain()
    assert service.received == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_browser_that_is_gone_is_forgotten(cast: Cast, service: Service, status: int) -> None:
    ask(service, cast.author)
    service.status = status
    answered(cast.open, cast)
    drain()
    assert len(service.received) == 1
    assert not Device.objects.exists()


@pytest.mark.parametrize("status", [429, 500])
def test_a_service_that_is_ill_is_asked_again_three_times_and_no_more(
    cast: Cast, service: Service, status: int
) -> None:
    ask(service, cast.author)
    service.status = status
    answered(cast.open, cast)
    drain()
    assert len(service.received) == 4
    assert Device.objects.count() == 1


def test_nothing_leaves_and_nothing_is_offered_unless_both_switches_are_on(
    cast: Cast, service: Service, settings: object
) -> None:
    ask(service, cast.author)
    settings.PARVIS_FETCH = False  # type: ignore[attr-defined]
    assert not devices.is_offered()
    answered(cast.open, cast)
    drain()
    settings.PARVIS_FETCH = True  # type: ignore[attr-defined]
    devices.set_switch(False, HOST, by=cast.administrator)
    assert not devices.is_offered()
    assert not Device.objects.exists()
    with pytest.raises(Refused):
        ask(service, cast.author)
    assert service.received == []


def test_by_default_a_network_pushes_nothing(cast: Cast) -> None:
    assert not devices.switch().is_on


def test_only_named_services_are_called(cast: Cast, service: Service) -> None:
    for wrong in (
        "https://evil.example/x",
        f"http://{HOST}/x",
        f"https://{HOST}.evil.example/x",
        "https://127.0.0.1/x",
        "",
    ):
        with pytest.raises(Refused):
            devices.add_device(
                session_of(cast.author), endpoint=wrong, is_silent=True, by=cast.author, **service.keys.fields
            )
    assert devices.may_call("a.notify.windows.com", devices.USUAL)
    assert not devices.may_call("anotify.windows.com", ["*.notify.windows.com"])
    ask(service, cast.author)
    devices.set_switch(True, "other.example.com", by=cast.administrator)
    answered(cast.open, cast)
    drain()
    assert service.received == []
    assert not Device.objects.exists()


def test_keys_that_are_none_are_refused(cast: Cast, service: Service) -> None:
    for public_key, auth in (("AAAA", "A" * 22), (service.keys.fields["public_key"], "AAAA")):
        with pytest.raises(Refused):
            devices.add_device(
                session_of(cast.author), endpoint=service.endpoint(), public_key=public_key, auth=auth, is_silent=True, by=cast.author
            )  # fmt: skip


def test_a_device_goes_with_its_session(cast: Cast, service: Service) -> None:
    ask(service, cast.author)
    with acting(SYSTEM):
        end_sessions(cast.author)
    assert not Device.objects.exists()
    ask(service, cast.author)
    Session.objects.filter(person=cast.author).update(expire_date=clock.now() - timedelta(seconds=1))
    answered(cast.open, cast)
    drain()
    assert service.received == []


def test_the_next_person_at_a_browser_takes_its_address_over(cast: Cast, service: Service) -> None:
    ask(service, cast.author)
    ask(service, cast.member)
    assert [row.person_id for row in Device.objects.all()] == [cast.member.id]


def test_another_key_makes_an_end_of_what_was_asked_under_the_old_one(cast: Cast, service: Service) -> None:
    ask(service, cast.author)
    before = devices.public_key()
    assert devices.public_key() == before
    devices.change_key(by=cast.administrator)
    assert devices.public_key() != before
    assert not Device.objects.exists()


def test_a_post_never_reaches_inside(service: Service) -> None:
    careless = Poster(
        resolve=lambda _host: ["127.0.0.1"], ports={service.port}, tls=service.poster().tls
    )  # nothing is trusted
    with pytest.raises(FetchFailed):
        careless.post(service.endpoint(), role="push", body=b"x", headers={})
    with pytest.raises(FetchFailed):
        service.poster().post(f"http://{HOST}:{service.port}/", role="push", body=b"x", headers={})
    assert service.received == []
