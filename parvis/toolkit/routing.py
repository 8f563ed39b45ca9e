"""The only way to declare an address: with the ability it needs. A route without one can't be written.

Not here: who may (access.table) and what the views do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, include, path, reverse
from django.urls.converters import register_converter

from parvis.access import table
from parvis.access.reading import find_space
from parvis.access.roles import roles
from parvis.contributions.models import Contribution, State
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode, encode
from parvis.toolkit import registry
from parvis.toolkit.request import Request
from parvis.toolkit.spec import Tool

View = Callable[..., HttpResponse]


class KeyConverter:
    """The 13 letters of an id in an address; anything else is no address at all."""

    regex = "[0-9a-hjkmnp-tv-z]{13}"

    def to_python(self, value: str) -> int:
        return decode(value)

    def to_url(self, value: int | str) -> str:
        return value if isinstance(value, str) else encode(value)


register_converter(KeyConverter, "key")


@dataclass(frozen=True)
class Route:
    """An address, what stands behind it, and who may use it. `on` is "site", "space" or "thing"."""

    pattern: str
    view: View
    ability: str
    name: str
    on: str = "site"
    methods: tuple[str, ...] = ("GET", "POST")
    tool: str = ""
    upon_any: bool = False  # a tool's address upon a contribution of any kind: /go/<key>/<tool>/

    @property
    def full_name(self) -> str:
        return f"{self.tool}:{self.name}" if self.tool else self.name


ROUTES: list[Route] = []


def route(
    pattern: str,
    view: View,
    *,
    ability: str,
    name: str,
    methods: tuple[str, ...] = ("GET", "POST"),
) -> Route:
    """An address of a tool or of the shell; where it is mounted decides what it is given."""
    if ability not in table.RULES:
        raise LookupError(f"route {name!r} asks for an unknown ability {ability!r}")
    return Route(pattern, view, ability, name, methods=methods)


def site_urls(routes: list[Route]) -> list[URLPattern]:
    """The shell's own addresses: the view gets the request and what the pattern captures."""
    return [_mount(found, "site", None) for found in routes]


def space_urls(routes: list[Route]) -> list[URLPattern]:
    """The shell's addresses inside a space: the view gets the space that `<slug:slug>` names."""
    return [_mount(found, "space", None) for found in routes]


def thing_urls(routes: list[Route]) -> list[URLPattern]:
    """The shell's addresses on any contribution: the view gets the contribution that `<key:key>` names."""
    return [_mount(found, "thing", None) for found in routes]


def tool_urls() -> list[Any]:
    """Every installed tool under `/c/<space>/<tool>/` and `/<tool>/<key>/`; upon others' contributions, `/go/<key>/<tool>/`.

    Its `site_routes` stand at `/<tool>/`, for what belongs to no one place; their views get what the pattern captures.
    """
    patterns: list[Any] = []
    for found in registry.tools():
        module = import_module(f"{registry.package_of(found.slug)}.urls")
        inside = [_mount(item, "space", found) for item in getattr(module, "space_routes", [])]
        upon = [_mount(item, "thing", found) for item in getattr(module, "thing_routes", [])]
        # one namespace for each tool, so that its names can be reversed from anywhere as "<tool>:<name>"
        others = [_mount(item, "thing", found, upon_any=True) for item in getattr(module, "upon_routes", [])]
        site = [_mount(item, "site", found) for item in getattr(module, "site_routes", [])]
        both = [
            path(f"c/<slug:slug>/{found.slug}/", include(inside)),
            path(f"{found.slug}/<key:key>/", include(upon)),
        ]
        both += [path(f"go/<key:key>/{found.slug}/", include(others))] if others else []
        both += [path(f"{found.slug}/", include(site))] if site else []
        patterns.append(path("", include((both, found.slug), namespace=found.slug)))
    return patterns


def _mount(found: Route, on: str, tool: Tool | None, *, upon_any: bool = False) -> URLPattern:
    slug = tool.slug if tool else ""
    mounted = Route(found.pattern, found.view, found.ability, found.name, on, found.methods, slug, upon_any)
    ROUTES.append(mounted)
    gate = {"site": _gate_site, "space": _gate_space, "thing": _gate_thing}[on]
    return path(found.pattern, gate(mounted), name=found.name)


def _gate_site(found: Route) -> View:
    @wraps(found.view)
    def gated(request: Request, **captured: Any) -> HttpResponse:
        if request.method not in _with_head(found.methods):
            return HttpResponseNotAllowed(found.methods)
        table.require(found.ability, by=getattr(request, "viewer", None))
        return found.view(request, **captured)

    return gated


def _gate_space(found: Route) -> View:
    @wraps(found.view)
    def gated(request: Request, slug: str, **captured: Any) -> HttpResponse:
        if request.method not in _with_head(found.methods):
            return HttpResponseNotAllowed(found.methods)
        table.require("site.use", by=request.viewer)
        space, place, switched_on = find_space(slug, request.viewer)
        request.space = space
        request.tools_on = registry.slugs_on(space, switched_on)
        if found.tool and found.tool not in request.tools_on:
            raise NotFound
        held = table.judge(found.ability, roles(request.viewer, space, place=place), space)
        request.abilities = table.allowed_by(held, space)
        return found.view(request, space, **captured)

    return gated


def _gate_thing(found: Route) -> View:
    @wraps(found.view)
    def gated(request: Request, key: int, **captured: Any) -> HttpResponse:
        if request.method not in _with_head(found.methods):
            return HttpResponseNotAllowed(found.methods)
        table.require("site.use", by=request.viewer)
        contribution = find_contribution(key, request.viewer)
        if found.tool and not found.upon_any and not _belongs(contribution, found.tool):
            raise NotFound
        request.space = contribution.space
        held = table.judge(found.ability, contribution.held, contribution)
        request.abilities = table.allowed_by(held, contribution)
        return found.view(request, contribution, **captured)

    return gated


def _belongs(contribution: Contribution, tool_slug: str) -> bool:
    owner = registry.tool_of(contribution.kind)
    return owner is not None and owner.slug == tool_slug


def own_address(contribution: Contribution, view: str) -> str:
    """Where a kind's tool has its own page for what the shell offers of any published contribution; "" where it has none.

    `view` is "edit" or "history".
    """
    found = registry.kinds()[contribution.kind][1]
    name = found.edit_view if view == "edit" else found.history_view
    if not name or not contribution.is_published:
        return ""
    owner = registry.tool_of(contribution.kind)
    return reverse(f"{owner.slug}:{name}", kwargs={"key": contribution.id}) if owner else ""


def _with_head(methods: tuple[str, ...]) -> tuple[str, ...]:
    return (*methods, "HEAD") if "GET" in methods else methods


def thing_path(contribution: Contribution, *, action: str = "") -> str:
    """The page of a contribution in its own tool: `/<tool>/<key>/`."""
    owner = registry.tool_of(contribution.kind)
    if owner is None or (contribution.state == State.REMOVED and not contribution.pk):
        raise NotFound
    return f"/{owner.slug}/{contribution.key}/{action}"
