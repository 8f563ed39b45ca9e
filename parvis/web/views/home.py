"""Streams: home, a tag, what was saved, the bin. Not here: the queries (contributions.stream)."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions import marking, stream
from parvis.contributions.marks import Bookmark, Tag, TagFollow
from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode
from parvis.kernel.pagination import Cursor, parse_cursor
from parvis.kernel.words import fold
from parvis.people.models import Person
from parvis.returning.reminders import days_of
from parvis.toolkit import registry, weaving
from parvis.toolkit.cards import draw, draw_with_rows
from parvis.toolkit.pages import go, page
from parvis.web import home_blocks, side
from parvis.web.views.newer import filters_of, moment_of

SEEN_AT_ONCE = 3  # cards of the first screen: what they say needs no saying beside them
MOST_WAITING = 3


def show_home(request: HttpRequest) -> HttpResponse:
    """The reader's stream; filters stand in the address, the order is remembered."""
    viewer = request.viewer
    if viewer.is_administrator and request.network.set_up_at is None:
        return go(request, "/admin/setup/")  # nobody has given the network its name yet
    order = viewer.stream_order if viewer.stream_order in stream.ORDERS else "activity"
    as_of = moment_of(request.GET.get("as_of", "")) or clock.now()
    kind, theme = filters_of(request)
    start = parse_cursor(request.GET.get("after", ""))
    found = stream.home(viewer, order=order, after=start, as_of=as_of, kind=kind, theme=theme)
    first = "after" not in request.GET
    mine, important, changed = side.around_stream(viewer)
    context = {
        "cards": _woven(viewer, found, start, as_of, is_whole=not (kind or theme), order=order),
        "next": found.next,
        "as_of": as_of.isoformat(),
        "order": order,
        "kind": kind,
        "theme": theme,
        "kinds": [found_kind for _tool, found_kind in registry.kinds().values()],
        "pinned": draw(stream.pinned_for(viewer), viewer) if first and not (kind or theme) else [],
        "communities": mine,
        "important": important if first and not (kind or theme) else [],
        "changed": changed if first and not (kind or theme) else None,
        "blocks": home_blocks.drawn_for(viewer, request.network) if first else "",
        "waiting": _waiting(found.rows, mine, viewer) if first else [],
    }
    template = "web/_cards.html" if request.headers.get("HX-Request") else "web/home.html"
    return page(request, template, **context)


def _woven(
    viewer: Person, found: stream.Page, start: Cursor | None, as_of: datetime, *, is_whole: bool, order: str
) -> list[Any]:
    """People's cards, and between them what the reader chose to have there; a filter shows people's alone."""
    cards = draw_with_rows(found.rows, viewer)
    if not viewer.stream_tools or not is_whole:
        return [drawn for _row, drawn in cards]
    window = weaving.window_of(clock.now(), start, found.next, as_of)
    moment = attrgetter(stream.ORDERS[order])
    return weaving.weave(cards, weaving.pieces_for(viewer, window, len(cards)), moment)


def _waiting(rows: list[Any], spaces: list[side.SideSpace], viewer: Person) -> list[dict[str, Any]]:
    """Of what the stream shows further down, the first texts that nobody has answered yet. No query."""
    by_name = {space.name: space for space in spaces}
    found = [
        row
        for row in rows[SEEN_AT_ONCE:]
        if row.title and not row.reply_count and row.are_replies_open and row.author_id != viewer.id
    ]
    return [
        {
            "url": f"/go/{encode(row.id)}/",
            "title": row.title,
            "author": row.author_name,
            "space": by_name.get(row.space_name, {"name": row.space_name}),
        }
        for row in found[:MOST_WAITING]
    ]


def set_order(request: HttpRequest) -> HttpResponse:
    """By last activity or by date: the reader's choice is kept."""
    order = request.POST.get("order", "")
    if order not in stream.ORDERS:
        raise Refused(_("Choose by last activity or by date."))
    Person.objects.filter(id=request.viewer.id).update(stream_order=order)
    return go(request, "/")


def show_tag(request: HttpRequest, word: str) -> HttpResponse:
    """What the reader may see under a tag."""
    folded = fold(word)[:60]
    found = stream.of_tag(folded, request.viewer, after=parse_cursor(request.GET.get("after", "")))
    followed = list(
        TagFollow.objects.filter(person=request.viewer).order_by("word").values_list("word", flat=True)[:40]
    )
    shown = Tag.objects.filter(word=folded, contribution_id__in=[row.id for row in found.rows[:1]])
    return page(
        request,
        "web/tag.html",
        word=folded,
        cards=draw(found.rows, request.viewer),
        next=found.next,
        follows=folded in followed,
        followed=followed,
        label=shown.values_list("label", flat=True).first() or folded,
    )


def follow_tag(request: HttpRequest, word: str) -> HttpResponse:
    """Follows a tag, or stops."""
    is_on = request.POST.get("on") == "1"
    marking.follow_tag(word, by=request.viewer, on=is_on)
    sentence = (
        _("Followed: what comes with this tag will be in your stream.") if is_on else _("No longer followed.")
    )
    return go(request, f"/tags/{fold(word)[:60]}/", sentence)


def show_saved(request: HttpRequest) -> HttpResponse:
    """What the reader put aside, newest first."""
    ids = list(
        Bookmark.objects.filter(person=request.viewer)
        .order_by("-created_at")
        .values_list("contribution_id", flat=True)[:100]
    )
    drawn = draw_with_rows(stream.by_ids(ids, request.viewer), request.viewer)
    days = days_of(request.viewer, [row.id for row, _card in drawn])
    cards = [(encode(row.id), days.get(row.id), card) for row, card in drawn]
    return page(request, "web/saved.html", cards=cards)


def show_bin(request: HttpRequest) -> HttpResponse:
    """One's own removed contributions, which can be taken back for 30 days."""
    rows = Contribution.objects.visible_to(request.viewer).filter(author=request.viewer, state=State.REMOVED)
    return page(request, "web/bin.html", rows=rows.with_names().order_by("-last_activity_at")[:100])
