"""How one value of a bundle is read, checked and written: the small types its rows are made of.

Not here: the rows themselves (transfer.rows) and their files (transfer.bundle).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

SOURCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_MAX_DEPTH = 6

Check = Callable[[Any], Any]


class Wrong(ValueError):
    """A value that a field refuses; the message is the rest of a sentence that begins with the field's name."""


def _declared(check: Check, default: Any, **metadata: Any) -> Any:
    about = {"check": check, **metadata}
    if default is MISSING:
        return field(metadata=about)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=about)
    return field(default=default, metadata=about)


def source_id() -> Any:
    """The row's own id at its source."""
    return _declared(_check_source_id, MISSING)


def reference(*tables: str, is_required: bool = False, is_later: bool = False) -> Any:
    """The id of a row of another file (or an earlier row of the same); None when there is none.

    `is_later` allows a row further down the same file.
    """
    default = MISSING if is_required else None
    return _declared(
        _optional(_check_source_id, is_required), default, refers_to=tables[0], is_later=is_later
    )


def text(limit: int, *, is_required: bool = False, has_lines: bool = False) -> Any:
    """Words of at most `limit` characters, on one line unless `has_lines`."""

    def check(value: Any) -> str:
        words = _check_words(value, limit)
        if not has_lines and ("\n" in words or "\r" in words):
            raise Wrong(_("must stand on one line"))
        if is_required and not words.strip():
            raise Wrong(_("must not be empty"))
        return words

    return _declared(check, MISSING if is_required else "", limit=limit, has_lines=has_lines)


def texts(limit: int, most: int) -> Any:
    """At most `most` short texts, without repeats, in order."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong(_("must be a list of at most %(most)s texts") % {"most": most})
        found = tuple(_check_words(item, limit) for item in value)
        if len(set(found)) != len(found):
            raise Wrong(_("must not hold the same text twice"))
        return found

    return _declared(check, ())


def references(table: str, most: int) -> Any:
    """At most `most` ids of rows of another file, without repeats, in order."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong(_("must be a list of at most %(most)s ids") % {"most": most})
        found = tuple(_check_source_id(item) for item in value)
        if len(set(found)) != len(found):
            raise Wrong(_("must not hold the same id twice"))
        return found

    return _declared(check, (), refers_to=table)


def choice(*allowed: str, default: str | None = None) -> Any:
    """One of a few words."""

    def check(value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise Wrong(_("must be one of: %(allowed)s") % {"allowed": ", ".join(allowed)})
        return value

    return _declared(check, MISSING if default is None else default, allowed=allowed)


def optional_choice(*allowed: str) -> Any:
    """One of a few words, or None."""

    def check(value: Any) -> str | None:
        if value is not None and (value not in allowed or not isinstance(value, str)):
            raise Wrong(_("must be one of: %(allowed)s") % {"allowed": ", ".join(allowed)})
        return value

    return _declared(check, None, allowed=allowed)


def slug(limit: int) -> Any:
    """A short name for addresses: lower-case letters, digits, single hyphens or underscores."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or not _SLUG.fullmatch(value):
            raise Wrong(_("must be made of lower-case letters, digits and hyphens"))
        return value

    return _declared(check, MISSING, limit=limit)


def sha256() -> Any:
    """The hash of a file's content."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            raise Wrong(_("must be 64 hexadecimal digits in lower case"))
        return value

    return _declared(check, MISSING)


def flag(default: bool) -> Any:
    """True or false."""

    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise Wrong(_("must be true or false"))
        return value

    return _declared(check, default)


def whole(most: int, *, default: int | None = None) -> Any:
    """A whole number from 0 to `most`."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise Wrong(_("must be a whole number from 0 to %(most)s") % {"most": most})
        return value

    return _declared(check, MISSING if default is None else default, most=most)


def moment(*, is_required: bool = False) -> Any:
    """A date and time with its offset (ISO 8601); kept in UTC."""
    return _declared(_optional(read_moment, is_required), MISSING if is_required else None, is_moment=True)


def day() -> Any:
    """A date (ISO 8601), or None."""

    def check(value: Any) -> date:
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            raise Wrong(_("must be a date such as 2026-01-31"))

    return _declared(_optional(check, False), None)


def mapping(most: int, *, is_deep: bool = False) -> Any:
    """A JSON object of at most `most` entries: texts by name, or any JSON when `is_deep`."""

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > most:
            raise Wrong(_("must be an object of at most %(most)s entries") % {"most": most})
        for name, item in value.items():
            _check_words(name, 120)
            if not is_deep:
                _check_words(item, 400)
            elif not _is_sound(item, 1):
                raise Wrong(_("holds something that can't be kept"))
        return value

    return _declared(check, {}, is_deep=is_deep)


def read_moment(value: Any) -> datetime:
    """The moment a text names, in UTC. Raises Wrong without an offset or for anything else."""
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(value)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(_("must be a date and time with its offset, such as 2026-01-31T09:30:00Z"))


def written(value: Any) -> Any:
    """The JSON of a value: moments in UTC ending in Z, tuples as lists."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return value


def _optional(check: Check, is_required: bool) -> Check:
    return check if is_required else lambda value: None if value is None else check(value)


def _check_source_id(value: Any) -> str:
    if not isinstance(value, str) or not SOURCE_ID.fullmatch(value):
        raise Wrong(_("must be an id of at most 80 letters, digits, dots, hyphens or underscores"))
    return value


def _check_words(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise Wrong(_("must be a text"))
    if len(value) > limit:
        raise Wrong(_("is too long: %(limit)s characters at most") % {"limit": limit})
    if not _is_storable(value):
        raise Wrong(_("holds characters that can't be kept"))
    return value


def _is_storable(value: str) -> bool:
    """The database takes neither the null character nor half a surrogate pair."""
    return "\0" not in value and not re.search("[\ud800-\udfff]", value)


def _is_sound(value: Any, depth: int) -> bool:
    if isinstance(value, Mapping):
        return depth < _MAX_DEPTH and all(
            _is_storable(k) and _is_sound(v, depth + 1) for k, v in value.items()
        )
    if isinstance(value, list):
        return depth < _MAX_DEPTH and all(_is_sound(item, depth + 1) for item in value)
    if isinstance(value, str):
        return _is_storable(value)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53)
