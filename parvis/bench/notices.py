"""What the bell costs: the count of every page, the list, and telling a community of 10 and one of 10,000.

Everything is done in a transaction that is taken back. Not here: the pages under load (bench.measure).
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

PEOPLE, EACH, CROWD = 50, 400, 10_000

# Notices of all sorts of things, the newest third of them unseen; some can't be read by their person.
FILL = """
INSERT INTO attention_notice (id, person_id, reason, category, activity_id, actor_id, thing_kind, thing_id,
  contribution_id, space_id, audience, created_at, is_opened, seen_at)
SELECT c.id + p.n, p.id, 'mention', 'mention', c.id, c.author_id, c.kind, c.id, c.id, c.space_id, c.audience, now(),
  false, CASE WHEN c.rank % 3 = 0 THEN NULL ELSE now() END
FROM (SELECT id, row_number() OVER () AS n FROM unnest(%(people)s::bigint[]) AS id) p,
  LATERAL (SELECT c.*, row_number() OVER () AS rank FROM contributions_contribution c
    WHERE c.state = 'published' AND c.id > %(from)s + p.n * 1000 ORDER BY c.id LIMIT %(each)s) c
ON CONFLICT DO NOTHING
"""


def run(folder: Path | None, size: int, *, as_json: bool = False) -> dict[str, Any]:
    """Measures on the kept data of that size (built when there are none); prints the rows, and returns them."""
    from parvis.bench.measure import _data, _prepare
    from parvis.kernel.postgres import Server

    place = (folder or Path(tempfile.gettempdir()) / "parvis-bench") / str(size)
    place.mkdir(parents=True, exist_ok=True)
    with Server(place) as server:
        environment = _prepare(server, place)
        _data(server, place, size, environment)
        report = measured(environment)
    sys.stdout.write((json.dumps(report) if as_json else _table(report)) + "\n")
    return report


def measured(environment: dict[str, str]) -> dict[str, Any]:
    """The rows, by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "parvis.bench.notices"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    """Prints {"count", "list": {"p50", "p95"}, "deliver": {"10", "10000": {…}}}, in milliseconds."""
    import django

    django.setup()
    from django.db import transaction

    from parvis.kernel.db import declare_actor

    with transaction.atomic():
        declare_actor(None)
        found = {**_reads(), "deliver": {str(count): _telling(count) for count in (10, CROWD)}}
        transaction.set_rollback(True)
    sys.stdout.write(json.dumps(found) + "\n")


def _reads() -> dict[str, Any]:
    from parvis.accounts.models import Session
    from parvis.attention.reading import count_unseen, notices_of, unseen_by_class
    from parvis.kernel.db import read
    from parvis.people.models import Person

    keys = list(Session.objects.exclude(person=None).values_list("person_id", flat=True)[:PEOPLE])
    first = read("SELECT min(id) AS low, max(id) AS high FROM contributions_contribution")[0]
    read(FILL, {"people": keys, "each": EACH, "from": (first.low + first.high) // 2})
    read("ANALYZE attention_notice")
    people = list(Person.objects.filter(id__in=keys))
    return {
        "count": _spread(lambda one: count_unseen(one.id), people),
        "by_class": _spread(unseen_by_class, people),
        "list": _spread(notices_of, people),
    }


def _spread(do: Callable[[Any], Any], people: list[Any]) -> dict[str, float]:
    """Median and 95th percentile of the second call for each person."""
    times = []
    for person in people:
        do(person)
        start = time.perf_counter()
        do(person)
        times.append(1000 * (time.perf_counter() - start))
    cut = statistics.quantiles(times, n=20)
    return {"p50": round(statistics.median(times), 2), "p95": round(cut[-1], 2)}


def _telling(count: int) -> dict[str, Any]:
    """A community that `count` people follow closely: how long its author waits, and how long all are told."""
    from parvis.attention.delivering import deliver
    from parvis.attention.models import Notice
    from parvis.journal.models import Activity
    from parvis.kernel.db import count_statements
    from parvis.membership.actions import create_community
    from parvis.people.models import Person
    from parvis.spaces.models import Level, Membership, Subscription
    from parvis.toolkit import registry

    author, *others = Person.objects.active().order_by("id")[: count + 1]
    space = create_community(
        name=f"Fil {count}",
        purpose="Mesurer.",
        theme="professional",
        access="on_request",
        by=author,
        tools=(),
        is_silent=True,
    )
    Membership.objects.bulk_create((Membership(space=space, person=one) for one in others), batch_size=2000)
    Subscription.objects.bulk_create(
        (Subscription(space=space, person=one, level=Level.FOLLOWING) for one in others), batch_size=2000
    )
    kind = registry.kind_for(space, "note")
    assert kind is not None
    acknowledged = []
    for number in range(9):
        start = time.perf_counter()
        row = kind.publish(space, body=f"Une nouvelle, la {number}", by=author)
        acknowledged.append(1000 * (time.perf_counter() - start))
    fact = Activity.objects.get(thing_id=row.id, verb=f"{row.kind}.published")
    start = time.perf_counter()
    with count_statements() as statements:
        deliver(fact.id)
    told = 1000 * (time.perf_counter() - start)
    return {
        "people": len(others),
        "acknowledged_ms": round(statistics.median(acknowledged), 1),
        "told_ms": round(told, 1),
        "notices": Notice.objects.filter(activity_id=fact.id).count(),
        "statements": len(statements),
    }


def _table(report: dict[str, Any]) -> str:
    lines = [
        f"{name:10} p50 {report[name]['p50']:8.2f} ms   p95 {report[name]['p95']:8.2f} ms"
        for name in ("count", "by_class", "list")
    ]
    lines += [
        f"{row['people']:6} followers: acknowledged in {row['acknowledged_ms']} ms; {row['notices']} notices in "
        f"{row['told_ms']} ms, {row['statements']} statements"
        for row in report["deliver"].values()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
