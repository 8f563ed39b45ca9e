"""A connection that says back what it hears: what the tests of the live process stand on."""

from __future__ import annotations

from parvis.toolkit.sockets import Socket, SocketRoute

ROUTE = SocketRoute("echo", "contribution.reply", "parvis.live.tests.echo:serve")


async def serve(socket: Socket) -> None:
    """Says everything back, after what it is about."""
    await socket.send(socket.contribution.title.encode())
    while True:
        await socket.send(await socket.receive())
