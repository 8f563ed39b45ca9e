"""Charters: written in versions, accepted on joining and again when they change. Not here: joining itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import markdown
from parvis.kernel.errors import Refused
from parvis.membership.facts import record_in
from parvis.membership.models import Charter
from parvis.spaces.models import Membership, Space

if TYPE_CHECKING:
    from parvis.people.models import Person

MAX_CHARTER = 20_000


def current(space: Space) -> Charter | None:
    """The charter in force, or None when there is none (or its last version is empty)."""
    last = space.charters.order_by("-version").first()
    return last if last is not None and last.source else None


def write_first(space: Space, source: str, *, by: Person) -> int:
    """Version 1 of a new community's charter, if it has one; returns its number, or 0."""
    return _write(space, source, by=by).version if source.strip() else 0


def _write(space: Space, source: str, *, by: Person) -> Charter:
    source = source.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(source) > MAX_CHARTER:
        raise Refused(
            _("This charter is too long to be read: keep it under 20,000 characters."), field="charter"
        )
    last = space.charters.order_by("-version").values_list("version", flat=True).first() or 0
    canonical = markdown.canonical(source)
    return Charter.objects.create(
        space=space, version=last + 1, source=canonical, html=markdown.render(canonical).html, written_by=by
    )


def write_charter(space: Space, source: str, *, by: Person) -> Charter | None:
    """A new version, which members are asked to accept again; the same text changes nothing.

    Who may: a host, whose own acceptance goes with the writing.
    """
    require("space.host", space, by=by)
    Space.objects.select_for_update(no_key=True).get(id=space.id)
    before = current(space)
    if source.replace("\r\n", "\n").strip() == (before.source if before else ""):
        return before
    charter = _write(space, source, by=by)
    Membership.objects.filter(space=space, person=by).update(charter_version=charter.version)
    record_in(space, "community.charter_written", by=by, version=charter.version)
    return charter


def checked(space: Space, version: int) -> int:
    """The version a newcomer accepts. Raises Refused when there is a charter and it isn't that one."""
    charter = current(space)
    if charter is None:
        return 0
    if version != charter.version:
        raise Refused(
            _("Please read the charter and accept it: that's how one comes in here."), field="charter"
        )
    return charter.version


def accept(space: Space, version: int, *, by: Person) -> None:
    """A member accepts the charter in force. Raises Refused when it has changed since it was read."""
    require("space.leave", space, by=by)  # what every member may do, also in an archived community
    charter = current(space)
    if charter is None:
        return
    if version != charter.version:
        raise Refused(_("The charter has just changed: please read it again."), field="charter")
    Membership.objects.filter(space=space, person=by).update(charter_version=version)
