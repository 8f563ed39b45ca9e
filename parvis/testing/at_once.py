"""Several works let go at the same moment, each on a database connection of its own. Not here: what they do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from parvis.kernel.errors import Refused


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs each work in a thread and connection of its own, all let go together; what each gave, or its refusal."""
    results: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(20)
            results[n] = works[n]()
        except Refused as refusal:
            results[n] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
