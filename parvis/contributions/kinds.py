"""Which kinds of contribution this installation knows. Not here: what they are (their tools say)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution, Reply

Watcher = Callable[["Reply"], None]
StateWatcher = Callable[["Contribution"], None]
Words = Callable[["Contribution"], "tuple[str, str] | None"]
Teller = Callable[["Contribution", "Reply | None"], dict[int, str]]
TextWatcher = Callable[["Contribution", "Reply | None", str], None]

_kinds: set[str] = set()
_watchers: dict[str, Watcher] = {}
_state_watchers: dict[str, StateWatcher] = {}
_text_watchers: list[TextWatcher] = []
_tellers: dict[str, Teller] = {}
_words: dict[str, Words] = {}


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


def install_state_watchers(watchers: dict[str, StateWatcher]) -> None:
    """Called by the toolkit at start-up: by kind, what to call when a contribution is hidden, removed or back."""
    _state_watchers.clear()
    _state_watchers.update(watchers)


def state_changed(contribution: Contribution) -> None:
    """Tells the kind, in the transaction of the write, that its contribution left its readers or came back to them."""
    if contribution.kind in _state_watchers:
        _state_watchers[contribution.kind](contribution)


def install_text_watchers(watchers: list[TextWatcher]) -> None:
    """Called by the toolkit at start-up: what to call with every text that is written, of any kind."""
    _text_watchers[:] = watchers


def text_written(contribution: Contribution, reply: Reply | None, source: str) -> None:
    """Tells, in the transaction of the write, what a contribution or a reply now says (Markdown)."""
    for watcher in _text_watchers:
        watcher(contribution, reply, source)


def install_words(words: dict[str, Words]) -> None:
    """Called by the toolkit at start-up: by kind, what a contribution is found by, where that isn't its own text."""
    _words.clear()
    _words.update(words)


def kinds_with_words() -> list[str]:
    """The kinds that say by which words they are found."""
    return sorted(_words)


def words_of(contribution: Contribution) -> tuple[str, str] | None:
    """The title and text that a contribution is found by; None: its own."""
    return _words[contribution.kind](contribution) if contribution.kind in _words else None


def install_tellers(tellers: dict[str, Teller]) -> None:
    """Called by the toolkit at start-up: by kind, who is told of each text, besides those whom it names or answers."""
    _tellers.clear()
    _tellers.update(tellers)


def to_tell(contribution: Contribution, reply: Reply | None = None) -> dict[str, dict[str, str]]:
    """The part of an activity's payload that says whom its kind tells, and why; empty for most kinds."""
    teller = _tellers.get(contribution.kind)
    told = teller(contribution, reply) if teller else {}
    return {"tell": {str(key): reason for key, reason in told.items()}} if told else {}
