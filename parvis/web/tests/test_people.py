"""People's pages: the directory, profiles, following, suggestions while typing, the first visit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parvis.accounts import profile
from parvis.accounts.sessions import BACKEND
from parvis.contributions.models import Contribution
from parvis.kernel.db import count_statements
from parvis.kernel.ids import encode
from parvis.membership import charters, requests
from parvis.membership.everyone import set_posting
from parvis.people.models import Person, ProfileField, Subject
from parvis.spaces.models import Membership, Space, Subscription
from parvis.testing.cast import Cast, build_cast
from parvis.tools.notes.actions import publish_note
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def client_of(person: Person | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        Person.objects.filter(id=person.id).update(language="en")
        client.force_login(person, backend=BACKEND)
    return client


def main_of(response: Any) -> str:
    """What stands in the page's own content, without the bars around it."""
    return response.content.decode().split('id="main"', 1)[1].split("<footer", 1)[0]


PAGES = [
    "/people/",
    "/people/?q=qualite+lyon",
    "/people/?site=Lyon&department=Ventes&skill=a&language=x",
    "/people/{author}/",
    "/people/{member}/",
    "/people/{suspended}/",
    "/people/{member}/edit/",
    "/settings/",
    "/settings/account/",
    "/settings/blog/",
    "/welcome/",
    "/welcome/communities/",
    "/welcome/hello/",
]


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_the_database_eight_times_at_most(cast: Cast, path: str):
    path = path.format(**{name: getattr(cast, name).key for name in ("author", "member", "suspended")})
    publish_note(cast.open, body="Une note #qualité", by=cast.author)
    client = client_of(cast.member)
    client.get(path)
    with count_statements() as seen:
        response = client.get(path)
    assert response.status_code == 200
    assert len(seen) <= 8, seen.texts


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_asked_to_sign_in(cast: Cast, path: str):
    path = path.format(**{name: getattr(cast, name).key for name in ("author", "member", "suspended")})
    assert client_of(None).get(path).headers["Location"].startswith("/accounts/login/?next=")


def test_writing_about_a_word_is_a_reason_only_where_the_reader_reads(cast: Cast):
    publish_note(cast.secret, body="Parlons de #zyxsecret", by=cast.author)
    publish_note(cast.open, body="Parlons de #zyxouvert", by=cast.author)
    publish_note(cast.open, body="Encore de #zyxouvert", by=cast.author)
    stranger, member = client_of(cast.stranger), client_of(cast.member)
    assert "Wrote 2 texts about #zyxouvert" in main_of(stranger.get("/people/?q=zyxouvert"))
    assert "Aude Auteur" not in main_of(stranger.get("/people/?q=zyxsecret"))
    assert "Wrote 1 text about #zyxsecret" in main_of(member.get("/people/?q=zyxsecret"))


def test_a_page_shows_only_what_its_reader_may_read_and_know_of(cast: Cast):
    publish_note(cast.secret, body="Zyxsecret", by=cast.author)
    publish_note(cast.open, body="Zyxouvert", by=cast.author)
    theirs = main_of(client_of(cast.stranger).get(cast.author.url))
    inside = main_of(client_of(cast.member).get(cast.author.url))
    assert "Zyxouvert" in theirs
    assert "Zyxsecret" not in theirs
    assert cast.secret.name not in theirs
    assert "Zyxsecret" in inside
    assert cast.secret.name in inside
    assert cast.on_request.name in theirs


def test_role_and_site_stand_on_lines_of_their_own(cast: Cast):
    """Joined by a dot, the dot began the second line on a phone."""
    Person.objects.filter(id=cast.author.id).update(job_title="Conductrice de ligne", site="Nantes")
    head = main_of(client_of(cast.member).get(cast.author.url)).split("</section>")[0]
    assert ">Conductrice de ligne</p>" in head
    assert ">Nantes</p>" in head


def test_fields_of_the_administrator_are_shown_by_their_type(cast: Cast):
    made = {
        kind: ProfileField.objects.create(label_fr=kind, label_en=kind, type=kind)
        for kind in ("date", "link", "text")
    }
    values = {"date": "2019-03-05", "link": "https://crm.example.org/aude", "text": "Badge <42>"}
    profile.fill_values(cast.author, {made[kind]: value for kind, value in values.items()}, by=cast.author)
    shown = client_of(cast.member).get(cast.author.url).content.decode()
    assert '<time datetime="2019-03-05">5 March 2019</time>' in shown
    assert '<a href="https://crm.example.org/aude" rel="noopener noreferrer">' in shown
    assert "Badge &lt;42&gt;" in shown


def test_unclaimed_people_have_no_page_until_a_text_of_theirs_is_read(cast: Cast):
    client = client_of(cast.member)
    assert client.get(cast.unclaimed.url).status_code == 404
    note = publish_note(cast.open, body="Importé", by=cast.author)
    Contribution.objects.filter(id=note.id).update(author=cast.unclaimed, is_imported=True)
    assert client.get(cast.unclaimed.url).status_code == 200
    assert client.get("/people/0000000000000/").status_code == 404


def test_following_brings_their_blog_into_the_stream_and_can_be_undone(cast: Cast):
    client = client_of(cast.stranger)
    assert not Space.objects.filter(owner=cast.member).exists()
    assert client.post(f"{cast.member.url}follow/").status_code == 303
    space = Space.objects.get(owner=cast.member)
    assert Subscription.objects.get(person=cast.stranger, space=space).level == 2
    assert Membership.objects.get(space=space, person=cast.member).role == "host"
    page = main_of(client.get(cast.member.url))
    assert "One follower" in page
    assert "unfollow/" in page
    assert client.post(f"{cast.member.url}unfollow/").status_code == 303
    assert not Subscription.objects.filter(person=cast.stranger, space=space).exists()
    assert client.post(f"{cast.stranger.url}follow/").status_code == 404


def test_opening_a_blog_gives_it_a_name_and_a_promise(cast: Cast):
    client = client_of(cast.member)
    response = client.post(
        "/settings/blog/", {"name": "Carnet d'atelier", "purpose": "Une idée par quinzaine."}
    )
    space = Space.objects.get(owner=cast.member)
    assert response.headers["Location"] == space.url
    assert (space.name, space.purpose) == ("Carnet d'atelier", "Une idée par quinzaine.")
    assert client.post("/settings/blog/", {"name": " "}).status_code == 422
    assert client.post("/settings/blog/", {"name": "Autre"}).status_code == 303
    assert Space.objects.get(owner=cast.member).name == "Autre"


def suggested(client: Client, query: str) -> list[dict]:
    response = client.get(f"/people/suggest/?{query}")
    return response.json() if response.status_code == 200 else [{"status": response.status_code}]


def test_suggestions_say_who_could_read_the_place(cast: Cast):
    client = client_of(cast.member)
    found = suggested(client, f"q=au&space={encode(cast.secret.id)}")
    assert found == [{"id": cast.author.key, "name": "Aude Auteur", "detail": "Ventes", "can_see": True}]
    assert suggested(client, f"q=etranger&space={cast.secret.slug}")[0]["can_see"] is False
    assert suggested(client, f"q=etranger&space={cast.open.slug}")[0]["can_see"] is True
    assert suggested(client, "q=etranger")[0]["can_see"] is True
    again = suggested(
        client, f"ids={cast.stranger.key},{cast.author.key},nonsense&space={cast.on_request.slug}"
    )
    assert [(one["name"], one["can_see"]) for one in again] == [
        ("Aude Auteur", True),
        ("Étienne Étranger", False),
    ]


@pytest.mark.parametrize("name", ["secret", "on_request", "archived", "elsewhere"])
def test_suggestions_tell_an_outsider_nothing_about_a_place(cast: Cast, name: str):
    space = getattr(cast, name)
    client = client_of(cast.stranger)
    for spelled in (space.slug, encode(space.id)):
        assert client.get(f"/people/suggest/?q=au&space={spelled}").status_code == 404
    asks_json = {"accept": "application/json"}
    missing = client.get("/people/suggest/?q=au&space=nowhere-at-all", headers=asks_json)
    there = client.get(f"/people/suggest/?q=au&space={space.slug}", headers=asks_json)
    assert missing.content == there.content


def test_suggestions_leave_out_who_is_not_listed(cast: Cast):
    profile.set_visibility(cast.author, hidden=[], is_hidden=True, by=cast.author)
    profile.set_visibility(cast.stranger, hidden=["department"], is_hidden=False, by=cast.stranger)
    client = client_of(cast.member)
    for query in (
        "q=au",
        "q=sam",
        "q=noe",
        f"ids={cast.author.key},{cast.suspended.key}",
        "q=%25",
        "q=",
        "ids=x",
    ):
        assert suggested(client, query) == []
    assert suggested(client, "q=etienne")[0]["detail"] == ""


def test_first_visit_takes_three_steps_each_with_its_write(cast: Cast):
    person = cast.stranger
    Subject.objects.create(
        person=cast.host_elsewhere, kind="ask", label="Contrats cadres", folded="contrats cadres"
    )
    charters.write_charter(cast.open, "Restons aimables.", by=cast.host)
    client = client_of(person)
    assert "Contrats cadres" in main_of(client.get("/welcome/"))  # of the same department
    client.post("/welcome/", {"proposed": ["Contrats cadres"], "ask": "Négociation, appels d'offres"})
    assert list(person.subjects.values_list("label", flat=True)) == [
        "Contrats cadres",
        "Négociation",
        "appels d'offres",
    ]
    page = main_of(client.get("/welcome/communities/"))
    assert cast.open.name in page
    assert "Restons aimables." in page
    assert cast.secret.name not in page
    assert cast.on_request.name not in page
    key = encode(cast.open.id)
    assert client.post("/welcome/communities/", {"space": [key], f"charter-{key}": "1"}).status_code == 303
    assert Membership.objects.get(space=cast.open, person=person).charter_version == 1
    assert "Visible by the" in main_of(client.get("/welcome/hello/"))
    assert client.post("/welcome/hello/", {"hello": "Bonjour à toutes et tous"}).headers["Location"] == "/"
    person.refresh_from_db()
    assert person.hello == "Bonjour à toutes et tous"
    assert person.welcomed_at is not None
    assert Contribution.objects.get(author=person).space_id == cast.everyone.id


def test_first_visit_can_be_skipped_altogether(cast: Cast):
    client = client_of(cast.stranger)
    for path, following in (
        ("/welcome/", "/welcome/communities/"),
        ("/welcome/communities/", "/welcome/hello/"),
        ("/welcome/hello/", "/welcome/done/"),
    ):
        assert following in main_of(client.get(path))
    assert client.post("/welcome/done/").headers["Location"] == "/"
    cast.stranger.refresh_from_db()
    assert cast.stranger.welcomed_at is not None
    assert not Contribution.objects.filter(author=cast.stranger).exists()
    assert not cast.stranger.subjects.exists()


def test_where_only_hosts_post_hello_stays_on_the_profile(cast: Cast):
    set_posting(cast.everyone, "hosts", by=cast.administrator)
    client = client_of(cast.stranger)
    assert "Shown on your profile" in main_of(client.get("/welcome/hello/"))
    assert client.post("/welcome/hello/", {"hello": "Bonjour"}).status_code == 303
    assert not Contribution.objects.filter(author=cast.stranger).exists()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/welcome/", {"ask": ",".join(f"mot{n}" for n in range(30))}),
        ("/welcome/communities/", {"space": ["nonsense"]}),
        ("/welcome/hello/", {}),
        ("/welcome/hello/", {"hello": "x" * 281}),
    ],
)
def test_steps_refuse_what_cannot_be_with_a_sentence(cast: Cast, path: str, data: dict):
    assert client_of(cast.stranger).post(path, data).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/people/?q=%00&skill=%00&site=%00&department=%00&language=%00",
        "/people/?after=%00",
        "/people/suggest/?q=%00&space=%00&ids=%00",
        "/accounts/link/%00/",
        "/accounts/invitation/x/",
        "/accounts/password/reset/%F0%9F%98%80/",
        "/admin/outbox/?after=%00",
        "/settings/?next=%00",
    ],
)
def test_hostile_addresses_are_answered(cast: Cast, path: str):
    # A NUL stops at the door, wherever it stands.
    expected = (400, 404) if "%00" in path else (200, 404, 410)
    assert client_of(cast.administrator).get(path).status_code in expected


def test_a_nul_is_refused_with_a_page_and_nothing_is_written(cast: Cast):
    client = client_of(cast.stranger)
    assert client.post("/welcome/", {"ask": "a\0b", "proposed": ["\0"]}).status_code == 400
    assert not cast.stranger.subjects.exists()


def test_choosing_a_closed_community_on_the_first_visit_joins_nothing(cast: Cast):
    for space in (cast.secret, cast.on_request, cast.archived):
        client_of(cast.stranger).post("/welcome/communities/", {"space": [encode(space.id)]})
        assert not Membership.objects.filter(space=space, person=cast.stranger).exists()


def test_what_someone_hides_is_shown_on_no_page_of_others(cast: Cast):
    words = {
        "job_title": "Zyxwvfonction",
        "department": "Zyxwvservice",
        "site": "Zyxwvville",
        "bio": "Zyxwvbio",
    }
    for person in (cast.author, cast.host, cast.stranger):
        profile.revise_profile(person, by=person, **words)
        profile.set_subjects(person, "ask", ["Zyxwvsujet"], by=person)
        profile.set_visibility(person, hidden=[*words, "ask"], is_hidden=False, by=person)
    note = publish_note(cast.open, body="Bonjour", by=cast.author)
    requests.ask_to_join(cast.on_request, by=cast.stranger)
    pages = [
        "/",
        "/people/",
        "/people/?q=aude",
        "/search/?q=aude",
        "/communities/",
        cast.author.url,
    ]
    pages += [f"{cast.personal.url}blog/", f"/notes/{note.key}/", "/people/suggest/?q=au"]
    pages += [f"{cast.open.url}{part}" for part in ("", "members/", "host/members/", "host/requests/")]
    pages += [f"{cast.on_request.url}{part}" for part in ("", "members/", "host/requests/")]
    for person in (cast.member, cast.cohost, cast.host_elsewhere):
        client = client_of(person)
        for path in pages:
            assert "Zyxwv" not in client.get(path).content.decode(), path
    host = client_of(cast.host)
    for path in pages:
        response = host.get(path)
        assert response.status_code == 200, path
        assert "Zyxwv" not in response.content.decode(), path
