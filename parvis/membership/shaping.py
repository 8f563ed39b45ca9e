"""What hosts decide about their community: its words, look, tools, who comes in, and its end.

Not here: its people (membership.actions), its charter (membership.charters).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, Refused
from parvis.membership import belonging
from parvis.membership.actions import may_create
from parvis.membership.facts import record_in
from parvis.membership.founding import HUES, checked_tags, checked_words, one_line
from parvis.people.models import Person
from parvis.spaces.models import AccessType, Audience, Space, SpaceKind, SpaceTool


def describe(
    space: Space,
    *,
    name: str,
    purpose: str,
    by: Person,
    theme: str = "",
    category: str = "",
    tags: Iterable[str] = (),
    welcome: str = "",
) -> Space:
    """Changes the words of a community; its address stays. Who may: a host. Raises Refused with the field."""
    require("space.host", space, by=by)
    words = checked_words(
        name=name, purpose=purpose, theme=theme or space.theme, access=space.access, welcome=welcome
    )
    for field, value in words.items():
        setattr(space, field, value)
    space.category, space.tags = one_line(category)[:80], checked_tags(tags)
    space.save(update_fields=["name", "purpose", "theme", "welcome", "category", "tags"])
    record_in(space, "community.changed", by=by, fields=["words"])
    return space


def dress(space: Space, *, by: Person, hue: int | None = None, cover: str | None = None) -> Space:
    """Gives a community its colour (0 to 9) and cover (the hash of a stored picture, "" for none). A host may."""
    require("space.host", space, by=by)
    if hue is not None:
        if not 0 <= hue < HUES:
            raise Refused(_("Choose one of the ten colours."), field="hue")
        space.hue = hue
    if cover is not None:
        space.cover = cover
    space.save(update_fields=["hue", "cover"])
    record_in(space, "community.changed", by=by, fields=["look"])
    return space


def set_tools(space: Space, tools: Mapping[str, str], *, by: Person) -> None:
    """Makes these the tools of a community: slug to what each replaces or links to. Who may: a host.

    A tool switched off keeps what was written with it, and shows it again when it comes back.
    """
    require("space.host", space, by=by)
    locked = belonging.lock(space)
    present = {row.slug: row for row in locked.tools.all()}
    for slug, row in present.items():
        if slug not in tools:
            row.delete()
        elif row.replaces != one_line(tools[slug])[:240]:
            row.replaces = one_line(tools[slug])[:240]
            row.save(update_fields=["replaces"])
    SpaceTool.objects.bulk_create(
        SpaceTool(space=space, slug=slug, replaces=one_line(text)[:240])
        for slug, text in tools.items()
        if slug not in present
    )
    if set(present) != set(tools):
        record_in(space, "community.tools_changed", by=by, tools=sorted(tools))


def change_access(
    space: Space, access: str, *, by: Person, is_confirmed: bool = False, who_creates: str = "everyone"
) -> Space:
    """Opens or closes a community; everything it holds follows in the same transaction.

    Who may: a host; opening what was closed also needs the right to create communities, and `is_confirmed`
    (the page has named what becomes visible). Raises NotAllowed, Refused.
    """
    require("space.host", space, by=by)
    if space.is_everyone or space.kind != SpaceKind.COMMUNITY:
        raise Refused(_("This place stays open to everybody."))
    if access not in AccessType.values:
        raise Refused(_("Choose who can come in."), field="access")
    locked = belonging.lock(space)
    if access == locked.access:
        return space
    opens = access == AccessType.OPEN
    if opens and not may_create(who_creates, by=by):
        raise NotAllowed(_("Opening a community to everybody is decided by the network team here. Ask them."))
    if opens and not is_confirmed:
        raise Refused(
            _(
                "All that its members have written would become readable by everybody in the network. Confirm it first."
            ),
            field="confirm",
        )
    before = locked.access
    space.access, space.audience = access, Audience.EVERYBODY if opens else Audience.MEMBERS
    space.save(update_fields=["access", "audience"])  # the composite keys carry it to every row inside
    if before == AccessType.OPEN:
        _drop_followers(space)
    record_in(space, "community.access_changed", by=by, before=before, after=access)
    return space


def _drop_followers(space: Space) -> None:
    """Those who followed without belonging can't read it any longer: it leaves their stream."""
    members = space.memberships.values("person_id")
    space.subscriptions.exclude(person_id__in=members).delete()


def archive(space: Space, *, by: Person) -> None:
    """Ends a community: it stays readable, nobody writes in it, nobody comes in. Who may: a host."""
    require("space.archive", space, by=by)
    if space.is_everyone or space.kind != SpaceKind.COMMUNITY:
        raise Refused(_("This place can't be archived."))
    _set_archived(space, clock.now(), "community.archived", by=by)


def restore(space: Space, *, by: Person) -> None:
    """Opens an archived community again, as it was. Who may: a host."""
    require("space.archive", space, by=by)
    _set_archived(space, None, "community.restored", by=by)


def _set_archived(space: Space, at: Any, verb: str, *, by: Person) -> None:
    locked = belonging.lock(space)
    if (locked.archived_at is None) == (at is None):
        return
    space.archived_at = at
    space.save(update_fields=["archived_at"])
    record_in(space, verb, by=by)
