"""Icons inlined in the page, from the curated set of static/icons/lucide.json. Not here: photos, logos."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from markupsafe import Markup

SET = Path(__file__).parent / "static" / "icons" / "lucide.json"

# Drawn many times on a page of cards, or on every page: these stand in the stylesheet as masks, so that the page says
# only their name (26 bytes instead of 60 to 400: a third of a page of cards was icons).
MASKED = (
    "bell", "bookmark", "circle-check", "circle-question-mark", "ellipsis", "feather",
    "hand-heart", "heart", "house", "keyboard", "lightbulb", "log-out", "message-circle",
    "messages-square", "party-popper", "pen-line", "pin", "plus", "quote", "reply", "search", "settings",
    "smile", "telescope", "user", "users", "users-round",
    "x",
)  # fmt: skip


@cache
def drawings() -> dict[str, str]:
    """Name to inner SVG of every icon we ship."""
    found: dict[str, str] = json.loads(SET.read_text())
    return found


@cache
def icon(name: str, size: int = 0, shared: bool = False) -> Markup:
    """The icon `name`, hidden from screen readers: the words beside it say the same.

    `size` in pixels where the text's own size doesn't fit (14, 16, 20, 24, 32); `shared` takes the drawing from a
    stylesheet, for bars, menus and cards: the first sheet has the MASKED ones, icons.css, which comes last, the rest.
    Raises KeyError for a name that isn't in the set.
    """
    css = f"icon icon-{size}" if size else "icon"
    drawing = drawings()[name]
    if shared:
        return Markup(f'<i class="{css} m-{name}"></i>')
    return Markup(f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true">{drawing}</svg>')


def mask_rules() -> str:
    """The first stylesheet's part that draws the masked icons; their colour is the text's."""
    return _rules(MASKED)


def other_mask_rules() -> str:
    """The sheet of all other icons: a page asks for it at its end, and paints without waiting for it."""
    return _rules(sorted(drawings().keys() - {*MASKED}))


def _rules(names: Iterable[str]) -> str:
    return "@layer base{" + "".join(f'.m-{name}{{--m:url("{_data_address(name)}")}}' for name in names) + "}"


def _data_address(name: str) -> str:
    drawing = drawings()[name].replace('"', "'")
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#000' stroke-width='1.9' "
        f"stroke-linecap='round' stroke-linejoin='round'>{drawing}</svg>"
    )
    return "data:image/svg+xml," + svg.replace("%", "%25").replace("#", "%23").replace("<", "%3C").replace(
        ">", "%3E"
    )
