"""Between two and eight people: opening, answering, adding, muting, leaving, reporting, switching off; and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from parvis.accounts.standing import suspend
from parvis.attention.actions import read_thread
from parvis.contributions import marking, replies, stream
from parvis.contributions.drafts import save_draft
from parvis.contributions.knowledge import writers_on
from parvis.contributions.marks import Attachment, Bookmark, Draft
from parvis.contributions.models import Contribution
from parvis.exchanges import actions, reading
from parvis.exchanges.models import Quotation
from parvis.exchanges.tests.stage import BODY, SUBJECT, begin, browser, seen, told
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Level, Space, SpaceKind
from parvis.testing.cast import Cast
from parvis.web.composer import spaces_to_post_in
from parvis.web.models import Network

Jobs = Callable[[], int]


def test_it_is_read_by_those_named_and_by_nobody_else(cast: Cast) -> None:
    thing = begin(cast)
    assert seen(thing, cast.member).body.source == BODY
    outside = [cast.stranger, cast.administrator, cast.host, cast.suspended]
    for person in outside:
        with pytest.raises(NotFound):
            seen(thing, person)
        assert not Space.objects.visible_to(person).filter(kind=SpaceKind.EXCHANGE).exists()
        assert not Contribution.objects.visible_to(person).filter(id=thing.id).exists()
    page = browser(cast.member).get(f"/exchanges/{thing.key}/").content.decode()
    assert SUBJECT in page
    assert BODY in page


def test_it_has_no_page_of_a_community_and_takes_no_other_text(cast: Cast) -> None:
    thing = begin(cast)
    client = browser(cast.member)
    for tail in ("", "members/", "forum/", "blog/", "host/", "leave/"):
        assert client.get(f"/c/{thing.space.slug}/{tail}").status_code == 404
    given = {"space": thing.space.slug, "kind": "note", "body": "Autre chose"}
    assert client.post("/publish/", given).status_code in (403, 404, 422)
    assert Contribution.objects.filter(space=thing.space).count() == 1
    assert thing.space_id not in [space.id for space in spaces_to_post_in(cast.member)]


def test_everybody_else_in_it_is_told_once_and_reading_clears_it(cast: Cast, run_jobs: Jobs) -> None:
    thing = begin(cast, cast.member, cast.host)
    run_jobs()
    assert told(cast.member) == told(cast.host) == ["exchange"]
    assert told(cast.author) == []
    client = browser(cast.member)
    assert "wrote to you" in client.get("/notifications/").content.decode()
    client.get(f"/exchanges/{thing.key}/")
    assert told(cast.member) == []
    assert client.post(f"/go/{thing.key}/reply/", {"body": "Merci de me le dire"}).status_code == 303
    run_jobs()
    run_jobs()
    assert told(cast.author) == ["exchange"]
    assert told(cast.host) == ["exchange", "exchange"]
    assert told(cast.member) == []


def test_a_muted_one_tells_nothing(cast: Cast, run_jobs: Jobs) -> None:
    thing = begin(cast)
    run_jobs()
    read_thread(seen(thing, cast.member), by=cast.member)
    marking.follow(seen(thing, cast.member), Level.MUTED, by=cast.member)
    replies.reply(thing, body="Un mot encore", by=cast.author)
    run_jobs()
    assert told(cast.member) == []
    (line,), _more = reading.list_exchanges(cast.member)
    assert line.is_muted
    assert line.unread == 1


def test_the_list_holds_ones_own_the_liveliest_first_with_what_is_unread(cast: Cast) -> None:
    first = begin(cast)
    second = begin(cast, cast.member, by=cast.host, body="Une surprise pour Côme")
    replies.reply(seen(first, cast.author), body="Tu as cinq minutes ?", by=cast.author)
    lines, has_more = reading.list_exchanges(cast.member)
    assert [line.url for line in lines] == [f"/exchanges/{first.key}/", f"/exchanges/{second.key}/"]
    assert [line.unread for line in lines] == [2, 1]
    assert lines[0].words == "Tu as cinq minutes ?"
    assert not has_more
    assert reading.list_exchanges(cast.cohost)[0] == []
    assert [line.unread for line in reading.list_exchanges(cast.author)[0]] == [0]


@pytest.mark.parametrize("count", [0, 8])
def test_too_few_or_too_many_are_refused_and_nothing_is_kept(cast: Cast, count: int) -> None:
    people = [
        Person.objects.create(email=f"p{n}@parvis.test", display_name=f"Personne {n}", state="active") for n in range(count)
    ]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        actions.open_exchange([cast.author, *people], subject=SUBJECT, body=BODY, by=cast.author)
    assert refusal.value.field == "people"
    assert not Space.objects.filter(kind=SpaceKind.EXCHANGE).exists()


def test_who_is_suspended_cannot_be_written_to_and_reads_nothing_more(cast: Cast, run_jobs: Jobs) -> None:
    with pytest.raises(Refused):
        begin(cast, cast.suspended)
    thing = begin(cast)
    suspend(cast.member, by=cast.administrator)
    member = Person.objects.get(id=cast.member.id)
    with pytest.raises(NotFound):
        seen(thing, member)
    replies.reply(seen(thing, cast.author), body="Tu es là ?", by=cast.author)
    run_jobs()
    assert told(member) == []
    assert "sign in" in browser(cast.author).get(f"/exchanges/{thing.key}/").content.decode()


def test_who_is_added_reads_what_was_written_before_and_all_are_told(cast: Cast, run_jobs: Jobs) -> None:
    thing = begin(cast)
    run_jobs()
    client = browser(cast.author)
    assert (
        "reads everything written here before" in client.get(f"/exchanges/{thing.key}/add/").content.decode()
    )
    assert client.post(f"/exchanges/{thing.key}/add/", {"person": cast.host.key}).status_code == 303
    run_jobs()
    assert seen(thing, cast.host).body.source == BODY
    assert told(cast.host) == ["exchange_added"]
    assert told(cast.member) == ["exchange", "exchange_grown"]
    again = client.post(f"/exchanges/{thing.key}/add/", {"person": cast.host.key})
    assert again.status_code == 422
    assert (
        browser(cast.stranger).post(f"/exchanges/{thing.key}/add/", {"person": cast.stranger.key}).status_code
        == 404
    )


def test_no_more_than_eight_even_by_adding(cast: Cast) -> None:
    others = [
        Person.objects.create(email=f"p{n}@parvis.test", display_name=f"Personne {n}", state="active") for n in range(7)
    ]  # fmt: skip
    thing = begin(cast, *others)
    with pytest.raises(Refused):
        actions.add_person(thing, cast.host, by=cast.author)
    assert "/add/" not in browser(cast.author).get(f"/exchanges/{thing.key}/").content.decode()


def test_who_leaves_keeps_nothing_and_the_last_one_takes_it_away(cast: Cast, run_jobs: Jobs) -> None:
    thing = begin(cast)
    row = replies.reply(seen(thing, cast.member), body="Je garde ça pour moi", by=cast.member)
    marking.bookmark(seen(thing, cast.member), by=cast.member)
    save_draft(f"reply:{thing.key}", {"body": ["Encore un mot"]}, by=cast.member)
    save_draft(f"edit-reply:{row.key}", {"body": ["Je garde tout"]}, by=cast.member)
    run_jobs()
    client = browser(cast.member)
    assert client.post(f"/exchanges/{thing.key}/leave/").status_code == 303
    run_jobs()
    with pytest.raises(NotFound):
        seen(thing, cast.member)
    assert not Draft.objects.filter(person=cast.member).exists()
    assert not Bookmark.objects.filter(person=cast.member).exists()
    for address in ("/exchanges/", "/notifications/", "/mine/", "/drafts/", "/saved/", "/search/?q=réunion"):
        page = client.get(address).content.decode()
        assert SUBJECT not in page
        assert "mercredi" not in page
    assert seen(thing, cast.author)
    actions.leave(seen(thing, cast.author), by=cast.author)
    assert not Space.objects.filter(id=thing.space_id).exists()
    assert not Contribution.objects.filter(id=thing.id).exists()


def test_only_its_people_are_proposed_for_a_mention(cast: Cast) -> None:
    thing = begin(cast)
    client = browser(cast.author)
    known = client.get(f"/people/suggest/?q=m&space={thing.space.slug}").json()
    assert [one["id"] for one in known] == [cast.member.key]
    assert client.get(f"/people/suggest/?q=h&space={thing.space.slug}").json() == []
    assert browser(cast.host).get(f"/people/suggest/?q=m&space={thing.space.slug}").status_code == 404


def test_nothing_else_may_be_done_with_it(cast: Cast) -> None:
    thing = begin(cast)
    client = browser(cast.author)
    for act in ("remove", "pin", "hide", "report"):
        assert client.post(f"/go/{thing.key}/{act}/", {"reason": "x"}).status_code == 403, act
    with pytest.raises(NotAllowed):
        marking.report(seen(thing, cast.member), reason="x", by=cast.member)
    assert "hosts" not in browser(cast.member).get(f"/go/{thing.key}/more/").content.decode().lower()


def test_a_message_is_reported_by_copying_it_and_moderators_read_that_alone(
    cast: Cast, run_jobs: Jobs
) -> None:
    thing = begin(cast)
    row = replies.reply(seen(thing, cast.author), body="Tu vas le regretter", by=cast.author)
    client = browser(cast.member)
    assert (
        "Tu vas le regretter"
        in client.get(f"/exchanges/{thing.key}/report/?reply={row.key}").content.decode()
    )
    link = f"/exchanges/{thing.key}/report/?reply={row.key}"
    assert link in client.get(f"/go/{thing.key}/replies/{row.key}/more/").content.decode()
    given = {"reply": row.key, "reason": "Une menace"}
    assert client.post(f"/exchanges/{thing.key}/report/", {**given, "reason": " "}).status_code == 422
    assert client.post(f"/exchanges/{thing.key}/report/", given).status_code == 303
    assert client.post(f"/exchanges/{thing.key}/report/", given).status_code == 422
    run_jobs()
    assert told(cast.administrator) == ["exchange_quoted"]
    admin = browser(cast.administrator)
    page = admin.get("/exchanges/reports/").content.decode()
    assert "Tu vas le regretter" in page
    assert "Une menace" in page
    assert SUBJECT not in page
    assert BODY not in page
    assert thing.key not in page
    quotation = Quotation.objects.get()
    assert admin.post(f"/exchanges/reports/{encode(quotation.id)}/").status_code == 303
    assert "regretter" not in admin.get("/exchanges/reports/").content.decode()
    assert "regretter" in admin.get("/exchanges/reports/?all=1").content.decode()
    assert browser(cast.host).get("/exchanges/reports/").status_code == 403


def test_nobody_reports_their_own_words(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.quote(begin(cast), None, reason="Moi", by=cast.author)


def test_switched_off_what_there_is_can_be_read_and_left_and_nothing_is_added(cast: Cast) -> None:
    thing = begin(cast)
    admin, client = browser(cast.administrator), browser(cast.member)
    admin.post("/admin/rules/", {"who_creates": "everyone", "posting": "members"})
    assert not Network.objects.get(id=1).has_exchanges
    page = client.get(f"/exchanges/{thing.key}/").content.decode()
    assert BODY in page
    assert "switched off" in page
    refused = client.post(f"/go/{thing.key}/reply/", {"body": "Et alors ?"})
    assert refused.status_code == 403
    assert "switched off" in refused.content.decode()
    assert client.post(f"/exchanges/{thing.key}/add/", {"person": cast.host.key}).status_code == 403
    new = client.post("/exchanges/new/", {"person": cast.author.key, "title": "Non", "body": "Non"})
    assert new.status_code == 422
    assert "/exchanges/new/" not in client.get(f"/people/{cast.author.key}/").content.decode()
    admin.post("/admin/rules/", {"who_creates": "everyone", "posting": "members", "has_exchanges": "on"})
    assert client.post(f"/go/{thing.key}/reply/", {"body": "Et voilà"}).status_code == 303
    admin.post("/admin/rules/", {"who_creates": "everyone", "posting": "members"})
    assert client.post(f"/exchanges/{thing.key}/leave/").status_code == 303


def test_it_is_opened_from_somebodys_page_and_what_is_typed_is_kept(cast: Cast) -> None:
    client = browser(cast.author)
    assert (
        f"/exchanges/new/?to={cast.member.key}" in client.get(f"/people/{cast.member.key}/").content.decode()
    )
    place = f"exchange:{cast.member.key}"
    client.post(f"/drafts/{place}/", {"title": "À mi-mots", "body": "Je commence", "draft_url": f"/exchanges/new/?to={cast.member.key}"})  # fmt: skip
    page = client.get(f"/exchanges/new/?to={cast.member.key}").content.decode()
    assert "À mi-mots" in page
    assert "Malik Membre" in page
    assert f"/exchanges/new/?to={cast.member.key}" in client.get("/drafts/").content.decode()
    refused = client.post("/exchanges/new/", {"title": "À mi-mots", "body": "Je commence"})
    assert refused.status_code == 422
    assert "Je commence" in refused.content.decode()
    sent = client.post(
        f"/exchanges/new/?to={cast.member.key}",
        {"person": cast.member.key, "title": "À mi-mots", "body": "Je finis"},
    )
    assert sent.status_code == 303
    assert not Draft.objects.filter(place=place).exists()


def test_a_file_in_it_is_served_to_its_people_alone(cast: Cast) -> None:
    from tests.world import picture

    client = browser(cast.author)
    client.post("/upload/", {"file": picture(), "alt": "le plan"})
    row = Attachment.objects.get()
    begin(cast, body=f"Regarde : ![le plan]({row.url})")
    assert browser(cast.member).get(row.url).status_code == 200
    for person in (cast.host, cast.administrator):
        assert browser(person).get(row.url).status_code == 404


def test_its_words_count_for_nothing_and_suggest_nobody(cast: Cast) -> None:
    plain = {
        address: browser(cast.member).get(address).content.decode()
        for address in ("/", f"/people/{cast.author.key}/")
    }
    begin(cast, body="Il sait tout du #tungstène")
    assert writers_on(["tungstene"], cast.member) == []
    for address, before in plain.items():
        page = browser(cast.member).get(address).content.decode()
        assert "tungstène" not in page
        assert SUBJECT not in page
        assert page.count("<article") == before.count("<article")
    assert SUBJECT not in browser(cast.member).get("/tags/tungstene/").content.decode()


def test_its_people_find_it_by_their_own_search_and_nobody_else_does(cast: Cast, run_jobs: Jobs) -> None:
    thing = begin(cast)
    replies.reply(thing, body="Rendez-vous au belvédère", by=cast.author)
    run_jobs()
    for words in ("mercredi", "belvédère"):
        found = browser(cast.member).get(f"/search/?q={words}").content.decode()
        assert f"/go/{thing.key}/" in found
        assert f"/c/{thing.space.slug}/" not in found
        for person in (cast.host, cast.administrator):
            assert thing.key not in browser(person).get(f"/search/?q={words}").content.decode()


def test_no_stream_and_no_count_of_new_things_holds_it(cast: Cast) -> None:
    before = clock.now() - timedelta(minutes=1)
    counted = stream.count_newer(cast.member, before)
    thing = begin(cast)
    assert thing.id not in [row.id for row in stream.home(cast.member).rows]
    assert thing.id not in [row.id for row in stream.home(cast.member, order="date").rows]
    assert stream.count_newer(cast.member, before) == counted
    assert not cast.member.subscriptions.filter(space=thing.space).exists()
