"""Reads of documents: a folder, one document with its versions, the whole network's for one reader.

Every read is of a space or a contribution that the gate has found for its reader, or filtered by audience and
memberships as `visible_to` is. Not here: what the pages show (showing).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from parvis.approvals.models import Edition
from parvis.approvals.reading import WORK_SEEN, works_on
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.kernel.pagination import Cursor

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space
    from parvis.tools.documents.models import Folder

PAGE = 100
MOST_ZIPPED = 5_000  # files of one archive

LINE = """d.contribution_id AS id, d.name, d.size, d.media_type, d.version, d.changed_at, d.is_model, d.link, d.lives_in,
  d.locked_until, c.reply_count, p.display_name AS changed_by, l.display_name AS locked_by"""
PEOPLE = """JOIN people_person p ON p.id = d.changed_by_id
  LEFT JOIN people_person l ON l.id = d.locked_by_id"""
ORDERS = {
    "name": ("name_key", "ASC", ">"),
    "date": ("changed_at", "DESC", "<"),
    "size": ("size", "DESC", "<"),
}

# The place of the last row shown is looked up, not sent along: an address can't ask for another order than ours.
# The folder stands in the order, though it is one: for "in no folder" the index is only then known to be sorted.
LIST = """
SELECT {line} FROM documents_document d JOIN contributions_contribution c ON c.id = d.contribution_id {people}
WHERE d.space_id = %(space)s AND {folder} AND c.state = 'published' {after}
ORDER BY d.folder_id {way}, d.{key} {way}, d.contribution_id {way} LIMIT %(limit)s"""
# Two values, not one row: only those are a place in the index.
AFTER = """AND (d.{key}, d.contribution_id) {than} ((SELECT CASE WHEN a.space_id = %(space)s THEN a.{key} END
  FROM documents_document a WHERE a.contribution_id = %(after)s), %(after)s)"""

FOLDERS = """
SELECT f.id, f.name, (SELECT count(*) FROM documents_document d JOIN contributions_contribution c
    ON c.id = d.contribution_id AND c.state = 'published' WHERE d.space_id = f.space_id AND d.folder_id = f.id) AS files,
  (SELECT count(*) FROM documents_folder i WHERE i.parent_id = f.id) AS folders
FROM documents_folder f WHERE f.space_id = %(space)s AND {inside} ORDER BY f.name_key, f.id"""

PATH = """
WITH RECURSIVE up AS (
  SELECT id, parent_id, name, 0 AS depth FROM documents_folder WHERE id = %(folder)s
  UNION ALL SELECT f.id, f.parent_id, f.name, up.depth + 1 FROM documents_folder f JOIN up ON f.id = up.parent_id
    WHERE up.depth < 20)
SELECT id, name FROM up ORDER BY depth DESC"""

ALL_FOLDERS = """
WITH RECURSIVE down AS (
  SELECT id, name::text AS path, ARRAY[name::text] AS names, name_key::text AS sorted FROM documents_folder
    WHERE space_id = %(space)s AND parent_id IS NULL
  UNION ALL SELECT f.id, down.path || ' / ' || f.name, down.names || f.name::text, down.sorted || ' / ' || f.name_key
    FROM documents_folder f JOIN down ON f.parent_id = down.id WHERE cardinality(down.names) < 20)
SELECT id, path, names FROM down ORDER BY sorted, id"""

# A version kept apart is read by those who may read the place it was written in, too.
READABLE = """(NOT v.is_kept_apart OR EXISTS (SELECT 1 FROM spaces_space s WHERE s.id = v.kept_in_id
  AND (s.audience = 0 OR EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = s.id AND m.person_id = %(me)s))))"""

VERSIONS = f"""
SELECT v.id, v.number, v.sha256, v.name, v.media_type, v.size, v.note, v.created_at, v.restored_from, v.preview,
  v.pages, v.page_count, v.author_id, p.display_name AS author_name, p.photo AS author_photo, v.is_kept_apart,
  CASE WHEN v.number = d.version OR EXISTS (SELECT 1 FROM approvals_review r WHERE r.contribution_id = v.contribution_id
    AND r.state = 'approved' AND r.number = v.number) THEN v.text ELSE '' END AS text
FROM documents_version v JOIN documents_document d ON d.contribution_id = v.contribution_id
  JOIN people_person p ON p.id = v.author_id
WHERE v.contribution_id = %(id)s AND {READABLE} AND {WORK_SEEN} ORDER BY v.number DESC LIMIT 500"""

ONE_VERSION = f"""
SELECT v.id, v.number, v.sha256, v.name, v.media_type, v.size, v.pages, d.name AS called, d.version AS last
FROM documents_version v JOIN documents_document d ON d.contribution_id = v.contribution_id
WHERE v.contribution_id = %(id)s AND v.number = %(number)s AND {READABLE} AND {WORK_SEEN}"""

ONE = f"""
SELECT {LINE}, d.locked_by_id, d.owner, d.folder_id, d.changed_by_id,
  (SELECT w.sha256 FROM documents_version w WHERE w.contribution_id = d.contribution_id AND w.number = d.version) AS sha256,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(up.id::text, up.name) ORDER BY up.depth DESC), '[]') FROM (
    WITH RECURSIVE up AS (SELECT id, parent_id, name, 0 AS depth FROM documents_folder WHERE id = d.folder_id
      UNION ALL SELECT f.id, f.parent_id, f.name, up.depth + 1 FROM documents_folder f JOIN up ON f.id = up.parent_id
        WHERE up.depth < 20) SELECT * FROM up) up) AS path
FROM documents_document d JOIN contributions_contribution c ON c.id = d.contribution_id {PEOPLE}
WHERE d.contribution_id = %(id)s"""

MODELS = f"""
SELECT {LINE} FROM documents_document d JOIN contributions_contribution c ON c.id = d.contribution_id {PEOPLE}
WHERE d.space_id = %(space)s AND d.is_model AND c.state = 'published' ORDER BY d.name_key, d.contribution_id LIMIT 100"""

ZIPPED = """
SELECT d.name, v.sha256, v.created_at, d.folder_id FROM documents_document d
  JOIN contributions_contribution c ON c.id = d.contribution_id AND c.state = 'published'
  JOIN documents_version v ON v.contribution_id = d.contribution_id AND v.number = coalesce((SELECT r.number
    FROM approvals_review r WHERE r.contribution_id = d.contribution_id AND r.state = 'approved'), d.version)
WHERE d.space_id = %(space)s AND {which} ORDER BY d.name_key, d.contribution_id LIMIT %(limit)s"""

# Of the reader's own communities, the last changed first.
MOST_VERSIONS = 200  # of one person, looked through for the files they changed last

LATEST = f"""
SELECT {LINE}, s.name AS space_name FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
  JOIN spaces_spacetool w ON w.space_id = m.space_id AND w.slug = 'documents'
  JOIN LATERAL (SELECT e.* FROM documents_document e JOIN contributions_contribution x
      ON x.id = e.contribution_id AND x.state = 'published'
    WHERE e.space_id = m.space_id AND (e.changed_at, e.contribution_id) < (%(at)s, %(id)s)
    ORDER BY e.changed_at DESC, e.contribution_id DESC LIMIT %(limit)s) d ON true
  JOIN contributions_contribution c ON c.id = d.contribution_id {PEOPLE}
WHERE m.person_id = %(me)s ORDER BY d.changed_at DESC, d.contribution_id DESC LIMIT %(limit)s"""

# Of one's latest versions, for a colleague's next one takes nothing from what one did; links have no versions.
EDITED = f"""
SELECT {LINE}, s.name AS space_name FROM (
    SELECT contribution_id, max(at) AS at FROM (
      (SELECT contribution_id, created_at AS at FROM documents_version
        WHERE author_id = %(me)s ORDER BY created_at DESC LIMIT {MOST_VERSIONS})
      UNION ALL (SELECT contribution_id, changed_at FROM documents_document
        WHERE changed_by_id = %(me)s ORDER BY changed_at DESC LIMIT {MOST_VERSIONS})) latest GROUP BY contribution_id) mine
  JOIN documents_document d ON d.contribution_id = mine.contribution_id
  JOIN contributions_contribution c ON c.id = d.contribution_id AND c.state = 'published'
  JOIN spaces_spacetool w ON w.space_id = d.space_id AND w.slug = 'documents'
  JOIN spaces_space s ON s.id = d.space_id {PEOPLE}
WHERE c.audience = 0 OR EXISTS (SELECT 1 FROM spaces_membership m
  WHERE m.space_id = d.space_id AND m.person_id = %(me)s)
ORDER BY mine.at DESC LIMIT %(limit)s"""


def list_folder(
    space: Space, folder: Folder | None, *, order: str = "name", after: int = 0
) -> tuple[list[Any], int]:
    """A page of a folder's files in one of the ORDERS, and after which the next begins (0: it is the last). One query."""
    key, way, than = ORDERS[order]
    which = "d.folder_id = %(folder)s" if folder else "d.folder_id IS NULL"
    since = AFTER.format(key=key, than=than) if after else ""
    sql = LIST.format(line=LINE, people=PEOPLE, folder=which, key=key, way=way, after=since)
    asked = {"space": space.id, "folder": folder.id if folder else 0, "after": after, "limit": PAGE + 1}
    rows = read(sql, asked)
    shown = rows[:PAGE]
    return shown, shown[-1].id if len(rows) > PAGE else 0


def list_folders(space: Space, folder: Folder | None) -> list[Any]:
    """The folders in a folder, by name, with how much is in each. One query."""
    inside = "f.parent_id = %(folder)s" if folder else "f.parent_id IS NULL"
    return read(FOLDERS.format(inside=inside), {"space": space.id, "folder": folder.id if folder else 0})


def path_of(folder: Folder | None) -> list[Any]:
    """The folders from the top down to this one. One query, none at the top."""
    return read(PATH, {"folder": folder.id}) if folder else []


def all_folders(space: Space) -> list[Any]:
    """Every folder of a space with its path, in order. One query."""
    return read(ALL_FOLDERS, {"space": space.id})


def read_document(contribution: Contribution) -> Any:
    """The detail of a document, with its path. One query. Raises NotFound."""
    rows = read(ONE, {"id": contribution.id})
    if not rows:
        raise NotFound
    return rows[0]


def edition_of(row: Any) -> Edition | None:
    """The last version of a document read by `read_document`, as approvals know it; None for a link."""
    return Edition(row.version, row.sha256) if row.version else None


def current_edition(contribution: Contribution) -> Edition | None:
    """The same, read now. Raises NotFound."""
    return edition_of(read_document(contribution))


def versions_of(contribution: Contribution, viewer: Person) -> list[Any]:
    """The versions that the reader may read, the last first; the text of the last and of the approved. One query."""
    asked = {"id": contribution.id, "me": viewer.id, "works": works_on(contribution, viewer)}
    return read(VERSIONS, asked)


def find_version(contribution: Contribution, number: int, viewer: Person) -> Any:
    """One version. Raises NotFound, also for one that its reader may not read."""
    asked = {"id": contribution.id, "number": min(number, 2**31 - 1), "me": viewer.id}
    rows = read(ONE_VERSION, {**asked, "works": works_on(contribution, viewer)})
    if not rows:
        raise NotFound
    return rows[0]


def models_of(space: Space) -> list[Any]:
    """The models of a community. One query."""
    return read(MODELS, {"space": space.id})


def zipped(space: Space, folders: list[int] | None) -> list[Any]:
    """The files of some folders (None: of the whole community) as an archive needs them. One query."""
    which = "true" if folders is None else "d.folder_id = ANY(%(folders)s)"
    asked = {"space": space.id, "folders": folders or [], "limit": MOST_ZIPPED + 1}
    return read(ZIPPED.format(which=which), asked)


def latest(viewer: Person, after: Cursor | None = None, *, limit: int = 50) -> tuple[list[Any], str]:
    """What changed last in the reader's communities, and the cursor of the next page ("": none). One query."""
    start = after or Cursor(datetime(9999, 1, 1, tzinfo=UTC), 0)
    rows = read(LATEST, {"me": viewer.id, "limit": limit + 1, "at": start.at, "id": start.id})
    shown = rows[:limit]
    return shown, str(Cursor(shown[-1].changed_at, shown[-1].id)) if len(rows) > limit else ""


def edited_by(viewer: Person, *, limit: int = 5) -> list[Any]:
    """What the reader changed last, where they may still read it. One query."""
    return read(EDITED, {"me": viewer.id, "limit": limit})
