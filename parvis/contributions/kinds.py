"""Which kinds of contribution this installation knows. Not here: what they are (their tools say)."""

from __future__ import annotations

_kinds: set[str] = set()


def install_kinds(kinds: set[str]) -> None:
    """Called by the toolkit at start-up; a kind whose tool is gone is then read by nobody."""
    _kinds.clear()
    _kinds.update(kinds)


def installed_kinds() -> list[str]:
    """The kinds that have a tool, sorted."""
    return sorted(_kinds)
