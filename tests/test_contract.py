"""What every tool owes the house: its folder, its words, its abilities, kinds that draw, publish, leave and come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

import parvis.urls  # noqa: F401 — fills ROUTES
from parvis.access import table
from parvis.contributions.models import Body, Contribution
from parvis.kernel.ids import decode
from parvis.toolkit import registry
from parvis.toolkit.routing import ROUTES
from parvis.toolkit.spec import ROLES, Kind, Tool
from tests.trial import undone
from tests.world import World

TOOLS = {tool.slug: tool for tool in registry.tools()}
KINDS = {kind.slug: (tool, kind) for tool in TOOLS.values() for kind in tool.kinds}
HOUSE = Path(__file__).resolve().parents[1] / "parvis"
# What the composer asks of a kind besides title and text, where nothing can be guessed.
NEEDED = {"event": {"opt_day": "2030-01-05"}}
SAMPLES = {
    "topic": ("question", "answered", "closed", "decided", "storm"),
    "idea": ("idea", "kept_idea"),
    "post": ("post",),
    "event": ("event", "told_event"),
    "document": ("paper", "far", "model"),
    "page": ("branch", "leaf", "sheet", "held"),
    "poll": ("survey", "told_poll", "secret_poll"),
}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_its_folder_says_what_it_is(tool: Tool) -> None:
    folder = HOUSE.joinpath(*registry.package_of(tool.slug).split(".")[1:])
    for name in ("README.md", "tool.py", "urls.py", "actions.py", "tests"):
        assert (folder / name).exists(), name
    assert str(tool.label)
    assert tool.is_always_on or str(tool.promise), "the assistant shows its promise"


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_its_abilities_and_addresses_are_its_own(tool: Tool) -> None:
    assert all(name.startswith(f"{tool.slug}.") for name in tool.abilities)
    assert tool.abilities.keys() <= table.RULES.keys()
    asked = {route.ability for route in ROUTES if route.tool == tool.slug}
    own = {name for name in table.RULES if name.startswith(tuple(f"{slug}." for slug in TOOLS))}
    assert asked & own <= tool.abilities.keys()
    assert {kind.view for kind in tool.kinds} <= {route.name for route in ROUTES if route.tool == tool.slug}


def words_of(tool: Tool) -> list[Any]:
    found: list[Any] = [tool.label, tool.promise]
    for kind in tool.kinds:
        found += [kind.label, kind.verb, *kind.replies]
        found += [word for option in kind.options for word in (option.label, option.prompt)]
    return [word for word in found if word]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_its_words_are_said_in_french(tool: Tool) -> None:
    catalogue = trans_real.translation("fr")._catalog
    with translation.override("en"):
        missing = [str(word) for word in words_of(tool) if str(word) not in catalogue]
    assert missing == []


@pytest.mark.parametrize("slug", KINDS)
def test_its_kinds_are_drawn_by_known_roles(slug: str) -> None:
    _tool, kind = KINDS[slug]
    assert kind.roles <= ROLES
    assert kind.icon
    assert callable(kind.draft)
    assert callable(kind.publish)


def samples(world: World, slug: str) -> list[Contribution]:
    names = {**world.site, **world.names["on_request"]}
    keys = [names[name] for name in SAMPLES.get(slug, (slug,))]
    return list(
        Contribution.objects.filter(id__in=[decode(key) for key in keys]).select_related("space", "author")
    )


@pytest.mark.parametrize("slug", KINDS)
def test_what_a_kind_holds_leaves_and_comes_back(slug: str, world: World) -> None:
    _tool, kind = KINDS[slug]
    for original in samples(world, slug):
        dumped = kind.dump(original)
        assert json.loads(json.dumps(dumped)) == dumped
        with undone():
            copy = bare_copy(original)
            kind.load(copy, dumped, resolve=lambda table, key: decode(key))
            copy.refresh_from_db()
            assert kind.dump(copy) == dumped
            kind.load(copy, dumped, resolve=lambda table, key: decode(key))
            assert kind.dump(copy) == dumped, "loading twice changes nothing"


def bare_copy(original: Contribution) -> Contribution:
    """The spine's row and text of a contribution, without what its kind has of its own."""
    body = Body.objects.get(contribution=original)
    copy = Contribution.objects.create(
        kind=original.kind, space=original.space, space_audience=original.space_audience, author=original.author,
        title=original.title, state=original.state, published_at=original.published_at,
        last_activity_at=original.last_activity_at, part_of=original.part_of, is_listed=original.is_listed,
    )  # fmt: skip
    Body.objects.create(contribution=copy, source=body.source, html=body.html, text=body.text)
    return copy


@pytest.mark.parametrize("slug", KINDS)
def test_a_card_adds_only_what_can_be_kept(slug: str, world: World) -> None:
    from parvis.contributions.stream import by_ids

    _tool, kind = KINDS[slug]
    rows = by_ids([row.id for row in samples(world, slug)], world.cast.author)
    assert rows or slug == "idea"
    for row in rows:
        face = kind.face(row)
        assert isinstance(face, dict)


OFFERED = [(tool, kind, option) for tool in TOOLS.values() for kind in tool.kinds for option in kind.options]


@pytest.mark.parametrize(("tool", "kind", "option"), OFFERED, ids=[option.slug for _t, _k, option in OFFERED])
def test_each_entry_of_the_publish_menu_publishes(tool: Tool, kind: Kind, option: Any, world: World) -> None:
    space = world.cast.on_request
    title = "" if option.title == "none" else "Une lampe pour deux"
    with undone():
        answer = world.client("member").post(
            "/publish/",
            {"space": space.slug, "kind": option.slug, "title": title, "body": "Qui veut essayer ?"}
            | NEEDED.get(kind.slug, {}),
        )
        assert answer.status_code == 303
        made = Contribution.objects.order_by("-id").first()
        assert made is not None
        assert (made.kind, made.space_id, made.author_id) == (kind.slug, space.id, world.cast.member.id)
        assert answer.headers["Location"].startswith(f"/{tool.slug}/{made.key}/")
        assert world.client("host").get(answer.headers["Location"].partition("?")[0]).status_code == 200
