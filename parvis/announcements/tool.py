"""What the house needs to know of announcements: a room of its own that declares itself as tools do.

Not here: what it does.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from parvis.access.roles import Role
from parvis.announcements.reading import panel_of
from parvis.toolkit.spec import Act, Tool


def inside(contribution: Any, viewer: Any, can: frozenset[str]) -> list[Markup]:
    """Under the text of what is announced: its button, for hosts how many pressed it. One query, only there."""
    if not contribution.card.get("important") or not contribution.is_published:
        return []
    panel = panel_of(contribution.id, viewer)
    if panel is None:
        return []
    context = {
        "panel": panel,
        "base": f"/go/{contribution.key}/announcements/",
        "is_host": "announcements.announce" in can,
        "may_list": bool(panel.legal_reason) and "announcements.list" in can,
    }
    return [Markup(get_template("announcements/_panel.html").render(context))]


def acts(contribution: Any, viewer: Any, can: frozenset[str]) -> list[Act]:
    """On the page of acts, for hosts."""
    is_fit = contribution.is_published and contribution.is_listed and not contribution.space.is_personal
    if "announcements.announce" not in can or not is_fit:
        return []
    return [
        Act(
            _("Announce it as important"),
            "megaphone",
            f"/go/{contribution.key}/announcements/",
            hint=_("On top of every member's page until seen; by mail too, once a week."),
        )
    ]


TOOL = Tool(
    slug="announcements",
    label=_("Announcements"),
    icon="megaphone",
    position=96,
    is_always_on=True,
    has_tab=False,
    acts=acts,
    inside=inside,
    abilities={"announcements.announce": (Role.HOST,), "announcements.list": (Role.ADMINISTRATOR,)},
)
