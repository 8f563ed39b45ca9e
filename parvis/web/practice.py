"""The practice community, where everybody may try everything because everything in it may be deleted.

Not here: communities in general (membership) and how first texts are written (toolkit.planting).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.ids import decode, encode
from parvis.membership.actions import create_community
from parvis.membership.templates import Template
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.toolkit.planting import plant
from parvis.web.site_settings import network_row

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.web.models import Network

KEPT_AS = "practice"  # in Network.checklist: the key of the community


def find_practice(network: Network) -> Space | None:
    """The practice community, if it was opened and is still there."""
    try:
        key = decode(str(network.checklist.get(KEPT_AS, "")))
    except ValueError:
        return None
    return Space.objects.filter(id=key, archived_at=None).first()


def open_practice(*, by: Person, language: str = "") -> Space:
    """Opens the practice community with every tool on and a first text that says what it is for; once.

    Who may: administrators; set-up and the demo call it.
    """
    require("site.administer", by=by)
    row = network_row()
    found = find_practice(row)
    if found is not None:
        return found
    with translation.override(language or row.language):
        space = create_community(
            name=_("Sandbox"),
            purpose=_("To try everything without fear: what is written here may be deleted at any time."),
            theme="professional",
            access="open",
            by=by,
            hue=4,
            category=_("Help"),
            is_silent=True,
            tools=[tool.slug for tool in registry.switchable()],
        )
        fields = {"start_here": {"title": _("You can't break anything here"), "body": _first_text()}}
        plant(space, Template("practice", fields), by=by)
    row.checklist = {**row.checklist, KEPT_AS: encode(space.id)}
    row.save(update_fields=["checklist"])
    return space


def _first_text() -> str:
    return _(
        "Write a first message, ask a question, attach a picture, answer somebody, take it back.\n\n"
        "- Everybody here is trying things out, as you are.\n"
        "- Nobody is notified of more than an answer to what they wrote.\n"
        "- **Everything in this community may be deleted**, without notice: keep nothing here that matters.\n\n"
        "When you feel at ease, write where your colleagues wait for you."
    )
