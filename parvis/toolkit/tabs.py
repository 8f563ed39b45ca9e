"""What stands above every page inside a space: its name, hosts and tabs, in the same order everywhere.

Not here: the markup (web/layout_community.html); no tool is named.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.access.roles import hosts_of
from parvis.spaces.models import AccessType, Space
from parvis.toolkit import registry
from parvis.toolkit.request import Request

ACCESS_ICONS = {AccessType.OPEN: "door-open", AccessType.ON_REQUEST: "key-round", AccessType.SECRET: "lock"}


def community_of(request: Request, space: Space) -> dict[str, Any]:
    """The layout's `community`: one query for the hosts."""
    return {
        "name": space.name,
        "url": space.url,
        "purpose": space.purpose,
        "hue": space.hue or None,
        "cover_url": space.cover_url,
        "hosts": hosts_of([space.id]).get(space.id, []),
        "member_count": space.member_count,
        "access_label": AccessType(space.access).label,
        "access_icon": ACCESS_ICONS[AccessType(space.access)],
        "theme": space.theme,
        "is_archived": space.is_archived,
        "is_personal": space.is_personal,
        "tabs": tabs_of(request, space),
        "is_title": request.path == space.url,
    }


def tabs_of(request: Request, space: Space) -> list[dict[str, Any]]:
    """Stream, the tools that are on, members, and the hosts' room for hosts."""
    can, on = (
        request.abilities,
        request.tools_on if hasattr(request, "tools_on") else registry.slugs_on(space),
    )
    tabs = [(space.url, _("Stream"), "layout-list")]
    if "space.read" in can or "contribution.read" in can:
        tabs += [
            (f"{space.url}{tool.slug}/", tool.label, tool.icon)
            for tool in registry.tools()
            if tool.has_tab and tool.slug in on
        ]
        tabs += [] if space.is_personal else [(f"{space.url}members/", _("Members"), "users")]
    if "space.host" in can:
        tabs.append((f"{space.url}host/", _("Host"), "wand-sparkles"))
    return [
        {"url": url, "label": label, "icon": icon, "is_current": _is_current(request.path, url, space)}
        for url, label, icon in tabs
    ]


def _is_current(path: str, url: str, space: Space) -> bool:
    return path == url if url == space.url else path.startswith(url)
