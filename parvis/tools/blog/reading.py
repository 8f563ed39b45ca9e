"""Reads of a blog: its posts, its author's drafts, and what stands around one post. Not here: drawing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parvis.contributions import stream
from parvis.contributions.models import Contribution, State
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import fill_names_in_text, mentions_in_text
from parvis.people.models import names_of
from parvis.toolkit.cards import author_of

if TYPE_CHECKING:
    from parvis.kernel.pagination import Cursor
    from parvis.people.models import Person
    from parvis.spaces.models import Space

WAITING = (State.DRAFT, State.CIRCLE, State.SCHEDULED)

# A post's neighbours in its own blog (same place, same readers), and how its reader follows that place: one row.
AROUND = """
SELECT (SELECT u.level FROM spaces_subscription u WHERE u.space_id = %(space)s AND u.person_id = %(me)s) AS my_level,
  (SELECT json_build_array(c.id::text, c.title) FROM contributions_contribution c
     WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed AND c.kind = 'post'
       AND (c.published_at, c.id) < (%(at)s, %(id)s) ORDER BY c.published_at DESC, c.id DESC LIMIT 1) AS older,
  (SELECT json_build_array(c.id::text, c.title) FROM contributions_contribution c
     WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed AND c.kind = 'post'
       AND (c.published_at, c.id) > (%(at)s, %(id)s) ORDER BY c.published_at, c.id LIMIT 1) AS newer"""

FOLLOWERS = """
SELECT count(*) FILTER (WHERE u.level > 0 AND p.state = 'active' AND p.id IS DISTINCT FROM %(owner)s) AS followers,
       max(u.level) FILTER (WHERE u.person_id = %(me)s) AS my_level
FROM spaces_subscription u JOIN people_person p ON p.id = u.person_id WHERE u.space_id = %(space)s"""


@dataclass(frozen=True)
class Around:
    """What stands around a post: the one before, the one after, as {title, url}, and the reader's level."""

    my_level: int | None = None
    older: dict[str, str] | None = None
    newer: dict[str, str] | None = None


def posts_of(
    space: Space, viewer: Person, *, after: Cursor | None = None
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """A page of a blog's posts, newest first, and where the next page begins. One query, two with mentions."""
    found = stream.of_space(space, viewer, kind="post", after=after)
    mentioned = {key for row in found.rows if "@" in row.excerpt for key in mentions_in_text(row.excerpt)}
    names = names_of(mentioned) if mentioned else {}
    return [_describe(row, names) for row in found.rows], found.next


def _describe(row: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "key": row.key,
        "url": f"/blog/{row.key}/",
        "title": row.title,
        "language": row.language,
        "excerpt": fill_names_in_text(row.excerpt, names) if names else row.excerpt,
        "at": row.published_at,
        "author": author_of(row),
        "cover_url": cover_url(row),
        "minutes": row.card.get("minutes") or 1,
        "comments": row.reply_count,
        "reactions": sum(row.reaction_counts.values()),
        "is_new": row.read_until is None,
    }


def cover_url(row: Any) -> str:
    """The address of a post's cover, from its card; "" without one."""
    key = row.card.get("cover")
    return f"/files/{key}/cover" if key else ""


def waiting_of(space: Space, viewer: Person) -> list[Contribution]:
    """The reader's own posts in this blog that aren't published yet."""
    rows = Contribution.objects.visible_to(viewer).filter(
        space=space, author=viewer, kind="post", state__in=WAITING
    )
    return list(rows.order_by("-created_at")[:20])


def followers_of(space: Space, viewer: Person) -> tuple[int, int | None]:
    """How many follow a personal blog (its owner isn't counted), and the reader's own level. One query."""
    row = read(FOLLOWERS, {"space": space.id, "me": viewer.id, "owner": space.owner_id})[0]
    return row.followers, row.my_level


def around(contribution: Contribution, viewer: Person) -> Around:
    """The neighbours of a published post in its blog. One query."""
    if not contribution.is_published:
        return Around()
    row = read(
        AROUND,
        {
            "space": contribution.space_id,
            "me": viewer.id,
            "at": contribution.published_at,
            "id": contribution.id,
        },
    )[0]
    return Around(row.my_level, _link(row.older), _link(row.newer))


def _link(pair: list[str] | None) -> dict[str, str] | None:
    return {"title": pair[1], "url": f"/blog/{encode(int(pair[0]))}/"} if pair else None
