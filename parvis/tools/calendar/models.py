"""What an event has of its own: its hours, its dates, who comes. Not here: its text and replies (the spine)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Contribution, Placed
from parvis.kernel.db import Keyed
from parvis.spaces.models import Space

LONGEST = 31  # days one date of an event may last: the calendar's ranges rest on it


class Choice(models.TextChoices):
    YES = "yes", _("I'm coming")
    MAYBE = "maybe", _("Maybe")
    NO = "no", _("I'm not coming")


class Event(models.Model):
    """The detail of a contribution of kind event: one date, or a series by its rule.

    Hours are those of the wall clock in `zone`, kept by name. A whole-day event has dates and no hours at all;
    `last_on` is its last day, included.
    """

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="event"
    )
    first_on = models.DateField()
    last_on = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    zone = models.CharField(max_length=60)
    place = models.CharField(_("place"), max_length=200, default="", blank=True)
    link = models.CharField(_("link"), max_length=500, default="", blank=True)
    rule = models.CharField(max_length=300, default="", blank=True)  # of RFC 5545, without "RRULE:"
    capacity = models.PositiveIntegerField(null=True, blank=True)
    remind = models.PositiveIntegerField(null=True, blank=True)  # minutes before
    sequence = models.PositiveIntegerField(default=0)  # of iCalendar: grows with each change of date or place
    uid = models.CharField(max_length=255, default="", blank=True)  # of an imported event
    cancelled_at = models.DateTimeField(null=True, blank=True)
    continues = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expanded_until = models.DateField(null=True, blank=True)  # dates are known up to this day
    notes = models.TextField(default="", blank=True)
    notes_html = models.TextField(default="", blank=True)
    notes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    notes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="calendar_event_order"),
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False),
                name="calendar_event_hours",
            ),
        ]
        indexes = [
            models.Index(fields=["expanded_until"], name="calendar_to_expand", condition=~Q(rule="")),
            models.Index(fields=["uid"], name="calendar_uid", condition=~Q(uid="")),
        ]

    @property
    def is_whole_day(self) -> bool:
        return self.starts is None

    @property
    def days(self) -> int:
        """How many days lie between the first and the last."""
        return (self.last_on - self.first_on).days


class Occurrence(Placed):
    """One date of an event, as calendars show it. `original_on` names it for ever within its series.

    Made from the event's rule; a row that `is_changed` or `is_cancelled` is an exception and is kept.
    """

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="occurrences")
    original_on = models.DateField()
    first_on = models.DateField()
    last_on = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    # The same as moments, for reminders and what is over; of whole days, from the first midnight to after the last.
    begins_at = models.DateTimeField()
    over_at = models.DateTimeField()
    place = models.CharField(max_length=200, default="", blank=True)  # of an exception; "" as the series
    has_no_place = models.BooleanField(
        default=False, db_default=False
    )  # an exception without the series' place
    word = models.CharField(max_length=300, default="", blank=True)  # why it was changed or cancelled
    is_changed = models.BooleanField(default=False)
    is_cancelled = models.BooleanField(default=False)
    remind_at = models.DateTimeField(null=True, blank=True)  # None once done

    def place_in(self, event: Event) -> str:
        """Where this date of an event takes place; "" for nowhere said."""
        return "" if self.has_no_place else self.place or event.place

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contribution", "original_on"], name="calendar_occurrence_once")
        ]
        indexes = [
            models.Index(fields=["space_id", "first_on"], name="calendar_range"),
            models.Index(fields=["contribution", "first_on"], name="calendar_dates"),
            models.Index(
                fields=["remind_at"], name="calendar_reminders", condition=Q(remind_at__isnull=False)
            ),
        ]


class Answer(Placed):
    """What one person answered to one date. A yes beyond the capacity waits; the earliest is let in first."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="event_answers")
    original_on = models.DateField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=5, choices=Choice)
    word = models.CharField(max_length=200, default="", blank=True)
    is_waiting = models.BooleanField(default=False)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "original_on", "person"], name="calendar_answer_once"
            )
        ]
        indexes = [models.Index(fields=["person", "original_on"], name="calendar_mine")]


class Guest(Placed):
    """Somebody asked to come, or who organises with the author."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="event_guests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    is_organiser = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "person"], name="calendar_guest_once")]


class Question(models.Model):
    """That a ballot asks for a date, and what the event is to be: its place, link and zone; `event`, once one is kept.

    The moments asked about are the ballot's choices (ballots.Choice).
    """

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="date_question"
    )
    zone = models.CharField(max_length=60)
    place = models.CharField(max_length=200, default="", blank=True)
    link = models.CharField(max_length=500, default="", blank=True)
    event = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["contribution"], name="calendar_asked", condition=Q(event__isnull=True))
        ]


class Feed(Keyed):
    """A subscription: a secret address that another calendar reads. Only the hash of its secret is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)


def moment(day: date, hour: time | None, zone: str) -> datetime:
    """The instant of a wall-clock hour in a zone, in UTC; of a whole day, its beginning."""
    return datetime.combine(day, hour or time(0), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def span(
    first_on: date, last_on: date, starts: time | None, ends: time | None, zone: str
) -> tuple[datetime, datetime]:
    """The instants at which a date begins and is over.

    In spring an hour doesn't exist: what begins in it begins that much later by the clock, and lasts as long as it says.
    """
    begins = moment(first_on, starts, zone)
    over = moment(last_on, ends, zone) if ends else moment(last_on + timedelta(days=1), None, zone)
    if starts and ends and over <= begins:
        over = begins + (datetime.combine(last_on, ends) - datetime.combine(first_on, starts))
    return begins, over
