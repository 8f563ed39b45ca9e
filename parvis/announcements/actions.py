"""Announcing a contribution as important, ending it, pressing its button. Not here: what is shown (announcements.reading).

What is counted are presses of the button and nothing else: opening, scrolling and mails tell nothing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.announcements.models import Announcement, Press, Word
from parvis.contributions.actions import touch_card
from parvis.contributions.models import Contribution
from parvis.journal.actions import record
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import belonging

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

FURTHEST = timedelta(days=30)
MAIL_EVERY = timedelta(days=7)
LONGEST_REASON = 300


def announce(
    contribution: Contribution,
    *,
    until: date,
    by: Person,
    word: str = Word.READ,
    sends_mail: bool = False,
    legal_reason: str = "",
) -> Announcement:
    """Puts a published contribution on top for the members of its community, until the end of a day.

    Who may: its hosts; a legal reason, which opens the list of names to administrators, only those who are
    administrators too. Raises NotFound, NotAllowed, Refused (until, word, mail).
    """
    require("announcements.announce", contribution, by=by)
    reason = " ".join(legal_reason.replace("\x00", "").split())[:LONGEST_REASON]
    if reason and not by.is_administrator:
        raise NotAllowed(_("Only administrators may declare a legal reason. Ask one of them."))
    if word not in Word.values:
        raise Refused(_("Choose one of those offered."), field="word")
    _require_announceable(contribution)
    space = belonging.lock(contribution.space)
    if sends_mail:
        _require_mail_is_due(space)
    _end_running(contribution)
    now = clock.now()
    row = Announcement.objects.create(
        contribution=contribution, space_id=contribution.space_id, audience=contribution.audience, by=by, word=word,
        until=end_of(until), legal_reason=reason, created_at=now, mailed_at=now if sends_mail else None,
    )  # fmt: skip
    touch_card(contribution, important=row.until.isoformat())
    _note("announced", contribution, by=by)
    if sends_mail:
        enqueue("announcements.mail", announcement_id=row.id)
    return row


def _require_announceable(contribution: Contribution) -> None:
    if not contribution.is_published or not contribution.is_listed:
        raise Refused(_("Only what is published can be announced."))


def end_of(day: date) -> datetime:
    """The end of a day in the announcer's time zone. Raises Refused (until) beyond 30 days, or when it is past."""
    moment = timezone.make_aware(datetime.combine(day, time(23, 59)))
    if moment <= clock.now():
        raise Refused(_("Choose a day to come."), field="until")
    if moment > clock.now() + FURTHEST + timedelta(days=1):
        raise Refused(_("At most thirty days: what stays longer is no longer seen."), field="until")
    return moment


def mail_possible_at(space: Space) -> datetime | None:
    """When the community may send its next announcement by mail; None: now."""
    last = (
        Announcement.objects.filter(space_id=space.id, mailed_at__gt=clock.now() - MAIL_EVERY)
        .order_by("-mailed_at")
        .values_list("mailed_at", flat=True)
        .first()
    )
    return last + MAIL_EVERY if last else None


def _require_mail_is_due(space: Space) -> None:
    again = mail_possible_at(space)
    if again is not None:
        raise Refused(mail_sentence(again), field="mail")


def mail_sentence(again: datetime) -> str:
    """Why no mail can be sent now, and when it can."""
    when = date_format(timezone.localtime(again), "DATETIME_FORMAT")
    return _("One mail a week at most: the next one can be sent from %(when)s.") % {"when": when}


def _end_running(contribution: Contribution) -> None:
    running = Announcement.objects.filter(contribution=contribution, ended_at=None)
    if running.filter(until__gt=clock.now()).exists():
        raise Refused(_("It is announced already. End that announcement first."))
    running.update(ended_at=clock.now())


def withdraw(contribution: Contribution, *, by: Person) -> None:
    """Takes it off the top before its day. Who may: hosts."""
    require("announcements.announce", contribution, by=by)
    if Announcement.objects.filter(contribution=contribution, ended_at=None).update(ended_at=clock.now()):
        touch_card(contribution, important="")
        _note("unannounced", contribution, by=by)


def press(contribution: Contribution, *, by: Person) -> None:
    """Says "read" or "done": once, by whoever reads it; it then leaves their top. Raises NotFound when none runs."""
    require("contribution.mark", contribution, by=by)
    row = running_of(contribution)
    if row is None:
        raise NotFound
    Press.objects.get_or_create(announcement=row, person=by, defaults={"at": clock.now()})


def running_of(contribution: Contribution) -> Announcement | None:
    """The announcement of a contribution that hasn't ended, if any."""
    rows = Announcement.objects.filter(contribution=contribution, ended_at=None, until__gt=clock.now())
    return rows.first()


def _note(verb: str, contribution: Contribution, *, by: Person) -> None:
    """Written down; nobody is rung: it stands on top of their pages."""
    record(
        f"{contribution.kind}.{verb}", thing_kind=contribution.kind, thing_id=contribution.id, by=by,
        space_id=contribution.space_id, audience=contribution.audience, is_silent=True,
    )  # fmt: skip
