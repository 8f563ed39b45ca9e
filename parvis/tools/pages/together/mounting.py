"""What the edit page needs to be written by several at once. Not here: the connection (room)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.templatetags.static import static

from parvis.toolkit.live_address import live_origin

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.toolkit.request import Request


def mount(request: Request, contribution: Contribution) -> dict[str, str] | None:
    """Addresses for `<x-together>`; None where there is no live process, or the reader asks for the plain editor."""
    origin = live_origin(request.get_host())
    if not origin or not contribution.is_published or "plain" in request.GET:
        return None
    return {
        "live": f"ws{origin[4:]}/live/pages/{contribution.key}/together",
        "store": f"parvis-together:{request.viewer.key}:{contribution.key}",
        "editor": static("vendor/editor/editor.js"),
        "editor_css": static("vendor/editor/editor.css"),
        "together": static("vendor/editor/together.js"),
        "people": f"/people/suggest/?space={contribution.space.slug}",
        "tags": "/tags/suggest/",
    }
