"""Locks: a program's shows on the file's page, the page's holds for programs; one on an empty name holds what comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from parvis.dav import locks
from parvis.dav.models import Lock
from parvis.dav.tests.programs import Answered, Program, program_of
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.errors import Refused
from parvis.testing.cast import Cast
from parvis.tools.documents import actions
from parvis.tools.documents.models import Document
from parvis.tools.documents.tests.stage import document, given, seen

ASK = '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:{0}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>Writer</D:owner></D:lockinfo>'


def lock(program: Program, path: str, scope: str = "exclusive", **more: str) -> Answered:
    return program("LOCK", path, ASK.format(scope), timeout="Second-600", **more)


def paper_of(cast: Cast) -> Document:
    return Document.objects.select_related("contribution").get(contribution__space=cast.on_request)


def path_of(cast: Cast, name: str = "Plan.txt") -> str:
    return f"/documents/{cast.on_request.slug}/{name}"


def test_a_programs_lock_shows_on_the_page_and_keeps_others_away(cast: Cast):
    contribution = document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    taken = lock(author, path)
    assert taken.status == 200
    token = taken.headers["lock-token"]
    paper = paper_of(cast)
    assert paper.locked_by_id == cast.author.id and paper.locked_until > clock.now()
    with pytest.raises(Refused):
        actions.add_version(seen(contribution, cast.member), given(), note="", by=cast.member)
    for method in ("PUT", "DELETE"):
        assert member(method, path, b"Autre" if method == "PUT" else b"").status == 423
    assert member("MOVE", path, to=path_of(cast, "Autre.txt")).status == 423
    assert lock(member, path).status == 423
    assert "Writer" in member("PROPFIND", path, depth="0").text
    # Another program of the same person must name the lock, too.
    assert author("PUT", path, b"Deux").status == 423
    assert author("PUT", path, b"Deux", **{"if": f"({token})"}).status == 204
    assert author("UNLOCK", path, lock_token=token).status == 204
    assert paper_of(cast).locked_by_id is None
    assert member("PUT", path, b"Trois").status == 204


def test_the_pages_lock_holds_for_programs_of_others(cast: Cast):
    contribution = document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    actions.lock(seen(contribution, cast.author), "1", by=cast.author)
    assert cast.author.name in member("PROPFIND", path, depth="0").text
    assert lock(member, path).status == 423
    assert member("PUT", path, b"Autre").status == 423
    assert author("PUT", path, b"Deux").status == 204
    actions.unlock(seen(contribution, cast.author), by=cast.author)
    assert member("PUT", path, b"Trois").status == 204


def test_a_lock_ended_on_the_page_holds_no_more(cast: Cast):
    contribution = document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    token = lock(author, path).headers["lock-token"]
    actions.unlock(seen(contribution, cast.host), by=cast.host)
    assert member("PUT", path, b"Deux").status == 204
    assert author("PUT", path, b"Trois", **{"if": f"({token})"}).status == 412


def test_a_lock_ends_by_itself_and_can_be_asked_again(cast: Cast):
    document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    token = lock(author, path).headers["lock-token"]
    with time_machine.travel(clock.now() + timedelta(minutes=9)):
        again = author("LOCK", path, **{"if": f"({token})", "timeout": "Second-600"})
        assert again.status == 200
    with time_machine.travel(clock.now() + timedelta(minutes=15)):
        assert member("PUT", path, b"Deux").status == 423
    with time_machine.travel(clock.now() + timedelta(minutes=25)):
        assert member("PUT", path, b"Deux").status == 204


def test_no_lock_lasts_longer_than_an_hour_unasked(cast: Cast):
    document(cast, "Plan.txt")
    program_of(cast.author)("LOCK", path_of(cast), ASK.format("exclusive"), timeout="Infinite")
    assert paper_of(cast).locked_until <= clock.now() + timedelta(hours=1)


def test_a_name_locked_before_there_is_anything_holds_what_comes(cast: Cast):
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast, "Neuf.txt")
    taken = lock(author, path)
    assert taken.status == 201
    assert not Document.objects.filter(contribution__space=cast.on_request).exists()
    token = taken.headers["lock-token"]
    assert author("PUT", path, b"Neuf", **{"if": f"({token})"}).status in (201, 204)
    assert paper_of(cast).locked_by_id == cast.author.id
    assert member("PUT", path, b"Autre").status == 423


def test_shared_locks_hold_nobody_and_folders_are_never_locked(cast: Cast):
    document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    assert lock(author, path, "shared").status == lock(member, path, "shared").status == 200
    assert paper_of(cast).locked_by_id is None
    assert lock(author, path_of(cast, "")).status == 403


def test_who_may_only_read_locks_nothing(cast: Cast):
    document(cast, "Plan.txt", space=cast.open)
    stranger = program_of(cast.stranger)
    assert lock(stranger, f"/documents/{cast.open.slug}/Plan.txt").status == 403
    assert lock(stranger, f"/documents/{cast.open.slug}/Neuf.txt").status == 403
    assert not Lock.objects.exists()


def test_what_others_hold_costs_nobody_more(cast: Cast):
    document(cast, "Plan.txt")
    author, member, path = program_of(cast.author), program_of(cast.member), path_of(cast)
    taken = lock(author, path)
    spent = []
    for number in (1, 6):
        for turn in range(number):
            document(cast, f"Autre {number}-{turn}.txt")
            assert lock(member, path_of(cast, f"Autre {number}-{turn}.txt")).status == 200
        with count_statements() as statements:
            assert author("PUT", path, b"Deux", **{"if": f"({taken.headers['lock-token']})"}).status == 204
        spent.append(len(statements))
    assert spent[0] == spent[1]


def test_nobodys_programs_hold_more_than_their_share(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(locks, "MOST", 2)
    for number in range(3):
        document(cast, f"Plan {number}.txt")
    answers = [lock(program_of(cast.author), path_of(cast, f"Plan {number}.txt")) for number in range(3)]
    assert [one.status for one in answers] == [200, 200, 507]
    assert Lock.objects.count() == 2
    assert lock(program_of(cast.member), path_of(cast, "Plan 2.txt")).status == 200
