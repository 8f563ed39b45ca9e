"""The pages around any contribution: everything one may do with it, by who may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions import actions, marking, stream
from parvis.contributions.drafts import save_draft
from parvis.contributions.marks import Bookmark, Draft, Pin, Report, TagFollow
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply, revise_reply
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.drafts import describe_drafts
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(id=person.id).update(language="en")
    client.force_login(person, backend=BACKEND)
    return client


def note(space: Space, by: Person, body: str = "Un mot #terrain") -> Contribution:
    return registry.kind("note").publish(space, body=body, by=by)  # type: ignore[union-attr,no-any-return]


def topic(space: Space, by: Person, title: str = "Comment nettoyer la presse ?") -> Contribution:
    kind = registry.kind("topic")
    return kind.publish(space, title=title, body="Je cherche.", by=by, options={"mode": "question"})  # type: ignore[union-attr,no-any-return]


def test_the_changes_one_is_typing_to_replies_are_found_by_one_query(cast: Cast) -> None:
    row = note(cast.open, cast.author)
    lines = []
    for count in (1, 4):
        for _n in range(count):
            one = reply(row, body="Une réponse", by=cast.member)
            save_draft(f"edit-reply:{one.key}", {"body": ["Autrement dite"]}, by=cast.member)
        drafts = list(Draft.objects.filter(person=cast.member))
        with count_statements() as counted:
            lines = describe_drafts(drafts)
        assert len(counted) == 1
    assert len(lines) == 5
    assert all(line["url"].startswith(f"/go/{row.key}/replies/") for line in lines)
    other = [Draft(person=cast.author, place=draft.place, fields={}) for draft in drafts]
    assert {line["url"] for line in describe_drafts(other)} == {"/go//edit/"}, "a reply of somebody else"


def test_the_page_of_acts_offers_each_actor_what_is_theirs(cast: Cast):
    row = topic(cast.open, cast.author)
    offered = {
        name: client_of(person).get(f"/go/{row.key}/more/").content.decode()
        for name, person in cast.actors().items()
        if name in ("author", "member", "host", "cohost", "stranger", "host_elsewhere") and person is not None
    }
    for name, html in offered.items():
        assert f"/go/{row.key}/save/" in html, name
        assert (f"/go/{row.key}/edit/" in html) == (name == "author"), name
        assert (f"/go/{row.key}/remove/" in html) == (name == "author"), name
        assert (f"/go/{row.key}/hide/" in html) == (name == "host"), name
        assert (f"/go/{row.key}/pin/" in html) == (name == "host"), name
        assert (f"/forum/{row.key}/move/" in html) == (name == "host"), name
        assert (f"/go/{row.key}/report/" in html) == (name != "author"), name
        assert f"/go/{row.key}/shares/" in html, name


def test_a_host_pins_until_a_day_and_unpins_and_nobody_else_does(cast: Cast):
    row = topic(cast.open, cast.author)
    until = (clock.today() + timedelta(days=7)).isoformat()
    for person in (cast.member, cast.author, cast.cohost, cast.stranger, cast.host_elsewhere):
        assert client_of(person).post(f"/go/{row.key}/pin/", {"until": until}).status_code == 403
    assert not Pin.objects.exists()
    client = client_of(cast.host)
    assert client.post(f"/go/{row.key}/pin/", {"until": "2001-01-01"}).status_code == 422
    assert client.post(f"/go/{row.key}/pin/", {"until": "soon"}).status_code == 422
    assert client.post(f"/go/{row.key}/pin/", {"until": until, "is_start_here": "1"}).status_code == 303
    pin = Pin.objects.get()
    assert pin.is_start_here
    assert pin.until is not None
    assert (
        "Pinned" in client.get(f"/go/{row.key}/more/").content.decode()
        or "start here" in client.get(f"/go/{row.key}/more/").content.decode()
    )
    assert client_of(cast.member).post(f"/go/{row.key}/unpin/").status_code == 403
    assert client.post(f"/go/{row.key}/unpin/").status_code == 303
    assert not Pin.objects.exists()


def test_saving_reporting_hiding_and_the_bin_work_as_plain_posts(cast: Cast):
    row = note(cast.open, cast.author)
    member, host, author = client_of(cast.member), client_of(cast.host), client_of(cast.author)
    member.post(f"/go/{row.key}/save/")
    assert Bookmark.objects.filter(person=cast.member, contribution=row).exists()
    assert "Un mot" in member.get("/saved/").content.decode()
    assert member.post(f"/go/{row.key}/report/", {"reason": ""}).status_code == 422
    assert member.post(f"/go/{row.key}/report/", {"reason": "Un nom de client."}).status_code == 303
    assert Report.objects.get().reporter_id == cast.member.id
    assert host.post(f"/go/{row.key}/hide/", {"reason": ""}).status_code == 422
    assert host.post(f"/go/{row.key}/hide/", {"reason": "Retirez le nom du client."}).status_code == 303
    assert member.get(f"/notes/{row.key}/").status_code == 404
    assert "Retirez le nom du client." in author.get(f"/notes/{row.key}/").content.decode()
    assert "Un mot" not in member.get("/saved/").content.decode()
    assert host.post(f"/go/{row.key}/show/").status_code == 303
    author.post(f"/go/{row.key}/remove/")
    assert "Un mot" in author.get("/bin/").content.decode()
    assert "Un mot" not in host.get("/bin/").content.decode()
    assert author.post(f"/go/{row.key}/restore/").status_code == 303
    assert member.get(f"/notes/{row.key}/").status_code == 200


def test_a_reply_is_edited_with_names_and_its_history_tells_the_words(cast: Cast):
    row = topic(cast.open, cast.author)
    said = reply(row, body=f"Demandez à @[](person:{cast.host.key}) demain", by=cast.member)
    client = client_of(cast.member)
    base = f"/go/{row.key}/replies/{said.key}/"
    assert cast.host.display_name in client.get(f"{base}edit/").content.decode()
    assert client_of(cast.author).get(f"{base}edit/").status_code == 403
    assert client.post(f"{base}edit/", {"body": ""}).status_code == 422
    revise_reply(said, body=f"Demandez à @[](person:{cast.host.key}) jeudi", by=cast.member)
    history = client.get(f"{base}history/").content.decode()
    assert "<ins>jeudi</ins>" in history
    assert cast.host.display_name in history
    assert f"{base}remove/" in client.get(f"{base}more/").content.decode()
    assert f"{base}hide/" in client_of(cast.host).get(f"{base}more/").content.decode()


def test_what_one_begins_is_listed_and_can_be_thrown_away(cast: Cast):
    client = client_of(cast.member)
    row = topic(cast.open, cast.author)
    client.post("/drafts/new/", {"title": "Un début", "body": "…", "space": cast.open.slug})
    client.post(f"/drafts/reply:{row.key}/", {"body": "Une réponse entamée"})
    page = client.get("/drafts/").content.decode()
    assert "Un début" in page
    assert "Une réponse entamée" in page
    assert "Un début" not in client_of(cast.author).get("/drafts/").content.decode()
    client_of(cast.author).post("/drafts/new/drop/")
    assert Draft.objects.filter(person=cast.member, place="new").exists()
    client.post("/drafts/new/drop/")
    assert not Draft.objects.filter(person=cast.member, place="new").exists()


def test_a_template_fills_the_composer_and_leaves_what_was_begun_alone(cast: Cast):
    client = client_of(cast.author)
    client.post("/drafts/new/", {"title": "Mon autre texte", "body": "…"})
    assert client.get("/publish/templates/").content.decode().count("template-card") >= 8
    page = client.get("/publish/?template=useful-failure").content.decode()
    assert "What I got wrong" in page
    assert "/drafts/template:useful-failure/" in page
    assert Draft.objects.filter(person=cast.author, place="new").exists()
    form = {
        "template": "useful-failure",
        "space": cast.open.slug,
        "kind": "article",
        "title": "",
        "body": "Gardé",
    }
    refused = client.post("/publish/", form)
    assert refused.status_code == 422
    assert "Gardé" in refused.content.decode()
    assert 'name="template"' in refused.content.decode()
    assert client.get("/publish/?template=nothing").status_code == 200


def test_a_tag_is_followed_from_its_page_and_comes_to_the_stream_with_its_reason(cast: Cast):
    row = note(cast.open, cast.author, "Un mot #Terrain")
    hidden = note(cast.on_request, cast.author, "Un mot caché #terrain")
    client = client_of(cast.stranger)
    assert stream.home(cast.stranger).rows == []
    assert client.post("/tags/terrain/follow/", {"on": "1"}).status_code == 303
    page = client.get("/tags/terrain/").content.decode()
    assert "#Terrain" in page
    assert row.key in page
    assert hidden.key not in page
    for order in stream.ORDERS:
        found = stream.home(cast.stranger, order=order)
        assert [one.id for one in found.rows] == [row.id]
        assert found.rows[0].why == "tag:terrain"
    client.post("/tags/terrain/follow/", {"on": "0"})
    assert not TagFollow.objects.exists()
    assert stream.home(cast.stranger).rows == []


def test_a_followed_tag_brings_nothing_twice_and_nothing_from_a_muted_place(cast: Cast):
    from parvis.membership import actions as membership
    from parvis.spaces.models import Level

    row = note(cast.open, cast.author, "Un mot #terrain #atelier")
    for word in ("terrain", "atelier"):
        marking.follow_tag(word, by=cast.member)
    assert [one.id for one in stream.home(cast.member).rows] == [row.id]
    assert stream.home(cast.member).rows[0].why == "member"
    membership.set_level(cast.open, Level.MUTED, by=cast.member)
    assert stream.home(cast.member).rows == []


def test_every_page_around_a_contribution_asks_few_queries(cast: Cast):
    row = topic(cast.open, cast.author)
    said = reply(row, body="Bonjour", by=cast.member)
    actions.revise(row, title="Comment nettoyer ?", body="Je cherche encore.", by=cast.author)
    client = client_of(cast.host)
    for path in (
        f"/go/{row.key}/more/",
        f"/go/{row.key}/history/",
        f"/go/{row.key}/replies/{said.key}/more/",
        "/saved/",
        "/bin/",
        "/drafts/",
        "/tags/terrain/",
        "/publish/templates/",
        "/publish/similar/?q=nettoyer",
    ):
        client.get(path)
        with count_statements() as seen:
            assert client.get(path).status_code == 200, path
        assert len(seen) <= 8, (path, seen.texts)


def test_the_pill_asks_for_what_the_page_shows(cast: Cast):
    client = client_of(cast.member)
    page = client.get("/?kind=note&theme=interest").content.decode()
    assert 'data-url="/stream/newer/?kind=note&amp;theme=interest"' in page
    assert 'data-href="/?kind=note&amp;theme=interest"' in page
    since = clock.now().isoformat()
    note(cast.open, cast.author)
    counts = {
        query: client.get("/stream/newer/", {"since": since, **query_of}).json()["count"]
        for query, query_of in {"all": {}, "topics": {"kind": "topic"}, "nonsense": {"kind": "?"}}.items()
    }
    assert counts == {"all": 1, "topics": 0, "nonsense": 1}


def test_greeting_a_newcomer_begins_with_their_name_and_keeps_other_drafts(cast: Cast):
    client, to = client_of(cast.member), cast.author
    Space.objects.filter(id=cast.open.id).update(created_at=clock.now() - timedelta(days=9))
    page = client.get(f"{cast.open.url}").content.decode()
    address = f"/publish/?kind=note&amp;space={cast.open.slug}&amp;to={to.key}"
    assert address in page
    assert f'aria-label="Say hello to {to.name}"' in page
    Draft.objects.create(person=cast.member, place="new", fields={"body": "Autre chose"})
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert f"@[{to.name}](person:{to.key}) </textarea>" in form
    assert f'data-draft-url="/drafts/to:{to.key}/"' in form
    client.post(f"/drafts/to:{to.key}/", {"body": "Bienvenue à toi"})
    assert "Bienvenue à toi</textarea>" in client.get(f"/publish/?to={to.key}").content.decode()
    data = {"space": cast.open.slug, "kind": "note", "body": f"@[](person:{to.key}) Bienvenue", "to": to.key}
    assert client.post("/publish/", data).status_code == 303
    assert list(Draft.objects.values_list("place", flat=True)) == ["new"]
    for nonsense in ("?to=nobody", "?to=0000000000001"):
        assert client.get("/publish/" + nonsense).status_code == 200


def test_going_on_with_a_draft_says_who_will_see_it_and_asks_who_cannot(cast: Cast):
    kind = registry.kind("topic")
    draft = kind.publish(  # type: ignore[union-attr]
        cast.on_request, title="Plus tard", body="…", by=cast.author, options={}, is_draft=True
    )
    client = client_of(cast.author)
    page = client.get(f"/go/{draft.key}/edit/").content.decode()
    assert "<span data-audience>" in page
    assert cast.on_request.name in page[page.index("data-audience>") :][:200]
    assert f'data-people-url="/people/suggest/?space={cast.on_request.slug}"' in page
    published = topic(cast.on_request, cast.author)
    assert "<span data-audience>" not in client.get(f"/go/{published.key}/edit/").content.decode()
    answer = reply(published, body="Oui", by=cast.author)
    page = client.get(f"/go/{published.key}/replies/{answer.key}/edit/").content.decode()
    assert f'data-people-url="/people/suggest/?space={cast.on_request.slug}"' in page


def test_the_list_of_drafts_shows_words_as_they_will_be_read(cast: Cast):
    body = f"> @[Aude](person:{cast.author.key})\n\nUn **grand** merci"
    Draft.objects.create(person=cast.member, place="new", fields={"body": body})
    page = client_of(cast.member).get("/drafts/").content.decode()
    assert "@Aude Un grand merci" in page
    assert "person:" not in page
