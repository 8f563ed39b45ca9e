"""Days and moments as people type them in forms, in their own time zone. Not here: how they are written (toolkit.formats)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.errors import Refused


def moment(text: str) -> datetime | None:
    """The date and hour typed in a form, in the writer's time zone; None when empty. Raises Refused otherwise."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused(
            _("Write the date and the hour, for example 2027-01-15 09:00."), field="publish_at"
        ) from None
    return timezone.make_aware(at) if timezone.is_naive(at) else at


def moment_to_come(text: str) -> datetime | None:
    """The same for a date of publication. Raises Refused for one that is past: it would publish at once, unasked."""
    at = moment(text)
    if at is not None and at < clock.now() - timedelta(minutes=1):
        raise Refused(
            _("This moment is past. Choose one to come, or leave it empty to publish now."),
            field="publish_at",
        )
    return at


def day_end(text: str) -> datetime | None:
    """The end of the day typed in a form, in the writer's time zone; None when empty. Raises Refused otherwise."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
        return timezone.make_aware(datetime.combine(day, time(23, 59)))
    except (ValueError, OverflowError):
        raise Refused(_("Write the day, for example 2027-01-15."), field="until") from None
