"""Communities through their pages: each actor finds what is theirs, forms keep what was typed, queries stay few."""

from __future__ import annotations

import pytest

from parvis.contributions import marking, replies
from parvis.kernel.db import count_statements
from parvis.kernel.ids import encode
from parvis.membership import actions, charters, groups
from parvis.membership.models import JoinRequest
from parvis.people.models import Person, Subject
from parvis.spaces.models import Membership
from parvis.testing.cast import Cast
from parvis.toolkit import registry
from parvis.web.models import Network
from parvis.web.tests.acting_in_communities import cast, client_of, text_of

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


READER_PAGES = ["", "members/", "members/?new=1&q=au", "members/?site=Lyon", "charter/", "?order=activity"]
HOST_PAGES = [
    "",
    *[
        f"{name}/"
        for name in (
            "look",
            "tools",
            "charter",
            "access",
            "members",
            "invitations",
            "requests",
            "groups",
            "pins",
            "reports",
            "end",
        )
    ],
]


@pytest.mark.parametrize("path", READER_PAGES)
@pytest.mark.parametrize("name", ["open", "on_request", "secret", "archived", "everyone"])
def test_members_read_every_page_with_few_queries(cast: Cast, name: str, path: str):
    client = client_of(cast.member)
    space = getattr(cast, name)
    client.get(space.url + path)
    with count_statements() as seen:
        response = client.get(space.url + path)
    assert response.status_code == 200
    assert space.name in text_of(response)
    assert len(seen) <= 8, seen.texts


@pytest.mark.parametrize("path", HOST_PAGES)
def test_hosts_have_every_room_with_few_queries(cast: Cast, path: str):
    client = client_of(cast.host)
    with count_statements() as seen:
        response = client.get(f"{cast.on_request.url}host/{path}")
    assert response.status_code == 200
    assert len(seen) <= 9, seen.texts


@pytest.mark.parametrize("path", HOST_PAGES)
@pytest.mark.parametrize(
    "actor", ["member", "cohost", "ex_member", "stranger", "host_elsewhere", "administrator"]
)
def test_nobody_else_enters_the_hosts_rooms(cast: Cast, actor: str, path: str):
    client = client_of(getattr(cast, actor))
    assert client.get(f"{cast.open.url}host/{path}").status_code == 403
    assert client.get(f"{cast.secret.url}host/{path}").status_code == (
        403 if actor in ("member", "cohost") else 404
    )


@pytest.mark.parametrize(
    "path",
    [
        "/communities/",
        "/communities/?which=mine",
        "/communities/?which=near",
        "/communities/?q=qualite&theme=professional",
        "/communities/tools/",
    ],
)
def test_the_directory_needs_few_queries(cast: Cast, path: str):
    client = client_of(cast.stranger)
    with count_statements() as seen:
        response = client.get(path)
    assert response.status_code == 200
    assert len(seen) <= 8, seen.texts


def test_the_directory_finds_without_accents_and_never_shows_secret_ones(cast: Cast):
    page = text_of(client_of(cast.stranger).get("/communities/?q=qualite"))
    assert cast.open.name in page
    assert cast.on_request.name not in page
    everything = text_of(client_of(cast.stranger).get("/communities/"))
    assert cast.on_request.name in everything
    assert cast.secret.name not in everything
    assert cast.secret.name in text_of(client_of(cast.member).get("/communities/"))


@pytest.mark.parametrize(
    "path", ["", "members/", "charter/", "cover/abc", "join/", "ask/", "level/", "leave/", "host/"]
)
@pytest.mark.parametrize("actor", ["stranger", "host_elsewhere", "ex_member", "administrator", "invitee"])
def test_a_secret_community_looks_as_if_it_did_not_exist(cast: Cast, actor: str, path: str):
    client = client_of(getattr(cast, actor))
    ask = client.post if path in ("join/", "ask/", "level/") else client.get
    there, nowhere = ask(cast.secret.url + path), ask("/c/never-was/" + path)
    assert there.status_code == nowhere.status_code == 404
    assert cast.secret.name not in text_of(there)


def test_a_closed_community_shows_a_stranger_only_what_helps_to_ask(cast: Cast):
    client = client_of(cast.stranger)
    page = text_of(client.get(cast.on_request.url))
    assert cast.on_request.purpose.split(" ")[0] in page
    assert cast.host.name in page
    assert cast.member.name not in page
    assert "/members/" not in page
    assert client.get(cast.on_request.url + "members/").status_code == 403


def test_asking_makes_a_request_that_a_host_answers_with_a_word(cast: Cast):
    asking, hosting = client_of(cast.stranger), client_of(cast.host)
    assert asking.post(cast.on_request.url + "ask/", {"word": "Je dirige une équipe."}).status_code == 303
    assert not Membership.objects.filter(space=cast.on_request, person=cast.stranger).exists()
    row = JoinRequest.objects.get(person=cast.stranger)
    address = f"{cast.on_request.url}host/requests/{encode(row.id)}/"
    assert "Je dirige une équipe." in text_of(hosting.get(cast.on_request.url + "host/requests/"))
    assert asking.post(address, {"do": "accept"}).status_code == 403
    assert hosting.post(address, {"do": "refuse"}).status_code == 422
    assert hosting.post(address, {"do": "accept"}).status_code == 303
    assert Membership.objects.filter(space=cast.on_request, person=cast.stranger).exists()
    assert hosting.post(address, {"do": "accept"}).status_code == 422


def test_a_request_is_withdrawn_by_its_author(cast: Cast):
    client = client_of(cast.stranger)
    client.post(cast.on_request.url + "ask/")
    assert client.post(cast.on_request.url + "ask/withdraw/").status_code == 303
    assert JoinRequest.objects.get(person=cast.stranger).state == "withdrawn"


def test_joining_a_community_with_a_charter_goes_through_the_charter(cast: Cast):
    charters.write_charter(cast.open, "- On se **vouvoie**", by=cast.host)
    client = client_of(cast.stranger)
    response = client.post(cast.open.url + "join/")
    assert (response.status_code, response["Location"]) == (303, cast.open.url + "charter/")
    assert "<strong>vouvoie</strong>" in text_of(client.get(cast.open.url + "charter/"))
    assert client.post(cast.open.url + "join/", {"charter_version": "1"}).status_code == 303
    assert Membership.objects.get(space=cast.open, person=cast.stranger).charter_version == 1
    assert "charter/" in text_of(client_of(cast.member).get(cast.open.url))
    assert (
        client_of(cast.member).post(cast.open.url + "charter/accept/", {"charter_version": "1"}).status_code
        == 303
    )


def test_opening_a_closed_community_names_what_becomes_visible(cast: Cast):
    client = client_of(cast.host)
    address = cast.on_request.url + "host/access/"
    asked = client.post(address, {"access": "open"})
    assert asked.status_code == 422
    assert 'name="confirm"' in text_of(asked)
    cast.on_request.refresh_from_db()
    assert (cast.on_request.access, cast.on_request.audience) == ("on_request", 1)
    Network.objects.update(who_creates="admins")
    assert client.post(address, {"access": "open", "confirm": "yes"}).status_code == 403
    Network.objects.update(who_creates="everyone")
    assert client.post(address, {"access": "open", "confirm": "yes"}).status_code == 303
    cast.on_request.refresh_from_db()
    assert (cast.on_request.access, cast.on_request.audience) == ("open", 0)


def test_closing_a_community_takes_it_out_of_followers_streams_at_once(cast: Cast):
    actions.set_level(cast.open, 2, by=cast.stranger)
    client_of(cast.host).post(cast.open.url + "host/access/", {"access": "secret"})
    assert client_of(cast.stranger).get(cast.open.url).status_code == 404
    assert not cast.open.subscriptions.filter(person=cast.stranger).exists()
    assert cast.open.name not in text_of(client_of(cast.stranger).get("/communities/"))


def test_archived_communities_are_read_and_restored(cast: Cast):
    host, member = client_of(cast.host), client_of(cast.member)
    assert host.post(cast.open.url + "host/archive/").status_code == 303
    assert member.get(cast.open.url).status_code == 200
    assert client_of(cast.stranger).post(cast.open.url + "join/").status_code == 403
    assert member.post(cast.open.url + "host/restore/").status_code == 403
    assert host.post(cast.open.url + "host/restore/").status_code == 303
    assert client_of(cast.stranger).post(cast.open.url + "join/").status_code == 303


def test_extra_fields_change_no_role(cast: Cast):
    """Security case 5: nobody becomes a host or an administrator by adding fields to a form."""
    extra = {
        "role": "host",
        "is_administrator": "1",
        "is_staff": "1",
        "person": encode(cast.host.id),
        "charter_version": "99",
    }
    client_of(cast.stranger).post(cast.open.url + "join/", extra)
    client_of(cast.member).post(cast.open.url + "level/", {"level": "2", **extra})
    assert set(
        Membership.objects.filter(space=cast.open, role="host")
        .exclude(person=cast.cohost)
        .values_list("person", flat=True)
    ) == {cast.host.id}
    assert set(Person.objects.filter(is_administrator=True)) == {cast.administrator}


def test_inviting_by_lines_says_what_came_of_each(cast: Cast):
    people = f"{cast.stranger.name}\nPersonne Connue\n{cast.member.email}\npas une adresse@"
    response = client_of(cast.host).post(cast.open.url + "host/invitations/", {"people": people})
    page = text_of(response)
    assert cast.open.invitations.filter(person=cast.stranger).exists()
    assert "Personne Connue" in page
    assert "pas une adresse@" in page


def test_inviting_by_csv(cast: Cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("gens.csv", f"nom;email\nÉtienne;{cast.stranger.email}\n".encode("cp1252"))
    assert client_of(cast.host).post(cast.open.url + "host/invitations/", {"csv": upload}).status_code == 303
    assert cast.open.invitations.get().person == cast.stranger
    wrong = SimpleUploadedFile("gens.csv", b"\x00\xff;;;\n1;2")
    assert client_of(cast.host).post(cast.open.url + "host/invitations/", {"csv": wrong}).status_code == 422


def test_mandates_and_removal_by_page(cast: Cast):
    host = client_of(cast.host)
    base = f"{cast.open.url}host/members/"
    assert host.post(f"{base}{cast.member.key}/host/", {"until": "2099-01-01"}).status_code == 303
    assert Membership.objects.get(space=cast.open, person=cast.member).role == "host"
    assert host.post(f"{base}{cast.member.key}/host/", {"until": "demain"}).status_code == 422
    assert host.post(f"{base}{cast.member.key}/member/").status_code == 303
    assert host.post(f"{base}{cast.member.key}/remove/").status_code == 303
    assert host.post(f"{base}{cast.stranger.key}/remove/").status_code == 404
    assert host.post(f"{base}{cast.author.key}/promote/").status_code == 404
    assert client_of(cast.host_elsewhere).post(f"{base}{cast.author.key}/remove/").status_code == 403
    assert not Membership.objects.filter(space=cast.open, person=cast.member).exists()


def test_a_cover_is_remade_shown_and_removed(cast: Cast):
    from io import BytesIO

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    picture = BytesIO()
    Image.new("RGB", (640, 200), "teal").save(picture, "JPEG")
    host = client_of(cast.host)
    upload = SimpleUploadedFile("plage.jpg", picture.getvalue())
    assert host.post(cast.secret.url + "host/look/", {"hue": "4", "cover": upload}).status_code == 303
    cast.secret.refresh_from_db()
    shown = client_of(cast.member).get(cast.secret.cover_url)
    assert (shown.status_code, shown["Content-Type"], cast.secret.hue) == (200, "image/webp", 4)
    assert client_of(cast.stranger).get(cast.secret.cover_url).status_code == 404
    wrong = SimpleUploadedFile("plage.jpg", b"not a picture")
    assert host.post(cast.secret.url + "host/look/", {"hue": "4", "cover": wrong}).status_code == 422
    host.post(cast.secret.url + "host/look/", {"hue": "4", "removes_cover": "on"})
    cast.secret.refresh_from_db()
    assert cast.secret.cover == ""


def test_groups_are_granted_by_name(cast: Cast):
    groups.save_group(name="Achats", rule={"department": ["Achats"]}, by=cast.administrator)
    host = client_of(cast.host)
    assert host.post(cast.open.url + "host/groups/", {"group": "Achats"}).status_code == 303
    assert Membership.objects.filter(space=cast.open, person=cast.stranger).exists()
    assert "Achats" in text_of(host.get(cast.open.url + "host/groups/"))
    assert host.post(cast.open.url + "host/groups/", {"group": "Inconnu"}).status_code == 422
    grant = cast.open.group_grants.get()
    assert host.post(f"{cast.open.url}host/groups/{encode(grant.id)}/remove/").status_code == 303
    assert not Membership.objects.filter(space=cast.open, person=cast.stranger).exists()


def test_suggestions_say_why(cast: Cast):
    Subject.objects.create(person=cast.stranger, kind="interest", label="photographes", folded="photographes")
    page = text_of(client_of(cast.stranger).get("/communities/"))
    assert "“photographes”" in page or "«\u202fphotographes\u202f»" in page
    assert 'class="person-why"' not in text_of(client_of(cast.member).get("/communities/"))


def test_members_pages_never_say_when_somebody_last_came_and_respect_what_is_hidden(cast: Cast):
    cast.author.hidden_fields = ["site"]
    cast.author.save()
    page = text_of(client_of(cast.member).get(cast.open.url + "members/"))
    assert cast.author.name in page
    assert "Lille" not in page
    cast.author.is_hidden = True
    cast.author.save()
    assert cast.author.name not in text_of(client_of(cast.member).get(cast.open.url + "members/"))


HOSTILE = ["<script>alert(1)</script>", "🐍" * 300, "%", "../../etc", "-1", "9" * 40, "' OR 1=1 --"]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_get_a_page_and_never_an_error(cast: Cast, value: str):
    host = client_of(cast.host)
    fields = dict.fromkeys(
        (
            "name",
            "purpose",
            "theme",
            "access",
            "hue",
            "charter",
            "welcome",
            "people",
            "word",
            "level",
            "until",
            "posting",
            "group",
            "do",
            "step",
            "go",
            "successor",
            "template",
            "charter_version",
            "tags",
            "category",
            "tool-forum",
            "replaces-forum",
            "has_tools",
            "confirm",
        ),
        value,
    )
    for path in (
        "level/",
        "host/",
        "host/look/",
        "host/tools/",
        "host/charter/",
        "host/access/",
        "host/posting/",
        "host/invitations/",
        "host/groups/",
        "host/template/",
        f"host/members/{cast.member.key}/host/",
        "leave/",
    ):
        response = host.post(cast.open.url + path, fields)
        assert response.status_code in (303, 404, 422, 200), (path, response.status_code)
        assert b"<script>alert(1)</script>" not in response.content
    for path in ("/communities/new/", f"/communities/?q={value}&tag={value}&page={value}&category={value}"):
        response = host.post(path, fields) if "?" not in path else host.get(path)
        assert response.status_code in (200, 303, 422)
        assert b"<script>alert(1)</script>" not in response.content


def test_closing_a_community_closes_everything_it_holds_in_the_same_moment(cast: Cast):
    """Security case 8: search, stream, cards, the thing itself, and the place of every row inside."""
    kind = registry.kind_for(cast.open, "note")
    note = kind.publish(
        cast.open, title="", body="Le mot de passe du projet est zanzibar #secret", by=cast.author
    )
    replies.reply(note, body="zanzibar aussi", by=cast.member)
    marking.react(note, "like", by=cast.member)
    actions.set_level(cast.open, 2, by=cast.stranger)
    stranger = client_of(cast.stranger)
    places = ["/", "/communities/", "/search/?q=zanzibar", "/tags/secret/", cast.open.url, f"/go/{note.key}/"]
    assert any("zanzibar" in text_of(stranger.get(place, follow=True)) for place in places)
    client_of(cast.host).post(cast.open.url + "host/access/", {"access": "secret"})
    for place in places:
        page = text_of(stranger.get(place, follow=True))
        assert (
            "zanzibar" not in page.replace("q=zanzibar", "").replace('value="zanzibar"', "")
            or "search" in place
        ), place
    assert stranger.get(f"/go/{note.key}/").status_code == 404
    note.refresh_from_db()
    assert (note.audience, note.replies.get().audience, note.reactions.get().audience) == (1, 1, 1)
    assert "zanzibar" in text_of(client_of(cast.member).get(cast.open.url))
