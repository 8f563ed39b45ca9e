"""Who comes in by an app password, and what never reaches a protocol."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from parvis.accounts import app_passwords, limits, passwords, standing
from parvis.accounts.models import AppPassword, AppScope
from parvis.dav.scratch import Scratch, is_passing
from parvis.dav.tests.programs import Program, program_of
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.testing.cast import Cast

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><propfind xmlns="DAV:"><prop><x>&b;</x></prop></propfind>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:">&a;</propfind>'


def test_only_the_hash_of_a_secret_is_kept_and_its_day_noted(cast: Cast):
    program = program_of(cast.author)
    kept = AppPassword.objects.get(person=cast.author)
    assert program.secret not in str(vars(kept)) and kept.last_used_on is None
    assert program("PROPFIND", "/", depth="0").status == 207
    kept.refresh_from_db()
    assert kept.last_used_on == clock.today()


def test_a_secret_is_its_persons_alone(cast: Cast):
    program = program_of(cast.author)
    for login in (cast.member.email, "", "personne@parvis.test"):
        assert Program(str(login), program.secret)("PROPFIND", "/", depth="0").status == 401
    typed = program.secret.lower().replace("-", " ")
    assert Program(str(cast.author.email).upper(), typed)("PROPFIND", "/", depth="0").status == 207


def test_the_persons_own_password_opens_nothing(cast: Cast):
    passwords.set_password(cast.author, "une phrase assez longue 42")
    assert (
        Program(str(cast.author.email), "une phrase assez longue 42")("PROPFIND", "/", depth="0").status
        == 401
    )


def test_without_a_password_it_asks_for_one(cast: Cast):
    answer = Program("", "")("OPTIONS", "/")
    assert answer.status == 401 and answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("way", ["suspended", "left", "new password", "taken back"])
def test_it_ends_with_the_account_its_password_or_by_hand(cast: Cast, way: str):
    program = program_of(cast.author)
    if way == "suspended":
        standing.suspend(cast.author, by=cast.administrator)
    elif way == "left":
        standing.mark_left(cast.author, by=cast.administrator)
    elif way == "new password":
        passwords.set_password(cast.author, "une phrase assez longue 42")
    else:
        app_passwords.take_back(AppPassword.objects.get(person=cast.author).id, by=cast.author)
    assert program("PROPFIND", "/", depth="0").status == 401
    assert not AppPassword.objects.filter(person=cast.author).exists()


def test_nobody_takes_back_anothers(cast: Cast):
    program_of(cast.author)
    with pytest.raises(NotFound):
        app_passwords.take_back(AppPassword.objects.get(person=cast.author).id, by=cast.administrator)


def test_a_name_a_scope_and_no_more_than_twenty(cast: Cast):
    with pytest.raises(Refused):
        app_passwords.make_app_password(" ", AppScope.FILES, by=cast.author)
    with pytest.raises(Refused):
        app_passwords.make_app_password("Mac", "tout", by=cast.author)
    for number in range(20):
        app_passwords.make_app_password(f"Mac {number}", AppScope.FILES, by=cast.author)
    with pytest.raises(Refused):
        app_passwords.make_app_password("Mac", AppScope.FILES, by=cast.author)


def test_many_failures_are_slowed_down_but_never_lock_out_the_right_one(cast: Cast):
    program = program_of(cast.author)
    wrong = Program(program.login, "FAUX-FAUX")
    answers = {wrong("PROPFIND", "/", depth="0").status for _try in range(limits.MOST["program"])}
    assert answers == {401}
    assert wrong("PROPFIND", "/", depth="0").status == 429
    assert program("PROPFIND", "/", depth="0").status == 207
    with time_machine.travel(clock.now() + limits.WINDOW + timedelta(minutes=1)):
        assert wrong("PROPFIND", "/", depth="0").status == 401


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, "<propfind", "pas du xml", "<a>" * 60_000])
def test_xml_that_builds_entities_or_is_none_is_refused(cast: Cast, body: str):
    for method, mount in (("PROPFIND", "/dav"), ("REPORT", "/caldav"), ("PROPFIND", "/caldav")):
        program = program_of(cast.author, "both", mount)
        assert program(method, "/", body, depth="0").status in (400, 413)


def test_another_hosts_name_reaches_nothing(cast: Cast):
    program = program_of(cast.author)
    assert program("PROPFIND", "/", depth="0", host="ailleurs.example").status == 400
    program("PUT", f"/documents/{cast.on_request.slug}/A.txt", b"A")
    away = program(
        "MOVE", f"/documents/{cast.on_request.slug}/A.txt", destination="http://ailleurs.example/dav/x"
    )
    assert away.status == 502


@pytest.mark.parametrize(
    "name", ["Plan.pdf", "Budget 2027.xlsx", "tmp.txt", "~ notes.md", "Thumbs.txt", "à part.odt"]
)
def test_ordinary_names_are_no_passing_ones(name: str):
    assert not is_passing(name)


def test_passing_files_go_after_a_day(cast: Cast):
    program, path = program_of(cast.author), f"/documents/{cast.on_request.slug}/.DS_Store"
    program("PUT", path, b"x")
    scratch = Scratch(cast.author.id)
    assert any(scratch.folder.iterdir())
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert program("GET", path).status == 404
        scratch.sweep()
    assert not any(scratch.folder.iterdir())
