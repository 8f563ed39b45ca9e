"""What was typed in the box, taken apart: words, "phrases", -words, operators. Not here: finding (search.engine)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from parvis.kernel.words import fold

MAX_TEXT = 300  # characters of a question
MAX_WORDS = 12

# What may stand before a colon, folded; the first of each is the one we write ourselves.
OPERATORS = {
    "author": "author", "auteur": "author", "autrice": "author", "by": "author", "par": "author",
    "in": "in", "dans": "in", "community": "in", "communaute": "in",
    "kind": "kind", "type": "kind", "genre": "kind",
    "before": "before", "avant": "before",
    "after": "after", "apres": "after", "since": "after", "depuis": "after",
    "tag": "tag", "etiquette": "tag", "mot-cle": "tag",
}  # fmt: skip
ME = frozenset({"me", "moi"})

_PIECE = re.compile(
    r'(-?)(?:([^\W\d_][\w-]{0,15})\s?:\s?)?(?:["«“„]\s*([^"»”]*?)\s*(?:["»”]|$)|([^\s"«»“”]+))'
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Question:
    """A question as the engine reads it. Words keep their accents and case; the engine folds them.

    `authors`, `spaces`, `kinds`, `tags` are what stood after the operator: several of one operator mean any of them.
    `before` is the first day that no longer counts, `after` the first that does. `unread` are operators whose
    value says nothing to us ("before:soon"), as typed.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    before: date | None = None
    after: date | None = None
    is_open: bool = False  # the last word may be unfinished
    unread: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing was asked at all."""
        return not (self.words or self.phrases or self.has_filters)

    @property
    def has_filters(self) -> bool:
        return bool(self.authors or self.spaces or self.kinds or self.tags or self.before or self.after)

    @property
    def plain_words(self) -> str:
        """Words and words of phrases, without anything else."""
        return " ".join([*self.words, *(word for phrase in self.phrases for word in phrase)])

    @property
    def plain(self) -> str:
        """The words without operators, as one would say them."""
        return " ".join([*(f"“{' '.join(p)}”" for p in self.phrases), *self.words])


@dataclass
class _Found:
    words: list[str] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    without: list[tuple[str, ...]] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def parse(text: str) -> Question:
    """The question a text asks. Never raises: what has no sense as an operator is read as words."""
    text = " ".join(text.replace("\x00", "").split())[:MAX_TEXT]
    found = _Found()
    last = None
    for last in _PIECE.finditer(text):
        _take(last, found)
    is_word = last is not None and last[4] is not None and not last[1] and not last[4].startswith("#")
    is_word = is_word and not (last is not None and last[2] and _operator(last[2]))
    return Question(
        text=text,
        words=tuple(found.words[:MAX_WORDS]),
        phrases=tuple(found.phrases[:6]),
        without=tuple(found.without[:6]),
        authors=tuple(found.named.get("author", ())[:6]),
        spaces=tuple(found.named.get("in", ())[:6]),
        kinds=tuple(found.named.get("kind", ())[:6]),
        tags=tuple(found.named.get("tag", ())[:6]),
        before=found.days.get("before"),
        after=found.days.get("after"),
        is_open=is_word and bool(found.words) and text[-1:].isalnum() and len(found.words) <= MAX_WORDS,
        unread=tuple(found.unread),
    )


def _take(piece: re.Match[str], found: _Found) -> None:
    minus, name, phrase, word = piece[1], piece[2], piece[3], piece[4]
    operator = _operator(name)
    value = phrase if phrase is not None else word
    if operator and value and not minus:
        _take_operator(operator, value, piece[0], found)
        return
    spoken = tuple(_WORD.findall(f"{name or ''} {value}"))
    if not spoken:
        return
    if minus and (piece.start() == 0 or piece.string[piece.start() - 1] == " "):
        found.without.append(spoken)
    elif phrase is not None and len(spoken) > 1:
        found.phrases.append(spoken)
    elif phrase is None and word.startswith("#") and len(word) > 1:
        found.named.setdefault("tag", []).append(word[1:])
    else:
        found.words.extend(spoken)


def _operator(name: str | None) -> str:
    return OPERATORS.get(fold(name), "") if name else ""


def _take_operator(operator: str, value: str, typed: str, found: _Found) -> None:
    if operator in ("before", "after"):
        day = read_day(value)
        if day is None:
            found.unread.append(typed.strip())
        else:
            found.days[operator] = day
    else:
        found.named.setdefault(operator, []).append(value.lstrip("#@") if operator != "kind" else value)


def read_day(text: str) -> date | None:
    """The first day of "2025", "2025-03", "03/2025", "2025-03-12" or "12/03/2025"; None of anything else."""
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    if not re.fullmatch(r"\d+(?:[./-]\d+){0,2}", text):
        return None
    if numbers[0] < 1000:
        numbers.reverse()
    if numbers[0] < 1000:
        return None
    try:
        return date(*[*numbers, 1, 1][:3])
    except (ValueError, TypeError):
        return None


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def quoted(value: str) -> str:
    """A value as it stands after an operator: in quotes where it holds a space."""
    value = value.replace('"', " ").strip()
    return f'"{value}"' if re.search(r"\s", value) else value


def narrowed(question: Question, *pieces: tuple[str, str]) -> str:
    """The text that asks the same, with these operators in place of any others of their names; "" takes one away.

    narrowed(q, ("kind", "topic")), narrowed(q, ("after", "2025-03"), ("before", "2025-04")), narrowed(q, ("in", "")).
    """
    names = {name for name, _value in pieces}
    kept = "".join(
        piece[0] + " "
        for piece in _PIECE.finditer(question.text)
        if piece[1] or _operator(piece[2]) not in names
    )
    if "tag" in names:
        kept = re.sub(r"(?:^|(?<=\s))#\S+\s?", "", kept)
    said = " ".join(f"{name}:{quoted(value)}" for name, value in pieces if value)
    return " ".join(f"{kept} {said}".split())


def without_filters(question: Question) -> Question:
    """The same words asked of everything."""
    return replace(question, authors=(), spaces=(), kinds=(), tags=(), before=None, after=None)
