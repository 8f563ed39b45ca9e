"""What the search costs the database: common and rare words, two words, beginnings, facets with each, for three readers.

Facets and counts are a part of the one statement. Not here: the pages under load (bench.measure).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 20
COMMUNITIES = 30
# The bench's texts hold thirty words; the author of one text makes a rare answer.
QUESTIONS = {
    "common word": "atelier",
    "two common words": "atelier lampe",
    "phrase": '"atelier lampe"',
    "beginning": "lam",
    "unknown word": "zzzzzzz ",
    "before a day": "lampe before:2026-02",
}


def run(folder: Path | None, size: int, *, as_json: bool = False) -> dict[str, Any]:
    """Measures on the kept data of that size (built when there are none); prints the rows, and returns them."""
    from parvis.bench.measure import _data, _prepare
    from parvis.kernel.postgres import Server

    place = (folder or Path(tempfile.gettempdir()) / "parvis-bench") / str(size)
    place.mkdir(parents=True, exist_ok=True)
    with Server(place) as server:
        environment = _prepare(server, place)
        _data(server, place, size, environment)
        done = subprocess.run(
            [sys.executable, "-m", "parvis.bench.searching"],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write((json.dumps(report) if as_json else _table(report)) + "\n")
    return report


def main() -> None:
    """Prints {row: {"p50", "p95"}} in milliseconds, in a transaction that is taken back."""
    import django

    django.setup()
    from django.db import transaction

    from parvis.kernel.db import declare_actor

    with transaction.atomic():
        declare_actor(None)
        found = _measured()
        transaction.set_rollback(True)
    sys.stdout.write(json.dumps(found) + "\n")


def _measured() -> dict[str, Any]:
    from parvis.kernel.db import read
    from parvis.people.models import Person
    from parvis.search import finding, naming
    from parvis.search.asking import parse
    from parvis.spaces.models import Membership, Space

    if not read("SELECT 1 FROM contributions_entry LIMIT 1"):
        raise RuntimeError("The data have no index yet: bin/parvis doctor builds it.")
    person = Person.objects.filter(state="active").order_by("-id")[50]
    missing = COMMUNITIES - person.memberships.count()
    for space in (
        Space.objects.communities().exclude(memberships__person=person).order_by("id")[: max(missing, 0)]
    ):
        Membership.objects.create(space=space, person=person)
    author = read("SELECT author_id FROM contributions_entry ORDER BY id DESC LIMIT 1 OFFSET 1000")[
        0
    ].author_id
    rows = {}
    for name, text in QUESTIONS.items():
        question = parse(text)
        asked, within = finding.ask(question), finding.Within(before=question.before)
        rows[name] = _spread(_finding(asked, within, person))
    rare = finding.Within(authors=(author,))
    rows["common word, one author"] = _spread(_finding(finding.ask(parse("lampe")), rare, person))
    rows["suggest: titles"] = _spread(
        lambda: finding.titles(finding.ask(parse("lam")), finding.Within(), person, limit=4)
    )
    rows["suggest: names"] = _spread(lambda: naming.named(["personne", "0012"], person))
    return rows


def _finding(asked: Any, within: Any, person: Any) -> Callable[[], Any]:
    from parvis.search import finding

    return lambda: finding.find(asked, within, person, least=len(asked.terms), page=1, limit=20)


def _spread(do: Callable[[], Any]) -> dict[str, float]:
    do()
    times = []
    for _run in range(RUNS):
        start = time.perf_counter()
        do()
        times.append(1000 * (time.perf_counter() - start))
    return {"p50": round(statistics.median(times), 1), "p95": round(statistics.quantiles(times, n=20)[-1], 1)}


def _table(report: dict[str, Any]) -> str:
    return "\n".join(
        f"{name:24} p50 {row['p50']:8.1f} ms   p95 {row['p95']:8.1f} ms" for name, row in report.items()
    )


if __name__ == "__main__":
    main()
