"""Models of communities: six shipped as data, and communities saved without their people.

Not here: opening one (membership.actions.create_community) and writing its first texts (toolkit.planting).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.membership import charters
from parvis.membership.founding import one_line
from parvis.membership.models import CommunityTemplate

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

SHIPPED = Path(__file__).parent / "templates_data" / "community_templates.json"


@dataclass(frozen=True)
class Template:
    """A model: texts by language (a saved one has a single language for all readers)."""

    key: str
    fields: dict[str, Any]
    is_shipped: bool = True
    is_own: bool = False  # its reader may remove it

    @property
    def theme(self) -> str:
        return str(self.fields.get("theme", "professional"))

    @property
    def access(self) -> str:
        return str(self.fields.get("access", "open"))

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(self.fields.get("tools", ()))

    def text(self, name: str, language: str) -> str:
        """One of its texts (name, purpose, charter, welcome) in a language, or as it was saved."""
        return _in(self.fields.get(name, ""), language)

    def start_here(self, language: str) -> tuple[str, str]:
        """Title and body of the text to pin on top; two empty strings when it has none."""
        found = self.fields.get("start_here") or {}
        return _in(found.get("title", ""), language), _in(found.get("body", ""), language)

    def first_questions(self, language: str) -> list[str]:
        """The questions with which to begin."""
        return [_in(question, language) for question in self.fields.get("first_questions", ())]


def _in(text: Any, language: str) -> str:
    return str(text.get(language) or next(iter(text.values()), "")) if isinstance(text, dict) else str(text)


@lru_cache(maxsize=1)
def shipped() -> tuple[Template, ...]:
    """The models that come with the software."""
    return tuple(Template(fields["slug"], fields) for fields in json.loads(SHIPPED.read_text("utf-8")))


def all_templates(person: Person) -> list[Template]:
    """What the assistant offers a person: shipped models, then those they saved and those administrators saved."""
    rows = CommunityTemplate.objects.select_related("saved_by").order_by("name")
    offered = [
        row
        for row in rows
        if row.saved_by_id == person.id or (row.saved_by and row.saved_by.is_administrator)
    ]
    saved = (
        Template(
            encode(row.id),
            row.fields,
            is_shipped=False,
            is_own=row.saved_by_id == person.id or person.is_administrator,
        )
        for row in offered
    )
    return [*shipped(), *saved]


def find_template(key: str, person: Person) -> Template | None:
    """The offered model with this key, or None."""
    return next((found for found in all_templates(person) if found.key == key), None)


def save_as_template(
    space: Space, *, name: str, by: Person, texts: dict[str, Any] | None = None
) -> CommunityTemplate:
    """Keeps a community as a model: what it is for, its tools, charter and welcome; nobody's name.

    `texts` may add "start_here" and "first_questions", which the caller has found. Who may: a host.
    """
    require("space.host", space, by=by)
    name = one_line(name)[:120]
    if not name:
        raise Refused(_("Give the model a name."), field="name")
    charter = charters.current(space)
    fields = {
        "name": name,
        "purpose": space.purpose,
        "theme": space.theme,
        "access": space.access,
        "tools": list(space.tools.order_by("opened_at").values_list("slug", flat=True)),
        "charter": charter.source if charter else "",
        "welcome": space.welcome,
        **(texts or {}),
    }
    return CommunityTemplate.objects.create(name=name, fields=fields, saved_by=by)


def delete_template(template_id: int, *, by: Person) -> None:
    """Removes a saved model. Who may: whoever saved it, and administrators. Raises NotFound."""
    require("site.use", by=by)
    rows = CommunityTemplate.objects.filter(id=template_id)
    count, _rows = (rows if by.is_administrator else rows.filter(saved_by=by)).delete()
    if not count:
        raise NotFound
