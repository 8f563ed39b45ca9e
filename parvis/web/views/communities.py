"""Communities as their readers meet them: the directory, a community's stream, coming in and going out.

Not here: the assistant (communities_new), members (communities_people), hosts' rooms (communities_host, _team).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from parvis.attention.reading import see_places
from parvis.contributions import stream as streams
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import Stored
from parvis.kernel.files_serving import answer_file
from parvis.kernel.ids import decode, encode
from parvis.kernel.pagination import parse_cursor
from parvis.membership import actions, charters, requests
from parvis.membership.belonging import running_hosts
from parvis.membership.suggestions import neighbours_of_mine, suggest
from parvis.people.models import Person
from parvis.spaces.models import Level, Space, SpaceTool
from parvis.toolkit import registry
from parvis.toolkit.cards import draw
from parvis.toolkit.pages import back, go, page
from parvis.web.views import communities_reading as reading

WEEK = 7 * 86_400


def list_communities(request: HttpRequest) -> HttpResponse:
    """The directory: searched, filtered by address, with suggestions and their reasons on its plain first page."""
    filters, number = reading.filters_of(request), _number(request.GET.get("page", ""))
    near = neighbours_of_mine(request.viewer) if filters.which == "near" else []
    why = {one.space_id: one.why for one in near}
    spaces = reading.directory(request.viewer, filters, near=list(why), page=number)
    shown = spaces[: reading.PAGE]
    suggested = suggest(request.viewer) if filters.is_plain and number == 1 else []
    categories, tags = reading.facets(request.viewer)
    return page(
        request,
        "web/communities/list.html",
        filters=filters,
        categories=categories,
        tags=tags,
        may_create=actions.may_create(request.network.who_creates, by=request.viewer),
        next_page=number + 1 if len(spaces) > reading.PAGE else None,
        **_cards(request, shown, suggested, why),
    )


def _number(text: str) -> int:
    return min(int(text), 500) if text.isdecimal() and len(text) < 5 and int(text) > 0 else 1


def _cards(
    request: HttpRequest, shown: list[Space], suggested: list[Any], why: dict[int, str]
) -> dict[str, Any]:
    """Both lists by one reading of hosts and standing; what is suggested isn't shown a second time below."""
    reasons = {one.space_id: one.why for one in suggested}
    missing = [key for key in reasons if key not in {space.id for space in shown}]
    others = Space.objects.visible_to(request.viewer).in_bulk(missing) if missing else {}
    cards = reading.cards_of([*shown, *others.values()], request.viewer, why={**reasons, **why})
    by_key = dict(zip([space.id for space in [*shown, *others.values()]], cards, strict=True))
    return {
        "suggested": [by_key[key] for key in reasons if key in by_key],
        "cards": [by_key[space.id] for space in shown if space.id not in reasons],
    }


def list_tools(request: HttpRequest) -> HttpResponse:
    """The register: which existing tool each community's tools replace or link to."""
    rows = SpaceTool.objects.filter(
        space__in=Space.objects.visible_to(request.viewer), space__archived_at=None
    )
    found = rows.exclude(replaces="").select_related("space").order_by("replaces", "space__name", "slug")
    labels = {tool.slug: tool.label for tool in registry.tools()}
    lines = [
        {"space": row.space, "label": labels[row.slug], "replaces": row.replaces}
        for row in found
        if row.slug in labels
    ]
    return page(request, "web/communities/tools.html", lines=lines)


def show_community(request: HttpRequest, space: Space) -> HttpResponse:
    """The stream of a community; for those who may not read it, only what helps to ask. A person's own space is their blog."""
    if space.is_personal and (room := registry.personal_room()):
        return redirect(f"{space.url}{room.slug}/")
    standing = reading.standing_of(space, request.viewer)
    see_places(space.id, by=request.viewer)
    context = {"community": reading.head_of(request, space), "standing": standing, "space": space}
    if "space.read" not in request.abilities:
        return page(request, "web/communities/closed.html", charter=charters.current(space), **context)
    order = request.GET.get("order", "date")
    order = order if order in streams.ORDERS else "date"
    after, as_of = parse_cursor(request.GET.get("after", "")), clock.now()
    found = streams.of_space(space, request.viewer, order=order, after=after)
    pins = streams.by_ids(standing.pins, request.viewer) if standing.pins and after is None else []
    return page(
        request,
        "web/communities/community.html",
        order=order,
        place_key=encode(space.id),
        as_of=as_of.isoformat() if after is None else "",
        next=found.next,
        cards=draw([row for row in found.rows if row.id not in {pin.id for pin in pins}], request.viewer),
        **_pinned(pins, standing.start_id, request),
        **context,
    )


def _pinned(pins: list[streams.Row], start_id: int | None, request: HttpRequest) -> dict[str, Any]:
    """ "Start here" is a line of its own; the other pins are cards."""
    start = next((row for row in pins if row.id == start_id), None)
    return {"start": start, "pins": draw([row for row in pins if row.id != start_id], request.viewer)}


def show_cover(request: HttpRequest, space: Space, version: str) -> HttpResponseBase:
    """The cover, for whoever may know of the community; its address changes with the picture."""
    if not space.cover or version != space.cover[:12]:
        raise NotFound
    kept = Stored(space.cover, 0, "image/webp", "cover.webp")
    return answer_file(kept, inline=True, max_age=WEEK, to=request)


def _version(request: HttpRequest) -> int:
    given = request.POST.get("charter_version", "")
    return int(given) if given.isdecimal() and len(given) < 5 else 0


def join(request: HttpRequest, space: Space) -> HttpResponse:
    """Comes into an open community; its charter, if any, is read and accepted first."""
    charter = charters.current(space)
    if charter is not None and _version(request) != charter.version and space.access == "open":
        return go(request, f"{space.url}charter/", _("One short thing first: its charter."))
    actions.join(space, by=request.viewer, charter_version=_version(request))
    address = back(request, space.url)
    return go(
        request,
        address,
        _("Welcome! You now belong to %(name)s.") % {"name": space.name},
        undo=f"{space.url}leave/",
    )


def ask(request: HttpRequest, space: Space) -> HttpResponse:
    """Asks the hosts to be let in, with a word."""
    word = request.POST.get("word", "")
    try:
        requests.ask_to_join(space, by=request.viewer, word=word, charter_version=_version(request))
    except Refused as refusal:
        if "space.read" in request.abilities:
            raise
        return _ask_again(request, space, word, refusal.sentence)
    return go(request, space.url, _("Your request is with the hosts. Their answer will be under your bell."))


def _ask_again(request: HttpRequest, space: Space, word: str, problem: str) -> HttpResponse:
    """The page of a closed community with what was typed, and why it couldn't be sent."""
    return page(
        request, "web/communities/closed.html", status=422, word=word, problem=problem, space=space,
        charter=charters.current(space), community=reading.head_of(request, space),
        standing=reading.standing_of(space, request.viewer),
    )  # fmt: skip


def withdraw(request: HttpRequest, space: Space) -> HttpResponse:
    """Takes one's request back."""
    row = space.join_requests.filter(person=request.viewer, state="open").first()
    if row is None:
        raise NotFound
    requests.withdraw(row, by=request.viewer)
    return go(request, space.url, _("Your request is withdrawn."))


def set_level(request: HttpRequest, space: Space) -> HttpResponse:
    """Muted, normal, following; "none" takes a followed community or person out of one's stream."""
    level = request.POST.get("level", "")
    if level == "none":
        actions.unfollow(space, by=request.viewer)
        return go(request, back(request, space.url), _("It has left your stream."))
    actions.set_level(space, int(level) if level in ("0", "1", "2") else -1, by=request.viewer)
    sentences = {
        Level.MUTED: _("Muted: it stays out of your stream, and you still belong to it."),
        Level.NORMAL: _("It is back in your stream."),
        Level.FOLLOWING: _("You follow %(name)s: it is in your stream.") % {"name": space.name},
    }
    return go(request, back(request, space.url), sentences[Level(int(level))])


def leave(request: HttpRequest, space: Space) -> HttpResponse:
    """Leaves; the last host chooses who takes over."""
    error: Refused | None = None
    if request.method == "POST":
        try:
            actions.leave(space, by=request.viewer, successor=_successor(request, space))
        except Refused as refusal:
            error = refusal
        else:
            address = "/communities/" if space.access == "secret" else space.url
            return go(request, address, _("You've left %(name)s.") % {"name": space.name})
    hosts = running_hosts(space)
    is_last = [row.person_id for row in hosts] == [request.viewer.id]
    others = (
        Person.objects.active().filter(memberships__space=space).exclude(id=request.viewer.id).by_name()[:200]
    )
    return page(
        request,
        "web/communities/leave.html",
        status=422 if error else 200,
        error=error,
        others=list(others) if is_last else [],
        is_last=is_last,
        community=reading.head_of(request, space),
    )


def _successor(request: HttpRequest, space: Space) -> Person | None:
    try:
        key = decode(request.POST["successor"])
    except (KeyError, ValueError):
        return None
    return Person.objects.filter(id=key, memberships__space=space).first()
