"""The one place that tells the time, so that tests and the demo can move it. Not here: formatting."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """The current day in the active time zone."""
    return timezone.localdate()
