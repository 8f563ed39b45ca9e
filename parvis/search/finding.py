"""From a question to rows: what the index is asked, with whose rights, and how an answer is ranked and divided.

Not here: what a page shows of it (search.engine), and how words are taken from texts (contributions' functions).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import combinations
from typing import TYPE_CHECKING, Any

from parvis.contributions.kinds import installed_kinds
from parvis.contributions.stops import STOPS
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.words import fold

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.search.asking import Question

ENOUGH = 800  # candidates: beyond, the count says "more than", and the oldest aren't ranked
MOST_TERMS = 8
FEW = 10  # things found with all the words, below which some may be missing

ASKED = "SELECT one.word, contributions_asked(one.word) AS stems FROM unnest(%(words)s::text[]) AS one(word)"

# Relevance is the words' weights (title, its stems, text, its stems); a thing is as good as the best of its texts, and
# a little better for each other one. Then what has helped (an accepted answer, a decision, thanks: never the totals of
# an import), and what is fresh: half a year takes a tenth.
FOUND = """
WITH m AS MATERIALIZED (
  SELECT * FROM search_matching(%(asked)s::tsquery, %(ranked)s::tsquery, %(terms)s::tsquery[], %(me)s, %(kinds)s, %(spaces)s::bigint[],
    %(since)s::timestamptz, %(until)s::timestamptz, %(only_replies)s, %(tagged)s::text[], %(enough)s)
), live AS (
  SELECT m.id, m.contribution_id, m.is_reply, m.author_id, m.covered, bit_count(m.covered::bit(16)) AS terms,
    c.kind, c.space_id, c.published_at, m.rank * CASE WHEN m.is_reply THEN %(of_reply)s ELSE 1 END
      * (1 + 0.08 * ln(1 + (SELECT coalesce(sum(v.value::integer), 0) FROM jsonb_each_text(coalesce(r.reaction_counts, c.reaction_counts)) v)))
      * CASE WHEN m.is_reply AND c.card ->> 'answer' = m.id::text THEN 1.4
             WHEN NOT m.is_reply AND (c.card ? 'answer' OR c.card ? 'outcome') THEN 1.1 ELSE 1 END
      / (1 + extract(epoch FROM %(now)s - c.published_at)::real / 86400 / 1800) AS score
  FROM m JOIN contributions_contribution c ON c.id = m.contribution_id AND c.state = 'published'
    LEFT JOIN contributions_reply r ON m.is_reply AND r.id = m.id
  WHERE NOT c.card ? 'shared' AND (NOT m.is_reply OR r.state = 'published')
), things AS (
  SELECT contribution_id, min(kind) AS kind, min(space_id) AS space_id, min(published_at) AS published_at,
    bit_count(bit_or(covered)::bit(16)) AS covered, max(score) + 0.15 * ln(1 + sum(score) - max(score)) AS score,
    (array_agg(id ORDER BY terms DESC, is_reply, score DESC, id DESC))[1] AS best
  FROM live GROUP BY contribution_id
), good AS (SELECT * FROM things WHERE covered >= %(least)s
), page AS (
  SELECT g.* FROM good g ORDER BY covered DESC, score DESC, contribution_id DESC LIMIT %(limit)s OFFSET %(skip)s
), writers AS (
  SELECT l.author_id, count(DISTINCT l.contribution_id) AS n, sum(l.score) AS score
  FROM live l JOIN good g USING (contribution_id) GROUP BY l.author_id
)
SELECT (SELECT count(*) FROM good) AS count, (SELECT count(*) FROM m) AS candidates,
  (SELECT count(*) FROM good WHERE covered >= %(all)s) AS whole,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.contribution_id::text, 'best', p.best::text,
      'text', left(CASE WHEN p.best = p.contribution_id THEN (SELECT b.text FROM contributions_body b WHERE b.contribution_id = p.best)
        ELSE (SELECT r.text FROM contributions_reply r WHERE r.id = p.best) END, 20000),
      'reply', (SELECT jsonb_build_object('at', r.created_at, 'by', w.display_name) FROM contributions_reply r
        JOIN people_person w ON w.id = r.author_id WHERE r.id = p.best AND p.best <> p.contribution_id)) ORDER BY p.covered DESC, p.score DESC, p.contribution_id DESC), '[]')
    FROM page p) AS hits,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(kind, n) ORDER BY n DESC, kind), '[]')
    FROM (SELECT kind, count(*) AS n FROM good GROUP BY kind) f) AS kinds,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(s.slug, s.name, f.n) ORDER BY f.n DESC, s.name, s.id), '[]')
    FROM (SELECT space_id, count(*) AS n FROM good GROUP BY space_id ORDER BY n DESC, space_id LIMIT 8) f
    JOIN spaces_space s ON s.id = f.space_id) AS spaces,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(f.month, f.n) ORDER BY f.month DESC), '[]')
    FROM (SELECT to_char(published_at, 'YYYY-MM') AS month, count(*) AS n FROM good GROUP BY month ORDER BY month DESC LIMIT 12) f) AS months,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(f.word, f.label, f.n) ORDER BY f.n DESC, f.word), '[]')
    FROM (SELECT t.word, min(t.label) AS label, count(*) AS n FROM good JOIN contributions_tag t USING (contribution_id)
      GROUP BY t.word ORDER BY n DESC, t.word LIMIT 8) f) AS tags,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(w.author_id::text, p.display_name, w.n, p.state = 'active' AND NOT p.is_hidden)
      ORDER BY w.score DESC, w.author_id), '[]')
    FROM (SELECT * FROM writers ORDER BY score DESC, author_id LIMIT 8) w JOIN people_person p ON p.id = w.author_id) AS writers"""


NEWEST = FOUND.replace("covered DESC, score DESC", "covered DESC, published_at DESC").replace(
    "p.covered DESC, p.score DESC", "p.covered DESC, p.published_at DESC"
)


@dataclass(frozen=True)
class Within:
    """What an answer is narrowed to, as keys; `is_void` when an operator names nothing that the reader may know."""

    authors: tuple[int, ...] = ()
    spaces: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    only_replies: bool = False
    before: date | None = None
    after: date | None = None
    is_void: bool = False


@dataclass
class Asked:
    """A question in the index's words. `words` are those that count, with what each is looked for as."""

    words: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    forms: set[str] = field(default_factory=set)  # what a word of a text is compared with, to mark it
    prefixes: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not self.terms


_known: OrderedDict[str, tuple[str, ...]] = OrderedDict()  # stems are constants: asked of the database once
REMEMBERED = 20_000


def stems_of(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every form under which the index may hold each word; none for small words. One query, none for known words."""
    wanted = list(dict.fromkeys(words))
    fresh = [word for word in wanted if word not in _known]
    if fresh:
        for row in read(ASKED, {"words": fresh}):
            _known[row.word] = tuple(row.stems)
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return {word: _known.get(word, ()) for word in wanted}


def ask(question: Question, read_as: dict[str, tuple[str, ...]] | None = None) -> Asked:
    """The question as the index is asked; `read_as` gives words that stand for a mistyped one."""
    read_as = read_as or {}
    spoken = [word for group in (question.words, *question.without) for word in group]
    stems = stems_of([*spoken, *(one for several in read_as.values() for one in several)])
    asked = Asked()
    for place, word in enumerate(question.words):
        forms = list(stems[word])
        for other in read_as.get(word, ()):
            forms += stems[other]
        is_last = place == len(question.words) - 1
        if question.is_open and is_last and word not in read_as and len(fold(word)) > 1:
            forms.append(f"{fold(word)}:*")
        if forms:
            asked.words.append(word)
            asked.terms.append(_any(forms))
            asked.forms |= {form for form in forms if not form.endswith(":*")}
            asked.prefixes |= {form[:-2] for form in forms if form.endswith(":*")}
    for phrase in question.phrases:
        term = _phrase(phrase)
        if term:
            asked.words.append(" ".join(phrase))
            asked.terms.append(term)
            asked.forms |= {fold(word) for word in phrase}
    asked.without = [term for term in (_without(phrase, stems) for phrase in question.without) if term]
    del asked.words[MOST_TERMS:], asked.terms[MOST_TERMS:]
    return asked


def quorum(asked: Asked) -> int:
    """How many of the terms a thing must hold where few hold them all."""
    return [0, 1, 1, 2, 2, 3, 3, 4, 4][len(asked.terms)]


def _lexeme(form: str) -> str:
    stem, colon, rest = form.partition(":*")
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'" + (":*" if colon else rest)


def _any(forms: Iterable[str]) -> str:
    return "(" + " | ".join(_lexeme(form) for form in dict.fromkeys(forms)) + ")"


def _phrase(words: tuple[str, ...]) -> str:
    """Words in this order, as typed; small words leave a gap that any small word may fill."""
    said, gap = "", 1
    for word in words:
        folded = fold(word)
        if folded in STOPS:
            gap += 1
            continue
        said += (f" <{gap}> " if said else "") + _lexeme(folded)
        gap = 1
    return f"({said})" if said else ""


def _without(phrase: tuple[str, ...], stems: dict[str, tuple[str, ...]]) -> str:
    if len(phrase) > 1:
        return _phrase(phrase)
    return _any(stems[phrase[0]]) if stems[phrase[0]] else ""


def query(asked: Asked, least: int, within: Within) -> str | None:
    """What the index is asked: at least so many of the terms, and the filters that stand among the words."""
    parts = []
    if asked.terms:
        # One text needs hold one term less than its thread: an answer may not repeat what was asked.
        each = least if least == len(asked.terms) else max(least - 1, 1)
        choices = [" & ".join(chosen) for chosen in combinations(asked.terms, each)]
        parts.append("(" + " | ".join(f"({choice})" for choice in choices) + ")")
    if within.authors:
        parts.append(_any(f":a{key}" for key in within.authors))
    if within.kinds:
        parts.append(_any(f":k{kind}" for kind in within.kinds))
    parts += [f"!{term}" for term in asked.without] if parts else []
    return " & ".join(parts) or None


def find(
    asked: Asked,
    within: Within,
    viewer: Person,
    *,
    least: int,
    page: int,
    limit: int,
    enough: int = ENOUGH,
    newest: bool = False,
) -> Any:
    """One row: hits of the page as (contribution, best text, terms covered), counts, facets. One query."""
    return read(
        NEWEST if newest else FOUND,
        {**_common(asked, within, viewer, least, enough), "limit": limit + 1, "skip": (page - 1) * limit},
    )[0]


def _common(asked: Asked, within: Within, viewer: Person, least: int, enough: int) -> dict[str, Any]:
    return {
        "asked": query(asked, least, within),
        "ranked": " | ".join(asked.terms) or None,
        "terms": asked.terms,
        "me": viewer.id,
        "kinds": installed_kinds(),
        "spaces": list(within.spaces) or None,
        "since": _midnight(within.after),
        "until": _midnight(within.before),
        "only_replies": within.only_replies,
        "tagged": list(within.tags) or None,
        "enough": enough + 1,
        "now": clock.now(),
        "of_reply": 0.7,
        "least": least if asked.terms else 0,
        "all": len(asked.terms),
    }


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


KNOWN = """
SELECT count(*) AS n FROM search_matching(%(asked)s::tsquery, NULL, '{}', %(me)s, %(kinds)s, NULL, NULL, NULL, false, NULL, %(enough)s)"""


def count_known(forms: Iterable[str], viewer: Person, enough: int = 1) -> int:
    """How many texts that the viewer may read hold one of these forms of a word; never more than `enough`. One query."""
    forms = list(forms)
    if not forms:
        return 0
    return int(
        read(KNOWN, {"asked": _any(forms), "me": viewer.id, "kinds": installed_kinds(), "enough": enough})[
            0
        ].n
    )


TITLES = """
SELECT c.id, c.title, s.name AS space_name
FROM search_matching(%(asked)s::tsquery, %(ranked)s::tsquery, '{}', %(me)s, %(kinds)s, %(spaces)s::bigint[],
    %(since)s::timestamptz, %(until)s::timestamptz, false, %(tagged)s::text[], %(enough)s) m
  JOIN contributions_contribution c ON c.id = m.id AND c.state = 'published' AND NOT c.card ? 'shared'
  JOIN spaces_space s ON s.id = c.space_id
WHERE c.title <> '' ORDER BY m.rank / (1 + extract(epoch FROM %(now)s - c.published_at)::real / 86400 / 1800) DESC, c.id DESC
LIMIT %(limit)s"""
AMONG_TITLES = 100  # the newest that match are enough to propose four


def titles(asked: Asked, within: Within, viewer: Person, *, limit: int) -> list[Any]:
    """Things whose titles or tags hold all the words, the last one perhaps unfinished: (id, title, space_name)."""
    if asked.is_empty or within.is_void:
        return []
    headed = Asked(asked.words, [_headed(term) for term in asked.terms])
    return read(TITLES, {**_common(headed, within, viewer, len(headed.terms), AMONG_TITLES), "limit": limit})


def _headed(term: str) -> str:
    """The same term in titles and tags only, whose words have the weights A and B."""
    return re.sub(r"'(:\*)?(?= |\))", lambda end: "':" + ("*" if end[1] else "") + "AB", term)
