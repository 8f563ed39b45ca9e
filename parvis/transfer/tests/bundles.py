"""Makes bundles for tests: a small one by hand, and any number of them by hypothesis, always valid.

Also for tests of loading and dumping: `generated()` is the strategy, `write_to` puts one on disk.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from parvis.transfer import bundle, rows
from parvis.transfer.rows import Row

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
CONTENT = b"un plan"

Tables = dict[type[Row], list[Any]]


def small() -> Tables:
    """One row or two of each table."""
    return {
        rows.Person: [
            rows.Person(
                id="ana", display_name="Ana Lima", state="active", email="ana@example.org", manager="bob"
            ),
            rows.Person(id="bob", display_name="Bob"),
        ],
        rows.File: [
            rows.File(
                id="f1",
                owner="ana",
                name="plan.png",
                media_type="image/png",
                size=len(CONTENT),
                sha256=hashlib.sha256(CONTENT).hexdigest(),
                alt="Le plan",
            )
        ],
        rows.Space: [
            rows.Space(id="s1", slug="velo", name="Vélo", theme="interest", tools={"forum": ""}),
            rows.Space(id="s2", kind="personal", slug="ana", name="Carnet d’Ana", owner="ana"),
        ],
        rows.Membership: [
            rows.Membership(id="m1", space="s1", person="ana", role="host", host_until_on=date(2027, 1, 1))
        ],
        rows.Object: [
            rows.Object(
                id="o1",
                kind="topic",
                space="s1",
                author="ana",
                title="Où garer ?",
                body="Voir ![Plan](/files/f1/plan.png)",
                published_at=NOON,
                tags=("vélo",),
                attachments=("f1",),
                detail={"mode": "brainstorm"},
            ),
            rows.Object(
                id="o2",
                kind="idea",
                space="s1",
                author="bob",
                body="Cour",
                part_of="o1",
                is_listed=False,
                published_at=NOON,
            ),
        ],
        rows.Reply: [
            rows.Reply(id="r1", object="o1", author="bob", body="Merci @[](person:ana)", created_at=NOON),
            rows.Reply(
                id="r2", object="o1", parent="r1", author="ana", body="De rien", side="for", created_at=NOON
            ),
        ],
        rows.Reaction: [rows.Reaction(id="x1", object="o1", reply="r1", person="ana", name="useful")],
        rows.Follow: [
            rows.Follow(id="w1", person="bob", object="o1"),
            rows.Follow(id="w2", person="bob", tag="velo", level="normal"),
        ],
        rows.Total: [rows.Total(id="t1", object="o1", name="agree", count=12)],
    }


def write_to(
    target: Path, tables: Tables, contents: dict[str, bytes] | None = None, **more: Any
) -> bundle.Manifest:
    """Writes the tables as a bundle of the origin "test"."""
    known = {hashlib.sha256(CONTENT).hexdigest(): CONTENT} | (contents or {})
    options = {
        "origin": "test",
        "created_at": NOON,
        "open_file": lambda file: io.BytesIO(known[file.sha256]),
    } | more
    return bundle.write(target, tables, **options)


def read_from(target: Path) -> Tables:
    """All rows of a bundle, by type."""
    with bundle.open_bundle(target) as opened:
        return {of_type: list(opened.rows(of_type)) for of_type in rows.ORDER}


_letters = st.characters(codec="utf-8", exclude_characters="\x00\n\r", exclude_categories=("Cs",))
_line = st.text(_letters, max_size=30)
_name = _line.filter(str.strip)
_lines = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), max_size=60
)
_FIRST, _LAST = (datetime(year, 1, 1) for year in (1990, 2060))  # noqa: DTZ001 - hypothesis wants them naive
_moments = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | _line,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_line, inner, max_size=3),
    max_leaves=5,
)


def _keys(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def _maybe(draw: Any, keys: Sequence[str]) -> str | None:
    return draw(st.sampled_from([None, *keys]))


@st.composite
def generated(draw: Any) -> Tables:
    """A valid bundle of a whole site, without files."""
    people = _keys("p", draw(st.integers(1, 4)))
    spaces = _keys("s", draw(st.integers(1, 3)))
    objects = _keys("o", draw(st.integers(0, 4)))
    one = st.sampled_from
    tables: Tables = {
        rows.Person: [
            rows.Person(
                id=key,
                display_name=draw(_name),
                state=draw(one(["unclaimed", "active", "suspended", "left"])),
                job_title=draw(_line),
                manager=_maybe(draw, people),
                bio=draw(_lines),
                languages=tuple(draw(st.lists(_line, max_size=3, unique=True))),
                created_at=draw(st.none() | _moments),
            )
            for key in people
        ],
        rows.Space: [
            rows.Space(
                id=key,
                slug=f"espace-{key}",
                name=draw(_name),
                purpose=draw(_line),
                welcome=draw(_lines),
                access=draw(one(["open", "on_request", "secret"])),
                theme=draw(one(["professional", "interest"])),
                hue=draw(st.integers(0, 360)),
                created_at=draw(st.none() | _moments),
                archived_at=draw(st.none() | _moments),
            )
            for key in spaces
        ],
        rows.Membership: [
            rows.Membership(
                id=f"{space}-{person}", space=space, person=person, role=draw(one(["member", "host"]))
            )
            for space in spaces
            for person in draw(st.lists(one(people), unique=True))
        ],
        rows.Object: [
            rows.Object(
                id=key,
                kind="topic",
                space=draw(one(spaces)),
                author=draw(one(people)),
                title=draw(_line),
                body=draw(_lines),
                language=draw(one(["fr", "en"])),
                is_listed=draw(st.booleans()),
                published_at=draw(_moments),
                edited_at=draw(st.none() | _moments),
                detail=draw(st.dictionaries(_line, _json, max_size=3)),
            )
            for key in objects
        ],
    }
    tables[rows.Reply] = replies = _replies(draw, objects, people)
    tables[rows.Reaction] = [
        rows.Reaction(
            id=f"x-{reply.id}-{person}", object=reply.object, reply=reply.id, person=person, name="like"
        )
        for reply in replies
        for person in draw(st.lists(one(people), unique=True, max_size=2))
    ]
    tables[rows.Follow] = [
        rows.Follow(
            id=f"w-{key}-{person}",
            person=person,
            object=key,
            level=draw(one(["muted", "normal", "following"])),
        )
        for key in objects
        for person in draw(st.lists(one(people), unique=True, max_size=2))
    ]
    tables[rows.Total] = [
        rows.Total(id=f"t-{key}", object=key, name="agree", count=draw(st.integers(0, 2**31 - 1)))
        for key in objects
    ]
    return tables


def _replies(draw: Any, objects: list[str], people: list[str]) -> list[rows.Reply]:
    replies: list[rows.Reply] = []
    for number in range(draw(st.integers(0, 4)) if objects else 0):
        host = draw(st.sampled_from(objects))
        parents = [reply.id for reply in replies if reply.object == host and reply.parent is None]
        replies.append(
            rows.Reply(
                id=f"r{number}",
                object=host,
                parent=_maybe(draw, parents),
                author=draw(st.sampled_from(people)),
                body=draw(_lines.filter(str.strip)),
                side=draw(st.sampled_from([None, "for", "against"])),
                created_at=draw(_moments),
                edited_at=draw(st.none() | _moments),
            )
        )
    return replies
