"""Making something else of one's own draft: its words go into the composer, where its kind is chosen anew.

The draft itself goes to the bin once the new text is kept, in the same write. Not here: the composer (web.composer).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from parvis.contributions.actions import retire
from parvis.contributions.marks import Attachment
from parvis.contributions.models import WAITING, Contribution
from parvis.kernel import markdown
from parvis.kernel.ids import decode
from parvis.people.models import names_of
from parvis.spaces.models import Audience
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.people.models import Person


def taken_up(data: Mapping[str, Any], by: Person) -> Contribution | None:
    """The writer's own draft that the address or the form names; None for none, for others' and for what is published."""
    try:
        key = decode(str(data.get("from") or ""))
    except ValueError:
        return None
    rows = Contribution.objects.visible_to(by).filter(author=by, state__in=WAITING, part_of=None)
    return rows.select_related("body", "space").filter(id=key).first()


def may_change(contribution: Contribution) -> bool:
    """Whether another kind may be made of a text: as long as it waits, by itself, in a kind the composer offers."""
    kind = registry.kind(contribution.kind)
    waits = contribution.state in WAITING and contribution.part_of_id is None
    return waits and kind is not None and bool(kind.options)


def typed_of(contribution: Contribution) -> dict[str, Any]:
    """The fields of the composer as that draft would fill them; what only its kind asks stays behind."""
    source = contribution.body.source
    kind, mode = registry.kind(contribution.kind), contribution.card.get("mode", "")
    options = kind.options if kind else ()
    option = next((one for one in options if one.mode == mode), options[0] if options else None)
    return {
        "title": contribution.title,
        "body": markdown.with_names(source, names_of(markdown.mentions_in(source))),
        "tags": ", ".join(contribution.tags.values_list("label", flat=True)),
        "space": contribution.space.slug,
        "kind": option.slug if option else "",
    }


def release_files(contribution: Contribution) -> None:
    """The files of the draft belong to their uploader alone again, until the new text ties them to itself."""
    Attachment.objects.filter(contribution=contribution, reply=None).update(
        contribution=None, space_id=None, audience=Audience.NAMED
    )


def put_away(contribution: Contribution, *, by: Person) -> None:
    """The draft goes to the bin: its words live on in the new text."""
    retire(contribution, by=by)
