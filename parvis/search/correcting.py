"""A typo forgiven: a word that nothing readable holds is read as a neighbour that something readable does.

Not here: which words are neighbours (search.vocabulary).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.kernel.words import fold
from parvis.search.finding import count_known, stems_of
from parvis.search.vocabulary import closest, near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.people.models import Person
    from parvis.search.asking import Question

OFTEN = 20  # uses beyond which one word isn't likelier than another


def correct(question: Question, viewer: Person) -> dict[str, tuple[str, ...]]:
    """For each word that the viewer can find nowhere, the likeliest neighbour that they can; folded.

    Likelier is what stands more often in what this viewer may read: no other text has any part in it.
    """
    stems = stems_of(question.words)
    found: dict[str, tuple[str, ...]] = {}
    for word in question.words:
        if not stems[word] or count_known(stems[word], viewer):
            continue
        others = closest(fold(word), near(word))
        forms = stems_of(others)
        counts = {other: count_known(forms[other], viewer, OFTEN) for other in others}
        known = [other for other in others if counts[other]]
        if known:
            found[word] = (max(known, key=lambda other: (other[0] == fold(word)[0], counts[other])),)
    return found


def shown_as(word: str, hits: Iterable[Any]) -> str:
    """The word as somebody wrote it in what was found, accents and all; folded where nobody did."""
    for hit in hits:
        for text, is_match in (*hit.title, *hit.excerpt):
            if is_match and fold(text) == word:
                return str(text).lower()
    return word
