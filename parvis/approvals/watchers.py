"""Which kinds want to be told when another version of a thing becomes the approved one. Not here: what they then do."""

from __future__ import annotations

from collections.abc import Callable

from parvis.contributions.models import Contribution

Watcher = Callable[[Contribution], None]

_watchers: dict[str, Watcher] = {}


def install_watchers(watchers: dict[str, Watcher]) -> None:
    """Called by the toolkit at start-up: by kind, what to call."""
    _watchers.clear()
    _watchers.update(watchers)


def settled(contribution: Contribution) -> None:
    """Tells the kind, in the transaction of the write, that readers are now shown another version."""
    if contribution.kind in _watchers:
        _watchers[contribution.kind](contribution)
