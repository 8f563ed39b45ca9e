"""The row of a new community: its checked words and its address. Not here: who may, its tools and people."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.ids import ALPHABET
from parvis.kernel.words import slugify
from parvis.spaces.models import AccessType, Space, Theme

if TYPE_CHECKING:
    from parvis.people.models import Person

MAX_NAME, MAX_PURPOSE, MAX_WELCOME, MAX_TAGS, HUES = 120, 240, 4000, 8, 10
RESERVED = {"everyone", "new", "tools"}


def one_line(text: str) -> str:
    """The text on one line, without what a database can't hold."""
    return " ".join(text.replace("\x00", "").split())


def checked_words(*, name: str, purpose: str, theme: str, access: str, welcome: str = "") -> dict[str, Any]:
    """The cleaned words of a community. Raises Refused with the field at fault."""
    name, purpose, welcome = one_line(name), one_line(purpose), welcome.replace("\x00", "").strip()
    if not slugify(name):
        raise Refused(_("Give the community a name, with at least one letter."), field="name")
    if len(name) > MAX_NAME:
        raise Refused(_("This name is too long: keep it under 120 characters."), field="name")
    if len(purpose) > MAX_PURPOSE:
        raise Refused(_("Say it in one sentence, under 240 characters."), field="purpose")
    if theme not in Theme.values:
        raise Refused(_("Choose whether it is about work or an interest."), field="theme")
    if access not in AccessType.values:
        raise Refused(_("Choose who can come in."), field="access")
    if len(welcome) > MAX_WELCOME:
        raise Refused(_("This welcome is too long: keep it under 4,000 characters."), field="welcome")
    return {"name": name, "purpose": purpose, "theme": theme, "access": access, "welcome": welcome}


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: without #, without doubles, eight at most."""
    words = (one_line(tag).lstrip("#").strip()[:40] for tag in tags)
    return list(dict.fromkeys(word for word in words if word))[:MAX_TAGS]


def new_slug(name: str, *, is_secret: bool = False) -> str:
    """A free address. A secret community never takes a plain one: its absence would tell of it."""
    plain = slugify(name) or "c"
    if not is_secret and plain not in RESERVED and not Space.objects.filter(slug=plain).exists():
        return plain
    while True:
        slug = f"{plain}-{''.join(secrets.choice(ALPHABET) for _letter in range(6))}"
        if not Space.objects.filter(slug=slug).exists():
            return slug


def found(
    *,
    name: str,
    purpose: str,
    theme: str,
    access: str,
    by: Person,
    category: str = "",
    tags: Iterable[str] = (),
    cover: str = "",
    hue: int = 0,
    welcome: str = "",
) -> Space:
    """Writes the row of a community and nothing else; the caller has asked access."""
    words = checked_words(name=name, purpose=purpose, theme=theme, access=access, welcome=welcome)
    return Space.objects.create(
        **words,
        slug=new_slug(words["name"], is_secret=access == AccessType.SECRET),
        created_by=by,
        category=one_line(category)[:80],
        tags=checked_tags(tags),
        cover=cover,
        hue=hue % HUES,
    )
