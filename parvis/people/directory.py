"""The directory: finding listed people by a sentence and by filters, page by page, with the reason of each match.

Not here: who writes about what (contributions.knowledge gives it in), the page itself (web).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.words import COMMON_WORDS, fold
from parvis.people.models import Person, ProfileField, Subject
from parvis.people.visibility import subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = 24
MOST_WORDS = 6
# Words of the question, not of its subject: « qui peut m'aider en », "who knows about".
ASKING = frozenset(
    [
        "connait",
        "connaissent",
        "connaitre",
        "sait",
        "savent",
        "savoir",
        "aide",
        "aider",
        "aidera",
        "parle",
        "parler",
        "parlent",
        "maitrise",
        "utilise",
        "quelqu",
        "personne",
        "gens",
        "know",
        "knows",
        "knowing",
        "help",
        "helps",
        "speak",
        "speaks",
        "someone",
        "anyone",
        "people",
        "person",
        "good",
        "expert",
    ]
)
COLUMNS = ", ".join(f"p.{one.attname}" for one in Person._meta.concrete_fields)
NAMES = [one.attname for one in Person._meta.concrete_fields]

# What the owner hides can neither be searched nor filtered by: else the answer would tell it.
# One part for each word, so that each is found by its own index.
WORD = """
  SELECT p.id AS person_id, {n} AS n, 1 AS rank FROM people_person p WHERE p.sort_key LIKE %(word{n})s
  UNION ALL
  SELECT s.person_id, {n}, CASE s.kind WHEN 'ask' THEN 2 ELSE 3 END
  FROM people_subject s JOIN people_person p ON p.id = s.person_id AND NOT s.kind = ANY(p.hidden_fields)
  WHERE s.folded LIKE %(word{n})s
  UNION ALL
  SELECT p.id, {n}, 5 FROM people_person p WHERE p.words_key LIKE %(word{n})s
  UNION ALL"""

SEARCH = """
WITH matched AS ({words}
  SELECT t.person_id, t.n, 4 FROM unnest(%(writers)s::bigint[], %(written)s::int[]) AS t(person_id, n)
), scored AS (
  SELECT person_id, count(DISTINCT n) AS found, min(rank) AS rank FROM matched GROUP BY person_id
), picked AS (
  SELECT p.id, scored.found, scored.rank FROM scored JOIN people_person p ON p.id = scored.person_id
  WHERE p.state = 'active' AND NOT p.is_hidden AND scored.found >= %(least)s {filters}
    AND (-scored.found, scored.rank, p.sort_key, p.id) > (%(found)s, %(rank)s, %(name)s, %(id)s)
  ORDER BY -scored.found, scored.rank, p.sort_key, p.id LIMIT %(limit)s
)
SELECT {columns}, picked.found, picked.rank FROM picked JOIN people_person p ON p.id = picked.id
ORDER BY -picked.found, picked.rank, p.sort_key, p.id"""

LISTING = """
SELECT {columns}, 0 AS found, 0 AS rank FROM people_person p
WHERE p.state = 'active' AND NOT p.is_hidden {filters} AND (p.sort_key, p.id) > (%(name)s, %(id)s)
ORDER BY p.sort_key, p.id LIMIT %(limit)s"""

# Departments and sites are few, people many: each step jumps to the next value of the index.
VALUES_OF = """
WITH RECURSIVE found AS (
  (SELECT {name} AS value FROM people_person WHERE {name} > '' ORDER BY {name} LIMIT 1)
  UNION ALL
  SELECT (SELECT {name} FROM people_person WHERE {name} > found.value ORDER BY {name} LIMIT 1)
  FROM found WHERE found.value IS NOT NULL
) SELECT '{name}' AS name, value FROM found WHERE value IS NOT NULL AND EXISTS (
  SELECT 1 FROM people_person p WHERE p.{name} = found.value AND p.state = 'active' AND NOT p.is_hidden
    AND NOT '{name}' = ANY(p.hidden_fields))"""

LANGUAGES = """
SELECT 'language' AS name, spoken AS value FROM people_person, unnest(languages) AS spoken
WHERE state = 'active' AND NOT is_hidden AND languages <> '{}' AND NOT 'languages' = ANY(hidden_fields) GROUP BY 2"""

CHOICES = f"({VALUES_OF.format(name='department')}) UNION ALL ({VALUES_OF.format(name='site')}) UNION ALL {LANGUAGES}"


@dataclass(frozen=True)
class Filters:
    """What the address of the directory says. `values` are the administrator's fields by their key."""

    q: str = ""
    department: str = ""
    site: str = ""
    skill: str = ""
    language: str = ""
    values: tuple[tuple[int, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.q or self.department or self.site or self.skill or self.language or self.values)


@dataclass(frozen=True)
class Written:
    """Someone writes about one of the words searched, in texts the reader may see."""

    person_id: int
    word: int  # its place among the words, from 1
    label: str
    count: int


@dataclass
class Hit:
    """A person found, what they may be asked about, and why they are here."""

    person: Person
    ask: list[str] = field(default_factory=list)
    reasons: list[tuple[str, str, int]] = field(default_factory=list)  # (kind, words, count)


@dataclass(frozen=True)
class Page:
    """A page of the directory; `is_near` when nobody matches all the words and these match some."""

    hits: list[Hit]
    next: str = ""
    is_near: bool = False


def search_words(sentence: str) -> list[str]:
    """The telling words of a sentence, folded, plurals cut: « Qui connaît les tutorats ? » gives ["tutorat"]."""
    words = [word for word in re.split(r"[^\w]+", fold(sentence).replace("_", " ")) if word]
    telling = [word for word in words if len(word) > 1 and word not in COMMON_WORDS and word not in ASKING]
    chosen = dict.fromkeys(_stem(word) for word in telling or words)
    return list(chosen)[:MOST_WORDS]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] in "sx" else word


def find_people(filters: Filters, *, after: str = "", writers: Sequence[Written] = ()) -> Page:
    """Listed people, best match first, then by name. At most three queries."""
    words = search_words(filters.q)
    if not words:
        rows = _rows(LISTING, filters, after, {})
        return Page(*_hits(rows, [], ()))
    sql, sources = search_query(words, writers)
    rows = _rows(sql, filters, after, {**sources, "least": len(words)})
    near = not rows and len(words) > 1 and (not after or _is_near(after))
    if near:
        rows = _rows(sql, filters, after, {**sources, "least": 1})
    hits, following = _hits(rows, words, writers, is_near=near)
    return Page(hits, following, near)


def search_query(words: Sequence[str], writers: Sequence[Written]) -> tuple[str, dict[str, Any]]:
    """The search for these words, its columns and filters still to be put in, and what it is given."""
    parts = "".join(WORD.format(n=number) for number, _word in enumerate(words, start=1))
    given: dict[str, Any] = {f"word{number}": f"%{word}%" for number, word in enumerate(words, start=1)}
    given |= {"writers": [one.person_id for one in writers], "written": [one.word for one in writers]}
    return SEARCH.replace("{words}", parts), given


def _rows(sql: str, filters: Filters, after: str, params: dict[str, Any]) -> list[Any]:
    clause, values = _conditions(filters)
    found, rank, name, key = _parse(after)
    start = {"found": found, "rank": rank, "name": name, "id": key, "limit": PAGE + 1}
    return read(sql.format(columns=COLUMNS, filters=clause), {**params, **values, **start})


def _conditions(filters: Filters) -> tuple[str, dict[str, Any]]:
    clause, values = "", {}
    for name in ("department", "site"):
        if getattr(filters, name):
            clause += f" AND p.{name} = %(f_{name})s AND NOT '{name}' = ANY(p.hidden_fields)"
            values[f"f_{name}"] = getattr(filters, name)
    if filters.language:
        clause += " AND %(f_language)s = ANY(p.languages) AND NOT 'languages' = ANY(p.hidden_fields)"
        values["f_language"] = filters.language
    if filters.skill:
        clause += (
            " AND NOT 'ask' = ANY(p.hidden_fields) AND p.id IN"
            " (SELECT s.person_id FROM people_subject s WHERE s.kind = 'ask' AND s.folded LIKE %(f_skill)s)"
        )
        values["f_skill"] = f"%{_escaped(fold(filters.skill))}%"
    for number, (field_id, value) in enumerate(filters.values):
        clause += (
            f" AND NOT %(v_name{number})s = ANY(p.hidden_fields) AND p.id IN (SELECT v.person_id"
            f" FROM people_profilevalue v WHERE v.field_id = %(v_field{number})s AND v.value = %(v_value{number})s)"
        )
        values |= {
            f"v_name{number}": f"field-{encode(field_id)}",
            f"v_field{number}": field_id,
            f"v_value{number}": value,
        }
    return clause, values


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hits(
    rows: list[Any], words: list[str], writers: Sequence[Written], *, is_near: bool = False
) -> tuple[list[Hit], str]:
    people = [Person.from_db("default", NAMES, row[: len(NAMES)]) for row in rows[:PAGE]]
    subjects = subjects_of(person.id for person in people) if people else {}
    hits = [_hit(person, subjects.get(person.id, []), words, writers) for person in people]
    if len(rows) <= PAGE:
        return hits, ""
    last = rows[PAGE - 1]
    return hits, _spell(-last.found, last.rank, last.sort_key, last.id, is_near)


def _hit(person: Person, subjects: list[Subject], words: list[str], writers: Iterable[Written]) -> Hit:
    shown = [one for one in subjects if one.kind not in person.hidden_fields]
    hit = Hit(person, [one.label for one in shown if one.kind == Subject.ASK])
    for kind in (Subject.ASK, Subject.INTEREST):
        labels = [
            one.label for one in shown if one.kind == kind and any(word in one.folded for word in words)
        ]
        if labels:
            hit.reasons.append((kind, ", ".join(labels[:3]), 0))
    hit.reasons += [("tag", one.label, one.count) for one in writers if one.person_id == person.id]
    for name in ("job_title", "department", "site"):
        value = "" if name in person.hidden_fields else getattr(person, name)
        if value and any(word in fold(value) for word in words):
            hit.reasons.append((name, value, 0))
    return hit


def _spell(found: int, rank: int, name: str, key: int, is_near: bool) -> str:
    text = json.dumps([found, rank, name, key, int(is_near)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unspell(cursor: str) -> list[Any] | None:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
        found, rank, name, key, near = parts
        numbers_fit = all(isinstance(one, int) and abs(one) < 2**31 for one in (found, rank, near))
        return (
            parts
            if numbers_fit and isinstance(name, str) and "\0" not in name and 0 <= int(key) < 2**63
            else None
        )
    except (ValueError, TypeError):
        return None


def _parse(cursor: str) -> tuple[int, int, str, int]:
    """Where a page begins; the beginning for anything that isn't a cursor of ours."""
    found, rank, name, key = (_unspell(cursor) or [-MOST_WORDS - 1, 0, "", 0, 0])[:4]
    return found, rank, name, int(key)


def _is_near(cursor: str) -> bool:
    parts = _unspell(cursor)
    return bool(parts and parts[4])


def choices() -> dict[str, list[str]]:
    """The departments, sites and languages that listed people show, in order. One query."""
    found: dict[str, list[str]] = {"department": [], "site": [], "language": []}
    for row in read(CHOICES):
        found[row.name].append(row.value)
    return {name: sorted(values, key=fold) for name, values in found.items()}


def filter_fields() -> list[ProfileField]:
    """The administrator's fields by which the directory filters, with the values people show when they are free."""
    fields = list(ProfileField.objects.filter(is_filter=True, is_visible=True))
    free = [one.id for one in fields if one.type != "choice"]
    if free:
        rows = read(
            """SELECT v.field_id, v.value FROM people_profilevalue v JOIN people_person p ON p.id = v.person_id
            WHERE v.field_id = ANY(%(fields)s) AND p.state = 'active' AND NOT p.is_hidden AND v.value <> ''
              AND NOT EXISTS (SELECT 1 FROM unnest(%(fields)s::bigint[], %(names)s::text[]) AS h(id, name)
                WHERE h.id = v.field_id AND h.name = ANY(p.hidden_fields))
            GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 400""",
            {"fields": free, "names": [f"field-{encode(one)}" for one in free]},
        )
        for one in fields:
            if one.id in free:
                one.choices = [row.value for row in rows if row.field_id == one.id]
    return fields
