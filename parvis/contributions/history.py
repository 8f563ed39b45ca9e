"""What a text said before each of its edits, as marked changes that a person can read. Not here: the page.

The comparison is of what was typed (Markdown), paragraph by paragraph, then word by word where one changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from parvis.kernel import markdown
from parvis.people.models import names_of

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution, Reply
    from parvis.people.models import Person

WORDS = re.compile(r"\s+|[^\W_]+|[\W_]", re.UNICODE)
# Comparing costs the product of both lengths: longer paragraphs are shown as taken out and put in.
MOST_WORDS = 3000
SHOWN = 50  # versions


@dataclass(frozen=True)
class Step:
    """One version of a text: who wrote it, when, and what it changed of the one before (nothing, for the first)."""

    number: int
    editor: Person
    at: datetime
    title: Markup
    html: Markup
    changed: int


def steps_of(contribution: Contribution, *, reply: Reply | None = None) -> list[Step]:
    """Every version of a published text, newest first; at most 50. Two queries.

    Who may: whoever reads the text (the caller has found it for them).
    """
    rows = list(
        contribution.revisions.filter(reply=reply).select_related("editor").order_by("created_at", "id")
    )
    # The nth text its readers saw: the row's own version also counts moves, answers accepted and the like.
    older = max(0, len(rows) - (SHOWN - 1))
    rows = rows[-(SHOWN - 1) :]
    thing = reply or contribution
    first_at = reply.created_at if reply else contribution.published_at or contribution.created_at
    texts = [(row.title, row.source) for row in rows]
    texts.append(("", reply.source) if reply else (contribution.title, contribution.body.source))
    named = _with_names(texts)
    # A revision holds the text as it stood *before* the edit made at its own moment.
    moments = [first_at, *(row.created_at for row in rows)]
    editors = [thing.author, *(row.editor for row in rows)]
    steps = [
        _step(index, named, editors[index], moments[index], older + index + 1) for index in range(len(named))
    ]
    return steps[::-1]


def _with_names(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    names = names_of({key for _title, source in texts for key in markdown.mentions_in(source)})
    return [(title, _readable(markdown.with_names(source, names))) for title, source in texts]


def _readable(source: str) -> str:
    """A mention as its name alone."""
    return re.sub(r"@\[([^\]]*)\]\(person:\w+\)", r"@\1", source)


def _step(index: int, texts: list[tuple[str, str]], editor: Person, at: datetime, number: int) -> Step:
    title, source = texts[index]
    if index == 0:
        return Step(number, editor, at, escape(title), _paragraphs(source), 0)
    before_title, before = texts[index - 1]
    shown_title, changed_title = compare(before_title, title)
    html, changed = compare(before, source)
    return Step(number, editor, at, shown_title, html, changed + changed_title)


def _paragraphs(source: str) -> Markup:
    return Markup("\n\n").join(escape(part) for part in source.split("\n\n"))


def compare(before: str, after: str) -> tuple[Markup, int]:
    """The later text with what was taken out and put in marked, and how many words that makes."""
    old, new = before.split("\n"), after.split("\n")
    parts: list[Markup] = []
    changed = 0
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(escape("\n".join(new[k:m])))
            continue
        html, count = _compare_words("\n".join(old[i:j]), "\n".join(new[k:m]))
        parts.append(html)
        changed += count
    return Markup("\n").join(parts), changed


def _compare_words(before: str, after: str) -> tuple[Markup, int]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if not old or not new or len(old) + len(new) > MOST_WORDS:
        return _marked("del", before) + _marked("ins", after), _count(old) + _count(new)
    parts: list[Markup] = []
    changed = 0
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(escape("".join(new[k:m])))
            continue
        parts += [_marked("del", "".join(old[i:j])), _marked("ins", "".join(new[k:m]))]
        changed += max(_count(old[i:j]), _count(new[k:m]))
    return Markup("").join(parts), changed


def _marked(tag: str, text: str) -> Markup:
    return Markup(f"<{tag}>%s</{tag}>") % text if text else Markup("")


def _count(words: list[str]) -> int:
    return sum(1 for word in words if word[0].isalnum())
