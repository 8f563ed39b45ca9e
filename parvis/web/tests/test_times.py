"""Dates as each language writes them. Not here: relative times, which the script makes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from parvis.web import jinja


@pytest.mark.parametrize(
    ("language", "shown"),
    [("fr", "14 nov. 2026"), ("fr", "14 août 2026"), ("en", "14 Nov 2026"), ("en", "14 Aug 2026")],
)
def test_a_month_is_written_as_the_readers_language_does(language: str, shown: str) -> None:
    month = 8 if "ao" in shown or "Aug" in shown else 11
    with translation.override(language):
        assert shown in jinja.time_tag(datetime(2026, month, 14, 9, tzinfo=UTC))


def test_a_date_tile_names_its_month_as_the_language_writes_it() -> None:
    with translation.override("en"):
        assert jinja.day_month(date(2026, 12, 1)) == ("1", "Dec")
    with translation.override("fr"):
        assert jinja.day_month(date(2026, 11, 23)) == ("23", "nov.")
