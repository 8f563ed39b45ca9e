"""People, communities and tags whose names hold the words, among those that the viewer may know of. Not here: texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.words import fold, sort_key
from parvis.people.models import Person
from parvis.spaces.models import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.5  # of the trigrams of what was typed: one letter in five may be wrong

PERSON = "id, display_name, photo, job_title, department, site, hidden_fields, state, is_hidden"
SPACE = "id, kind, slug, name, purpose, theme, access, audience, category, cover, hue, member_count"

# By what the names hold; where nothing holds the words, by what looks alike.
NAMED = f"""
WITH me AS (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s
), listed AS (
  SELECT p.*, NOT EXISTS (SELECT 1 FROM unnest(%(words)s::text[]) w WHERE p.sort_key NOT LIKE '%%' || w || '%%') AS holds
  FROM people_person p WHERE p.state = 'active' AND NOT p.is_hidden
    AND (p.sort_key LIKE '%%' || %(longest)s || '%%' OR p.sort_key %%> %(said)s)
), people AS (
  SELECT * FROM listed WHERE holds OR NOT EXISTS (SELECT 1 FROM listed WHERE holds)
    AND word_similarity(%(said)s, sort_key) >= %(alike)s
  ORDER BY holds DESC, word_similarity(%(said)s, sort_key) DESC, sort_key, id LIMIT %(limit)s
), known AS (
  SELECT s.*, unaccent(lower(s.name)) AS folded, unaccent(lower(s.purpose)) AS aim FROM spaces_space s
  WHERE s.kind = 'community' AND (s.access <> 'secret' OR s.id IN (SELECT space_id FROM me))
), spaces AS (
  SELECT k.*, NOT EXISTS (SELECT 1 FROM unnest(%(words)s::text[]) w WHERE k.folded NOT LIKE '%%' || w || '%%') AS holds
  FROM known k WHERE word_similarity(%(said)s, k.folded) >= %(alike)s
    OR NOT EXISTS (SELECT 1 FROM unnest(%(words)s::text[]) w WHERE k.folded || ' ' || k.aim NOT LIKE '%%' || w || '%%')
  ORDER BY holds DESC, word_similarity(%(said)s, k.folded) DESC, k.member_count DESC, k.id LIMIT %(limit)s
), tags AS (
  SELECT one.word, min(one.label) AS label, count(*) AS n FROM (
    SELECT t.word, t.label FROM contributions_tag t JOIN contributions_contribution c ON c.id = t.contribution_id
    WHERE (t.word = ANY(%(words)s) OR t.word LIKE %(begun)s) AND c.state = 'published' AND c.kind = ANY(%(kinds)s)
      AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN (SELECT space_id FROM me))
    ORDER BY t.contribution_id DESC LIMIT 1000) one
  GROUP BY one.word ORDER BY n DESC, one.word LIMIT 5
)
SELECT (SELECT coalesce(jsonb_agg(to_jsonb(f)), '[]') FROM (SELECT {PERSON} FROM people) f) AS people,
  (SELECT coalesce(jsonb_agg(to_jsonb(f)), '[]') FROM (SELECT {SPACE} FROM spaces) f) AS spaces,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(word, label, n)), '[]') FROM tags) AS tags"""

LONGEST = 5  # words of a name: a sentence names nobody


@dataclass(frozen=True)
class Named:
    """Rows of people and spaces hold the columns that lists show, no others."""

    people: tuple[Person, ...] = ()
    spaces: tuple[Space, ...] = ()
    tags: tuple[tuple[str, str, int], ...] = ()


def named(words: Sequence[str], viewer: Person, *, limit: int = 6) -> Named:
    """Whom and what these words name: listed people, communities the viewer may know of, tags of what they may read.

    All words must stand in the name, in any order; without any, names that look alike. One query.
    """
    folded = [_pattern(word) for word in words if sort_key(word)]
    if not folded or len(folded) > LONGEST:
        return Named()
    said = sort_key(" ".join(words))
    row = read(
        NAMED,
        {
            "words": folded, "longest": max(folded, key=len), "said": said, "me": viewer.id, "alike": ALIKE,
            "begun": f"{fold(words[-1])[:40]}%" if len(words) == 1 else "", "kinds": installed_kinds(), "limit": limit,
        },
    )[0]  # fmt: skip
    return Named(
        tuple(Person(**one) for one in row.people),
        tuple(Space(**one) for one in row.spaces),
        tuple((word, label, n) for word, label, n in row.tags),
    )


def _pattern(word: str) -> str:
    return sort_key(word).replace("\\", "").replace("%", "").replace("_", "")
