"""The words there are, for forgiving a typo: a cache, filled by a job. Not here: whether a reader may know a word.

The table says which words stand anywhere, secret places included; what comes out of it is only ever shown after
`search_matching` has found it in something its reader may read (search.finding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from parvis.kernel.db import read
from parvis.kernel.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 4  # letters: in shorter words a letter more or less makes another word


class Word(models.Model):
    """A folded word as somebody wrote it, and its forms with one letter less."""

    word = models.CharField(max_length=40, primary_key=True)
    parts = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["parts"], fastupdate=False, name="search_word_parts")]


# Weights A and C are those of words as typed; B and D would give stems.
LEARN = """
INSERT INTO search_word (word, parts)
SELECT s.word, search_parts(s.word) FROM ts_stat(%(query)s, 'ac') AS s
WHERE length(s.word) BETWEEN %(shortest)s AND 40 AND s.word !~ '[0-9:]'
ON CONFLICT (word) DO NOTHING RETURNING 1 AS n"""

# A word that nothing holds any more is forgotten: what was erased must not be kept here.
FORGET = """
DELETE FROM search_word w WHERE NOT EXISTS (
  SELECT 1 FROM contributions_entry e WHERE e.words @@ quote_literal(w.word)::tsquery) RETURNING 1 AS n"""

NEAR = "SELECT word FROM search_word WHERE parts && search_parts(%(word)s) AND word <> %(word)s ORDER BY word"


def learn(since_id: int = 0) -> int:
    """Takes in the words of entries whose key is this or later (all of them: 0). Returns how many were new."""
    query = f"SELECT words FROM contributions_entry WHERE id >= {int(since_id)}"
    return len(read(LEARN, {"query": query, "shortest": SHORTEST}))


def forget() -> int:
    """Forgets the words that stand nowhere any more. Returns how many."""
    return len(read(FORGET))


def near(word: str) -> list[str]:
    """Words one letter away from this one (a letter more, less, another, two that changed places), by alphabet.

    Not to be shown as it is: it holds words of places that the reader may know nothing of.
    """
    folded = fold(word)[:40]
    if len(folded) < SHORTEST:
        return []
    return [row.word for row in read(NEAR, {"word": folded}) if is_one_off(folded, row.word)]


def is_one_off(one: str, other: str) -> bool:
    """Whether one edit, or one exchange of neighbours, makes one word of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    if len(one) == len(other):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    return (a[1:] == b) if len(a) > len(b) else (a == b[1:])


def closest(word: str, words: Iterable[str]) -> list[str]:
    """Those that begin like the typed word first: people seldom miss the first letter."""
    return sorted(words, key=lambda one: (one[0] != word[:1], one))
