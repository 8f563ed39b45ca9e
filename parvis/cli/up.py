"""`parvis up`: a real site: database, pages, jobs; until Ctrl+C. `parvis demo` starts the same way."""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from parvis.cli.children import Children
from parvis.cli.site import CommandFailed, Site, add_data_option, find_site, hold_alone, open_site, run_inside
from parvis.cli.words import gettext as _
from parvis.serving import MEMORY, live_server, page_server

STARTING_S = 60.0


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("up", help=_("start a real site in ./parvis-data, or on DATABASE_URL"))
    add_data_option(parser)
    add_listening_options(parser)
    parser.set_defaults(run=run)


def add_listening_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen; else PARVIS_PORT and PARVIS_BIND, else 127.0.0.1:8000."""
    parser.add_argument("--port", type=int, default=int(os.environ.get("PARVIS_PORT") or 8000))
    parser.add_argument(
        "--bind", default=os.environ.get("PARVIS_BIND") or "127.0.0.1", help=_("address to listen on")
    )


def run(args: argparse.Namespace) -> int:
    """Starts, says where, and stays until it is told to stop."""
    refuse_second_start(args)
    check_port(args)
    with open_site(args.data, must_exist=False) as site, hold_alone(site, "up"), serve(site, args) as stay:
        say(_("Parvis is ready: %(url)s") % {"url": address(args)})
        path = run_inside(site, "parvis.cli.people_inside", "first-link").strip()
        if path:
            say(_("First administrator, this link works once: %(url)s") % {"url": address(args) + path})
        say(_("Stop with Ctrl+C. Everything is in %(folder)s.") % {"folder": site.data})
        stay()
    return 0


def refuse_second_start(args: argparse.Namespace) -> None:
    """Said before the port is looked at, which the first start holds. Raises CommandFailed."""
    with hold_alone(find_site(args.data), "up"):
        pass


def address(args: argparse.Namespace) -> str:
    """The site's public address: PARVIS_URL, or where it listens."""
    given = os.environ.get("PARVIS_URL")
    host = "127.0.0.1" if args.bind in ("0.0.0.0", "::") else args.bind  # noqa: S104
    return (given or f"http://{f'[{host}]' if ':' in host else host}:{args.port}").rstrip("/")


def say(sentence: str) -> None:
    """One line to the person at the terminal."""
    print(sentence, flush=True)


@contextmanager
def serve(site: Site, args: argparse.Namespace) -> Iterator[Callable[[], None]]:
    """Pages and jobs, answering when this returns; yields the function that stays until a signal comes.

    Everything it started has ended when the block is left, however it is left. Raises CommandFailed.
    """
    live_port = free_live_port(args)
    os.environ.update({"PARVIS_PORT": str(args.port), "PARVIS_BIND": args.bind, "PARVIS_URL": address(args)})
    os.environ.update({"PARVIS_LIVE_PORT": str(live_port), "PARVIS_LIVE_URL": live_address(args, live_port)})
    environment = MEMORY | os.environ | site.environment() | {"PARVIS_DB_ROLE": "app"}
    with stopping_on_signals():
        children = Children(environment, lambda sentence: print(sentence, file=sys.stderr, flush=True))
        note_address(site, address(args))
        try:
            children.add("pages", page_server(args.bind, args.port))
            children.add("live", live_server(args.bind, live_port))
            children.add("jobs", [sys.executable, "-m", "parvis.cli", "work", "--inside"])
            wait_until_it_answers(args, children)

            def stay() -> None:
                while True:
                    if site.server and site.server.ensure_running():
                        children.say("The database had ended; it runs again.")
                    children.look_after()
                    time.sleep(0.5)

            yield stay
        except Stopped:
            print(_("Stopping…"), file=sys.stderr, flush=True)
        finally:
            children.stop()


def live_address(args: argparse.Namespace, live_port: int) -> str:
    """Where browsers find the live process: PARVIS_LIVE_URL; behind TLS the site's own name, which nginx divides
    (docs/production/nginx.conf); else its port."""
    given, site = os.environ.get("PARVIS_LIVE_URL"), address(args)
    if given or site.startswith("https://"):
        return (given or site).rstrip("/")
    name = urlsplit(site).hostname or "127.0.0.1"
    return f"http://{f'[{name}]' if ':' in name else name}:{live_port}"


def free_live_port(args: argparse.Namespace) -> int:
    """PARVIS_LIVE_PORT; else the port after the pages', or any free one where somebody holds that."""
    given = int(os.environ.get("PARVIS_LIVE_PORT") or 0)
    if given:
        check_port(argparse.Namespace(bind=args.bind, port=given))
        return given
    try:
        check_port(argparse.Namespace(bind=args.bind, port=args.port + 1))
        return int(args.port) + 1
    except (CommandFailed, OverflowError):
        kind = socket.AF_INET6 if ":" in args.bind else socket.AF_INET
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.bind((args.bind, 0))
            return int(probe.getsockname()[1])


def check_port(args: argparse.Namespace) -> None:
    """Raises CommandFailed if somebody listens there: the page server itself would share the port in silence."""
    kind = socket.AF_INET6 if ":" in args.bind else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        # Without this, connections closed a moment ago would count as somebody.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((args.bind, args.port))
        except OSError as error:
            raise CommandFailed(
                _("Port %(port)s of %(address)s is not free (%(reason)s): choose another with --port.")
                % {"port": args.port, "address": args.bind, "reason": error.strerror}
            )


def wait_until_it_answers(args: argparse.Namespace, children: Children) -> None:
    """Returns once a page comes back. Raises CommandFailed if the server ended or says nothing."""
    host = "127.0.0.1" if args.bind == "0.0.0.0" else args.bind  # noqa: S104
    deadline = time.monotonic() + STARTING_S
    while time.monotonic() < deadline:
        pages = children.members[0].process
        if pages is None or pages.poll() is not None:
            raise CommandFailed(_("The page server did not start; the reason is above."))
        try:
            connection = http.client.HTTPConnection(host, args.port, timeout=10)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
    raise CommandFailed(_("The page server does not answer."))


def note_address(site: Site, url: str) -> None:
    """For the sentence that a second start prints."""
    (site.data / "up.lock").write_text(f"{url}, process {os.getpid()}\n")


class Stopped(BaseException):
    """A signal asked us to stop; like KeyboardInterrupt, no ordinary handler may swallow it."""


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise Stopped once; a second one must not break the stopping."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
