"""What every page shows around its content: network, reader, navigation, message left by the page before.

Not here: the markup (web/layout.html).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from parvis.config import config
from parvis.kernel.ids import encode, new_id
from parvis.toolkit import registry
from parvis.toolkit.pages import toast_of


def shell_of(request: HttpRequest) -> dict[str, Any]:
    """The layout's context; costs no query."""
    return {
        "request": request,
        "network": request.network,
        "viewer": request.viewer,
        "nav": navigation(request) if request.viewer else [],
        "toast": toast_of(request),
        "csrf_token": get_token(request),
        "receipt": encode(new_id()),
        "is_demo": config.demo,
        "space": getattr(request, "space", None),
        "can": getattr(request, "abilities", frozenset()),
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """At most six destinations, only those that exist here."""
    places = [
        ("/", _("Home"), "house"),
        ("/communities/", _("Communities"), "users-round"),
        ("/people/", _("People"), "contact"),
    ]
    places += [(*tool.nav, tool.icon) for tool in registry.tools() if tool.nav]
    return [
        {"url": url, "label": label, "icon": icon, "current": _is_current(request.path, url)}
        for url, label, icon in places[:6]
    ]


def _is_current(path: str, url: str) -> bool:
    if url == "/communities/" and path.startswith("/c/"):
        return True
    return path == url if url == "/" else path.startswith(url)
