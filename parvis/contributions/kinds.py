"""Which kinds of contribution this installation knows. Not here: what they are (their tools say)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parvis.contributions.models import Reply

Watcher = Callable[["Reply"], None]

_kinds: set[str] = set()
_watchers: dict[str, Watcher] = {}


def install_kinds(kinds: set[str]) -> None:
    """Called by the toolkit at start-up; a kind whose tool is gone is then read by nobody."""
    _kinds.clear()
    _kinds.update(kinds)


def installed_kinds() -> list[str]:
    """The kinds that have a tool, sorted."""
    return sorted(_kinds)


def install_watchers(watchers: dict[str, Watcher]) -> None:
    """Called by the toolkit at start-up: by kind, what to call when a reply is no longer shown under it."""
    _watchers.clear()
    _watchers.update(watchers)


def reply_gone(kind: str, reply: Reply) -> None:
    """Tells the kind, in the transaction of the write, that a reply was removed, hidden or moved away."""
    if kind in _watchers:
        _watchers[kind](reply)
