"""The directory, people's pages, following, portraits. Not here: editing one's profile (people_editing)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parvis.contributions import stream
from parvis.contributions.knowledge import writers_on
from parvis.kernel.errors import NotFound
from parvis.kernel.files import Stored, response_headers, site_store
from parvis.kernel.ids import decode
from parvis.kernel.pagination import parse_cursor
from parvis.membership.actions import set_level, unfollow
from parvis.membership.personal import find_personal_space, personal_space_of
from parvis.people.directory import Filters, Hit, choices, filter_fields, find_people, search_words
from parvis.people.models import Person, PersonState, ProfileField
from parvis.people.visibility import is_discreet, profile_of, value_name
from parvis.spaces.models import Level, Space, SpaceKind, Subscription
from parvis.toolkit.cards import draw
from parvis.toolkit.pages import back, go, page

MONTH = 60 * 60 * 24 * 30


def show_directory(request: HttpRequest) -> HttpResponse:
    """People found by a sentence and filters, each with the reason of the match. Eight queries at most."""
    fields = filter_fields()
    filters = filters_of(request, fields)
    writers = writers_on(search_words(filters.q), request.viewer) if filters.q else []
    found = find_people(filters, after=request.GET.get("after", "")[:600], writers=writers)
    return page(
        request,
        "web/people/directory.html",
        filters=filters,
        choices=choices(),
        fields=_drawn(fields, filters),
        cards=[card_of(hit) for hit in found.hits],
        next=_next_url(request, found.next),
        is_near=found.is_near,
    )


def filters_of(request: HttpRequest, fields: list[ProfileField]) -> Filters:
    """What the address says, bounded."""
    plain = {
        name: " ".join(request.GET.get(name, "").replace("\0", " ").split())[:200]
        for name in ("q", "department", "site", "skill", "language")
    }
    values = tuple(
        (one.id, request.GET[value_name(one)][:400].replace("\0", " "))
        for one in fields
        if request.GET.get(value_name(one))
    )
    return Filters(**plain, values=values)


def _drawn(fields: list[ProfileField], filters: Filters) -> list[dict[str, Any]]:
    chosen = dict(filters.values)
    language = get_language() or "fr"
    return [
        {
            "name": value_name(one),
            "label": one.label(language),
            "choices": one.choices,
            "chosen": chosen.get(one.id, ""),
        }
        for one in fields
    ]


def _next_url(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"/people/?{query.urlencode()}"


def card_of(hit: Hit) -> dict[str, Any]:
    """What the person card shows; hidden columns are empty already in the hit's reasons and titles."""
    person = hit.person
    site = "" if "site" in person.hidden_fields else person.site
    return {
        "name": person.name,
        "url": person.url,
        "photo_url": person.photo_url,
        "initials": person.initials,
        "id13": person.key,
        "title": person.title,
        "site": site,
        "subjects": hit.ask,
        "why": " · ".join(_reason(*reason) for reason in hit.reasons[:3]),
    }


def _reason(kind: str, words: str, count: int) -> str:
    if kind == "tag":
        return ngettext(
            "Wrote %(count)s text about #%(words)s", "Wrote %(count)s texts about #%(words)s", count
        ) % {
            "count": count,
            "words": words,
        }
    sentence = {
        "ask": _("Can be asked about %(words)s"),
        "interest": _("Is interested in %(words)s"),
        "job_title": _("Role: %(words)s"),
        "department": _("Department: %(words)s"),
        "site": _("Site: %(words)s"),
    }[kind]
    return sentence % {"words": words}


def find_person(key: int, reader: Person) -> Person:
    """Someone with a page: whoever has an account, and authors of imported texts. Raises NotFound."""
    person = Person.objects.select_related("manager").filter(id=key).first()
    if person is None:
        raise NotFound
    if (
        person.state == PersonState.UNCLAIMED
        and not person.contributions.visible_to(reader).exists()
        and (not person.replies.visible_to(reader).exists())
    ):
        raise NotFound
    return person


def show_me(request: HttpRequest) -> HttpResponse:
    """`/people/me/` leads to one's own page."""
    return go(request, request.viewer.url)


def show_person(request: HttpRequest, person: int) -> HttpResponse:
    """A profile as its owner shows it, what they wrote as far as one may read it, where they belong."""
    found = find_person(person, request.viewer)
    after = parse_cursor(request.GET.get("after", ""))
    written = stream.of_person(found, request.viewer, after=after)
    discreet = is_discreet(found) and found.id != request.viewer.id
    profile = profile_of(found, request.viewer)
    return page(
        request,
        "web/people/person.html",
        person=found,
        profile=profile,
        days={one.id: date.fromisoformat(text) for one, text in profile.values if one.type == "date"},
        cards=draw(written.rows, request.viewer),
        next=written.next,
        discreet=discreet,
        communities=[] if discreet else _communities(found, request.viewer),
        blog=_blog(found, request.viewer),
    )


def _communities(person: Person, reader: Person) -> list[Space]:
    """Where someone belongs, of those the reader may know of."""
    rows = Space.objects.visible_to(reader).communities().filter(memberships__person=person, archived_at=None)
    return list(rows.filter(is_everyone=False).order_by("name")[:40])


def _blog(person: Person, reader: Person) -> Space | None:
    """Their own space, with whether the reader follows it and how many do."""
    mine = Subscription.objects.filter(space=OuterRef("pk"), person=reader, level__gt=Level.MUTED)
    others = Q(subscriptions__level__gt=Level.MUTED) & ~Q(subscriptions__person=person)
    rows = Space.objects.filter(owner=person, kind=SpaceKind.PERSONAL)
    return rows.annotate(is_followed=Exists(mine), followers=Count("subscriptions", filter=others)).first()


def follow(request: HttpRequest, person: int) -> HttpResponse:
    """Brings what someone writes in their own space into one's stream."""
    found = find_person(person, request.viewer)
    if is_discreet(found) or found.id == request.viewer.id:
        raise NotFound
    set_level(personal_space_of(found), Level.FOLLOWING, by=request.viewer)
    sentence = _("You follow %(name)s: what they write on their blog comes to your home page.") % {
        "name": found.name
    }
    return go(request, back(request, found.url), sentence, undo=f"{found.url}unfollow/")


def stop_following(request: HttpRequest, person: int) -> HttpResponse:
    """Takes it out again."""
    found = find_person(person, request.viewer)
    space = find_personal_space(found)
    if space is not None:
        unfollow(space, by=request.viewer)
    sentence = _("You no longer follow %(name)s.") % {"name": found.name}
    return go(request, back(request, found.url), sentence, undo=f"{found.url}follow/")


def serve_photo(request: HttpRequest, person: int, part: str) -> HttpResponse:
    """The portrait; its address changes with the picture, so browsers keep it."""
    photo = Person.objects.filter(id=person).values_list("photo", flat=True).first() or ""
    if len(part) < 12 or not photo.startswith(part):
        raise NotFound
    with site_store().open(photo) as kept:
        data = kept.read()
    stored = Stored(photo, len(data), "image/webp", "portrait.webp")
    return HttpResponse(data, headers=response_headers(stored, inline=True, max_age=MONTH))


def decode_keys(text: str) -> list[int]:
    """Ids listed in an address with commas; what isn't one is left out."""
    found = []
    for part in text.split(",")[:50]:
        try:
            found.append(decode(part.strip()))
        except ValueError:
            continue
    return found
