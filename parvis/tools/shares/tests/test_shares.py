"""Sharing shows a contribution elsewhere to those who may read it already, and widens nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.attention.models import Notice
from parvis.contributions import actions, marking, stream
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.kernel.db import SYSTEM, count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode
from parvis.membership import actions as membership
from parvis.membership import shaping
from parvis.people.models import Person
from parvis.spaces.models import AccessType, Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.toolkit.cards import draw
from parvis.tools.shares.actions import share
from parvis.tools.shares.bundle import dump_share, load_share
from parvis.tools.shares.models import Share
from parvis.tools.shares.reading import places_for, shown_in
from parvis.transfer import rows
from parvis.transfer.dump import export_bundle
from parvis.transfer.load import import_bundle
from parvis.transfer.tests.bundles import NOON, read_from, small, write_to
from parvis.web.models import Network


@pytest.fixture
def cast(db: None) -> Cast:
    Network.objects.get_or_create(id=1)
    made = build_cast()
    membership.add_member(made.elsewhere, made.member, by=SYSTEM, is_silent=True)
    return made


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(id=person.id).update(language="en")
    client.force_login(person, backend=BACKEND)
    return client


def note(space: Space, by: Person, body: str = "Un mot qui circule") -> Contribution:
    return registry.kind("note").publish(space, body=body, by=by)  # type: ignore[union-attr,no-any-return]


def cards(space: Space, person: Person) -> str:
    return "".join(draw(stream.of_space(space, person).rows, person))


def test_what_everybody_may_read_is_shown_elsewhere_and_answered_where_it_stands(cast: Cast):
    original = note(cast.open, cast.author)
    shown = share(original, cast.elsewhere, comment="Pour les photographes", by=cast.member)
    html = cards(cast.elsewhere, cast.host_elsewhere)
    assert "Pour les photographes" in html
    assert "Un mot qui circule" in html
    assert f"/go/{original.key}/" in html
    with pytest.raises(Refused):
        reply(shown, body="Ici ?", by=cast.host_elsewhere)
    page = client_of(cast.host_elsewhere).get(f"/shares/{shown.key}/").content.decode()
    assert "Read and answer in" in page


def test_a_closed_communitys_words_go_only_where_every_member_reads_them_already(cast: Cast):
    original = note(cast.on_request, cast.author)
    with pytest.raises(Refused):
        share(original, cast.elsewhere, comment="", by=cast.member)  # its host doesn't belong to on_request
    membership.add_member(cast.on_request, cast.host_elsewhere, by=SYSTEM, is_silent=True)
    share(original, cast.elsewhere, comment="", by=cast.member)
    offered = {place.slug: place.may_all_read for place in places_for(original, cast.member)}
    assert offered[cast.elsewhere.slug] is True
    assert offered[cast.everyone.slug] is False


def test_who_may_not_read_or_post_cannot_share_and_nothing_is_written(cast: Cast):
    secret, public = note(cast.secret, cast.author), note(cast.open, cast.author)
    with pytest.raises(NotFound):
        share(secret, cast.everyone, by=cast.stranger)
    with pytest.raises(NotAllowed):
        share(public, cast.on_request, by=cast.stranger)
    with pytest.raises(NotFound):
        share(public, cast.secret, by=cast.stranger)
    client = client_of(cast.stranger)
    assert client.post(f"/go/{secret.key}/shares/", {"space": cast.everyone.slug}).status_code == 404
    assert client.post(f"/go/{public.key}/shares/", {"space": cast.secret.slug}).status_code == 422
    assert client.post(f"/go/{public.key}/shares/", {"space": cast.on_request.slug}).status_code == 422
    assert not Share.objects.exists()


def test_a_share_is_made_once_a_place_and_never_at_home(cast: Cast):
    original = note(cast.open, cast.author)
    shown = share(original, cast.elsewhere, by=cast.member)
    for to in (cast.elsewhere, cast.open):
        with pytest.raises(Refused):
            share(original, to, by=cast.member)
    actions.retire(shown, by=cast.member)
    share(original, cast.elsewhere, by=cast.member)


def test_only_what_is_published_can_be_shared(cast: Cast):
    draft = registry.kind("note").draft(cast.open, body="Pas encore", by=cast.member)  # type: ignore[union-attr]
    with pytest.raises(Refused):
        share(draft, cast.elsewhere, by=cast.member)


def test_a_share_of_a_share_shows_the_first_original(cast: Cast):
    original = note(cast.open, cast.author)
    first = share(original, cast.elsewhere, by=cast.member)
    second = share(find_contribution(first.id, cast.member), cast.everyone, by=cast.member)
    assert second.card["shared"] == original.id


def vanished(cast: Cast, shown: Contribution, person: Person) -> None:
    """No card, no page, no notice, no search result, no trace on the page of the person who shared."""
    client = client_of(person)
    assert "Regardez" not in cards(cast.elsewhere, person)
    for path in (
        f"/shares/{shown.key}/",
        f"/go/{shown.key}/",
        f"/go/{shown.key}/more/",
        f"/go/{shown.key}/history/",
    ):
        assert client.get(path).status_code == 404, path
    for path in (
        "/",
        cast.elsewhere.url,
        "/search/?q=regardez",
        "/saved/",
        "/notifications/",
        "/tags/circule/",
        f"/people/{cast.member.key}/",
    ):
        text = client.get(path).content.decode()
        assert "Regardez" not in text, path
        assert shown.key not in text, path
    assert not Contribution.objects.visible_to(person).filter(id=shown.id).exists()


def shared_word(cast: Cast) -> tuple[Contribution, Contribution]:
    original = note(cast.open, cast.author)
    key = cast.host_elsewhere.key
    shown = share(original, cast.elsewhere, comment=f"Regardez #circule @[](person:{key})", by=cast.member)
    marking.bookmark(find_contribution(shown.id, cast.host_elsewhere), by=cast.host_elsewhere)
    return original, shown


END: dict[str, Callable[[Cast, Contribution], None]] = {
    "removed by its author": lambda cast, row: actions.retire(row, by=cast.author),
    "hidden by a host": lambda cast, row: actions.hide(row, reason="Non.", by=cast.host),
    "moved where its reader may not go": lambda cast, row: actions.move(row, cast.on_request, by=cast.host),
    "its community was closed": lambda cast, row: shaping.change_access(
        cast.open, AccessType.SECRET, by=cast.host
    ),
}


@pytest.mark.parametrize("end", END)
def test_a_share_vanishes_everywhere_when_its_original_may_no_longer_be_read(
    cast: Cast, end: str, run_jobs: Callable[[], int]
):
    original, shown = shared_word(cast)
    run_jobs()
    assert Notice.objects.filter(person=cast.host_elsewhere, contribution_id=shown.id).exists()
    assert client_of(cast.host_elsewhere).get(f"/shares/{shown.key}/").status_code == 200
    END[end](cast, find_contribution(original.id, cast.author if "author" in end else cast.host))
    vanished(cast, shown, cast.host_elsewhere)


def test_a_share_is_not_its_sharers_own_work(cast: Cast):
    _original, shown = shared_word(cast)
    assert shown.id not in [row.id for row in stream.of_person(cast.member, cast.host_elsewhere).rows]
    page = client_of(cast.host_elsewhere).get("/search/?q=regardez").content.decode()
    assert shown.key not in page


def test_the_original_names_only_the_places_its_reader_may_see(cast: Cast):
    original = note(cast.open, cast.author)
    share(original, cast.elsewhere, by=cast.member)
    share(original, cast.secret, by=cast.member)
    assert {space.slug for space in shown_in(original, cast.member)} == {
        cast.elsewhere.slug,
        cast.secret.slug,
    }
    page = client_of(cast.stranger).get(f"/notes/{original.key}/").content.decode()
    assert cast.secret.name not in page
    assert cast.elsewhere.name not in page
    assert cast.secret.name in client_of(cast.member).get(f"/notes/{original.key}/").content.decode()


def test_the_author_is_told_only_if_they_may_see_the_place(cast: Cast, run_jobs: Callable[[], int]):
    original = note(cast.open, cast.author)
    share(original, cast.elsewhere, by=cast.member)
    share(original, cast.secret, by=cast.member)
    run_jobs()
    told = Notice.objects.filter(person=cast.author, reason="shared")
    assert [row.space_id for row in told] == [cast.secret.id]


def test_sharing_from_the_page_keeps_what_was_typed_when_refused(cast: Cast):
    original = note(cast.open, cast.author)
    client = client_of(cast.member)
    path = f"/go/{original.key}/shares/"
    assert path in client.get(f"/go/{original.key}/more/").content.decode()
    refused = client.post(path, {"space": "", "body": "Un mot gardé"})
    assert refused.status_code == 422
    assert "Un mot gardé" in refused.content.decode()
    assert client.post(path, {"space": cast.elsewhere.slug, "body": "Un mot"}).status_code == 303
    assert Share.objects.get().original_id == original.id


def test_pages_of_shares_ask_few_queries(cast: Cast):
    original, shown = shared_word(cast)
    client = client_of(cast.member)
    for path in (
        f"/shares/{shown.key}/",
        f"/go/{original.key}/shares/",
        f"/notes/{original.key}/",
        cast.elsewhere.url,
    ):
        client.get(path)
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= 8, (path, seen.texts)


def test_a_bundle_brings_back_what_a_share_shows(cast: Cast):
    original, shown = shared_word(cast)
    detail = dump_share(shown)
    assert detail == {"original": original.key}
    Share.objects.all().delete()
    load_share(shown, detail, resolve=lambda table, key: decode(key) if table == "objects" else None)
    assert Share.objects.get(contribution=shown).original_id == original.id
    load_share(shown, detail, resolve=lambda table, key: None)
    assert not Contribution.objects.visible_to(cast.member).filter(id=shown.id).exists()


def test_a_whole_bundle_keeps_posts_covers_and_shares_whichever_comes_first(
    db: None, tmp_path: Path, settings: object
):
    settings.PARVIS_FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    tables = small()
    post = rows.Object(
        id="p1", kind="post", space="s2", author="ana", title="Un billet", body="Cinq lignes.", published_at=NOON,
        attachments=("f1",), detail={"cover": "f1"},
    )  # fmt: skip
    shown = rows.Object(
        id="p0", kind="share", space="s1", author="ana", body="À lire", published_at=NOON, are_replies_open=False,
        detail={"original": "p1"},
    )  # fmt: skip
    tables[rows.Object] = [
        shown,
        replace(tables[rows.Object][0], attachments=(), body="Voir"),
        tables[rows.Object][1],
        post,
    ]
    write_to(tmp_path / "b", tables)
    assert import_bundle(tmp_path / "b").problems == []
    original = Contribution.objects.get(kind="post")
    assert original.post.cover is not None
    assert Share.objects.get().original_id == original.id
    export_bundle(tmp_path / "c")
    found = {row.id: row.detail for row in read_from(tmp_path / "c")[rows.Object]}
    assert found["p0"] == {"original": "p1"}
    assert found["p1"] == {"cover": "f1"}
