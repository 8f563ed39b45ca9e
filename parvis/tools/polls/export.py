"""The result of a poll as a table for a spreadsheet. Not here: who may see it (views, showing)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.tools.polls.showing import result_heads, result_lines, said_yes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe before it."""
    text = str(cell)
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text


def result_csv(row: Any, voters: Sequence[Any]) -> str:
    """The result, then, of a named poll, each person with what they chose. UTF-8 with its mark, for spreadsheets."""
    out = io.StringIO()
    write = csv.writer(out)
    _put(write, [_("Choice"), *result_heads(row.method)])
    for line in result_lines(row):
        _put(write, [line["text"], *_figures(row, line)])
    if voters:
        write.writerow([])
        _put(write, [_("Person"), _("Choices")])
        for one in voters:
            _put(write, [one.author_name, " · ".join(said_in_words(row.method, one.said))])
    return "\ufeff" + out.getvalue()


def _figures(row: Any, line: dict[str, Any]) -> list[object]:
    """Plain figures: the spreadsheet writes them as its reader does."""
    if row.method in ("single", "multiple"):
        return [line["total"], line["share"]]
    if row.method == "approval":
        return [*said_yes(line["total"], line["people"])]
    return [line["total"], line["people"]]


def _put(write: Any, cells: Iterable[object]) -> None:
    write.writerow([safe(cell) for cell in cells])


def said_in_words(method: str, said: Sequence[dict[str, Any]]) -> list[str]:
    """What one person chose: with its place in a ranking, with its points where points are shared out."""
    if method == "ranking":
        return [f"{one['value']}. {one['text']}" for one in said]
    if method == "points":
        return [f"{one['text']} ({one['value']})" for one in said]
    if method == "approval":
        said_so = {2: _("yes"), 1: _("if need be")}
        return [f"{one['text']} ({said_so[one['value']]})" for one in said] or [_("none of them")]
    return [one["text"] for one in said]
