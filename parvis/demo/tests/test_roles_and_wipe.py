"""Seeing the demonstration through four people, and ending it: what goes, what stays, and that it happens nowhere else."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from PIL import Image

from parvis.accounts.sessions import BACKEND
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.demo.seed import ROLES
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.files import local_store
from parvis.kernel.postgres.roles import allow_emptying
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.testing.cluster import cluster
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, run_jobs: Callable[[], int]) -> Cast:
    monkeypatch.setattr(config, "demo", True)
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "#204080").save(picture, "PNG")
    logo = local_store().store(io.BytesIO(picture.getvalue()), name="logo.png", max_bytes=10**6).sha256
    Network.objects.update_or_create(
        id=1,
        defaults={
            "name": "Maison Lumen",
            "hue": 30,
            "logo": logo,
            "set_up_at": clock.now(),
            "language": "fr",
        },
    )
    found = build_cast()
    people = {
        "admin": found.administrator,
        "host": found.host,
        "member": found.member,
        "sponsor": found.author,
    }
    for role, handle in ROLES.items():
        Person.objects.filter(id=people[role].id).update(username=handle)
    kind = registry.kind_for(found.secret, "note")
    assert kind is not None
    note = kind.publish(found.secret, body=f"Vu avec @[](person:{found.administrator.key})", by=found.author)
    reply(note, body="Entendu", by=found.host)
    run_jobs()
    return found


def rows_file(table: str) -> int:
    return read("SELECT pg_relation_filenode(%s) AS number", [table])[0].number


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def test_whoever_is_in_the_demonstration_can_be_each_of_the_four(cast: Cast):
    client = client_of(cast.stranger)
    page = text_of(client.get("/"))
    for role in ROLES:
        assert f'formaction="/demo/as/{role}/"' in page
    assert client.get("/admin/people/").status_code == 403
    client.post("/demo/as/admin/")
    assert client.get("/admin/people/").status_code == 200
    client.post("/demo/as/member/")
    assert client.get("/admin/people/").status_code == 403
    assert cast.member.name in text_of(client.get("/demo/"))
    assert client.post("/demo/as/king/").status_code == 404
    assert client.get("/demo/as/admin/").status_code == 405


def test_a_visitor_can_not_become_anybody(cast: Cast):
    visitor = Client()
    assert visitor.post("/demo/as/admin/").status_code == 401
    assert visitor.get("/admin/people/").status_code == 302


def test_ending_it_asks_for_the_name_and_for_an_administrator(cast: Cast):
    assert client_of(cast.host).post("/demo/wipe/", {"typed": "Maison Lumen"}).status_code == 403
    wrong = client_of(cast.administrator).post("/demo/wipe/", {"typed": "Lumen", "own_name": "Rosa Kern"})
    assert wrong.status_code == 422
    assert "Rosa Kern" in text_of(wrong)
    assert Person.objects.count() > 5


@pytest.mark.parametrize("quick", [True, False])
def test_ending_it_keeps_name_logo_colour_and_one_account_only(cast: Cast, quick: bool):
    # As bin/demo does at each start; the last one leaves the tests' database as a real site's is.
    allow_emptying(cluster().url("owner", connection.settings_dict["NAME"]), allowed=quick)
    people = rows_file("people_person")
    client = client_of(cast.administrator)
    answer = client.post(
        "/demo/wipe/", {"typed": "maison lumen", "own_name": "Rosa Kern", "own_email": "rosa@example.org"}
    )
    assert answer.headers["Location"] == "/admin/"
    # A table emptied at once begins a new file; twenty thousand rows deleted one by one check their keys.
    assert (rows_file("people_person") != people) is quick
    (left,) = Person.objects.all()
    assert (left.id, left.name, left.email) == (cast.administrator.id, "Rosa Kern", "rosa@example.org")
    row = Network.objects.get(id=1)
    assert (row.name, row.hue) == ("Maison Lumen", 30)
    assert row.logo
    assert {space.is_everyone for space in Space.objects.all()} == {True, False}
    assert Space.objects.count() == 2  # everyone, and the practice community
    assert not Contribution.objects.exclude(author=left).exists()
    page = text_of(client.get("/admin/"))  # still signed in
    assert "opening-step is-done" not in page
    assert "/demo/as/" not in page
    assert client.post("/demo/as/member/").status_code == 404
    assert client.post("/demo/wipe/", {"typed": "Maison Lumen"}).status_code == 404
    assert client.get("/").status_code == 200


def test_on_a_real_site_nothing_of_it_exists(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(config, "demo", False)
    client = client_of(cast.administrator)
    assert client.post("/demo/wipe/", {"typed": "Maison Lumen"}).status_code == 404
    assert client.post("/demo/as/member/").status_code == 404
    assert "/demo/as/" not in text_of(client.get("/"))
    assert Person.objects.count() > 5
