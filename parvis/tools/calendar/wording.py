"""Dates and hours as sentences. Not here: rules of recurrence (rules), pages (showing), mails (mails)."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from parvis.tools.calendar.saying import say


def when_in_words(row: Any) -> str:
    """The days and hours of a date in its own zone: "Tuesday 1 December 2026, from 09:00 to 10:00"."""
    first = say(row.first_on, "l j F Y")
    last = say(row.last_on, "l j F Y")
    if row.starts is None:
        if row.first_on == row.last_on:
            return _("%(day)s, all day") % {"day": first}
        return _("from %(first)s to %(last)s") % {"first": first, "last": last}
    hours = {"first": first, "last": last, "starts": clock_words(row.starts), "ends": clock_words(row.ends)}
    if row.first_on == row.last_on:
        return _("%(first)s, from %(starts)s to %(ends)s") % hours
    return _("from %(first)s at %(starts)s to %(last)s at %(ends)s") % hours


def clock_words(hour: time) -> str:
    """An hour as it is written: 09:00."""
    return f"{hour:%H:%M}"
