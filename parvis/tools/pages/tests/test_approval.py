"""An approved version of a page is the one that readers get: its text, its history, its PDF's words, cards and search."""

from __future__ import annotations

from typing import Any

from parvis.approvals import actions as approvals
from parvis.approvals.models import Review, State
from parvis.attention.models import Notice
from parvis.contributions.marking import follow
from parvis.contributions.models import Contribution
from parvis.kernel.ids import decode
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.pages import approving, bundle, reading
from parvis.tools.pages.models import Version
from parvis.tools.pages.tests.stage import client_of, seen, shared, text_of, write


def ask(page: Contribution, by: Person, *people: Person) -> Review:
    keys = [one.id for one in people]
    return approvals.ask(seen(page, by), approving.current_edition, keys, by=by)


def approve(page: Contribution, review: Review, by: Person) -> None:
    approvals.answer(seen(page, by), review.id, by=by, is_approved=True)


def approved_then_changed(cast: Cast) -> Contribution:
    cast.open.tools.get_or_create(slug="pages")
    page = shared(cast, "Recette", "Un mot tamponné", space=cast.open)
    approve(page, ask(page, cast.author, cast.member), cast.member)
    write(page, cast.member, "Un mot griffonné", 1)
    return page


def test_readers_get_the_approved_text_and_writers_a_link_to_the_work(cast: Cast) -> None:
    page = approved_then_changed(cast)
    url = f"/pages/{page.key}/"
    stranger, member = client_of(cast.stranger), client_of(cast.member)
    for client in (stranger, member):
        text = text_of(client.get(url))
        assert "tamponné" in text
        assert "griffonné" not in text
    assert "?work=1" in text_of(member.get(url))
    assert "griffonné" in text_of(member.get(f"{url}?work=1"))
    assert "griffonné" not in text_of(stranger.get(f"{url}?work=1"))
    assert stranger.get(f"{url}history/1/").status_code == 200
    assert stranger.get(f"{url}history/2/").status_code == 404
    assert stranger.get(f"{url}history/1/?than=2").status_code == 404
    assert "history/2/" not in text_of(stranger.get(f"{url}history/"))
    assert member.get(f"{url}history/2/").status_code == 200
    assert [row.source for row in reading.whole(page, deepest=0, limit=2)] == ["Un mot tamponné"]
    found = Contribution.objects.get(id=page.id)
    assert "tamponné" in found.excerpt
    assert "Recette" not in text_of(stranger.get("/search/?q=griffonné"))
    assert "Recette" in text_of(stranger.get("/search/?q=tamponné"))


def test_the_words_looked_for_are_marked_in_the_version_that_is_shown(cast: Cast) -> None:
    page = approved_then_changed(cast)
    for text in (
        text_of(client_of(cast.stranger).get(f"/pages/{page.key}/?words=tamponne")),
        text_of(client_of(cast.member).get(f"/go/{page.key}/?words=tamponne", follow=True)),
    ):
        assert '<mark id="found">tamponné</mark>' in text
    work = text_of(client_of(cast.member).get(f"/pages/{page.key}/?work=1&words=griffonne"))
    assert '<mark id="found">griffonné</mark>' in work


def test_a_text_saved_in_review_begins_it_anew_and_the_work_is_shown_once_approved(cast: Cast) -> None:
    page = approved_then_changed(cast)
    ask(page, cast.author, cast.member)
    write(page, cast.author, "Un mot recopié", 2)
    review = Review.objects.get(contribution=page, state=State.REVIEW)
    assert review.number == 3
    approve(page, review, cast.member)
    text = text_of(client_of(cast.stranger).get(f"/pages/{page.key}/"))
    assert "recopié" in text
    assert "tamponné" not in text
    assert "recopié" in Contribution.objects.get(id=page.id).excerpt


def test_a_page_goes_back_to_its_approved_words_without_another_approval(cast: Cast) -> None:
    page = approved_then_changed(cast)
    client_of(cast.member).post(f"/pages/{page.key}/restore/", {"number": "1"})
    text = text_of(client_of(cast.member).get(f"/pages/{page.key}/"))
    assert "tamponné" in text
    assert "?work=1" not in text, "version 3 is the very text that was approved"


def test_what_is_approved_is_approved_after_a_bundle(cast: Cast) -> None:
    page = approved_then_changed(cast)
    write(page, cast.member, "Un mot griffonné", 2, title="Fusion secrète")
    found = Contribution.objects.get(id=page.id)
    detail = bundle.dump_page(found)
    assert detail["approved"]["people"] == [cast.member.key]
    Review.objects.filter(contribution=page).delete()
    Version.objects.filter(contribution=page).delete()
    for _turn in range(2):
        bundle.load_page(found, detail, resolve=lambda _table, key: decode(key))
    assert bundle.dump_page(found) == detail
    stranger = text_of(client_of(cast.stranger).get(f"/pages/{page.key}/"))
    assert "tamponné" in stranger
    assert "Fusion" not in stranger
    assert "Fusion secrète" in text_of(client_of(cast.member).get(f"/pages/{page.key}/?work=1"))
    for lie in (
        {"number": 9},
        {"number": True, "people": 3},
        [1],
        {"number": 2, "people": [7, "x"], "at": "hier"},
    ):
        Review.objects.filter(contribution=page).delete()
        bundle.load_page(found, {**detail, "approved": lie}, resolve=lambda _table, _key: None)


def test_a_title_under_work_stands_nowhere_but_with_the_work(cast: Cast) -> None:
    page = approved_then_changed(cast)
    write(page, cast.member, "Un mot griffonné", 2, title="Fusion secrète")
    stranger, member = client_of(cast.stranger), client_of(cast.member)
    url = f"/pages/{page.key}/"
    for address in (
        "/",
        f"{cast.open.url}pages/",
        url,
        f"{url}history/",
        "/search/?q=recette",
        cast.open.url,
    ):
        assert "Fusion" not in text_of(stranger.get(address)), address
    assert "Recette" in text_of(stranger.get(f"{cast.open.url}pages/"))
    assert "Recette" not in text_of(stranger.get("/search/?q=fusion"))
    assert "griffonné" not in seen(page, cast.stranger).body.html
    assert "<h1" in text_of(member.get(f"{url}?work=1"))
    assert "Fusion secrète" in text_of(member.get(f"{url}?work=1"))
    assert "Fusion secrète" in text_of(member.get(f"{url}edit/"))
    # The same text again is no version, and shows nothing; the approved title again is one.
    assert write(page, cast.member, "Un mot griffonné", 3).number == 3
    assert Contribution.objects.get(id=page.id).title == "Recette"
    assert write(page, cast.member, "Un mot griffonné", 3, title="Recette").title == "Recette"
    write(page, cast.member, "Un mot griffonné", 4, title="Fusion dite")
    approve(page, ask(page, cast.author, cast.member), cast.member)
    assert "Fusion dite" in text_of(stranger.get(f"{cast.open.url}pages/"))
    assert "griffonné" in text_of(stranger.get(url))


def told_of_changes(page: Contribution) -> set[int]:
    return set(Notice.objects.filter(reason="page_changed").values_list("person_id", flat=True))


def test_a_follower_is_told_of_a_change_when_its_version_is_shown_to_them(cast: Cast, run_jobs: Any) -> None:
    page = approved_then_changed(cast)
    for one in (cast.stranger, cast.host):
        follow(seen(page, one), 2, by=one)
    run_jobs()
    Notice.objects.all().delete()
    write(page, cast.member, "Un mot raturé", 2)
    run_jobs()
    assert told_of_changes(page) == {cast.author.id, cast.host.id}, "a stranger isn't shown the work"
    Notice.objects.all().delete()
    approve(page, ask(page, cast.author, cast.host), cast.host)
    run_jobs()
    notice = Notice.objects.get(reason="page_changed")
    assert notice.person_id == cast.stranger.id


def test_a_first_approval_tells_nobody_of_a_change_they_were_told_of(cast: Cast, run_jobs: Any) -> None:
    cast.open.tools.get_or_create(slug="pages")
    page = shared(cast, "Recette", "Un mot tamponné", space=cast.open)
    follow(seen(page, cast.stranger), 2, by=cast.stranger)
    approve(page, ask(page, cast.author, cast.member), cast.member)
    run_jobs()
    assert told_of_changes(page) == set()


def test_what_only_the_work_leads_to_has_no_link_back_before_it_is_approved(cast: Cast) -> None:
    cast.open.tools.get_or_create(slug="pages")
    old, new = (shared(cast, title, "Rien", space=cast.open) for title in ("Ancienne", "Nouvelle"))
    page = shared(cast, "Recette", f"Voir /pages/{old.key}/", space=cast.open)

    def leads_to(target: Contribution) -> bool:
        return bool(reading.read_page(seen(target, cast.stranger), cast.stranger, ["page"]).backlinks)

    approve(page, ask(page, cast.author, cast.member), cast.member)
    write(page, cast.member, f"Voir /pages/{new.key}/", 1)
    assert (leads_to(old), leads_to(new)) == (True, False)
    approve(page, ask(page, cast.author, cast.host), cast.host)
    assert (leads_to(old), leads_to(new)) == (False, True)
