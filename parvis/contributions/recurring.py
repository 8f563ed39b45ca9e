"""Texts that a host has opened again every week or month: a question of the week, a monthly round of news.

Not here: opening them through their kind (toolkit.recurring), the pages.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.access.table import require
from parvis.contributions import texts
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import Keyed
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Space

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST_IN_A_SPACE = 12
LAST_DAY = 28  # every month has it


class Every(models.TextChoices):
    WEEK = "week", gettext_lazy("every week")
    MONTH = "month", gettext_lazy("every month")


class Recurring(Keyed):
    """What to open, where, in whose name, and when next. `day` is 0–6 (Monday first) or 1–28; hours are the author's.

    `{date}` in title or text becomes the day on which it is opened.
    """

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="recurring")
    audience = models.SmallIntegerField(
        editable=False
    )  # of the space: held true by a composite key (migration)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    option = models.CharField(max_length=40)  # an entry of the Publish menu: "question", "article"…
    title = models.CharField(max_length=200, default="", blank=True)
    body = models.TextField(default="", blank=True)
    every = models.CharField(max_length=5, choices=Every, default=Every.WEEK)
    day = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=9)
    next_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=400, default="", blank=True)
    last = models.ForeignKey(Contribution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "recurring"
        indexes = [
            models.Index(fields=["next_at"], name="recurring_due", condition=models.Q(paused_at=None)),
            models.Index(fields=["space"], name="recurring_of_space"),
        ]


def plan(
    space: Space,
    *,
    option: str,
    title: str,
    body: str,
    every: str,
    day: int,
    hour: int,
    by: Person,
    row: Recurring | None = None,
) -> Recurring:
    """Plans a text, or changes one (`row`), in the name of who does it. Who may: hosts. Raises Refused.

    The caller has checked that `option` is offered in the space.
    """
    require("space.host", space, by=by)
    title, body = texts.checked(body, title=title, may_be_empty=bool(title.strip()))
    if every not in Every.values:
        raise Refused(_("Choose every week or every month."), field="every")
    if not (0 <= day <= 6 if every == Every.WEEK else 1 <= day <= LAST_DAY):
        raise Refused(_("Choose a day of the week, or a day of the month up to the 28th."), field="day")
    if not 0 <= hour <= 23:
        raise Refused(_("Choose an hour of the day."), field="hour")
    if row is None:
        if Recurring.objects.filter(space=space).count() >= MOST_IN_A_SPACE:
            raise Refused(_("There are twelve already: stop one first."))
        row = Recurring(space=space)
    row.audience, row.author = space.audience, by
    row.option, row.title, row.body, row.every, row.day, row.hour = option, title, body, every, day, hour
    row.next_at = following(row, clock.now())
    row.save()
    return row


def find(space: Space, key: int) -> Recurring:
    """One of the plans of a space already found for its host. Raises NotFound."""
    row = Recurring.objects.select_related("author").filter(space=space, id=key).first()
    if row is None:
        raise NotFound
    row.space = space
    return row


def pause(row: Recurring, *, by: Person) -> None:
    """Opens nothing until it is taken up again. Who may: hosts."""
    require("space.host", row.space, by=by)
    row.paused_at, row.paused_because = clock.now(), ""
    row.save(update_fields=["paused_at", "paused_because"])


def resume(row: Recurring, *, by: Person) -> None:
    """Takes it up again, in the name of who does so, from its next day on. Who may: hosts."""
    require("space.host", row.space, by=by)
    row.paused_at, row.paused_because, row.author = None, "", by
    row.next_at = following(row, clock.now())
    row.save(update_fields=["paused_at", "paused_because", "author", "next_at"])


def stop(row: Recurring, *, by: Person) -> None:
    """Forgets the plan; what it opened stays. Who may: hosts."""
    require("space.host", row.space, by=by)
    row.delete()


def following(row: Recurring, after: datetime) -> datetime:
    """The first moment after `after` at which it is due, in its author's own time."""
    zone = ZoneInfo(row.author.time_zone) if row.author.time_zone else timezone.get_default_timezone()
    here = after.astimezone(zone)
    day = _week_day(row, here.date()) if row.every == Every.WEEK else _month_day(row, here.year, here.month)
    at = _at(row, day, zone)
    if at <= after:
        later = day + timedelta(days=7)
        if row.every == Every.MONTH:
            last = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
            first = last + timedelta(days=1)
            later = _month_day(row, first.year, first.month)
        at = _at(row, later, zone)
    return at


def _week_day(row: Recurring, today: date) -> date:
    return today + timedelta(days=(row.day - today.weekday()) % 7)


def _month_day(row: Recurring, year: int, month: int) -> date:
    return date(year, month, row.day)


def _at(row: Recurring, day: date, zone: object) -> datetime:
    return datetime.combine(day, time(row.hour), tzinfo=zone)  # type: ignore[arg-type]
