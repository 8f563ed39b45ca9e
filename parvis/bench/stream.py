"""The home stream's query alone, for fifty readers: the floor under the page. Run by bench.measure."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any


def main() -> None:
    """Prints {"ms", "buffers"}: medians over fifty readers, second call of each (prepared, warm)."""
    import django

    django.setup()
    from django.db import transaction

    from parvis.accounts.models import Session
    from parvis.contributions import stream
    from parvis.people.models import Person

    ids = list(Session.objects.exclude(person=None).values_list("person_id", flat=True)[:50])
    times, buffers = [], []
    with transaction.atomic():
        for person in Person.objects.filter(id__in=ids):
            stream.home(person)
            start = time.perf_counter()
            stream.home(person)
            times.append(1000 * (time.perf_counter() - start))
            buffers.append(_buffers(person))
    found = {"ms": round(statistics.median(times), 2), "buffers": statistics.median(buffers)}
    sys.stdout.write(json.dumps(found) + "\n")


def _buffers(person: Any) -> int:
    from parvis.contributions import stream
    from parvis.kernel.db import read

    sql = stream.HOME.format(
        order="last_activity_at", columns=stream.COLUMNS, joined=stream.JOINED, filters="", before=""
    )
    rows = read("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, stream._common(person, None))
    plan = rows[0][0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


if __name__ == "__main__":
    main()
