"""The search page and the menu of its box: what is found, how it is narrowed, what is offered to whom, what comes next."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.actions import publish
from parvis.contributions.replies import reply
from parvis.kernel.ids import encode
from parvis.people.models import Person, Subject
from parvis.search import vocabulary
from parvis.search.asking import parse
from parvis.search.saved import SavedSearch, save_search
from parvis.testing.cast import Cast, build_cast
from parvis.tools.forum.actions import open_topic
from parvis.tools.notes.actions import publish_note
from parvis.web.answers import asked_of, chips, read_asked
from parvis.web.models import Network
from parvis.web.search import count_knowing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def page_of(person: Person, query: str) -> str:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client.get("/search/", {"q": query}).content.decode()


def test_nothing_found_says_how_many_would_see_the_question(cast: Cast):
    for person in (cast.author, cast.host):
        Subject.objects.create(person=person, kind="ask", label="Apiculture", folded="apiculture")
    Subject.objects.create(person=cast.suspended, kind="ask", label="Apiculture", folded="apiculture")
    Subject.objects.create(person=cast.cohost, kind="ask", label="Apiculture", folded="apiculture")
    Person.objects.filter(id=cast.cohost.id).update(hidden_fields=["ask"])
    assert count_knowing("Des questions d'apiculture ?") == 2
    assert count_knowing("le la les") == 0
    page = page_of(cast.stranger, "apiculture")
    assert "2 personnes" in page
    assert "/publish/?kind=question" in page


def test_secret_communities_are_found_by_their_members_only(cast: Cast):
    assert cast.secret.url in page_of(cast.member, "Horizon")
    assert cast.secret.url not in page_of(cast.stranger, "Horizon")
    assert cast.host.url in page_of(cast.stranger, "Helene")


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def get(person: Person, address: str, **given: str) -> str:
    return client_of(person).get(address, given).content.decode()


def test_operators_typed_among_the_words_become_filters():
    asked = read_asked({"q": "in:quais lampe kind:topic", "f": "author:me"})
    assert asked.words == "lampe"
    assert set(asked.filters.split()) == {"in:quais", "kind:topic", "author:me"}
    again = read_asked({"q": asked.words, "f": asked.filters})
    assert again == asked


def test_each_filter_can_be_taken_away_alone():
    asked = asked_of("lampe author:claire author:tom in:quais after:2025-03")
    drawn = chips(asked, parse(asked.text), ())
    assert len(drawn) == 4
    without_tom = next(one for one in drawn if one["label"] == "tom")["url"]
    left = unescape(without_tom)
    assert "tom" not in left
    assert "author%3Aclaire" in left
    assert "in%3Aquais" in left


def test_order_and_page_stand_in_the_address_and_nonsense_is_no_error(cast: Cast):
    assert read_asked({"q": "a", "by": "new", "page": "3"}).address(page=4) == "/search/?q=a&by=new&page=4"
    assert read_asked({"q": "a", "by": "worst", "page": "-1"}).address() == "/search/?q=a"
    for given in ({"q": '"', "f": ":::", "page": "0"}, {"q": "x" * 5000}, {"f": "before:soon"}):
        assert client_of(cast.member).get("/search/", given).status_code == 200


def test_the_word_read_for_a_typo_is_marked_where_a_result_leads(cast: Cast):
    row = publish(
        "note", cast.open, title="", body="Les ruches", tags=["Apiculture"], by=cast.author, needs_title=False
    )
    publish("note", cast.open, title="", body="L'apiculture en ville", by=cast.author, needs_title=False)
    vocabulary.learn()
    found = get(cast.member, "/search/", q="apicultre")
    assert "found-said" in found
    assert f"/go/{row.key}/?words=apicultre+apiculture#found" in found


def test_a_matching_reply_is_shown_and_its_link_opens_it_with_the_words_marked(cast: Cast):
    topic = open_topic(cast.open, title="Que mettre sur le toit", body="Une idée ?", by=cast.author)
    row = reply(topic, body="Une girouette, pardi, la girouette de mon grand-père", by=cast.host)
    found = get(cast.member, "/search/", q="girouette")
    assert "<mark>girouette</mark>" in found
    link = unescape(re.search(r'class="hit-reply".*?href="([^"]+)"', found, re.S)[1])  # type: ignore[index]
    key = encode(row.id)
    assert link == f"/go/{topic.key}/?reply={key}&words=girouette#r-{key}"
    page = client_of(cast.member).get(link.partition("#")[0], follow=True).content.decode()
    target = page[page.index(f'id="r-{key}"') :]
    assert (
        "is-target" in page[: page.index(f'id="r-{key}"')].rpartition("<article")[2]
        or "is-target" in target[:200]
    )
    assert target.count("<mark>girouette</mark>") >= 2


def test_the_text_itself_is_marked_where_it_holds_the_words(cast: Cast):
    note = publish_note(cast.open, body="Trois girouettes <b>&</b> une girouette", by=cast.author)
    page = client_of(cast.member).get(f"/go/{note.key}/?words=girouette", follow=True).content.decode()
    assert '<mark id="found">girouettes</mark>' in page
    assert page.count("<mark") == 2
    assert "<mark" not in client_of(cast.member).get(f"/go/{note.key}/", follow=True).content.decode()


def test_words_in_an_address_never_become_markup(cast: Cast):
    note = publish_note(cast.open, body="Une girouette", by=cast.author)
    address = f"/go/{note.key}/?words=%3Cimg+src%3Dx%3E+girouette"
    assert "<img src=x>" not in client_of(cast.member).get(address, follow=True).content.decode()
    assert "<img" not in get(cast.member, "/search/suggest/", q="<img src=x>")


def test_what_was_looked_for_goes_on_into_the_question(cast: Cast):
    page = get(cast.member, "/search/", q="zzqzz")
    link = unescape(re.search(r'href="(/publish/[^"]+title[^"]+)"', page)[1])  # type: ignore[index]
    assert link == "/publish/?kind=question&title=zzqzz"
    assert 'value="zzqzz"' in client_of(cast.member).get(link).content.decode()


def test_the_menu_offers_places_and_acts_that_one_may_use(cast: Cast):
    assert "/admin/" in get(cast.administrator, "/search/suggest/", q="admin")
    offered = get(cast.member, "/search/suggest/", q="admin")
    assert 'href="/admin/' not in offered
    assert 'formaction="/accounts/logout/"' in get(cast.member, "/search/menu/")
    assert 'role="listbox"' in get(cast.member, "/search/menu/")


def test_something_can_be_written_in_a_community_by_its_name(cast: Cast):
    words = f"question {cast.secret.name.split()[0]}"
    assert f"space={cast.secret.slug}" in unescape(get(cast.member, "/search/suggest/", q=words))
    assert cast.secret.slug not in get(cast.stranger, "/search/suggest/", q=words)
    here = unescape(get(cast.member, "/search/menu/", space=cast.secret.slug))
    assert f"/publish/?kind=question&space={cast.secret.slug}" in here
    assert cast.secret.slug not in get(cast.stranger, "/search/menu/", space=cast.secret.slug)


def test_a_greater_sign_asks_for_acts_alone_and_the_first_is_chosen(cast: Cast):
    offered = get(cast.member, "/search/suggest/", q="> param")
    assert offered.count("data-first") == 1
    assert "/search/?q=" not in offered


def test_suggestions_know_no_secret_community(cast: Cast):
    assert cast.secret.url in get(cast.member, "/search/suggest/", q=cast.secret.name[:4])
    assert cast.secret.slug not in get(cast.stranger, "/search/suggest/", q=cast.secret.name[:4])


def test_a_search_is_kept_found_again_changed_and_removed(cast: Cast):
    client = client_of(cast.member)
    answer = client.post(
        "/search/saved/add/", {"q": "lampe in:quais", "name": "Lampes des quais", "tells": "1"}
    )
    assert answer.status_code == 303
    assert answer["Location"] == "/search/?q=lampe&f=in%3Aquais"
    kept = SavedSearch.objects.get()
    for address in ("/search/", "/search/saved/"):
        assert "Lampes des quais" in client.get(address).content.decode()
        assert "Lampes des quais" not in get(cast.administrator, address)
    save_search("abat-jour", name="Autre", by=cast.member)
    refused = client.post(f"/search/saved/{encode(kept.id)}/", {"name": "autre"})
    assert refused.status_code == 422
    assert "aria-invalid" in refused.content.decode()
    client.post(f"/search/saved/{encode(kept.id)}/", {"name": "Lampes"})
    kept.refresh_from_db()
    assert (kept.name, kept.tells) == ("Lampes", False)
    assert client_of(cast.author).post(f"/search/saved/{encode(kept.id)}/remove/").status_code == 404
    client.post(f"/search/saved/{encode(kept.id)}/remove/")
    assert not SavedSearch.objects.filter(id=kept.id).exists()


def test_a_search_that_cannot_be_kept_comes_back_with_its_words(cast: Cast):
    save_search("lampe", name="Lampes", by=cast.member)
    answer = client_of(cast.member).post("/search/saved/add/", {"q": "lampe neuve", "name": "Lampes"})
    assert answer.status_code == 422
    assert 'value="lampe neuve"' in answer.content.decode()


def test_what_is_looked_for_is_kept_nowhere(cast: Cast):
    from django.apps import apps

    get(cast.member, "/search/", q="girouettissime")
    get(cast.member, "/search/suggest/", q="girouettissime")
    kept = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("parvis.")
        and any("girouettissime" in str(row) for row in model._default_manager.values_list())
    ]
    assert kept == []
