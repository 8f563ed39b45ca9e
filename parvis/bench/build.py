"""A network of a given size, written by COPY: people, communities, contributions, replies.

Not here: the load (bench.load). Sizes: one community for 2,000 contributions, one person for 50, three replies each.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from psycopg import Connection, Cursor

from parvis.kernel.ids import new_id

Progress = Callable[[str, int, int], None]
Line = tuple[Any, ...]
Thing = tuple[int, int, str, datetime]  # key, space, kind, when
START = datetime(2026, 1, 5, tzinfo=UTC)
VIEWERS = 400
WORDS = [
    "atelier",
    "lampe",
    "série",
    "réglage",
    "client",
    "délai",
    "équipe",
    "essai",
    "mesure",
    "ligne",
    "retour",
    "question",
    "réponse",
    "idée",
    "projet",
    "plan",
    "accueil",
    "lumière",
    "câble",
    "socle",
    "contrôle",
    "norme",
    "site",
    "réunion",
    "outil",
    "partage",
    "conseil",
    "merci",
    "semaine",
    "poste",
]


@dataclass(frozen=True)
class Size:
    """How much of each."""

    contributions: int

    @property
    def people(self) -> int:
        return max(self.contributions // 50, VIEWERS + 50)

    @property
    def communities(self) -> int:
        return max(self.contributions // 2000, 12)

    @property
    def replies(self) -> int:
        return 3 * self.contributions


@dataclass(frozen=True)
class Built:
    """What the load needs: sessions to sign in with, and things to read."""

    sessions: list[str]
    topics: list[int]
    posts: list[int]
    spaces: list[str]


def build(connection: Connection, size: Size, progress: Progress) -> Built:
    """Fills an empty, migrated database. The connection is a superuser's: checks of references wait until the end."""
    rng = random.Random(size.contributions)
    people = [new_id(1_700_000_000_000 + index) for index in range(size.people)]
    spaces = [new_id(1_710_000_000_000 + index) for index in range(size.communities)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica"
        )  # rows are made consistent; checking 4 M is not the point
        cursor.execute(
            "INSERT INTO web_network (id, name, logo, hue, language, promise, who_creates, signs_in_by, "
            "may_register, has_exchanges, mail, home_blocks, checklist) VALUES (1, 'Banc', '', 260, 'fr', '', "
            "'everyone', '[]', false, true, '{}', '[]', '{}') ON CONFLICT DO NOTHING"
        )
        _copy(cursor, "people_person", PERSON_COLUMNS, _people(people, rng), size.people, progress)
        _copy(cursor, "spaces_space", SPACE_COLUMNS, _spaces(spaces, size), size.communities, progress)
        _copy(
            cursor,
            "spaces_spacetool",
            "id, space_id, slug, replaces, opened_at",
            _tools(spaces),
            2 * len(spaces),
            progress,
        )
        belongs = _belonging(people, spaces, rng)
        count = sum(len(found) for found in belongs.values())
        _copy(
            cursor,
            "spaces_membership",
            "id, space_id, person_id, role, charter_version, joined_at",
            ((new_id(), s, p, "member", 0, START.isoformat()) for p, found in belongs.items() for s in found),
            count,
            progress,
        )
        _copy(
            cursor,
            "spaces_subscription",
            "id, person_id, space_id, level",
            ((new_id(), p, s, 1) for p, found in belongs.items() for s in found),
            count,
            progress,
        )
        things = _contributions(cursor, people, spaces, size, rng, progress)
        _replies(cursor, people, things, size, rng, progress)
        viewers = people[:: max(len(people) // VIEWERS, 1)][:VIEWERS]
        sessions = _sessions(cursor, viewers)
        cursor.execute("SET session_replication_role = origin")
    connection.commit()
    connection.autocommit = True
    progress("vacuum", 0, 1)
    connection.execute("VACUUM (ANALYZE)")
    topics = [key for key, _space, kind, _at in things if kind == "topic"]
    posts = [key for key, _space, kind, _at in things if kind == "post"]
    return Built(
        sessions, topics[-4000:], posts[-2000:], [f"c{index}" for index in range(min(len(spaces), 200))]
    )


PERSON_COLUMNS = (
    "id, password, email, state, display_name, sort_key, photo, job_title, department, site, languages, bio, hello, "
    "hidden_fields, is_hidden, is_administrator, is_sponsor, language, theme, text_size, time_zone, mails_notices, "
    "stream_order, created_at"
)
SPACE_COLUMNS = (
    "id, kind, slug, name, purpose, theme, access, audience, category, tags, cover, hue, welcome, is_everyone, posting, "
    "member_count, created_at"
)


def _copy(
    cursor: Cursor[Any], table: str, columns: str, rows: Iterator[Line], total: int, progress: Progress
) -> None:
    done = 0
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            done += 1
            if done % 50_000 == 0:
                progress(table, done, total)
    progress(table, done, total)


def _people(people: list[int], rng: random.Random) -> Iterator[Line]:
    for index, key in enumerate(people):
        name = f"Personne {index:06d}"
        yield (
            key,
            "!",
            f"p{index}@banc.example",
            "active",
            name,
            name.lower(),
            "",
            "technicienne",
            f"D{index % 40}",
            f"S{index % 12}",
            [],
            "",
            "",
            [],
            False,
            False,
            False,
            "fr" if index % 4 else "en",
            "system",
            "100",
            "",
            False,
            "activity",
            START,
        )


def _spaces(spaces: list[int], size: Size) -> Iterator[Line]:
    for index, key in enumerate(spaces):
        is_open = index % 5 != 0
        yield (
            key,
            "community",
            f"c{index}",
            f"Communauté {index}",
            "Se parler de ce qui compte.",
            "professional",
            "open" if is_open else "on_request",
            0 if is_open else 1,
            "",
            [],
            "",
            0,
            "",
            False,
            "members",
            12 * size.people // len(spaces),
            START,
        )


def _tools(spaces: list[int]) -> Iterator[Line]:
    return ((new_id(), key, slug, "", START) for key in spaces for slug in ("forum", "blog"))


def _belonging(people: list[int], spaces: list[int], rng: random.Random) -> dict[int, list[int]]:
    """Twelve communities each; one person in a hundred belongs to an almost empty one only, one to all."""
    last, found = spaces[-1], {}
    for index, person in enumerate(people):
        if index % 100 == 7:
            found[person] = [last]
        elif index % 5000 == 11:
            found[person] = list(spaces)
        else:
            found[person] = rng.sample(spaces[:-1], min(12, len(spaces) - 1))
    return found


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def _contributions(
    cursor: Cursor[Any],
    people: list[int],
    spaces: list[int],
    size: Size,
    rng: random.Random,
    progress: Progress,
) -> list[Thing]:
    """Rows of the spine spread over ten months, then their texts and details; returns what was made."""
    made: list[Thing] = []
    columns = (
        "id, kind, space_id, space_audience, author_id, title, excerpt, card, language, state, is_listed, published_at, "
        "last_activity_at, created_at, version, are_replies_open, is_imported, reply_count, reaction_counts"
    )
    rows = _spine(people, spaces, size, rng, made)
    _copy(cursor, "contributions_contribution", columns, rows, size.contributions, progress)
    _copy(
        cursor,
        "contributions_body",
        "contribution_id, source, html, text, renderer_version",
        _bodies(made, rng),
        len(made),
        progress,
    )
    topics = (row for row in made if row[2] == "topic")
    _copy(
        cursor,
        "forum_topic",
        "contribution_id, mode, outcome, outcome_html, closed_because, budget",
        ((row[0], "discussion", "", "", "", 5) for row in topics),
        len(made),
        progress,
    )
    posts = (row for row in made if row[2] == "post")
    _copy(
        cursor,
        "blog_post",
        "contribution_id, reading_minutes",
        ((row[0], 2) for row in posts),
        len(made),
        progress,
    )
    return made


def _spine(
    people: list[int], spaces: list[int], size: Size, rng: random.Random, made: list[Thing]
) -> Iterator[Line]:
    """Lines of the spine, one after another in time; each is noted in `made`."""
    step = timedelta(days=300) / size.contributions
    for index in range(size.contributions):
        at = START + step * index
        key = new_id(int(at.timestamp() * 1000))
        place = rng.randrange(len(spaces) - 1)
        kind = ("topic", "topic", "topic", "post", "note")[index % 5]
        title = "" if kind == "note" else _text(rng, 6).capitalize()
        made.append((key, spaces[place], kind, at))
        card = '{"mode":"discussion"}' if kind == "topic" else "{}"
        yield (
            key,
            kind,
            spaces[place],
            1 if place % 5 == 0 else 0,
            rng.choice(people),
            title,
            _text(rng, 30),
            card,
            "fr",
            "published",
            True,
            at,
            at + timedelta(hours=index % 48),
            at,
            1,
            True,
            False,
            3,
            '{"like":2}',
        )


def _bodies(made: list[Thing], rng: random.Random) -> Iterator[Line]:
    pool = [_text(rng, 70) for _ in range(500)]
    for key, _space, _kind, _at in made:
        text = pool[key % 500]
        yield (key, text, f"<p>{text}</p>", text, 1)


def _replies(
    cursor: Cursor[Any],
    people: list[int],
    things: list[Thing],
    size: Size,
    rng: random.Random,
    progress: Progress,
) -> None:
    """Three replies each on average: twenty on the newest topics, which are the ones read."""
    columns = (
        "id, contribution_id, space_id, audience, author_id, source, html, text, renderer_version, side, state, "
        "created_at, version, reaction_counts"
    )
    long = {row[0] for row in [row for row in things if row[2] == "topic"][-4000:]}
    pool = [_text(rng, 35) for _ in range(500)]
    cursor.execute("SELECT id, audience FROM spaces_space")
    audience = dict(cursor.fetchall())

    def rows() -> Iterator[Line]:
        for key, space, _kind, at in things:
            for number in range(20 if key in long else 3):
                text = pool[(key + number) % 500]
                yield (
                    new_id(int(at.timestamp() * 1000) + number),
                    key,
                    space,
                    audience[space],
                    rng.choice(people),
                    text,
                    f"<p>{text}</p>",
                    text,
                    1,
                    0,
                    "published",
                    at + timedelta(minutes=7 * number),
                    1,
                    "{}",
                )

    _copy(cursor, "contributions_reply", columns, rows(), size.replies, progress)
    for index, statement in enumerate(import_module("parvis.contributions.migrations.0007_entries").FILL):
        progress("contributions_entry", index, 2)
        cursor.execute(statement)
    cursor.execute("UPDATE contributions_contribution SET reply_count = 20 WHERE id = ANY(%s)", [list(long)])


def _sessions(cursor: Cursor[Any], viewers: list[int]) -> list[str]:
    from parvis.accounts.sessions import SessionStore

    store: SessionBase = SessionStore()
    found = []
    until = datetime.now(UTC) + timedelta(days=2)
    for person in viewers:
        key = hashlib.sha256(f"bench{person}".encode()).hexdigest()[:32]
        data = store.encode(
            {"_auth_user_id": str(person), "_auth_user_backend": "bench", "_auth_user_hash": ""}
        )
        cursor.execute(
            "INSERT INTO accounts_session (session_key, session_data, expire_date, person_id, user_agent, created_at, seen_on) "
            "VALUES (%s, %s, %s, %s, 'bench', now(), current_date) ON CONFLICT DO NOTHING",
            [key, data, until, person],
        )
        found.append(key)
    return found
