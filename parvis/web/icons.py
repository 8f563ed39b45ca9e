"""Icons inlined in the page, from the curated set of static/icons/lucide.json. Not here: photos, logos."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup

SET = Path(__file__).parent / "static" / "icons" / "lucide.json"

# Drawn many times on a page of cards or replies: defined once at its end, then referred to.
SHARED = (
    "bookmark",
    "circle-check",
    "ellipsis",
    "feather",
    "forward",
    "hand-heart",
    "heart",
    "lightbulb",
    "link",
    "lock",
    "message-circle",
    "messages-square",
    "party-popper",
    "pin",
    "quote",
    "reply",
    "smile",
    "smile-plus",
    "telescope",
    "users",
)


@cache
def drawings() -> dict[str, str]:
    """Name to inner SVG of every icon we ship."""
    found: dict[str, str] = json.loads(SET.read_text())
    return found


@cache
def icon(name: str, size: int = 0, shared: bool = False) -> Markup:
    """The icon `name`, hidden from screen readers: the words beside it say the same.

    `size` in pixels where the text's own size doesn't fit (14, 16, 20, 24, 32); `shared` refers to the
    drawing the layout puts at the end of the page. Raises KeyError for a name that isn't in the set.
    """
    css = f"icon icon-{size}" if size else "icon"
    drawing = drawings()[name]
    if shared and name in SHARED:
        return Markup(f'<svg class="{css}" aria-hidden="true"><use href="#i-{name}"/></svg>')
    return Markup(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true">{drawing}</svg>')


@cache
def sprite() -> Markup:
    """The shared drawings, for the end of the page."""
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawings()[name]}</symbol>' for name in SHARED
    )
    return Markup(f'<svg class="sprite" aria-hidden="true">{symbols}</svg>')
