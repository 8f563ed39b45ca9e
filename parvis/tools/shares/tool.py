"""What the house needs to know of shares. Not here: what they do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from parvis.kernel.ids import encode
from parvis.toolkit.spec import Act, Kind, Remark, Tool
from parvis.tools.shares.actions import draft_share, publish_share
from parvis.tools.shares.bundle import dump_share, load_share
from parvis.tools.shares.reading import shown_in

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person


def share_face(row: Any) -> dict[str, Any]:
    """A share's card leads to the original, where one answers."""
    return {"url": f"/go/{encode(row.card['shared'])}/"}


def acts(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """Sharing what is published, for whoever reads it."""
    if not contribution.is_published or "contribution.share" not in can:
        return []
    hint = _("Shown there with a word of yours; it stays here, and so do its replies.")
    return [Act(_("Share in another community"), "forward", f"/go/{contribution.key}/shares/", hint=hint)]


def near(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """The same in a word, under the text."""
    return [replace(act, label=_("Share")) for act in acts(contribution, viewer, can)]


def remarks(contribution: Contribution, viewer: Person) -> list[Remark]:
    """Where else it is shown, of the places its reader may see."""
    if not contribution.card.get("is_shared"):
        return []
    found = shown_in(contribution, viewer)
    return (
        [Remark(_("Shared in"), "forward", tuple((space.name, space.url) for space in found))]
        if found
        else []
    )


SHARE = Kind(
    slug="share",
    label=_("share"),
    verb=_("shared"),
    icon="forward",
    view="share",
    draft=draft_share,
    publish=publish_share,
    face=share_face,
    replies=(_("Answer there"), _("reply"), _("replies")),
    dump=dump_share,
    load=load_share,
)

TOOL = Tool(
    slug="shares",
    label=_("Shares"),
    icon="forward",
    kinds=(SHARE,),
    position=6,
    is_always_on=True,
    has_tab=False,
    acts=acts,
    near=near,
    remarks=remarks,
)
