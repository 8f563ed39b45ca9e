"""`parvis demo`: a site with a demonstration company, and a one-time link for each of four people."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from parvis.cli.site import (
    DEMO_DATA,
    add_data_option,
    find_site,
    hold_alone,
    make_folder,
    open_site,
    run_inside,
)
from parvis.cli.up import add_listening_options, address, check_port, refuse_second_start, say, serve
from parvis.cli.words import gettext as _
from parvis.kernel.postgres.roles import allow_emptying


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("demo", help=_("start a demonstration company in ./parvis-demo"))
    add_data_option(parser, DEMO_DATA)
    add_listening_options(parser)
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON when ready"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Makes the company at the first start, serves it, prints the links, stays until it is told to stop."""
    os.environ["PARVIS_DEMO"] = "1"
    # A demonstration is looked at by a few: one process of pages leaves a laptop a fifth of the memory.
    os.environ.setdefault("PARVIS_WORKERS", "1")
    # The demo is never laid into a database of yours, whatever the shell says.
    for name in ("DATABASE_URL", "PARVIS_DATABASE_URL_APP", "PARVIS_DATABASE_URL_OWNER"):
        os.environ.pop(name, None)
    refuse_second_start(args)
    check_port(args)
    begin_again_after_a_kill(args)
    with open_site(args.data, must_exist=False, only_embedded=True) as site, hold_alone(site, "up"):
        if unfinished(site.data).exists():
            run_inside(site, "parvis.cli.people_inside", "seed-demo")
            unfinished(site.data).unlink()
        allow_emptying(site.url("owner"))
        with serve(site, args) as stay:
            paths = json.loads(run_inside(site, "parvis.cli.people_inside", "demo-links"))
            links = {role: address(args) + path for role, path in paths.items()}
            if args.json:
                print(json.dumps({"url": address(args), "links": links}), flush=True)
            else:
                tell(address(args), links, str(site.data))
            stay()
    return 0


def unfinished(folder: Path) -> Path:
    """A file that is there from the first start until the company is complete."""
    return folder / "demo-unfinished"


def begin_again_after_a_kill(args: argparse.Namespace) -> None:
    """A company half made by a killed first start is thrown away; a complete one is never touched."""
    site = find_site(args.data, only_embedded=True)
    assert site.server is not None
    if unfinished(site.data).exists():
        with site.server:
            site.server.drop_database("parvis")
    elif not (site.data / "postgres").exists():
        make_folder(site.data)
        unfinished(site.data).touch()


def tell(url: str, links: dict[str, str], folder: str) -> None:
    """At most twelve lines."""
    labels = {
        "admin": _("Administrator"),
        "host": _("Host of a community"),
        "member": _("Hesitant employee"),
        "sponsor": _("HR director"),
    }
    say(_("Parvis is ready: %(url)s") % {"url": url})
    say(_("Each link signs in once; a new start gives new ones:"))
    for role, link in links.items():
        say("  " + _("%(role)s: %(link)s") % {"role": labels.get(role, role), "link": link})
    say(
        _("Stop with Ctrl+C; the next start takes seconds and keeps everything, in %(folder)s.")
        % {"folder": folder}
    )
    say(_("Start afresh: remove that folder. For real: bin/parvis up."))
