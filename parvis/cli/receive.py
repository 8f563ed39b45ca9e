"""`parvis receive`: takes letters for the network, from a mail server's pipe, over LMTP or over SMTP on this machine.

Not here: what becomes of a letter (toolkit.mailroom). The server that brings a letter is told what became of it, and
bounces what must be bounced; only people whose answer couldn't be published are written to (mailing.returned).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import threading
from typing import Any

from parvis.cli.site import CommandFailed, add_data_option, open_site, set_up_django
from parvis.cli.words import gettext as _

LATER = 75  # EX_TEMPFAIL: the mail server keeps the letter and comes again


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("receive", help=_("take letters, from a mail server's pipe or over LMTP"))
    add_data_option(parser)
    parser.add_argument(
        "recipients", nargs="*", metavar="ADDRESS", help=_("for whom the letter on the standard input is")
    )
    parser.add_argument(
        "--lmtp", metavar="HOST:PORT", default="", help=_("listen for a mail server, on this machine only")
    )
    parser.add_argument(
        "--smtp", metavar="HOST:PORT", default="", help=_("the same, for mail servers that don't speak LMTP")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Listens until told to stop, or takes the letter on the standard input for each address."""
    if [bool(way) for way in (args.lmtp, args.smtp, args.recipients)].count(True) != 1:
        raise CommandFailed(_("Say for whom the letter is, or where to listen with --lmtp."))
    place = parse_place(args.lmtp or args.smtp) if args.lmtp or args.smtp else None
    try:
        with open_site(args.data):
            set_up_django()
            if place:
                asyncio.run(listen(*place, is_smtp=bool(args.smtp)))
                return 0
            return take(sys.stdin.buffer.read(_most() + 1), args.recipients)
    except CommandFailed:
        if place:
            raise
        return LATER  # the site can't be reached now: the letter must not be lost


def _most() -> int:
    from parvis.toolkit.mailroom import MOST_BYTES

    return MOST_BYTES


def take(letter: bytes, recipients: list[str]) -> int:
    """Delivers to each; the number with which a pipe ends (sysexits.h), with a sentence for the bounce on stderr."""
    end = 0
    for recipient in recipients:
        answer, code = answer_of(recipient, letter)
        if code:
            print(answer[4:], file=sys.stderr)
            end = max(end, code)
    return end


def answer_of(recipient: str, letter: bytes | None) -> tuple[str, int]:
    """What a mail server is told of one letter for one address (None: would it be taken), and a pipe's number."""
    from django.db import Error

    from parvis.toolkit import mailroom

    try:
        mailroom.deliver(recipient, letter)
        return mailroom.TAKEN, 0
    except mailroom.Undelivered as refusal:
        return mailroom.ANSWERS[refusal.word]
    except (Error, OSError):
        return "451 4.3.0 Not just now", LATER


def parse_place(text: str) -> tuple[str, int]:
    """Where to listen: on this machine alone, for nobody signs in. Raises CommandFailed."""
    host, _colon, port = text.rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]", "::1") or not port.isdigit() or int(port) > 65535:
        raise CommandFailed(
            _("Listen on this machine only, such as 127.0.0.1:2424: letters come without a password.")
        )
    return host.strip("[]"), int(port)


class Desk:
    """What the listener does at each step. LMTP answers a letter for each of its addresses; SMTP gives one answer, so
    that there each letter has one address, and the server comes again with the others."""

    def __init__(self, most: int = 20) -> None:
        self.most = most

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self.most:
            return "452 4.5.3 Too many addresses at once"
        answer, code = await asyncio.to_thread(_answer_alone, address, None)
        if code:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = bytes(envelope.content or b"")
        answers = [await asyncio.to_thread(_answer_alone, one, letter) for one in envelope.rcpt_tos]
        return "\r\n".join(answer for answer, _code in answers)


_one_at_a_time = threading.Lock()


def _answer_alone(recipient: str, letter: bytes | None) -> tuple[str, int]:
    """In a thread with a connection of its own, which doesn't stay open."""
    from django.db import connection

    with _one_at_a_time:
        try:
            return answer_of(recipient, letter)
        finally:
            connection.close()


async def listen(host: str, port: int, *, ready: Any = None, is_smtp: bool = False) -> None:
    """Serves LMTP (or SMTP) until SIGTERM or Ctrl+C."""
    from aiosmtpd.lmtp import LMTP
    from aiosmtpd.smtp import SMTP

    from parvis.toolkit.mailroom import MOST_BYTES

    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    if threading.current_thread() is threading.main_thread():
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)

    def one() -> Any:
        kind, desk = (SMTP, Desk(most=1)) if is_smtp else (LMTP, Desk())
        return kind(desk, data_size_limit=MOST_BYTES, ident="Parvis", hostname="localhost", enable_SMTPUTF8=True, loop=loop, timeout=60)  # fmt: skip

    server = await loop.create_server(one, host, port)
    print(
        _("Letters are taken on %(place)s.") % {"place": f"{host}:{server.sockets[0].getsockname()[1]}"},
        flush=True,
    )
    if ready is not None:
        ready(server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(stop.set))
    async with server:
        await stop.wait()
