"""Every text of every table carries a word of its own; every page is read as every actor; a word met by somebody who may
not see it fails, and so does a word that nobody rightful ever meets. Planting is by introspection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from parvis.contributions.models import Contribution, Reply
from parvis.spaces.models import Space
from tests.canary_exemptions import EXEMPT, NOT_SOUGHT
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, get, read_answers
from tests.matrix.site import ADMINISTRATION, SIGNED_IN, VISITORS
from tests.trial import address_of, attempt, find_route
from tests.world import World

GETS = [row for row in (*VISITORS, *SIGNED_IN, *ADMINISTRATION, *SPACE, *THING) if row.method == "GET"]
# Things in other states than those the matrix asks for.
MORE = [
    *(get("notes:note", "reads", on=name) for name in ("linked", "pinned_note")),
    *(
        get("forum:topic", "reads in communities", on=name)
        for name in ("decided", "closed", "answered", "storm", "kept_idea")
    ),
    get("blog:post", "reads one's own unseen", on="later"),
    get("notes:note", "reads what was hidden", on="hidden"),
    *(get("edit", "changes one's own", on=name) for name in ("post", "linked", "pinned_note")),
    get("reply_edit", "changes the member's reply", given={"reply": "{own_reply}"}),
    get("reply_history", "reads", given={"reply": "{own_reply}"}),
]
ANSWERS = read_answers()
SEARCHES = ("/search/?q=lampe", "/search/?q=canari", "/people/?q=canari", "/communities/?q=canari", "/stream/newer/?since=2020-01-01T00:00:00Z",
            "/publish/similar/?q=lampe", "/tags/suggest/?q=lam", "/people/suggest/?q=au", "/", "/?kind=note", "/?theme=professional")  # fmt: skip
MEMBERS = frozenset({"member", "cohost", "author", "host"})
SIGNED = MEMBERS | {"stranger", "host_elsewhere", "ex_member", "administrator", "invitee"}
ALL = SIGNED | {"visitor", "suspended"}
CLOSED = ("on_request", "secret", "archived")
WORD = re.compile(r"canari\d{5}z")


@dataclass
class Planted:
    """word → where it stands, and who may meet it."""

    where: dict[str, str] = field(default_factory=dict)
    readers: dict[str, frozenset[str]] = field(default_factory=dict)

    def new(self, column: str, readers: frozenset[str]) -> str:
        word = f"canari{len(self.where):05d}z"
        self.where[word], self.readers[word] = column, readers
        return word


def text_columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every column that can hold a text, of every table of the house."""
    texts = (models.CharField, models.TextField, models.JSONField, ArrayField)
    for model in apps.get_models():
        if model.__module__.startswith("parvis."):
            yield from ((model, one) for one in model._meta.concrete_fields if isinstance(one, texts))


def name_of(model: type[models.Model], one: models.Field[Any, Any]) -> str:
    return f"{model._meta.db_table}.{one.column}"


# Who may meet the words of a row: written from the design, not from the code


def place_of(world: World, space_id: int) -> str:
    """The world's name of a space; "beside" for those made beside it, which everybody may read or know."""
    return next((name for name, space in world.cast.spaces().items() if space.id == space_id), "beside")


def host_of(place: str) -> frozenset[str]:
    return frozenset(
        {
            {"everyone": "administrator", "personal": "author", "elsewhere": "host_elsewhere"}.get(
                place, "host"
            )
        }
    )


def who_reads(place: str) -> frozenset[str]:
    if place == "elsewhere":
        return frozenset({"host_elsewhere"})
    return MEMBERS if place in CLOSED else frozenset(SIGNED)


def who_knows(place: str) -> frozenset[str]:
    return MEMBERS | {"invitee"} if place == "secret" else frozenset(SIGNED)


def of_contribution(world: World, row: Contribution) -> frozenset[str]:
    place = place_of(world, row.space_id)
    if row.state == "published":
        return who_reads(place)
    return frozenset({"author"}) | (host_of(place) if row.state == "hidden" else frozenset())


def of_reply(world: World, row: Reply) -> frozenset[str]:
    writer = frozenset({"author"} if row.author_id == world.cast.author.id else {"member"})
    seen = of_contribution(world, row.contribution)
    if row.state == "published":
        return seen
    return writer | (
        host_of(place_of(world, row.contribution.space_id)) if row.state == "hidden" else frozenset()
    )


def readers(world: World, row: Any) -> frozenset[str]:
    """Who may meet the texts of one row of any table."""
    table = row._meta.db_table
    room = table.partition("_")[0]
    person = {one.id: name for name, one in world.people().items() if one is not None}
    if table == "contributions_report" or table == "contributions_recurring":
        return host_of(place_of(world, row.space_id))
    if table == "contributions_draft":
        return frozenset({person.get(row.person_id, "")})
    if isinstance(row, Contribution):
        return of_contribution(world, row)
    if isinstance(row, Reply):
        return of_reply(world, row)
    if getattr(row, "reply_id", None):
        return of_reply(world, row.reply)
    if getattr(row, "contribution_id", None):
        return of_contribution(world, row.contribution)
    if table == "contributions_attachment":
        return frozenset({person.get(row.uploader_id, "")})
    if room == "forum":
        return who_reads(place_of(world, row.space_id))
    if table == "membership_invitation" and row.person_id is None and not row.email:
        return frozenset(SIGNED)  # whoever holds the link; the sweep gives it to everybody
    if table in ("membership_invitation", "membership_joinrequest"):
        return host_of(place_of(world, row.space_id)) | {person.get(row.person_id, "")}
    if table == "membership_charter":
        return who_knows(place_of(world, row.space_id))
    if table == "membership_communityrequest":
        return frozenset({"administrator", "stranger"})
    if isinstance(row, Space):
        return who_knows(place_of(world, row.id))
    if table == "spaces_spacetool":
        return who_knows(place_of(world, row.space_id))
    if table == "people_group":
        return frozenset({"administrator", "host", "host_elsewhere", "author", "invitee", "member"})
    if row.__class__.__name__ == "Person" and row.id in (world.cast.member.id, world.cast.unclaimed.id):
        return ALL  # their one-time links greet them by name; the sweep gives those links to everybody
    if room == "accounts":
        return frozenset({"administrator"})
    return frozenset(SIGNED) if room in ("people", "membership") else ALL


def value_for(one: models.Field[Any, Any], word: str) -> Any:
    if isinstance(one, models.JSONField):
        return {
            "title": word,
            "body": word,
            "name": word,
            "purpose": word,
            "theme": "interest",
            "access": "open",
        }
    if isinstance(one, ArrayField):
        return [word]
    return f"<p>{word}</p>" if one.column.endswith("html") else word


def plant(world: World) -> Planted:
    """A new word in every text column of every row, but for those exempted in writing."""
    planted = Planted()
    for model, one in text_columns():
        column = name_of(model, one)
        if column in EXEMPT:
            continue
        for row in model._default_manager.all():
            word = planted.new(column, readers(world, row))
            model._default_manager.filter(pk=row.pk).update(**{one.attname: value_for(one, word)})
    return planted


@dataclass
class Sweep:
    """What every actor met on every page."""

    met: dict[str, dict[str, str]] = field(default_factory=dict)  # word → actor → address
    pages: int = 0


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.fixture(scope="module")
def sweep(world: World, planted: Planted) -> Sweep:
    found = Sweep()
    for actor in world.people():
        addresses = {*SEARCHES} | {
            address for row in (*GETS, *MORE) for address in addresses_of(world, row, actor)
        }
        for address in sorted(addresses):
            outcome = attempt(world, actor, "GET", address)
            found.pages += 1
            for word in {*WORD.findall(outcome.text)}:
                found.met.setdefault(word, {}).setdefault(actor, address)
    return found


def addresses_of(world: World, row: Row, actor: str) -> Iterator[str]:
    route = find_route(row.name)
    for space in ANSWERS[row.pattern]:
        names = world.names_for(actor, "" if space == "site" else space)
        address = address_of(route, names, given=row.given, on=row.on)
        yield address + (f"?{row.query.format_map(names)}" if row.query else "")


def test_every_text_column_has_a_canary_or_a_written_reason(planted: Planted) -> None:
    have = {*planted.where.values()}
    columns = {name_of(model, one) for model, one in text_columns()}
    assert sorted(columns - have - EXEMPT.keys()) == []
    assert sorted(EXEMPT.keys() - columns) == []
    assert sorted(NOT_SOUGHT.keys() - columns) == []


def test_nobody_meets_a_word_that_is_not_for_them(planted: Planted, sweep: Sweep) -> None:
    leaks = sorted(
        f"{planted.where[word]} met by {actor} at {address}, though only {', '.join(sorted(planted.readers[word]))} may"
        for word, actors in sweep.met.items()
        for actor, address in actors.items()
        if actor not in planted.readers[word]
    )
    assert not leaks, f"{len(leaks)} of {len(planted.where)} words:\n" + "\n".join(leaks[:60])


def test_each_word_is_met_by_somebody_it_is_for(planted: Planted, sweep: Sweep) -> None:
    """By column: at least one word of each is met, but for those of NOT_SOUGHT."""
    met = {planted.where[word] for word, actors in sweep.met.items() if planted.readers[word] & actors.keys()}
    unmet = sorted({*planted.where.values()} - met - NOT_SOUGHT.keys())
    assert not unmet, ", ".join(unmet)
    stale = sorted(NOT_SOUGHT.keys() & met)
    assert not stale, f"no longer need their exemption: {', '.join(stale)}"


def test_the_sweep_is_as_wide_as_it_says(planted: Planted, sweep: Sweep) -> None:
    assert len(planted.where) > 500
    assert sweep.pages > 2000
    assert len(sweep.met) > len(planted.where) // 3
