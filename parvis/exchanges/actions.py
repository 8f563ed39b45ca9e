"""Private exchanges: open one, add somebody, leave, quote a message to the moderators, switch them off.

An exchange is a Space of kind `exchange` that holds one contribution; what is said in it are its replies. Not here:
replies, files and drafts (the spine), muting (contributions.marking), reading the list (exchanges.reading).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts.mail import network_row
from parvis.contributions.actions import publish
from parvis.contributions.marks import Bookmark, Draft, Follow, ReadMark
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.exchanges.models import Quotation
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode, new_id
from parvis.membership import belonging
from parvis.people.models import Person
from parvis.spaces.models import UNLISTED, AccessType, Level, Membership, Space, SpaceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "exchange"
MOST = 8  # people in one exchange, its opener among them


def open_exchange(people: Iterable[Person], *, subject: str, body: str, by: Person) -> Contribution:
    """Opens an exchange between `by` and one to seven other people; other rooms use it too.

    Who may: everybody, while the network has exchanges. Raises NotAllowed, Refused (people, title, body).
    """
    require("site.use", by=by)
    _require_switched_on()
    others = _reachable(people, by)
    space = Space.objects.create(
        kind=SpaceKind.EXCHANGE, slug=f"{UNLISTED}{encode(new_id())}", name=_("Private exchange"), access=AccessType.SECRET
    )  # fmt: skip
    belonging.enter(space, [by, *others], is_followed=False)
    return publish(KIND, space, title=subject, body=body, by=by, is_listed=False, ability="exchange.begin")


def _require_switched_on() -> None:
    if not network_row().has_exchanges:
        raise Refused(_("Private exchanges are switched off here. Write in a community, or meet."))


def _reachable(people: Iterable[Person], by: Person) -> list[Person]:
    """The other people, each once. Raises Refused when they are too few, too many or can't be written to."""
    others = list({person.id: person for person in people if person.id != by.id}.values())
    if not others:
        raise Refused(_("Name at least one colleague."), field="people")
    if len(others) >= MOST:
        raise Refused(_("At most eight people, you among them. For more, open a community."), field="people")
    for person in others:
        _require_reachable(person)
    return others


def _require_reachable(person: Person) -> None:
    if not person.is_active or person.is_hidden:
        raise Refused(
            _("%(name)s can't be written to at the moment.") % {"name": person.name}, field="people"
        )


def add_person(contribution: Contribution, person: Person, *, by: Person) -> None:
    """Adds somebody, who will read everything written before; the others are told.

    Who may: each of its people. Raises NotFound, NotAllowed, Refused (people).
    """
    require("exchange.add", contribution, by=by)
    space = belonging.lock(contribution.space)
    present = people_of(contribution)
    _require_reachable(person)
    if person.id in present:
        raise Refused(_("%(name)s is here already.") % {"name": person.name}, field="people")
    if len(present) >= MOST:
        raise Refused(_("At most eight people, you among them. For more, open a community."), field="people")
    belonging.enter(space, [person], is_followed=False)
    told = {str(key): "exchange_grown" for key in _awake(contribution, besides=by)}
    _note("person_added", contribution, by=by, tell={**told, str(person.id): "exchange_added"})


def leave(contribution: Contribution, *, by: Person) -> None:
    """Takes oneself out: nothing of it is left to who leaves. When the last one leaves, it is deleted.

    Who may: each of its people, also while exchanges are switched off.
    """
    require("exchange.leave", contribution, by=by)
    space = belonging.lock(contribution.space)
    belonging.part(space, [by.id])
    for mark in (Follow, Bookmark, ReadMark):
        mark.objects.filter(contribution=contribution, person=by).delete()
    _forget_drafts(contribution, by)
    if not people_of(contribution):
        space.delete()
    else:
        _note("person_left", contribution, by=by, tell={})


def _forget_drafts(contribution: Contribution, person: Person) -> None:
    own = contribution.replies.filter(author=person).values_list("id", flat=True)
    places = [
        f"reply:{contribution.key}",
        f"edit:{contribution.key}",
        *(f"edit-reply:{encode(key)}" for key in own),
    ]
    Draft.objects.filter(person=person, place__in=places).delete()


def _note(verb: str, contribution: Contribution, *, by: Person, tell: Mapping[str, str]) -> None:
    record(
        f"{KIND}.{verb}",
        thing_kind=KIND,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={"tell": dict(tell)} if tell else {},
        is_silent=not tell,
    )


def people_of(contribution: Contribution) -> list[int]:
    """Who is in an exchange, in the order in which they came; suspended people stay."""
    rows = Membership.objects.filter(space=contribution.space_id).order_by("joined_at", "id")
    return list(rows.values_list("person_id", flat=True))


def _awake(contribution: Contribution, *, besides: Person) -> list[int]:
    """Whom to tell: all but one and those who muted it."""
    muted = Follow.objects.filter(contribution=contribution, level=Level.MUTED).values("person_id")
    rows = Membership.objects.filter(~Q(person_id__in=muted), space=contribution.space_id)
    return [key for key in rows.values_list("person_id", flat=True) if key != besides.id]


def whom_to_tell(contribution: Contribution, reply: Reply | None) -> dict[int, str]:
    """Everybody else in the exchange, of what was just written in it."""
    writer = reply.author if reply else contribution.author
    return dict.fromkeys(_awake(contribution, besides=writer), "exchange")


def quote(contribution: Contribution, reply: Reply | None, *, reason: str, by: Person) -> Quotation:
    """Copies one message, by who reads it, into a report to the moderators; they see that text and nothing else.

    Raises NotFound, NotAllowed, Refused (reason).
    """
    require("exchange.report", contribution, by=by)
    reason = " ".join(reason.replace("\x00", "").split())[:400]
    if not reason:
        raise Refused(_("Say in a few words what worries you."), field="reason")
    said = reply or contribution
    if said.author_id == by.id or (reply is not None and reply.state != ReplyState.PUBLISHED):
        raise Refused(_("Only what somebody else wrote here can be reported."))
    row, is_new = Quotation.objects.get_or_create(
        reporter=by,
        message_id=said.id,
        defaults={
            "author": said.author,
            "text": reply.source if reply else f"{contribution.title}\n\n{contribution.body.source}",
            "reason": reason,
            "written_at": reply.created_at if reply else contribution.published_at or contribution.created_at,
        },
    )
    if not is_new:
        raise Refused(_("You have reported this message already. The moderators have it."))
    _tell_moderators(row, by)
    return row


def _tell_moderators(row: Quotation, by: Person) -> None:
    moderators = Person.objects.active().filter(is_administrator=True).exclude(id__in=[by.id, row.author_id])
    tell = {str(key): "exchange_quoted" for key in moderators.values_list("id", flat=True)}
    record("exchange.quoted", thing_kind="person", thing_id=by.id, by=by, payload={"tell": tell})


def settle(row: Quotation, *, by: Person) -> None:
    """Says that a report has been looked at. Who may: administrators."""
    require("site.administer", by=by)
    if row.handled_at is None:
        row.handled_at, row.handled_by = clock.now(), by
        row.save(update_fields=["handled_at", "handled_by"])


def switch(is_on: bool, *, by: Person) -> None:
    """Lets the network have private exchanges, or not: then those there are can be read and left, nothing is added.

    Who may: administrators, who learn nothing of any of them.
    """
    require("site.administer", by=by)
    Space.objects.filter(kind=SpaceKind.EXCHANGE).update(archived_at=None if is_on else clock.now())
