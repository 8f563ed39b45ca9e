"""Colleagues as the forms of exchanges name them: picked, or searched and ticked without script. Not here: the views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from parvis.kernel.ids import decode
from parvis.kernel.words import sort_key
from parvis.people.models import Person
from parvis.toolkit.request import Request

MOST_KEYS, MOST_FOUND = 40, 8


def chosen_people(keys: Iterable[str]) -> list[Person]:
    """The colleagues of these keys, in that order, each once; what isn't one is left out."""
    wanted: dict[int, None] = {}
    for key in list(keys)[:MOST_KEYS]:
        try:
            wanted[decode(key)] = None
        except ValueError:
            continue
    found = Person.objects.listed().in_bulk(list(wanted)) if wanted else {}
    return [found[key] for key in wanted if key in found]


def typed_words(request: Request) -> str:
    """The part of a name that was searched without script."""
    return request.POST.get("who", "")[:80] if request.POST.get("do") == "search" else ""


def found_people(request: Request, besides: Sequence[Person]) -> list[Person]:
    """Colleagues of the name searched, a few, but for those chosen or there already."""
    start = sort_key(typed_words(request))
    if not start:
        return []
    rows = Person.objects.listed().filter(Q(sort_key__startswith=start) | Q(sort_key__contains=f" {start}"))
    rows = rows.exclude(id__in=[request.viewer.id, *(one.id for one in besides)])
    return list(rows.by_name()[:MOST_FOUND])
