"""Days and stretches of time in words, in the reader's language and on their clock. Not here: `<time>` tags (formats)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.utils import dateformat, timezone, translation
from django.utils.translation import gettext as _

from parvis.kernel import clock


def say(day: date, pattern: str = "l j F Y") -> str:
    """A day by one of Django's patterns; the first of a month is "1er" in French."""
    words = dateformat.format(day, pattern)
    if day.day == 1 and (translation.get_language() or "").startswith("fr"):
        return re.sub(r"(?<!\d)1(?= \D)", "1er", words, count=1)
    return words


def span_in_words(
    begins_at: datetime | None,
    over_at: datetime | None,
    first_on: date | None,
    last_on: date | None,
    *,
    in_full: bool = False,
) -> str:
    """Two instants in the active time zone, or whole days, which no zone moves: "Tuesday 1 December, 09:00–10:00".

    The year is said `in_full`, and of a day that isn't near: nobody doubts which December is meant.
    """
    if begins_at is None or over_at is None:
        return _days(first_on, last_on, in_full)
    begins, over = timezone.localtime(begins_at), timezone.localtime(over_at)
    words = {"day": _day(begins.date(), in_full), "from": f"{begins:%H:%M}", "until": f"{over:%H:%M}"}
    if begins.date() == over.date():
        return _("%(day)s, %(from)s–%(until)s") % words
    return _("%(day)s, %(from)s – %(last)s, %(until)s") % {**words, "last": _day(over.date(), in_full)}


def _days(first_on: date | None, last_on: date | None, in_full: bool) -> str:
    if first_on is None:
        return ""
    if last_on is None or last_on <= first_on:
        return _("%(day)s, whole day") % {"day": _day(first_on, in_full)}
    return _("%(day)s – %(last)s") % {"day": _day(first_on, in_full), "last": _day(last_on, in_full)}


def _day(day: date, in_full: bool) -> str:
    is_near = abs(day - clock.today()) < timedelta(days=200)
    return say(day, "l j F Y" if in_full or not is_near else "l j F")


def short_span(begins_at: datetime | None, first_on: date | None) -> tuple[str, str]:
    """The head of a narrow column: ("Tue 1 Dec", "09:00"), on the reader's clock."""
    local = timezone.localtime(begins_at) if begins_at is not None else None
    day = local.date() if local is not None else first_on
    pattern = "D j N" if (translation.get_language() or "").startswith("fr") else "D j M"
    return (say(day, pattern) if day else "", f"{local:%H:%M}" if local is not None else "")
