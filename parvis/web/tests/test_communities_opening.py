"""Opening a community by the assistant, by request and from a model; coming in by an invitation."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from parvis.kernel.ids import encode
from parvis.membership import invitations
from parvis.membership.models import CommunityRequest, Invitation
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space
from parvis.testing.cast import Cast
from parvis.web.models import Network
from parvis.web.tests.acting_in_communities import cast, client_of, text_of
from parvis.web.views.communities_pictures import COVER_SIDE
from parvis.web.views.communities_pictures import ticket as cover_ticket

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


ASSISTANT = {
    "name": "Potager partagé",
    "purpose": "Semer et récolter ensemble.",
    "theme": "interest",
    "access": "open",
    "category": "Nature",
    "tags": "jardin, plantes",
    "hue": "3",
    "charter": "- On arrose",
    "welcome": "Bonjour",
    "has_tools": "1",
    "tool-forum": "1",
    "replaces-forum": "la liste de diffusion",
}


def picture(width: int) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (width, 600), "#408060").save(data, "JPEG")
    return SimpleUploadedFile("verger.jpg", data.getvalue(), "image/jpeg")


def test_the_assistant_opens_a_community_in_three_steps(cast: Cast):
    client = client_of(cast.member)
    assert client.get("/communities/new/").status_code == 200
    one = client.post("/communities/new/", {**ASSISTANT, "step": "1", "go": "next"})
    assert one.status_code == 200
    assert 'name="name" value="Potager partagé"' in text_of(one)
    two = client.post("/communities/new/", {**ASSISTANT, "step": "2", "go": "next"})
    assert 'value="la liste de diffusion"' in text_of(two)
    people = f"{cast.author.name}\n{cast.stranger.email}\nquelqu.un@ailleurs.example"
    done = client.post("/communities/new/", {**ASSISTANT, "step": "3", "go": "create", "people": people})
    space = Space.objects.get(name="Potager partagé")
    assert (done.status_code, done["Location"]) == (303, space.url)
    assert (space.member_count, space.tags, space.category) == (1, ["jardin", "plantes"], "Nature")
    assert space.tools.get(slug="forum").replaces == "la liste de diffusion"
    assert set(space.invitations.values_list("person__username", "email")) == {
        ("author", ""),
        ("stranger", ""),
        (None, "quelqu.un@ailleurs.example"),
    }
    assert "la liste de diffusion" in text_of(client_of(cast.stranger).get("/communities/tools/"))


def test_the_cover_chosen_in_the_first_step_travels_to_the_community(cast: Cast):
    client = client_of(cast.member)
    one = client.post("/communities/new/", {**ASSISTANT, "step": "1", "go": "next", "cover": picture(1900)})
    ticket = re.search(r'name="kept_cover" value="([^"]+)"', text_of(one))
    assert one.status_code == 200
    assert ticket
    again = client.post(
        "/communities/new/", {**ASSISTANT, "step": "2", "go": "back", "kept_cover": ticket[1]}
    )
    assert "data:image/webp;base64," in text_of(again)
    end = {**ASSISTANT, "step": "3", "go": "create", "kept_cover": ticket[1]}
    assert client.post("/communities/new/", end).status_code == 303
    space = Space.objects.get(name="Potager partagé")
    shown = client.get(space.cover_url)
    assert shown["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size[0] == COVER_SIDE
    assert space.hue == 3


def test_a_cover_is_refused_in_its_step_and_never_taken_from_somebody_else(cast: Cast):
    client = client_of(cast.member)
    text = SimpleUploadedFile("x.png", b"not a picture", "image/png")
    wrong = client.post("/communities/new/", {**ASSISTANT, "step": "1", "go": "next", "cover": text})
    assert wrong.status_code == 422
    assert "Semer et récolter ensemble." in text_of(wrong)
    stolen = cover_ticket("0" * 64, by=cast.author)
    for given in ("0" * 64, stolen, "<script>"):
        Space.objects.filter(name="Potager partagé").delete()
        client.post("/communities/new/", {**ASSISTANT, "step": "3", "go": "create", "kept_cover": given})
        assert Space.objects.get(name="Potager partagé").cover == ""


def test_colleagues_picked_by_name_are_invited_with_the_opening(cast: Cast):
    client = client_of(cast.member)
    typed = {**ASSISTANT, "step": "3", "person": [cast.author.key, "nonsense"]}
    back = text_of(client.post("/communities/new/", {**typed, "go": "back"}))
    assert f'name="person" value="{cast.author.key}"' in back
    assert client.post("/communities/new/", {**typed, "go": "create"}).status_code == 303
    assert Space.objects.get(name="Potager partagé").invitations.get().person == cast.author


def test_a_host_finds_colleagues_by_name_and_invites_them(cast: Cast):
    client, address = client_of(cast.host), f"{cast.on_request.url}host/invitations/"
    part = cast.stranger.name.split()[0]
    proposed = client.get(f"{address}suggest/", {"q": part}).json()
    assert cast.stranger.key in [one["id"] for one in proposed]
    assert client.get(f"{address}suggest/", {"q": cast.member.name}).json() == []
    assert client_of(cast.member).get(f"{address}suggest/", {"q": part}).status_code == 403
    searched = text_of(client.post(address, {"do": "search", "who": part, "word": "Viens !"}))
    assert f'type="checkbox" name="person" value="{cast.stranger.key}"' in searched
    assert "Viens !" in searched
    assert not cast.on_request.invitations.filter(person=cast.stranger).exists()
    done = client.post(address, {"person": cast.stranger.key, "word": "Viens !"})
    assert done.status_code == 303
    assert cast.on_request.invitations.get(person=cast.stranger).word == "Viens !"
    again = client.get(f"{address}suggest/", {"q": part}).json()
    assert [one["detail"] for one in again if one["id"] == cast.stranger.key] == ["invitation déjà envoyée"]


def test_a_wrong_step_comes_back_filled(cast: Cast):
    response = client_of(cast.member).post(
        "/communities/new/", {**ASSISTANT, "name": "!!", "step": "1", "go": "next"}
    )
    assert response.status_code == 422
    assert "Semer et récolter ensemble." in text_of(response)
    assert not Space.objects.filter(purpose="Semer et récolter ensemble.").exists()


def test_where_only_the_team_opens_communities_the_assistant_files_a_request(cast: Cast):
    Network.objects.update(who_creates="admins")
    client = client_of(cast.member)
    assert client.post("/communities/new/", {**ASSISTANT, "step": "3", "go": "create"}).status_code == 303
    row = CommunityRequest.objects.get()
    assert not Space.objects.filter(name="Potager partagé").exists()
    assert client.get("/admin/communities/").status_code == 403
    boss = client_of(cast.administrator)
    assert "Potager partagé" in text_of(boss.get("/admin/communities/"))
    address = f"/admin/communities/{encode(row.id)}/answer/"
    assert client.post(address, {"do": "accept"}).status_code == 403
    assert boss.post(address, {"do": "accept"}).status_code == 303
    space = Space.objects.get(name="Potager partagé")
    assert Membership.objects.get(space=space).person == cast.member
    assert boss.post(address, {"do": "accept"}).status_code == 422


def test_a_template_fills_the_assistant_and_its_first_texts_are_written(cast: Cast):
    client = client_of(cast.member)
    page = text_of(client.get("/communities/new/?template=business"))
    assert "Partager les gestes" in page
    fields = {**ASSISTANT, "template": "business", "has_first_texts": "1", "step": "3", "go": "create"}
    assert client.post("/communities/new/", fields).status_code == 303
    space = Space.objects.get(name="Potager partagé")
    texts = space.contributions.filter(state="published")
    assert texts.count() == 4
    assert space.contributions.filter(pins__is_start_here=True).count() == 1
    client.post(space.url + "host/template/", {"name": "Mon modèle"})
    assert "Mon modèle" in text_of(client.get("/communities/new/"))
    assert "Mon modèle" not in text_of(client_of(cast.stranger).get("/communities/new/"))


def test_an_invitation_of_one_community_opens_no_other_and_nobody_elses(cast: Cast):
    """Security case 7."""
    row = Invitation.objects.get(space=cast.secret, person=cast.invitee)
    address = f"/communities/invitations/{encode(row.id)}/"
    for actor in (cast.stranger, cast.administrator, cast.member):
        assert client_of(actor).get(address).status_code == 404
        assert client_of(actor).post(address, {"do": "accept"}).status_code == 404
    assert (
        client_of(cast.host_elsewhere)
        .post(f"{cast.elsewhere.url}host/invitations/{encode(row.id)}/revoke/")
        .status_code
        == 404
    )
    invited = client_of(cast.invitee)
    assert cast.secret.name in text_of(invited.get(address))
    assert invited.post(address, {"do": "accept"}).status_code == 303
    assert invited.post(address, {"do": "accept"}).status_code == 410
    assert Membership.objects.filter(space=cast.secret, person=cast.invitee).count() == 1


def test_a_revoked_or_foreign_mail_invitation_is_gone_or_unknown(cast: Cast):
    row, token = invitations.invite_email(cast.secret, "nouvelle@parvis.test", by=cast.host)
    address = f"/communities/invited/{token}/"
    assert token not in row.token_hash
    assert client_of(cast.stranger).get(address).status_code == 404
    newcomer = Person.objects.create(display_name="Nouvelle", email="Nouvelle@parvis.test")
    assert client_of(newcomer).get(address).status_code == 200
    client_of(cast.host).post(f"{cast.secret.url}host/invitations/{encode(row.id)}/revoke/")
    assert client_of(newcomer).get(address).status_code == 410
    assert client_of(newcomer).get("/communities/invited/made-up/").status_code == 404


def test_a_link_lets_in_several_people_until_it_is_stopped(cast: Cast):
    page = text_of(client_of(cast.host).post(cast.secret.url + "host/invitations/link/"))
    address = page.split("/communities/invited/")[1].split('"')[0]
    for actor in (cast.stranger, cast.host_elsewhere):
        assert client_of(actor).post(f"/communities/invited/{address}", {"do": "accept"}).status_code == 303
    row = cast.secret.invitations.get(person=None)
    invitations.revoke(row, by=cast.host)
    assert (
        client_of(cast.ex_member).post(f"/communities/invited/{address}", {"do": "accept"}).status_code == 410
    )
    assert (
        cast.secret.memberships.filter(
            person__in=[cast.stranger, cast.host_elsewhere, cast.ex_member]
        ).count()
        == 2
    )
