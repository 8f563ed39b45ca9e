"""What documents do: versions, locks, places, rights, quotas. Not here: pages (test_pages), previews (test_previews)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parvis.config import config
from parvis.contributions.actions import restore as take_out
from parvis.contributions.actions import retire
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership.actions import add_member
from parvis.testing.cast import Cast
from parvis.tools.documents import actions, folders, placing, reading
from parvis.tools.documents.models import Document, Version
from parvis.tools.documents.quotas import MEGABYTE, OverQuota
from parvis.tools.documents.tests.stage import document, given, seen


def last(contribution: Contribution) -> Document:
    return Document.objects.get(contribution=contribution)


def switch_on(cast: Cast) -> None:
    for space in (cast.open, cast.on_request, cast.secret):
        space.tools.get_or_create(slug="documents")


def test_versions_follow_one_another_and_an_old_one_comes_back(cast: Cast) -> None:
    plan = document(cast, data=b"un")
    actions.add_version(seen(plan, cast.member), given("autre.txt", b"deux"), note="Revu", by=cast.member)
    assert last(plan).version == 2
    assert last(plan).name == "Plan.txt", "a version keeps the document's name"
    actions.restore_version(seen(plan, cast.author), 1, by=cast.author)
    rows = reading.versions_of(plan, cast.author)
    assert [(row.number, row.restored_from) for row in rows] == [(3, 1), (2, None), (1, None)]
    assert rows[0].sha256 == rows[2].sha256
    with pytest.raises(Refused):
        actions.restore_version(seen(plan, cast.author), 3, by=cast.author)


def test_two_files_of_one_name_are_told_apart(cast: Cast) -> None:
    assert [document(cast).title for _n in range(3)] == ["Plan.txt", "Plan (2).txt", "Plan (3).txt"]
    assert document(cast, "PLAN.TXT").title == "PLAN (4).TXT"
    assert [document(cast, "12. Été 2027.txt").title, document(cast, "12. ete 2027.txt").title] == [
        "12. Été 2027.txt",
        "12. ete 2027 (2).txt",
    ]


def test_a_slash_that_somebody_typed_loses_nothing_of_the_name(cast: Cast) -> None:
    folder = folders.add_folder(cast.on_request, "RH / 2027", by=cast.author)
    assert folder.name == "RH-2027"
    plan = document(cast)
    placing.arrange(seen(plan, cast.author), name="Plan A/B", folder=folder, by=cast.author)
    assert last(plan).name == "Plan A-B.txt"
    copy = placing.copy_document(
        seen(plan, cast.author), cast.on_request, name="Budget 2026/2027", by=cast.author
    )
    assert copy.title == "Budget 2026-2027.txt"
    text = actions.publish_document(cast.on_request, title="Oui/Non", body="Un texte", by=cast.author)
    assert text.title == "Oui-Non.md"
    with pytest.raises(Refused):
        folders.add_folder(cast.on_request, " // ", by=cast.author)


def test_the_tenth_file_of_one_name_asks_no_more_of_the_database_than_the_second(cast: Cast) -> None:
    costs = []
    for _n in range(10):
        with count_statements() as counted:
            document(cast, "image.png")
        costs.append(len(counted))
    assert costs[9] == costs[1]


def test_several_files_make_one_card(cast: Cast) -> None:
    first = document(cast, "a.txt")
    others = [document(cast, f"{n}.txt", after=first) for n in range(2)]
    assert [Contribution.objects.get(id=one.id).is_listed for one in (first, *others)] == [True, False, False]
    assert Contribution.objects.get(id=first.id).card["others"] == 2
    retire(seen(first, cast.author), by=cast.author)
    assert Contribution.objects.get(id=others[0].id).is_published, "removing one removes one"


def test_nobody_else_changes_what_somebody_is_editing(cast: Cast) -> None:
    plan = document(cast)
    actions.lock(seen(plan, cast.member), "3", by=cast.member)
    for act in (
        lambda: actions.add_version(seen(plan, cast.author), given(), note="", by=cast.author),
        lambda: actions.restore_version(seen(plan, cast.author), 1, by=cast.author),
        lambda: placing.arrange(seen(plan, cast.author), name="x.txt", folder=None, by=cast.author),
        lambda: actions.lock(seen(plan, cast.author), "1", by=cast.author),
    ):
        with pytest.raises(Refused, match=cast.member.display_name):
            act()
    with pytest.raises(NotAllowed):
        actions.unlock(seen(plan, cast.author), by=cast.author)
    actions.add_version(seen(plan, cast.member), given(data=b"revu"), note="", by=cast.member)
    actions.unlock(seen(plan, cast.host), by=cast.host)
    actions.add_version(seen(plan, cast.author), given(data=b"encore"), note="", by=cast.author)


def test_a_lock_ends_by_itself(cast: Cast) -> None:
    plan = document(cast)
    actions.lock(seen(plan, cast.member), "1", by=cast.member)
    Document.objects.update(locked_until=clock.now() - timedelta(minutes=1))
    actions.add_version(seen(plan, cast.author), given(data=b"revu"), note="", by=cast.author)


def test_strangers_neither_read_nor_change(cast: Cast) -> None:
    plan = document(cast)
    with pytest.raises(NotFound):
        seen(plan, cast.stranger)
    with pytest.raises((NotFound, NotAllowed)):
        actions.add_version(plan, given(), note="", by=cast.stranger)
    with pytest.raises((NotFound, NotAllowed)):
        placing.copy_document(plan, cast.open, by=cast.stranger)
    with pytest.raises((NotFound, NotAllowed)):
        actions.upload(cast.on_request, given(), by=cast.stranger)


def test_a_move_asks_both_ends_and_old_versions_keep_the_stricter_right(cast: Cast) -> None:
    switch_on(cast)
    add_member(cast.open, cast.stranger, by=SYSTEM, is_silent=True)
    plan = document(cast, data=b"secret")
    actions.add_version(seen(plan, cast.author), given(data=b"pour tous"), note="", by=cast.author)
    first = Version.objects.get(contribution=plan, number=1)
    file = first.file_id
    with pytest.raises(NotAllowed):
        placing.move_document(seen(plan, cast.member), cast.open, by=cast.member)
    add_member(cast.open, cast.host, by=SYSTEM, is_silent=True)
    placing.move_document(seen(plan, cast.host), cast.open, by=cast.host)
    moved = seen(plan, cast.stranger)
    assert [row.number for row in reading.versions_of(moved, cast.stranger)] == [2]
    assert [row.number for row in reading.versions_of(moved, cast.author)] == [2, 1]
    with pytest.raises(NotFound):
        reading.find_version(moved, 1, cast.stranger)
    with pytest.raises(NotFound):
        actions.restore_version(seen(plan, cast.author), 1, by=cast.author)
    assert not Contribution.objects.get(id=plan.id).attachments.filter(id=file).exists()


def test_a_copy_takes_the_last_version_alone(cast: Cast) -> None:
    switch_on(cast)
    plan = document(cast, data=b"un")
    actions.add_version(seen(plan, cast.author), given(data=b"deux"), note="", by=cast.author)
    copied = placing.copy_document(seen(plan, cast.member), cast.on_request, name="Le mien", by=cast.member)
    assert copied.title == "Le mien.txt"
    assert last(copied).version == 1
    assert last(copied).size == 4


def test_a_folder_is_removed_once_empty(cast: Cast) -> None:
    shelf = folders.add_folder(cast.on_request, "Été", by=cast.author)
    with pytest.raises(Refused):
        folders.add_folder(cast.on_request, "ete", by=cast.author)
    plan = document(cast, folder=shelf)
    with pytest.raises(Refused):
        folders.remove_folder(shelf, by=cast.author)
    placing.arrange(seen(plan, cast.author), name="Projet", folder=None, by=cast.author)
    assert last(plan).name == "Projet.txt"
    folders.remove_folder(shelf, by=cast.author)


def test_a_folder_of_another_community_is_nowhere(cast: Cast) -> None:
    other = folders.add_folder(cast.open, "Ailleurs", by=cast.host)
    plan = document(cast)
    with pytest.raises(NotFound):
        placing.arrange(seen(plan, cast.author), name="x", folder=other, by=cast.author)
    with pytest.raises(NotFound):
        folders.find_folder(cast.on_request, other.id)


def test_the_bin_gives_back(cast: Cast) -> None:
    plan = document(cast)
    retire(seen(plan, cast.author), by=cast.author)
    assert reading.list_folder(cast.on_request, None)[0] == []
    with pytest.raises(NotFound):
        seen(plan, cast.member)
    take_out(seen(plan, cast.author), by=cast.author)
    assert [row.name for row in reading.list_folder(cast.on_request, None)[0]] == ["Plan.txt"]


def test_there_is_no_more_room_than_was_given(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "community_quota_mb", 1)
    document(cast, "gros.bin", b"a" * (MEGABYTE - 100))
    with pytest.raises(OverQuota):
        document(cast, "trop.bin", b"b" * 200)
    document(cast, "juste.bin", b"c" * 50)
    monkeypatch.setattr(config, "network_quota_mb", 1)
    with pytest.raises(OverQuota):
        document(cast, "ailleurs.bin", b"d" * 100, space=cast.open, by=cast.host)


def test_pages_of_a_folder_meet_in_every_order(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    for n in (10, 2, 1, 9, 3):
        document(cast, f"Fiche {n}.txt", b"x" * n)
    for order, expected in (
        ("name", [1, 2, 3, 9, 10]),
        ("size", [10, 9, 3, 2, 1]),
        ("date", [3, 9, 1, 2, 10]),
    ):
        found, after = [], 0
        for _n in range(3):
            rows, after = reading.list_folder(cast.on_request, None, order=order, after=after)
            found += [row.name for row in rows]
        assert found == [f"Fiche {n}.txt" for n in expected], order
        assert after == 0


def test_a_link_says_where_it_lives(cast: Cast) -> None:
    made = actions.add_link(
        cast.on_request,
        title="Manuel qualité",
        url="https://ged.example/q",
        lives_in="",
        owner="Nadia",
        by=cast.author,
    )
    assert last(made).lives_in == "ged.example"
    for bad in ("javascript:alert(1)", "ged", "https://", "ftp://x/y", "https://[bad"):
        with pytest.raises(Refused):
            actions.add_link(cast.on_request, title="x", url=bad, lives_in="", owner="", by=cast.author)
    with pytest.raises(Refused):
        actions.add_version(seen(made, cast.author), given(), note="", by=cast.author)


def test_a_model_is_begun_from(cast: Cast) -> None:
    model = document(cast, "Compte rendu.txt")
    actions.set_model(seen(model, cast.author), True, by=cast.author)
    assert [row.name for row in reading.models_of(cast.on_request)] == ["Compte rendu.txt"]


def test_a_file_stays_among_those_i_edited_when_a_colleague_edits_it(cast: Cast) -> None:
    made = document(cast)
    actions.add_version(seen(made, cast.member), given(data=b"Plan de Malik"), note="", by=cast.member)
    assert [row.name for row in reading.edited_by(cast.author)] == ["Plan.txt"]
    assert [row.name for row in reading.edited_by(cast.member)] == ["Plan.txt"]
    assert reading.edited_by(cast.host) == []


def test_who_left_finds_none_of_it_among_theirs(cast: Cast) -> None:
    document(cast)
    assert [row.name for row in reading.edited_by(cast.author)] == ["Plan.txt"]
    assert [row.name for row in reading.latest(cast.member)[0]] == ["Plan.txt"]
    cast.on_request.memberships.filter(person__in=[cast.author, cast.member]).delete()
    assert reading.edited_by(cast.author) == []
    assert reading.latest(cast.member)[0] == []
