"""How numbers and moments are written in pages, in the reader's language. Not here: words about them (templates)."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

import jinja2
from django.utils import dateformat, timezone, translation
from markupsafe import Markup

NARROW_SPACE = "\u202f"


def number(value: int | float | str | None) -> str:
    """A number grouped as the reader's language does: 1 521 in French, 1,521 in English. A hole stays one."""
    if value is None or isinstance(value, jinja2.Undefined):
        return ""
    if isinstance(value, str):
        return value
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    if (translation.get_language() or "").startswith("fr"):
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def time_tag(moment: datetime | str | None, css: str = "") -> Markup:
    """`<time>` holding the absolute date and hour in the site's zone; the script makes it relative."""
    if not moment:
        return Markup("")
    if isinstance(moment, str):
        return Markup(moment)  # a hole left in a mold, filled later
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    extra = Markup(' class="{}"').format(css) if css else ""
    return Markup(
        f'<time datetime="{local.isoformat(timespec="seconds")}" data-relative{extra}>'
        f"{local.day} {_month(local.month, translation.get_language())} {local.year}, {local.hour:02}:{local.minute:02}</time>"
    )


@cache
def _month(number_of_month: int, language: str | None) -> str:
    """The short name of a month in the active language, which is the cache's key: "Nov", but "nov." in French.

    Django's "M" capitalises every language as English does; its "N" keeps what the language writes.
    """
    is_french = (language or "").startswith("fr")
    return dateformat.format(date(2000, number_of_month, 1), "N" if is_french else "M")


def day_tag(day: date | datetime | None) -> Markup:
    """`<time>` holding a day in words, never made relative."""
    if not day:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(
        day.strftime("%Y-%m-%d"), dateformat.format(day, "j F Y")
    )


def day_month(day: date | datetime) -> tuple[str, str]:
    """The two lines of a date tile: ("23", "nov.")."""
    month, language = _month(day.month, translation.get_language()), translation.get_language() or ""
    return dateformat.format(day, "j"), month.lower() if language.startswith("fr") else month
