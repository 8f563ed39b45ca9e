"""What a tool's `load` reads of a bundle, whoever wrote it: what isn't of the right type is as if absent.

Not here: bundles themselves (transfer) and what a kind keeps of its own (the tool's bundle).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

# The key here of what a bundle calls by its own, by table; None where it didn't come along.
Resolve = Callable[[str, str], int | None]


def text_in(detail: dict[str, Any], name: str, most: int | None = None) -> str:
    """The text of that name, cut after `most` characters; "" where there is none."""
    value = detail.get(name)
    return value.replace("\x00", "")[:most] if isinstance(value, str) else ""


def moment_in(value: Any) -> datetime | None:
    """A moment with its zone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def person_in(resolve: Resolve, source: Any) -> int | None:
    """The person a bundle calls so."""
    return resolve("people", source) if isinstance(source, str) and source else None
