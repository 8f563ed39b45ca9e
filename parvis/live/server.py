"""The ASGI server of the live process, as small and quiet as we want it. Not here: the command (live.__main__)."""

from __future__ import annotations

import asyncio
import sys
from socket import socket

import uvicorn

from parvis.live.application import Application

# A message is at most this long; a text pasted whole fits.
LARGEST_MESSAGE = 2**20
BEAT_S = 25.0  # middle boxes forget a silent line after a minute


class Server(uvicorn.Server):
    """Stops in one line, however many are connected: told why by us, they come back by themselves."""

    def __init__(self, application: Application, bind: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                application, host=bind, port=port, lifespan="on", log_config=None, access_log=False,
                server_header=False, date_header=False, ws_max_size=LARGEST_MESSAGE, ws_max_queue=8,
                ws_ping_interval=BEAT_S, ws_ping_timeout=BEAT_S, ws_per_message_deflate=False,
                timeout_graceful_shutdown=4, backlog=4096,
            )
        )  # fmt: skip
        self._live = application

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        count = await self._live.end()
        for _moment in range(20):
            if not len(self._live):
                break
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)
        sys.stderr.write(f"live: stopped; {count} connections were told to come back.\n")
