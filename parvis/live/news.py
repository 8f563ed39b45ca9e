"""The one connection on which PostgreSQL tells what changed (migration 0001 puts the triggers).

Not here: what is done about it (live.connections, and whoever watches in live.hub).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

CHANNEL = "parvis_live"
SLOWEST_RETRY_S = 10.0
logger = logging.getLogger("parvis.live")


async def listen(told: Callable[[str | None], None]) -> None:
    """Calls `told("person:42")` for each news, for ever; `told(None)` when some may have been missed.

    After a lost connection it tries again, ever more slowly.
    """
    wait = 0.5
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as listening:
                await listening.execute(f"LISTEN {CHANNEL}")
                wait = 0.5
                told(None)
                async for news in listening.notifies():
                    told(news.payload)
        except psycopg.Error as error:
            logger.warning(
                "the database is silent (%s); listening again in %.1f s", type(error).__name__, wait
            )
        await asyncio.sleep(wait)
        wait = min(SLOWEST_RETRY_S, wait * 2)


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    # Django's own adapters and cursors have nothing to do here.
    return {
        key: value
        for key, value in given.items()
        if key not in ("context", "cursor_factory", "prepare_threshold")
    } | {
        "application_name": "parvis live",
        "keepalives_idle": 15,
    }
