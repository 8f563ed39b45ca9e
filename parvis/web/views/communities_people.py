"""Who belongs to a community, and its charter. Not here: what hosts change about them (communities_team)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.words import fold, sort_key
from parvis.membership import charters
from parvis.membership.suggestions import neighbours_of
from parvis.spaces.models import Membership, Space
from parvis.toolkit.pages import go, page
from parvis.web.views import communities_reading as reading

PAGE = 60


def list_members(request: HttpRequest, space: Space) -> HttpResponse:
    """Members by name: searched, filtered by site; newcomers first in their own list. Never when they last came."""
    words, site = (
        request.GET.get("q", "").replace("\x00", "")[:80],
        request.GET.get("site", "").replace("\x00", "")[:120],
    )
    listed = Membership.objects.filter(
        space=space, person__state="active", person__is_hidden=False
    ).select_related("person")
    rows = (
        listed.exclude(person__hidden_fields__contains=["site"]).filter(person__site=site) if site else listed
    )
    for word in fold(words).split():
        rows = rows.filter(person__sort_key__contains=sort_key(word) or word)
    if request.GET.get("new"):
        rows = rows.filter(joined_at__gt=clock.now() - timedelta(days=reading.NEW_DAYS))
    start = request.GET.get("after", "").replace("\x00", "")[:200]
    found = list(
        rows.filter(person__sort_key__gt=start).order_by("person__sort_key", "person_id")[: PAGE + 1]
    )
    return page(
        request,
        "web/communities/members.html",
        community=reading.head_of(request, space),
        words=words,
        site=site,
        members=[_member(row) for row in found[:PAGE]],
        sites=_sites(listed),
        is_new=bool(request.GET.get("new")),
        next=found[PAGE - 1].person.sort_key if len(found) > PAGE else "",
        near=_neighbours(request, space),
        space=space,
    )


def _member(row: Membership) -> dict[str, Any]:
    person = row.person
    shown = {
        name: getattr(person, name) for name in ("job_title", "site") if name not in person.hidden_fields
    }
    is_host = row.role == "host" and (row.host_until_on is None or row.host_until_on >= clock.today())
    return {
        "id13": person.key,
        "name": person.name,
        "url": person.url,
        "photo_url": person.photo_url,
        "is_host": is_host,
        "title": shown.get("job_title", ""),
        "site": shown.get("site", ""),
        "until": row.host_until_on,
        "is_new": row.joined_at > clock.now() - timedelta(days=reading.NEW_DAYS),
        "hello": person.hello,
    }


def _sites(listed: Any) -> list[tuple[str, int]]:
    rows = listed.exclude(person__site="").exclude(person__hidden_fields__contains=["site"])
    return list(rows.values_list("person__site").annotate(n=Count("id")).order_by("person__site"))


def _neighbours(request: HttpRequest, space: Space) -> list[Any]:
    if space.is_everyone or not reading.is_community(space):
        return []
    return neighbours_of(space, request.viewer)


def show_charter(request: HttpRequest, space: Space) -> HttpResponse:
    """The charter in force, to read and, for who comes in or belongs, to accept."""
    standing = reading.standing_of(space, request.viewer)
    return page(
        request,
        "web/communities/charter.html",
        community=reading.head_of(request, space),
        standing=standing,
        space=space,
        charter=charters.current(space),
    )


def accept_charter(request: HttpRequest, space: Space) -> HttpResponse:
    """A member accepts the charter that was read."""
    given = request.POST.get("charter_version", "")
    charters.accept(space, int(given) if given.isdecimal() and len(given) < 5 else 0, by=request.viewer)
    return go(request, space.url, _("Thank you. The charter is accepted."))
