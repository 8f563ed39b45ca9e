"""Keeping a shelf: feeds added and taken off, lists in and out, words. Not here: reading it (views)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.fetch import site_fetcher
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request
from parvis.tools.feeds import actions, at_home, letters, opml, reading, showing
from parvis.tools.feeds.models import Source, Word


def own_sources(request: Request) -> HttpResponse:
    """The feeds of one's own shelf, and a new one."""
    return _sources(request, None)


def space_sources(request: Request, space: Space) -> HttpResponse:
    """The feeds of a community's shelf, and a new one, for hosts."""
    return _sources(request, space)


def _sources(
    request: Request, space: Space | None, error: Refused | None = None, address: str = ""
) -> HttpResponse:
    here = f"{space.url}feeds/" if space else "/feeds/"
    if request.method == "POST" and error is None and not address:
        try:
            actions.add_source(request.POST.get("url", ""), space, by=request.viewer)
            return go(
                request, back(request, f"{here}sources/"), _("Added. Its articles arrive in a few minutes.")
            )
        except Refused as refusal:
            error = refusal
    rows = [showing.describe_source(row) for row in reading.sources_of(request.viewer, space)]
    context: dict[str, Any] = {"space": space} if space else {}
    return page(
        request, "feeds/sources_space.html" if space else "feeds/sources.html", status=422 if error else 200, here=here,
        sources=rows, error=error, typed=request.POST.get("url", ""), is_off=_is_off(), address=address,
        takes_letters=letters.are_on(), typed_name="" if address else request.POST.get("name", ""), **context,
    )  # fmt: skip


def _is_off() -> bool:
    """Whether this site fetches nothing at all."""
    try:
        site_fetcher()
    except Refused:
        return True
    return False


def own_letters(request: Request) -> HttpResponse:
    """A secret address for a newsletter, shown once."""
    return _letters(request, None)


def space_letters(request: Request, space: Space) -> HttpResponse:
    """The same for a community's shelf."""
    return _letters(request, space)


def _letters(request: Request, space: Space | None) -> HttpResponse:
    try:
        address = letters.open_box(request.POST.get("name", ""), space, by=request.viewer)
    except Refused as refusal:
        return _sources(request, space, refusal)
    return _sources(request, space, address=address)


def own_act(request: Request, source: int, act: str) -> HttpResponse:
    """One feed of one's shelf: remove, mute, unmute, at home or not, retry."""
    if act in ("home", "not-home"):
        at_home.show_source(source, act == "home", by=request.viewer)
        return go(request, "/feeds/sources/", _at_home(act == "home"))
    if act == "remove":
        actions.remove_source(source, by=request.viewer)
        return go(request, "/feeds/sources/", _("Taken off the shelf."))
    if act in ("renew", "close"):
        return _box_act(request, source, act, None)
    if act in ("mute", "unmute"):
        actions.mute_source(source, act == "mute", by=request.viewer)
        return go(request, "/feeds/sources/", _("Muted.") if act == "mute" else _("Shown again."))
    return _retry(request, source, act, None)


def _at_home(is_on: bool) -> str:
    return (
        _("A few of its articles will stand between people's cards at home.")
        if is_on
        else _("No longer at home.")
    )


def set_at_home(request: Request, space: Space) -> HttpResponse:
    """A community's shelf between people's cards at home, for oneself."""
    is_on = request.POST.get("on") == "1"
    at_home.show_shelf(space, is_on, by=request.viewer)
    return go(request, f"{space.url}feeds/", _at_home(is_on))


def space_act(request: Request, space: Space, source: int, act: str) -> HttpResponse:
    """One feed of a community's shelf: remove, retry."""
    if act == "remove":
        actions.remove_source(source, space, by=request.viewer)
        return go(request, f"{space.url}feeds/sources/", _("Taken off the shelf."))
    if act in ("renew", "close"):
        return _box_act(request, source, act, space)
    return _retry(request, source, act, space)


def _box_act(request: Request, source: int, act: str, space: Space | None) -> HttpResponse:
    """Another address for a newsletter, or none any more."""
    if act == "renew":
        return _sources(request, space, address=letters.renew(source, space, by=request.viewer))
    letters.close(source, space, by=request.viewer)
    where = f"{space.url}feeds/sources/" if space else "/feeds/sources/"
    return go(request, where, _("Nothing comes in at this address any more."))


def _retry(request: Request, source: int, act: str, space: Space | None) -> HttpResponse:
    if act != "retry":
        raise NotFound
    actions.ask_again(source, space, by=request.viewer)
    where = f"{space.url}feeds/sources/" if space else "/feeds/sources/"
    return go(request, where, _("It will be called again within five minutes."))


def own_list(request: Request) -> HttpResponse:
    """One's shelf as a list that other readers read."""
    return _list(request, None, request.viewer.display_name)


def space_list(request: Request, space: Space) -> HttpResponse:
    """A community's shelf as a list."""
    return _list(request, space, space.name)


def _list(request: Request, space: Space | None, name: str) -> HttpResponse:
    keys = reading.shelf_sources(request.viewer, space)
    data = opml.write_opml(
        name,
        Source.objects.filter(id__in=keys).exclude(url__startswith=reading.LETTERS).order_by("title", "id"),
    )
    response = HttpResponse(data, content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    return response


def own_import(request: Request) -> HttpResponse:
    """Adds the feeds of a list to one's shelf."""
    return _import(request, None)


def space_import(request: Request, space: Space) -> HttpResponse:
    """Adds the feeds of a list to a community's shelf."""
    return _import(request, space)


def _import(request: Request, space: Space | None) -> HttpResponse:
    try:
        given = request.FILES.get("file")
        if given is None:
            raise Refused(_("Choose a file."), field="file")
        found = opml.read_opml(given.read(opml.MOST_BYTES + 1))
        done = actions.import_sources(found, space, by=request.viewer)
    except Refused as refusal:
        return _sources(request, space, refusal)
    return go(
        request, f"{space.url}feeds/sources/" if space else "/feeds/sources/", showing.import_sentence(*done)
    )


def words(request: Request) -> HttpResponse:
    """Words one wants to be told of, and words one never wants to see."""
    error = None
    if request.method == "POST":
        try:
            is_mute = request.POST.get("is_mute") == "1"
            actions.add_word(request.POST.get("word", ""), is_mute=is_mute, by=request.viewer)
            return go(request, "/feeds/words/", _("Noted."))
        except Refused as refusal:
            error = refusal
    rows = [(encode(row.id), row) for row in Word.objects.filter(person=request.viewer).order_by("folded")]
    return page(
        request, "feeds/words.html", status=422 if error else 200, rows=rows, error=error, typed=request.POST
    )


def drop_word(request: Request, word: int) -> HttpResponse:
    """A word less."""
    actions.remove_word(word, by=request.viewer)
    return go(request, "/feeds/words/", _("Taken away."))
