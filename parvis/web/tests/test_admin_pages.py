"""Every page of administration, help and about: who may open it, with few queries, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.membership import groups
from parvis.membership.requests import file_community_request
from parvis.people.models import Person, ProfileField
from parvis.testing.cast import Cast, build_cast
from parvis.web import opening
from parvis.web.models import Network

pytestmark = pytest.mark.django_db

ADMIN_PAGES = (
    "",
    "setup/",
    "people/",
    "people/?q=aude&state=active",
    "people/new/",
    "groups/",
    "groups/new/",
    "fields/",
    "fields/new/",
    "rules/",
    "look/",
    "home/",
    "sign-in/",
    "mail/",
    "outbox/",
    "imports/",
    "jobs/",
    "checks/",
    "legal/",
    "communities/",
)
OPEN_PAGES = ("/about/", "/about/legal/", "/about/accessibility/", "/about/never/")
INSIDE_PAGES = (
    "/about/charter/",
    "/about/data/",
    "/help/",
    "/help/keys/",
    "/me/",
    "/notifications/",
    "/search/?q=zzz",
    "/search/",
)


@pytest.fixture
def cast() -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen", "set_up_at": clock.now()})
    return build_cast()


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def open_with_few_queries(client: Client, path: str) -> str:
    with count_statements() as seen:
        response = client.get(path)
    assert response.status_code == 200, path
    assert len(seen) <= 8, (path, seen.texts)
    return text_of(response)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_administrators_open_every_page_with_few_queries(cast: Cast, language: str):
    Person.objects.filter(id=cast.administrator.id).update(language=language)
    client = client_of(cast.administrator)
    client.get("/admin/")  # the first look keeps whether all is done
    for path in ADMIN_PAGES:
        assert f'lang="{language}"' in open_with_few_queries(client, f"/admin/{path}")


def test_nobody_else_opens_them(cast: Cast):
    for actor in (cast.member, cast.host, cast.stranger):
        client = client_of(actor)
        for path in ADMIN_PAGES:
            response = client.get(f"/admin/{path}")
            assert response.status_code == 403, path
            assert cast.author.email not in text_of(response)


def test_a_visitor_reads_what_is_public(cast: Cast):
    for path in OPEN_PAGES:
        assert "Maison Lumen" in open_with_few_queries(Client(), path)


def test_what_is_for_members_asks_a_visitor_to_sign_in(cast: Cast):
    client = client_of(cast.stranger)
    for path in INSIDE_PAGES:
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
        open_with_few_queries(client, path)


def test_the_software_is_named_on_its_own_page_only(cast: Cast):
    client = client_of(cast.administrator)
    assert "Parvis" in text_of(client.get("/about/"))
    for path in ("/", "/admin/", "/help/", "/about/legal/", "/about/charter/", "/about/never/", "/me/"):
        shown = text_of(client.get(path))
        assert "Parvis" not in shown, path


def test_detail_pages_open_with_few_queries(cast: Cast):
    group = groups.save_group(name="Lyon", rule={"site": ["Lyon"]}, by=cast.administrator)
    field = ProfileField.objects.create(
        label_fr="Badge", label_en="Badge", type="choice", choices=["Oui", "Non"]
    )
    file_community_request(
        {"name": "Potager", "purpose": "Cultiver", "theme": "interest", "access": "open"}, by=cast.member
    )
    client = client_of(cast.administrator)
    for path in (
        f"people/{cast.author.key}/",
        f"groups/{opening.encode(group.id)}/",
        f"fields/{opening.encode(field.id)}/",
        "rules/",
    ):
        with count_statements() as seen:
            response = client.get(f"/admin/{path}")
        assert response.status_code == 200
        assert len(seen) <= 8, seen.texts


def test_what_is_not_there_is_a_plain_404(cast: Cast):
    client = client_of(cast.administrator)
    for path in (
        "people/0000000000000/",
        "groups/0000000000000/",
        "fields/0000000000000/",
        "imports/0000000000000/",
    ):
        assert client.get(f"/admin/{path}").status_code == 404
    for path in (
        f"people/{cast.author.key}/dance/",
        f"people/{cast.author.key}/show/diary/",
        "jobs/7/retry/",
        "steps/party/",
        "jobs/99999999999999999999999/forget/",
        "home/clock/up/",
        "home/tools/sideways/",
        "imports/0000000000000/load/",
    ):
        assert client.post(f"/admin/{path}").status_code == 404, path


def test_the_demonstration_does_not_exist_on_a_real_site(cast: Cast):
    client = client_of(cast.administrator)
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/as/member/").status_code == 404
    assert client.get("/demo/wipe/").status_code == 404
    assert "/demo/as/" not in text_of(client.get("/"))
