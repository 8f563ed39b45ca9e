"""Who could answer what nothing was found on. Not here: finding (parvis.search) and the page (web.views.searching)."""

from __future__ import annotations

from django.db.models import Q

from parvis.kernel.words import keywords
from parvis.people.models import Person, Subject


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
