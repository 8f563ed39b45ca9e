"""An approved version is the one that readers get: in the page, the file, the folder's ZIP, a copy, the search."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from parvis.approvals import actions as approvals
from parvis.approvals.models import Review, State
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.documents import actions, bundle, placing, reading
from parvis.tools.documents.models import Version
from parvis.tools.documents.tests.stage import client_of, document, given, seen


def ask(plan: Contribution, by: Person, *people: Person) -> Review:
    keys = [one.id for one in people]
    return approvals.ask(seen(plan, by), reading.current_edition, keys, by=by)


def approve(plan: Contribution, review: Review, by: Person) -> None:
    approvals.answer(seen(plan, by), review.id, by=by, is_approved=True)


def approved_then_changed(cast: Cast) -> Contribution:
    """In the open community: the first version is approved, a second is in work."""
    cast.open.tools.get_or_create(slug="documents")
    plan = document(cast, "Plan.txt", b"le plan approuve", space=cast.open)
    approve(plan, ask(plan, cast.author, cast.member), cast.member)
    actions.add_version(
        seen(plan, cast.author), given("v2.txt", b"le plan en chantier"), note="", by=cast.author
    )
    return plan


def texts(response: object) -> str:
    return b"".join(response).decode()  # type: ignore[call-overload]


def test_readers_get_the_approved_version_and_writers_a_link_to_the_work(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    url = f"/documents/{plan.key}/"
    stranger, author = client_of(cast.stranger), client_of(cast.author)
    for client in (stranger, author):
        page = client.get(url).content.decode()
        assert f"{url}file/1/" in page
        assert f"{url}file/2/" not in page
        assert cast.member.display_name in page
    assert "?work=1" not in stranger.get(url).content.decode()
    assert "?work=1" in author.get(url).content.decode()
    assert f"{url}file/2/" in author.get(f"{url}?work=1").content.decode()
    assert f"{url}file/2/" not in stranger.get(f"{url}?work=1").content.decode()
    assert stranger.get(f"{url}file/1/").status_code == author.get(f"{url}file/2/").status_code == 200
    assert stranger.get(f"{url}file/2/").status_code == 404
    assert "file/2/" not in stranger.get(f"{url}versions/").content.decode()
    assert "file/2/" in author.get(f"{url}versions/").content.decode()


def test_folders_and_copies_hand_out_the_approved_version(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    answer = client_of(cast.author).get(f"/c/{cast.open.slug}/documents/zip/")
    data = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert data.read(data.namelist()[0]) == b"le plan approuve"
    copy = placing.copy_document(seen(plan, cast.member), cast.open, by=cast.member)
    first = Version.objects.get(contribution=plan, number=1)
    assert Version.objects.get(contribution=copy).sha256 == first.sha256


def test_the_work_becomes_the_one_shown_once_it_is_approved(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    approve(plan, ask(plan, cast.author, cast.host), cast.host)
    url = f"/documents/{plan.key}/"
    assert f"{url}file/2/" in client_of(cast.stranger).get(url).content.decode()
    assert client_of(cast.stranger).get(f"{url}file/2/").status_code == 200


def test_a_new_version_in_review_begins_it_anew_the_same_bytes_do_not(cast: Cast) -> None:
    plan = document(cast, data=b"un")
    first = ask(plan, cast.author, cast.member)
    actions.add_version(seen(plan, cast.cohost), given("b.txt", b"deux"), note="", by=cast.cohost)
    second = Review.objects.get(contribution=plan, state=State.REVIEW)
    assert second.id != first.id
    assert second.number == 2
    approve(plan, second, cast.member)
    actions.restore_version(seen(plan, cast.author), 1, by=cast.author)
    actions.restore_version(seen(plan, cast.author), 2, by=cast.author)
    page = client_of(cast.author).get(f"/documents/{plan.key}/").content.decode()
    assert "?work=1" not in page, "version 4 is the very content that was approved"


def test_who_must_answer_is_shown_what_they_answer_to(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    review = ask(plan, cast.author, cast.stranger)
    page = client_of(cast.stranger).get(f"/documents/{plan.key}/").content.decode()
    assert f"/documents/{plan.key}/file/2/" in page
    assert re.search(r'name="review" value="\w{13}"', page)
    sent = {"do": "refuse", "review": page.split('name="review" value="')[1][:13], "reason": ""}
    client = client_of(cast.stranger)
    refused = client.post(f"/go/{plan.key}/approval/answer/", sent)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode() or "field-error" in refused.content.decode()
    client.post(f"/go/{plan.key}/approval/answer/", {**sent, "reason": "Il manque une marche"})
    assert Review.objects.get(id=review.id).state == State.REFUSED
    assert (
        "Il manque une marche"
        in client_of(cast.author).get(f"/documents/{plan.key}/?work=1").content.decode()
    )
    assert (
        "Il manque une marche"
        not in client_of(cast.cohost).get(f"/documents/{plan.key}/?work=1").content.decode()
    )
    assert (
        "Il manque une marche" not in client_of(cast.cohost).get(f"/go/{plan.key}/approval/").content.decode()
    )


def test_the_word_of_who_asks_is_for_those_concerned(cast: Cast) -> None:
    plan = document(cast)
    keys = [cast.member.id]
    approvals.ask(
        seen(plan, cast.author), reading.current_edition, keys, by=cast.author, word="Entre nous : le point 3"
    )
    url = f"/documents/{plan.key}/"
    for person in (cast.author, cast.member):
        assert "Entre nous" in client_of(person).get(url).content.decode()
    for person in (cast.host, cast.cohost):
        page = client_of(person).get(url).content.decode()
        assert cast.member.display_name in page
        assert "Entre nous" not in page


def test_a_move_leaves_requests_and_older_approvals_behind(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    ask(plan, cast.author, cast.member)
    placing.move_document(seen(plan, cast.host), cast.on_request, by=cast.host)
    states = set(Review.objects.filter(contribution=plan).values_list("state", flat=True))
    assert states == {State.WITHDRAWN, State.FORMER}
    assert "file/2/" in client_of(cast.member).get(f"/documents/{plan.key}/").content.decode()


def test_a_link_has_nothing_to_approve(cast: Cast) -> None:
    link = actions.add_link(
        cast.on_request,
        title="Guide",
        url="https://ged.example/g",
        lives_in="la GED",
        owner="",
        by=cast.author,
    )
    assert "approval/ask" not in client_of(cast.author).get(f"/documents/{link.key}/").content.decode()
    assert client_of(cast.author).get(f"/go/{link.key}/approval/ask/").status_code == 404
    with pytest.raises(NotFound):
        ask(link, cast.author, cast.member)


def test_the_form_asks_and_comes_back_filled(cast: Cast) -> None:
    plan = document(cast)
    client = client_of(cast.author)
    assert f"/go/{plan.key}/approval/ask/" in client.get(f"/documents/{plan.key}/").content.decode()
    url = f"/go/{plan.key}/approval/ask/"
    found = client.post(url, {"do": "search", "who": "Malik"}).content.decode()
    assert f'value="{cast.member.key}"' in found
    late = client.post(url, {"person": [cast.member.key], "due": "2001-01-01", "word": "Relisez le point 3"})
    assert late.status_code == 422
    assert "Relisez le point 3" in late.content.decode()
    assert cast.member.display_name in late.content.decode()
    sent = client.post(url, {"person": [cast.member.key], "order": "order", "due": "", "word": ""})
    assert sent.status_code == 303
    assert Review.objects.get(contribution=plan).is_in_order
    page = client.get(f"/documents/{plan.key}/").content.decode()
    assert f"/go/{plan.key}/approval/withdraw/" in page
    old = f"/go/{plan.key}/approval/replace/"
    assert client.get(f"{old}?old={cast.member.key}").status_code == 200
    sent = client.post(old, {"old": cast.member.key, "person": [cast.host.key]})
    assert sent.status_code == 303
    assert client.post(f"/go/{plan.key}/approval/withdraw/").status_code == 303
    overview = client_of(cast.host).get(f"/c/{cast.on_request.slug}/host/approvals/")
    assert overview.status_code == 200


def test_what_is_approved_is_approved_after_a_bundle(cast: Cast) -> None:
    plan = approved_then_changed(cast)
    found = Contribution.objects.get(id=plan.id)
    detail = bundle.dump_document(found)
    assert detail["approved"]["number"] == 1
    assert "word" not in detail["approved"], "the words of a review are for those concerned"
    Review.objects.filter(contribution=plan).delete()
    for _turn in range(2):
        bundle.load_document(found, detail, resolve=lambda _table, key: decode(key))
    assert bundle.dump_document(found) == detail
    assert client_of(cast.stranger).get(f"/documents/{plan.key}/file/2/").status_code == 404
