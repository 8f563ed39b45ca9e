"""Reads of shared pages: one with what stands around it, the tree level by level, versions, models, one reader's own.

Every read is of a space or a contribution that the gate has found for its reader, or filtered by audience and
memberships as `visible_to` is. What a page costs doesn't grow with the tree: ancestors, neighbours and children only.
Not here: what the pages show (showing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from parvis.kernel import markdown
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.people.models import names_of
from parvis.tools.pages.models import Version
from parvis.tools.pages.versions import find_version

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

NEAR = 12  # neighbours shown on each side
BELOW = 40  # children shown beside a page
LEVEL = 60  # pages of one level on a page of its own
INSIDE = 6  # children named under each of them
VERSIONS = 50
BACKLINKS = 20

STEP = """json_build_object('id', c.id::text, 'title', c.title, 'more', EXISTS (SELECT 1 FROM pages_page k
  JOIN contributions_contribution kc ON kc.id = k.contribution_id AND kc.state = 'published'
  WHERE k.parent_id = c.id))"""

# Which texts the reader may read, of those that lead somewhere: the same rule as `visible_to`, of published ones.
READABLE = """(c.audience = 0 OR c.audience = 1 AND EXISTS (SELECT 1 FROM spaces_membership m
  WHERE m.space_id = c.space_id AND m.person_id = %(me)s))"""

PAGE = f"""
SELECT g.version, (SELECT v.title FROM pages_version v WHERE v.contribution_id = g.contribution_id
    AND v.number = g.version) AS last_title, g.changed_at, g.changed_by_id, g.is_protected, g.is_model, g.editing_by_id, g.editing_since,
  g.parent_id, w.display_name AS changed_by, e.display_name AS editing_by,
  (SELECT coalesce(json_agg(json_build_object('id', up.id::text, 'title', up.title) ORDER BY up.depth DESC), '[]')
    FROM (WITH RECURSIVE up AS (
      SELECT c.id, c.title, p.parent_id, 1 AS depth FROM pages_page p
        JOIN contributions_contribution c ON c.id = p.contribution_id WHERE p.contribution_id = g.parent_id
      UNION ALL SELECT c.id, c.title, p.parent_id, up.depth + 1 FROM up
        JOIN pages_page p ON p.contribution_id = up.parent_id
        JOIN contributions_contribution c ON c.id = p.contribution_id WHERE up.depth < 40)
      SELECT id, title, depth FROM up) up) AS above,
  (SELECT coalesce(json_agg(one ORDER BY place DESC, id DESC), '[]') FROM (
    SELECT {STEP} AS one, s.position AS place, c.id FROM pages_page s
      JOIN contributions_contribution c ON c.id = s.contribution_id AND c.state = 'published'
    WHERE s.space_id = g.space_id AND s.parent_id IS NOT DISTINCT FROM g.parent_id
      AND (s.position, s.contribution_id) < (g.position, g.contribution_id)
    ORDER BY s.position DESC, s.contribution_id DESC LIMIT {NEAR + 1}) near) AS before,
  (SELECT coalesce(json_agg(one ORDER BY place, id), '[]') FROM (
    SELECT {STEP} AS one, s.position AS place, c.id FROM pages_page s
      JOIN contributions_contribution c ON c.id = s.contribution_id AND c.state = 'published'
    WHERE s.space_id = g.space_id AND s.parent_id IS NOT DISTINCT FROM g.parent_id
      AND (s.position, s.contribution_id) > (g.position, g.contribution_id)
    ORDER BY s.position, s.contribution_id LIMIT {NEAR + 1}) near) AS after,
  (SELECT coalesce(json_agg(one ORDER BY place, id), '[]') FROM (
    SELECT {STEP} AS one, s.position AS place, c.id FROM pages_page s
      JOIN contributions_contribution c ON c.id = s.contribution_id AND c.state = 'published'
    WHERE s.space_id = g.space_id AND s.parent_id = g.contribution_id
    ORDER BY s.position, s.contribution_id LIMIT {BELOW + 1}) near) AS below,
  (SELECT coalesce(json_agg(json_build_object('id', x.id::text, 'title', x.title, 'excerpt', x.excerpt, 'kind', x.kind,
      'space', x.space) ORDER BY x.id DESC), '[]') FROM (
    SELECT DISTINCT c.id, c.title, c.excerpt, c.kind, s.name AS space FROM pages_link l
      LEFT JOIN contributions_reply r ON r.id = l.reply_id
      JOIN contributions_contribution c ON c.id = coalesce(r.contribution_id, l.contribution_id)
        AND c.state = 'published' AND c.kind = ANY(%(kinds)s) AND NOT jsonb_exists(c.card, 'shared') AND {READABLE}
      JOIN spaces_space s ON s.id = c.space_id
    WHERE l.target_id = g.contribution_id AND (l.reply_id IS NULL OR r.state = 'published') AND c.id <> g.contribution_id
    ORDER BY c.id DESC LIMIT {BACKLINKS}) x) AS backlinks,
  (SELECT json_build_object('id', c.id::text, 'title', c.title, 'kind', c.kind) FROM contributions_contribution c
    WHERE c.id = g.came_from_id AND c.state = 'published' AND c.kind = ANY(%(kinds)s) AND {READABLE}) AS came_from
FROM pages_page g JOIN people_person w ON w.id = g.changed_by_id LEFT JOIN people_person e ON e.id = g.editing_by_id
WHERE g.contribution_id = %(id)s"""

LIST = f"""
SELECT c.id, c.title, c.excerpt, c.reply_count, g.changed_at, g.is_protected, g.is_model, w.display_name AS changed_by,
  (SELECT coalesce(json_agg(one ORDER BY place, id), '[]') FROM (
    SELECT json_build_object('id', k.id::text, 'title', k.title) AS one, s.position AS place, k.id FROM pages_page s
      JOIN contributions_contribution k ON k.id = s.contribution_id AND k.state = 'published'
    WHERE s.space_id = g.space_id AND s.parent_id = g.contribution_id
    ORDER BY s.position, s.contribution_id LIMIT {INSIDE + 1}) inner_) AS below
FROM pages_page g JOIN contributions_contribution c ON c.id = g.contribution_id AND c.state = 'published'
  JOIN people_person w ON w.id = g.changed_by_id
WHERE g.space_id = %(space)s AND {{level}}
  AND (%(after)s = 0 OR (g.position, g.contribution_id) > (SELECT a.position, a.contribution_id FROM pages_page a
    WHERE a.contribution_id = %(after)s AND a.space_id = %(space)s))
ORDER BY g.position, g.contribution_id LIMIT {LEVEL + 1}"""

LATEST = """
SELECT c.id, c.title, g.changed_at, w.display_name AS changed_by FROM pages_page g
  JOIN contributions_contribution c ON c.id = g.contribution_id AND c.state = 'published'
  JOIN people_person w ON w.id = g.changed_by_id
WHERE g.space_id = %(space)s ORDER BY g.changed_at DESC LIMIT %(limit)s"""

MODELS = """
SELECT c.id, c.title, c.excerpt FROM pages_page g
  JOIN contributions_contribution c ON c.id = g.contribution_id AND c.state = 'published'
WHERE g.space_id = %(space)s AND g.is_model ORDER BY c.title, c.id LIMIT 40"""

HISTORY = """
SELECT v.number, v.title, v.author_id, v.created_at, v.note, v.restored_from, v.is_merged, v.words_in, v.words_out,
  p.display_name AS author_name, p.photo AS author_photo,
  (SELECT coalesce(json_agg(json_build_object('id', o.id::text, 'name', o.display_name)
      ORDER BY array_position(v.with_ids, o.id)), '[]') FROM people_person o WHERE o.id = ANY(v.with_ids)) AS others
FROM pages_version v JOIN people_person p ON p.id = v.author_id
WHERE v.contribution_id = %(id)s AND v.number < %(before)s ORDER BY v.number DESC LIMIT %(limit)s"""

# The subtree in the order in which it is read, whole texts with it: the approved ones, where there are.
WHOLE = """
WITH RECURSIVE down AS (
  SELECT contribution_id, 0 AS depth, ARRAY[]::bigint[] AS path FROM pages_page WHERE contribution_id = %(id)s
  UNION ALL SELECT p.contribution_id, down.depth + 1, down.path || p.position::bigint || p.contribution_id
    FROM down JOIN pages_page p ON p.parent_id = down.contribution_id WHERE down.depth < %(deepest)s)
SELECT c.id, coalesce(v.title, c.title) AS title, c.language, down.depth, coalesce(v.source, b.source) AS source,
  coalesce(v.number, g.version) AS version, coalesce(v.created_at, g.changed_at) AS changed_at FROM down
  JOIN contributions_contribution c ON c.id = down.contribution_id AND c.state = 'published'
  JOIN pages_page g ON g.contribution_id = c.id
  JOIN contributions_body b ON b.contribution_id = c.id
  LEFT JOIN approvals_review r ON r.contribution_id = c.id AND r.state = 'approved'
  LEFT JOIN pages_version v ON v.contribution_id = c.id AND v.number = r.number ORDER BY down.path LIMIT %(limit)s"""

# By the versions' own index: the last change of each page that the reader has written, where they may still read it.
WRITTEN = """
SELECT c.id, c.title, s.name AS space_name, v.created_at FROM (
    SELECT contribution_id, max(created_at) AS created_at FROM (
      SELECT contribution_id, created_at FROM pages_version WHERE author_id = %(me)s
      ORDER BY created_at DESC LIMIT 200) recent
    GROUP BY contribution_id) v
  JOIN contributions_contribution c ON c.id = v.contribution_id AND c.state = 'published'
  JOIN spaces_space s ON s.id = c.space_id
WHERE c.audience = 0 OR EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = c.space_id AND m.person_id = %(me)s)
ORDER BY v.created_at DESC LIMIT %(limit)s"""

# Other pages a page may be put under, by a part of their title.
TITLED = """
SELECT c.id, c.title, (SELECT u.title FROM contributions_contribution u WHERE u.id = g.parent_id) AS above
FROM pages_page g JOIN contributions_contribution c ON c.id = g.contribution_id AND c.state = 'published'
WHERE g.space_id = %(space)s AND g.contribution_id <> %(but)s AND (%(words)s = '' OR strpos(lower(c.title), %(words)s) > 0)
ORDER BY g.changed_at DESC LIMIT %(limit)s"""

ONE_LINE = """
SELECT c.id, c.title, c.excerpt, g.parent_id FROM pages_page g
  JOIN contributions_contribution c ON c.id = g.contribution_id AND c.state = 'published'
WHERE g.space_id = %(space)s AND g.contribution_id = %(id)s"""

MADE = f"""
SELECT c.id, c.title FROM contributions_contribution c
WHERE c.id = %(id)s AND c.state = 'published' AND c.kind = 'page' AND {READABLE}"""


def read_page(contribution: Contribution, viewer: Person, kinds: list[str]) -> Any:
    """A page's detail with what stands around it: above, beside, below, what leads to it. One query. Raises NotFound."""
    rows = read(PAGE, {"id": contribution.id, "me": viewer.id, "kinds": kinds})
    if not rows:
        raise NotFound
    return rows[0]


def list_level(space: Space, parent: int | None, *, after: int = 0) -> tuple[list[Any], int]:
    """The pages of one level in their order, a page of them at a time, and after which the next begins (0: none)."""
    level = "g.parent_id IS NULL" if parent is None else "g.parent_id = %(parent)s"
    rows = read(LIST.format(level=level), {"space": space.id, "parent": parent or 0, "after": after})
    shown = rows[:LEVEL]
    return shown, shown[-1].id if len(rows) > LEVEL else 0


def find_line(space: Space, key: int) -> Any:
    """One published page of a space, in short. Raises NotFound."""
    rows = read(ONE_LINE, {"space": space.id, "id": key})
    if not rows:
        raise NotFound
    return rows[0]


def latest(space: Space, *, limit: int = 6) -> list[Any]:
    """What changed last in a community. One query."""
    return read(LATEST, {"space": space.id, "limit": limit})


def models_of(space: Space) -> list[Any]:
    """The pages that a community offers as models. One query."""
    return read(MODELS, {"space": space.id})


def history(contribution: Contribution, *, before: int = 0) -> tuple[list[Any], int]:
    """The versions of a page, the last first, and before which number the next ones are (0: none). One query."""
    limit = VERSIONS + 1
    rows = read(HISTORY, {"id": contribution.id, "before": before or 2**31 - 1, "limit": limit})
    shown = rows[:VERSIONS]
    return shown, shown[-1].number if len(rows) > VERSIONS else 0


def whole(contribution: Contribution, *, deepest: int, limit: int) -> list[Any]:
    """A page and those below it, down to a depth, in the order of reading, texts included. One query."""
    return read(WHOLE, {"id": contribution.id, "deepest": deepest, "limit": limit})


def written_by(viewer: Person, *, limit: int = 5) -> list[Any]:
    """The pages the reader wrote in last, where they may still read them. One query."""
    return read(WRITTEN, {"me": viewer.id, "limit": limit})


def titled(space: Space, words: str, *, but: int = 0, limit: int = 20) -> list[Any]:
    """Pages of a community whose title holds these words, the last changed first. One query."""
    return read(TITLED, {"space": space.id, "words": words.strip().lower()[:80], "but": but, "limit": limit})


def made_of(page_id: int, viewer: Person) -> Any | None:
    """The page that a contribution has become, if the reader may read it. One query."""
    rows = read(MADE, {"id": page_id, "me": viewer.id})
    return rows[0] if rows else None


def draw_version(contribution: Contribution, number: int) -> tuple[Version, Markup]:
    """A page as it read at one of its versions: the version and its HTML, the names of people filled in.

    Who may: whoever reads the page (the caller has found it for them). Raises NotFound.
    """
    version = find_version(contribution, number)
    rendered = markdown.render(version.source)
    return version, Markup(markdown.fill_names(rendered.html, names_of(set(rendered.mentions))))


def draw_older(contribution: Contribution, number: int) -> dict[str, Any]:
    """A page as one of its versions has it: `version`, `html`; the contribution bears its title from then on. Two queries."""
    version, html = draw_version(contribution, number)
    contribution.title = version.title
    return {"version": version, "html": html}
