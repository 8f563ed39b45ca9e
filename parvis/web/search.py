"""Finding words in titles, texts, communities and people, within what the reader may see. Not here: the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from parvis.contributions import stream
from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.words import fold, keywords
from parvis.people.models import Person, Subject
from parvis.spaces.models import Space

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 30

# Rights stand inside the query: what isn't readable is neither counted nor ranked.
FIND = """
SELECT c.id FROM contributions_contribution c
WHERE c.search @@ to_tsquery('simple', %(query)s) AND c.state = 'published' AND c.kind = ANY(%(kinds)s)
  AND NOT c.card ? 'shared'  -- what a share shows is found itself
  AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN
       (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s))
ORDER BY ts_rank(c.search, to_tsquery('simple', %(query)s)) DESC, c.published_at DESC LIMIT %(limit)s"""


@dataclass(frozen=True)
class Found:
    """What a search gives: cards, people, communities."""

    rows: Sequence[stream.Row] = ()
    people: list[Person] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)


def find(query: str, viewer: Person) -> Found:
    """Everything that holds all the words (the last one may be unfinished)."""
    words = re.findall(r"[\w-]+", fold(query))[:8]
    if not words:
        return Found()
    terms = [f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"]
    rows = read(
        FIND, {"query": " & ".join(terms), "me": viewer.id, "kinds": installed_kinds(), "limit": LIMIT}
    )
    people = Person.objects.listed()
    spaces = Space.objects.visible_to(viewer).communities()
    for word in words:
        people = people.filter(sort_key__contains=word)
        spaces = spaces.filter(Q(name__icontains=word) | Q(purpose__icontains=word))
    return Found(
        stream.by_ids([row.id for row in rows], viewer),
        list(people.by_name()[:8]),
        list(spaces.order_by("name")[:6]),
    )


def count_knowing(query: str) -> int:
    """How many listed people say they may be asked about one of the words."""
    about = Q()
    for word in keywords(query, 8):
        about |= Q(subjects__folded__contains=word)
    if not about:
        return 0
    knowing = (
        Person.objects.listed()
        .filter(about, subjects__kind=Subject.ASK)
        .exclude(hidden_fields__contains=["ask"])
    )
    return int(knowing.distinct().count())
