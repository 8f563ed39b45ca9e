"""People proposed while one types `@`: who they are, and whether they could read the place. Not here: mentions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from parvis.access.roles import Role, roles
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode, encode
from parvis.kernel.words import sort_key
from parvis.people.models import Person
from parvis.spaces.models import Audience, Space, SpaceKind
from parvis.web.views.people import decode_keys

MOST = 8

# Members of the place first: they are meant most often.
SUGGEST = """
SELECT p.id, p.display_name, CASE WHEN 'job_title' = ANY(p.hidden_fields) THEN '' ELSE p.job_title END AS title,
  CASE WHEN 'department' = ANY(p.hidden_fields) THEN '' ELSE p.department END AS department, m.id IS NOT NULL AS belongs
FROM people_person p LEFT JOIN spaces_membership m ON m.person_id = p.id AND m.space_id = %(space)s
WHERE p.state = 'active' AND NOT p.is_hidden {which}
ORDER BY m.id IS NULL, p.sort_key, p.id LIMIT %(limit)s"""
BY_NAME = "AND (p.sort_key LIKE %(start)s OR p.sort_key LIKE %(inside)s)"
BY_KEY = "AND p.id = ANY(%(ids)s)"


def suggest_people(request: HttpRequest) -> JsonResponse:
    """`?q=` part of a name, or `?ids=` to ask again after the place changed; `space` is its key or slug."""
    space = _place(request.GET.get("space", ""), request.viewer)
    words = sort_key(request.GET.get("q", "")[:80])
    keys = decode_keys(request.GET.get("ids", ""))
    if not words and not keys:
        return JsonResponse([], safe=False)
    which = BY_KEY if keys else BY_NAME
    if space is not None and space.kind == SpaceKind.EXCHANGE:
        which += " AND m.id IS NOT NULL"  # nobody outside it is named there
    rows = read(
        SUGGEST.format(which=which),
        {
            "space": space.id if space else 0,
            "limit": 50 if keys else MOST,
            **({"ids": keys} if keys else {"start": f"{words}%", "inside": f"% {words}%"}),
        },
    )
    return JsonResponse([_described(row, space) for row in rows], safe=False)


def _described(row: Any, space: Space | None) -> dict[str, Any]:
    detail = " · ".join(part for part in (row.title, row.department) if part)
    can_see = space is None or space.audience == Audience.EVERYBODY or row.belongs
    return {"id": encode(row.id), "name": row.display_name, "detail": detail, "can_see": can_see}


def _place(named: str, asker: Person) -> Space | None:
    """The place one writes in. Raises NotFound where the asker may not write: who belongs there isn't told."""
    if not named:
        return None
    space = Space.objects.visible_to(asker).filter(**_key_or_slug(named)).first()
    if space is None or not roles(asker, space) & {Role.POSTER, Role.REPLIER}:
        raise NotFound
    return space


def _key_or_slug(named: str) -> dict[str, Any]:
    try:
        return {"id": decode(named)}
    except ValueError:
        return {"slug": named[:80].replace("\0", "")}
