"""What a page may begin from: models that come with the tool, in both languages, and those of a community. Not here:
the form (views)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import dateformat

from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.ids import decode

if TYPE_CHECKING:
    from parvis.spaces.models import Space

DATA = Path(__file__).parent / "data" / "models.json"


@dataclass(frozen=True)
class Model:
    """A first text: what it is for, and its words."""

    slug: str
    label: str
    promise: str
    icon: str
    title: str
    body: str


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(DATA.read_text(encoding="utf-8")))


def shipped(language: str) -> list[Model]:
    """The models that come with the tool, in a language ("fr" or "en"); {day} is today."""
    code = "fr" if language.startswith("fr") else "en"
    day = _day(clock.today())
    return [
        Model(
            slug=row["slug"],
            icon=row["icon"],
            **{name: row[name][code].replace("{day}", day) for name in ("label", "promise", "title", "body")},
        )
        for row in _rows()
    ]


def _day(day: date) -> str:
    return dateformat.format(day, "j F Y")


def find_model(space: Space, wanted: str, language: str) -> Model | None:
    """The model of this name, or the community's page of this key if it is offered as one; None otherwise."""
    found = next((one for one in shipped(language) if one.slug == wanted), None)
    if found is not None:
        return found
    try:
        key = decode(wanted)
    except ValueError:
        return None
    rows = Contribution.objects.filter(id=key, space=space, state=State.PUBLISHED, page__is_model=True)
    page = rows.select_related("body").first()
    if page is None:
        return None
    return Model(wanted, page.title, "", "book-copy", page.title, page.body.source)
