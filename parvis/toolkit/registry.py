"""The tools installed here, found by the word in settings.TOOLS. Not here: any tool's name."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from django.conf import settings

from parvis.access import table
from parvis.approvals import watchers
from parvis.contributions.kinds import (
    install_kinds,
    install_state_watchers,
    install_tellers,
    install_text_watchers,
    install_watchers,
    install_words,
)
from parvis.toolkit.spec import Kind, Tool

if TYPE_CHECKING:
    from parvis.spaces.models import Space


@lru_cache(maxsize=1)
def tools() -> tuple[Tool, ...]:
    """Installed tools in the order in which every community shows them, and rooms of the house that work as tools do."""
    found = [import_module(f"{package_of(slug)}.tool").TOOL for slug in (*settings.TOOLS, *settings.ROOMS)]
    return tuple(sorted(found, key=lambda tool: (tool.position, tool.slug)))


def package_of(slug: str) -> str:
    """Where a tool's code lives: its folder under tools/, or the room of the house that bears its name."""
    return f"parvis.{slug}" if slug in settings.ROOMS else f"parvis.tools.{slug}"


def thing_rooms() -> frozenset[str]:
    """The first words of the addresses at which things are: /go/KEY/, and /forum/KEY/ for each tool installed."""
    return frozenset({"go", *(tool.slug for tool in tools())})


@lru_cache(maxsize=1)
def kinds() -> dict[str, tuple[Tool, Kind]]:
    """Every installed kind with its tool, by slug."""
    return {kind.slug: (tool, kind) for tool in tools() for kind in tool.kinds}


def kind(slug: str) -> Kind | None:
    """The installed kind of this slug, or None."""
    pair = kinds().get(slug)
    return pair[1] if pair else None


def tool_of(kind_slug: str) -> Tool | None:
    """The tool to which a kind belongs, or None when it isn't installed."""
    pair = kinds().get(kind_slug)
    return pair[0] if pair else None


def tool(slug: str) -> Tool | None:
    """The installed tool of this slug, or None."""
    return next((found for found in tools() if found.slug == slug), None)


def switchable() -> tuple[Tool, ...]:
    """Tools that a community switches on or off."""
    return tuple(found for found in tools() if not found.is_always_on)


def slugs_on(space: Space, switched_on: list[str] | None = None) -> set[str]:
    """Slugs of the tools on in a space, the always-on ones included; one query unless the rows are given."""
    always = {found.slug for found in tools() if found.is_always_on}
    if space.is_personal:
        return always | {found.slug for found in tools() if found.is_personal}
    rows = space.tools.values_list("slug", flat=True) if switched_on is None else switched_on
    return always | (set(rows) & {found.slug for found in tools()})


def personal_room() -> Tool | None:
    """The tool whose page is the front page of somebody's own space; None where no such tool is installed."""
    return next((found for found in tools() if found.is_personal and found.has_tab), None)


def kind_for(space: Space, role: str) -> Kind | None:
    """The kind that plays a role in a space, or None: then its button isn't shown."""
    return kind_among(slugs_on(space), role)


def kind_among(on: set[str], role: str) -> Kind | None:
    """The same among the tools of these slugs, where a page knows them already."""
    for found in tools():
        for candidate in found.kinds:
            if found.slug in on and role in candidate.roles:
                return candidate
    return None


def install() -> None:
    """Called once at start-up: tells the spine its kinds and the access table its abilities."""
    install_kinds(set(kinds()))
    install_watchers({slug: one.reply_gone for slug, (_tool, one) in kinds().items() if one.reply_gone})
    install_state_watchers(
        {slug: one.state_changed for slug, (_tool, one) in kinds().items() if one.state_changed}
    )
    install_tellers({slug: one.tells for slug, (_tool, one) in kinds().items() if one.tells})
    install_text_watchers([found.text_written for found in tools() if found.text_written])
    install_words({slug: one.words for slug, (_tool, one) in kinds().items() if one.words})
    approved = {slug: one.versions.settled for slug, (_tool, one) in kinds().items() if one.versions}
    watchers.install_watchers(approved)
    for found in tools():
        for ability, who in found.abilities.items():
            table.declare(ability, *who)
