"""How well the search finds: judged questions, and the measures of an engine's lists. Not here: the site they are asked of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

AT = 10  # how many of a list count


@dataclass(frozen=True)
class Measured:
    """One question's list against its judgement. `recall` is of what ten places can hold; `rank` 0: nothing relevant."""

    typed: str
    trait: str
    language: str
    is_held_out: bool
    recall: float
    rank: int
    missed: tuple[str, ...] = ()

    @property
    def reciprocal(self) -> float:
        return 1 / self.rank if self.rank else 0.0


def judgements() -> dict[str, Any]:
    """The judged questions: `questions` about texts and `names` of people and places."""
    found: dict[str, Any] = json.loads((files(__name__) / "judgements.json").read_text(encoding="utf-8"))
    return found


def measure(answer: Callable[[str], Sequence[str]]) -> list[Measured]:
    """Asks every question; `answer` gives the keys of the sources, best first."""
    return [measured(question, answer(question["typed"])) for question in judgements()["questions"]]


def measured(question: dict[str, Any], keys: Sequence[str]) -> Measured:
    """One list judged: how much of the relevant stands in its first ten, and where the first of it stands."""
    relevant, first = set(question["relevant"]), list(keys[:AT])
    met = relevant & set(first)
    rank = next((place for place, key in enumerate(keys, 1) if key in relevant), 0)
    return Measured(
        question["typed"],
        question["trait"],
        question["language"],
        question["held_out"],
        len(met) / min(len(relevant), AT),
        rank,
        tuple(sorted(relevant - met)),
    )


def mean(rows: Iterable[Measured]) -> tuple[int, float, float]:
    """How many, mean recall at ten, mean reciprocal rank."""
    every = list(rows)
    count = max(len(every), 1)
    return len(every), sum(row.recall for row in every) / count, sum(row.reciprocal for row in every) / count


def table(rows: Sequence[Measured]) -> str:
    """The figures as Markdown: all, the held-out third, the rest, and by trait and language."""
    groups = [("all", list(rows)), ("held out", [r for r in rows if r.is_held_out])]
    groups.append(("tuned on", [r for r in rows if not r.is_held_out]))
    for name in ("trait", "language"):
        values = sorted({getattr(row, name) for row in rows})
        groups += [(value, [r for r in rows if getattr(r, name) == value]) for value in values]
    lines = ["| questions | n | recall@10 | MRR |", "|---|---|---|---|"]
    for label, group in groups:
        count, recall, reciprocal = mean(group)
        lines.append(f"| {label} | {count} | {recall:.2f} | {reciprocal:.2f} |")
    return "\n".join(lines)
