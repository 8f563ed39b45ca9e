"""What every page shows around its content: network, reader, navigation, message left by the page before.

Not here: the markup (web/layout.html).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.config import config
from parvis.kernel import clock
from parvis.kernel.ids import encode, new_id
from parvis.toolkit import registry
from parvis.toolkit.live_address import live_origin
from parvis.toolkit.pages import toast_of
from parvis.toolkit.tabs import community_of
from parvis.web.brand import brand_url
from parvis.web.strings import strings


def shell_of(request: HttpRequest) -> dict[str, Any]:
    """The layout's context; costs no query."""
    toast = toast_of(request)
    forgery = forgery_field(request)
    return {
        "request": request,
        "network": request.network,
        "viewer": request.viewer,
        "language": request.LANGUAGE_CODE,
        "nav": navigation(request) if request.viewer else [],
        "here": _here(request.path),
        "messages": [{"message": toast[0], "undo_url": toast[1]}] if toast else [],
        "csrf_input": hidden_fields(forgery),
        "csrf_only": forgery,
        "publish_menu": publish_menu(request),
        "body_strings": strings(),
        "brand_url": brand_url(request.network.hue),
        "live": _live(request) if request.viewer else None,
        "is_demo": config.demo,
        "space": getattr(request, "space", None),
        "community": _community(request),
        "can": getattr(request, "abilities", frozenset()),
    }


def _live(request: HttpRequest) -> dict[str, Any]:
    """Where the page's stream of events is ("": nowhere, it asks now and then), and when the page was drawn (ms)."""
    origin = ""
    with suppress(DisallowedHost):  # a page under a name that isn't ours, such as a test's, has no stream
        origin = live_origin(request.get_host())
    return {"url": f"{origin}/live/events" if origin else "", "since": int(clock.now().timestamp() * 1000)}


def forgery_field(request: HttpRequest) -> Markup:
    """The field against forgery alone, for the page's shared form, which may post the same thing twice on purpose."""
    return Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">')


def hidden_fields(forgery: Markup) -> Markup:
    """The two fields every form carries: against forgery, and against sending twice."""
    return forgery + Markup(f'<input type="hidden" name="receipt" value="{encode(new_id())}">')


def publish_menu(request: HttpRequest) -> list[dict[str, Any]]:
    """What may be begun from here; inside a space, only what its tools offer."""
    space = getattr(request, "space", None)
    query = f"&space={space.slug}" if space else ""
    on = getattr(request, "tools_on", None)
    examples = {
        "label": _("Start from an example"),
        "icon": "wand-sparkles",
        "url": f"/publish/templates/{query and '?' + query[1:]}",
    }
    options = [
        {"label": option.label, "icon": option.icon, "url": f"/publish/?kind={option.slug}{query}"}
        for tool in registry.tools()
        if on is None or tool.slug in on
        for kind in tool.kinds
        for option in kind.options
    ]
    return [*options, examples]


def _community(request: HttpRequest) -> Any:
    """The head of a space, drawn only by layouts that show it: until then it costs no query."""
    space = getattr(request, "space", None)
    if space is None or not hasattr(request, "abilities"):
        return None
    return SimpleLazyObject(lambda: community_of(request, space))


def _here(path: str) -> str:
    first = path.strip("/").split("/")[0]
    return {"": "home", "c": "communities"}.get(first, first)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """At most six destinations, only those that exist here."""
    places = [
        ("/", _("Home"), "house"),
        ("/communities/", _("Communities"), "users-round"),
        ("/people/", _("People"), "contact"),
    ]
    named = sorted((tool for tool in registry.tools() if tool.nav), key=lambda tool: tool.nav_position)
    places += [(*tool.nav, tool.icon) for tool in named if tool.nav]
    return [
        {"url": url, "label": label, "icon": icon, "current": _is_current(request.path, url)}
        for url, label, icon in places[:6]
    ]


def _is_current(path: str, url: str) -> bool:
    if url == "/communities/" and path.startswith("/c/"):
        return True
    return path == url if url == "/" else path.startswith(url)
