"""What the pages of communities read: a reader's standing at one, and the directory. Not here: the views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest

from parvis.announcements.reading import OnTop, on_top, on_top_sql
from parvis.contributions.kinds import installed_kinds
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.words import fold, sort_key
from parvis.spaces.models import AccessType, Level, Space, SpaceKind, Theme
from parvis.toolkit import registry
from parvis.toolkit.tabs import ACCESS_ICONS, community_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from parvis.people.models import Person

NEW_DAYS = 30
NEWCOMERS = 5

# Everything the head of a community says to this reader, in one round trip.
STANDING = """
SELECT {important} AS important, m.role, coalesce(m.charter_version, 0) AS accepted, u.level, r.id AS request_id, i.id AS invitation_id,
  (SELECT c.version FROM membership_charter c WHERE c.space_id = s.id AND c.source <> ''
     AND c.version = (SELECT max(version) FROM membership_charter WHERE space_id = s.id)) AS charter,
  (SELECT coalesce(array_agg(p.contribution_id ORDER BY p.is_start_here DESC, p.created_at DESC), '{}')
     FROM contributions_pin p WHERE p.space_id = s.id AND (p.until IS NULL OR p.until > now())
     AND (p.is_start_here OR NOT EXISTS (SELECT 1 FROM contributions_readmark k
       WHERE k.person_id = %(me)s AND k.contribution_id = p.contribution_id))) AS pins,
  (SELECT contribution_id FROM contributions_pin WHERE space_id = s.id AND is_start_here) AS start_id,
  (SELECT coalesce(json_agg(json_build_object('id', n.id::text, 'name', n.display_name, 'photo', n.photo,
       'hello', n.hello, 'title', n.title) ORDER BY n.joined_at DESC), '[]') FROM (
     SELECT p.id, p.display_name, p.photo, p.hello, j.joined_at,
       CASE WHEN 'job_title' = ANY(p.hidden_fields) THEN '' ELSE p.job_title END AS title FROM spaces_membership j
       JOIN people_person p ON p.id = j.person_id AND p.state = 'active' AND NOT p.is_hidden
     WHERE j.space_id = s.id AND j.role = 'member' AND j.person_id <> %(me)s AND NOT s.is_everyone
       AND j.joined_at > now() - %(days)s * interval '1 day' AND j.joined_at > s.created_at + interval '1 minute'
     ORDER BY j.joined_at DESC LIMIT %(newcomers)s) n) AS newcomers,
  (SELECT coalesce(json_agg(json_build_object('slug', t.slug, 'replaces', t.replaces)), '[]')
     FROM spaces_spacetool t WHERE t.space_id = s.id AND t.replaces <> '') AS replaced,
  (SELECT coalesce(json_agg(json_build_object('slug', o.slug, 'on', o.opens_on, 'replaces', o.replaces,
       'is_open', o.opened_at IS NOT NULL) ORDER BY o.opens_on, o.id), '[]') FROM (
     SELECT * FROM membership_toolopening WHERE space_id = s.id AND s.archived_at IS NULL
       AND (opened_at IS NULL OR opened_at > now() - interval '14 days') ORDER BY opens_on, id LIMIT 4) o) AS openings
FROM spaces_space s
  LEFT JOIN spaces_membership m ON m.space_id = s.id AND m.person_id = %(me)s
  LEFT JOIN spaces_subscription u ON u.space_id = s.id AND u.person_id = %(me)s
  LEFT JOIN membership_joinrequest r ON r.space_id = s.id AND r.person_id = %(me)s AND r.state = 'open'
  LEFT JOIN membership_invitation i ON i.space_id = s.id AND i.person_id = %(me)s AND i.accepted_at IS NULL
    AND i.revoked_at IS NULL AND i.expires_at > now()
WHERE s.id = %(space)s""".replace("{important}", on_top_sql("AND a.space_id = %(space)s"))


@dataclass(frozen=True)
class Standing:
    """What one reader is to one community."""

    is_member: bool
    is_host: bool
    level: int | None
    request_key: str
    invitation_key: str
    charter: int  # version in force, 0 when there is none
    accepted: int
    pins: list[int]
    start_id: int | None
    newcomers: list[dict[str, Any]]
    replaced: list[dict[str, Any]]  # tool label, and what it replaces or links to
    openings: list[dict[str, Any]]  # tools that open soon, or have just opened
    important: list[OnTop]  # what hosts announced, and the reader hasn't seen

    @property
    def must_accept(self) -> bool:
        """A member whom the charter in force hasn't been put to yet."""
        return self.is_member and self.charter > self.accepted

    @property
    def is_muted(self) -> bool:
        return self.level == Level.MUTED

    @property
    def is_following(self) -> bool:
        return self.level == Level.FOLLOWING


def standing_of(space: Space, person: Person) -> Standing:
    """The reader's standing, the pins to show and the newcomers to greet. One query."""
    given = {"days": NEW_DAYS, "newcomers": NEWCOMERS, "kinds": installed_kinds()}
    row = read(STANDING, {"me": person.id, "space": space.id, **given})[0]
    return Standing(
        is_member=row.role is not None,
        is_host=row.role == "host",
        level=row.level,
        request_key=encode(row.request_id) if row.request_id else "",
        invitation_key=encode(row.invitation_id) if row.invitation_id else "",
        charter=row.charter or 0,
        accepted=row.accepted,
        pins=row.pins,
        start_id=row.start_id,
        newcomers=[_person(one) for one in row.newcomers],
        replaced=_replaced(row.replaced),
        openings=_openings(row.openings),
        important=on_top(row.important),
    )


def _openings(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    labels = {tool.slug: tool.label for tool in registry.switchable()}
    return [
        {**row, "label": labels[row["slug"]], "on": date.fromisoformat(row["on"])}
        for row in rows
        if row["slug"] in labels
    ]


def _replaced(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    labels = {tool.slug: tool.label for tool in registry.tools()}
    return [{"label": labels[row["slug"]], "text": row["replaces"]} for row in rows if row["slug"] in labels]


def _person(one: dict[str, Any]) -> dict[str, Any]:
    key = encode(int(one["id"]))
    photo = f"/people/{key}/photo/{one['photo'][:12]}" if one["photo"] else ""
    return {**one, "id13": key, "url": f"/people/{key}/", "photo_url": photo}


def head_of(request: HttpRequest, space: Space) -> dict[str, Any]:
    """The layout's community; who may not read it sees neither its rooms nor how many they are."""
    head = community_of(request, space)
    if "space.read" not in request.abilities:
        head |= {"tabs": [], "member_count": None}
    if space.is_personal:
        head |= {"member_count": None, "access_label": "", "hosts": []}
    return head


@dataclass(frozen=True)
class Filters:
    """What the directory shows; every part of it stands in the address."""

    words: str = ""
    theme: str = ""
    category: str = ""
    tag: str = ""
    which: str = ""  # "", mine, others, near, archived

    @property
    def is_plain(self) -> bool:
        return not (self.words or self.theme or self.category or self.tag or self.which)


WHICH = ("mine", "others", "near", "archived")
PAGE = 24


def filters_of(request: HttpRequest) -> Filters:
    """The filters of an address; what makes no sense is left out."""
    get = request.GET
    return Filters(
        words=" ".join(get.get("q", "").replace("\x00", "").split())[:80],
        theme=get.get("theme", "") if get.get("theme") in Theme.values else "",
        category=get.get("category", "").replace("\x00", "")[:80],
        tag=get.get("tag", "").replace("\x00", "")[:40],
        which=get.get("which", "") if get.get("which") in WHICH else "",
    )


def directory(
    person: Person, filters: Filters, *, near: list[int] | None = None, page: int = 1
) -> list[Space]:
    """Communities the person may know of, one more than a page. One query; secret ones only for their members."""
    rows = Space.objects.visible_to(person).communities()
    rows = rows.filter(archived_at__isnull=filters.which != "archived")
    mine = person.memberships.values("space_id")
    if filters.which == "mine":
        rows = rows.filter(id__in=mine)
    elif filters.which == "others":
        rows = rows.exclude(id__in=mine)
    elif filters.which == "near":
        rows = rows.filter(id__in=near or [])
    rows = _narrowed(rows, filters)
    start = (page - 1) * PAGE
    return list(rows.order_by("-is_everyone", "name", "id")[start : start + PAGE + 1])


def _narrowed(rows: QuerySet[Space], filters: Filters) -> QuerySet[Space]:
    if filters.theme:
        rows = rows.filter(theme=filters.theme)
    if filters.category:
        rows = rows.filter(category=filters.category)
    if filters.tag:
        rows = rows.filter(tags__contains=[filters.tag])
    for word in filters.words.split():
        # accents as typed or not: names are few enough to be compared folded in the database's own way
        rows = rows.extra(where=[FOLDED], params=[f"%{_escaped(fold(word))}%"])
    return rows


FOLDED = (
    "translate(lower(spaces_space.name || ' ' || spaces_space.purpose || ' ' || spaces_space.category || ' ' || "
    "array_to_string(spaces_space.tags, ' ')), 'àâäáãéèêëíìîïóòôöõúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn') LIKE %s"
)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def facets(person: Person) -> tuple[list[str], list[str]]:
    """Categories and tags in use by communities the person may know of, by name. One query."""
    rows = Space.objects.visible_to(person).communities().filter(archived_at=None)
    pairs = list(rows.filter(~Q(category="") | ~Q(tags=[])).values_list("category", "tags"))
    categories = {category for category, _tags in pairs if category}
    tags = {tag for _category, found in pairs for tag in found}
    return sorted(categories, key=sort_key), sorted(tags, key=sort_key)


CARDS = """
SELECT s.id AS space_id, m.role, u.level, r.id AS asked,
  (SELECT json_agg(json_build_object('id', h.id::text, 'name', h.display_name, 'photo', h.photo) ORDER BY h.joined_at, h.id)
   FROM (SELECT p.id, p.display_name, p.photo, x.joined_at FROM spaces_membership x
     JOIN people_person p ON p.id = x.person_id AND p.state = 'active'
     WHERE x.space_id = s.id AND x.role = 'host' AND (x.host_until_on IS NULL OR x.host_until_on >= %(today)s)
     ORDER BY x.joined_at LIMIT 4) h) AS hosts
FROM spaces_space s
  LEFT JOIN spaces_membership m ON m.space_id = s.id AND m.person_id = %(me)s
  LEFT JOIN spaces_subscription u ON u.space_id = s.id AND u.person_id = %(me)s
  LEFT JOIN membership_joinrequest r ON r.space_id = s.id AND r.person_id = %(me)s AND r.state = 'open'
WHERE s.id = ANY(%(keys)s)"""


def cards_of(
    spaces: list[Space], person: Person, *, why: dict[int, str] | None = None
) -> list[dict[str, Any]]:
    """Directory cards, each with its hosts and what the person may do there. One query."""
    found = {
        row.space_id: row
        for row in read(
            CARDS, {"me": person.id, "keys": [space.id for space in spaces], "today": clock.today()}
        )
    }
    return [_card(space, found[space.id], (why or {}).get(space.id, "")) for space in spaces]


def _card(space: Space, row: Any, why: str) -> dict[str, Any]:
    access = AccessType(space.access)
    return {
        "name": space.name,
        "url": space.url,
        "purpose": space.purpose,
        "hue": space.hue or None,
        "member_count": space.member_count if access == AccessType.OPEN or row.role else None,
        "hosts": [_person(one) for one in row.hosts or []],
        "theme_label": "" if space.is_everyone else Theme(space.theme).label,
        "access_label": access.label,
        "access_icon": ACCESS_ICONS[access],
        "category": space.category,
        "tags": space.tags,
        "role": row.role,
        "is_open": access == AccessType.OPEN,
        "has_asked": row.asked is not None,
        "is_muted": row.level == Level.MUTED,
        "is_following": row.role is None and row.level is not None,
        "is_archived": space.is_archived,
        "why": why,
    }


def is_community(space: Space) -> bool:
    """Whether people join it; own spaces are followed."""
    return space.kind == SpaceKind.COMMUNITY
