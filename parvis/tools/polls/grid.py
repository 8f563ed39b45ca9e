"""Choices that are moments, said on the reader's clock; who can when, as a grid. Not here: results as bars (showing)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from parvis.ballots.boxes import YES
from parvis.kernel.ids import encode
from parvis.toolkit.days import short_span, span_in_words

ANSWERS = {YES: "yes", 1: "maybe", 0: "no"}


def words_of(choice: dict[str, Any]) -> str:
    """A choice as its reader reads it: a moment on their own clock and in their language, else its text."""
    begins, first = _instant(choice["begins"]), _day(choice["first"])
    if begins is None and first is None:
        return str(choice["text"])
    return span_in_words(begins, _instant(choice["over"]), first, _day(choice["last"]))


def zone_of(row: Any) -> str:
    """The zone in which hours are said, to be told beside them; "" where no choice has an hour."""
    is_timed = any(choice["begins"] for choice in row.choices)
    return timezone.get_current_timezone_name().replace("_", " ") if is_timed else ""


def grid_of(row: Any, best: set[int]) -> dict[str, Any] | None:
    """Who said yes, if need be or no to what: a column for each choice, a line for each person, the reader first."""
    if not row.grid:
        return None
    ids = [choice["id"] for choice in row.choices]
    return {
        "heads": [
            {"words": _head(choice), "is_first": place in best} for place, choice in enumerate(row.choices)
        ],
        "people": [
            {
                "name": one["name"],
                "url": f"/people/{encode(int(one['id']))}/",
                "is_mine": one["is_mine"],
                "cells": [ANSWERS.get(one["said"].get(key, 0), "no") for key in ids],
            }
            for one in row.grid
        ],
        "rest": max(row.voters - len(row.grid), 0),
    }


def _head(choice: dict[str, Any]) -> list[str]:
    day, hour = short_span(_instant(choice["begins"]), _day(choice["first"]))
    return [part for part in (day, hour) if part] or [str(choice["text"])]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
