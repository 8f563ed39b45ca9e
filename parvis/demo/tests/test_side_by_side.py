"""Several people of the demonstration at once, each in a window of their own: where it works, and that it is nowhere else."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from parvis.config import config
from parvis.demo.seed import ROLES
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web import demo_roles
from parvis.web.models import Network
from parvis.web.tests.acting_in_communities import client_of, text_of

pytestmark = pytest.mark.django_db
HERE = "127.0.0.1:8000"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(config, "demo", True)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", [*settings.ALLOWED_HOSTS, ".localhost", "net.example"])
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    people = {
        "admin": found.administrator,
        "host": found.host,
        "member": found.member,
        "sponsor": found.author,
    }
    for role, handle in ROLES.items():
        Person.objects.filter(id=people[role].id).update(username=handle)
    return found


def window_of(client: Client, role: str, at: str = HERE) -> str:
    shown = text_of(client.get("/demo/", headers={"host": at}))
    found = re.search(rf'href="http://{role}\.parvis\.localhost(?::8000)?(/demo/window/[^"]+)"', shown)
    return found[1] if found else ""


def test_a_second_window_is_another_person_and_the_first_one_stays(cast: Cast):
    first, second = client_of(cast.member), Client(headers={"host": "host.parvis.localhost:8000"})
    path = window_of(first, "host")
    door = text_of(second.get(path))
    assert cast.host.name in door
    assert "session" not in second.cookies
    assert second.post(path).headers["Location"] == "/"
    assert cast.host.name in text_of(second.get("/settings/account/"))
    assert cast.member.name in text_of(first.get("/settings/account/"))


def test_windows_are_offered_where_the_names_are_this_machine_only(cast: Cast):
    client = client_of(cast.member)
    for at in (HERE, "localhost:8000", "sponsor.parvis.localhost:8000", "localhost"):
        assert window_of(client, "host", at)
    shown = text_of(client.get("/demo/", headers={"host": "net.example"}))
    assert "/demo/window/" not in shown
    assert cast.host.name in shown


def test_a_ticket_is_ours_fresh_and_for_one_of_the_four(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    visitor = Client()
    forged = signing.dumps(["host", 1], salt="another")
    nobody = signing.dumps(["boss", 1], salt=demo_roles.SALT)
    for ticket in ("x", forged, nobody):
        assert visitor.post(f"/demo/window/{ticket}/").status_code == 404
    path = window_of(client_of(cast.member), "host")
    monkeypatch.setattr(demo_roles, "WINDOW_S", -1)
    assert visitor.post(path).status_code == 404


def test_no_window_opens_outside_a_demonstration_nor_after_its_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    path = window_of(client_of(cast.member), "host")
    Network.objects.update(checklist={demo_roles.FOR_REAL: "2026-01-01"})
    assert Client().post(path).status_code == 404
    Network.objects.update(checklist={})
    monkeypatch.setattr(config, "demo", False)
    assert Client().get(path).status_code == Client().post(path).status_code == 404
    assert client_of(cast.member).get("/demo/").status_code == 404
