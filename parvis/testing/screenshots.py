"""`bin/screenshots`: a picture of every page type of the demonstration, in both schemes and widths.

Follows the site's own links as four people and as a visitor, so that no list of pages needs upkeep.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from parvis.testing.browsers import FLAGS, find_chromium
from parvis.testing.crawl import Found, find_pages, sign_in
from parvis.testing.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SOURCE = Path(__file__).resolve().parents[2]
WIDTHS = {"wide": 1280, "phone": 390}
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


@contextmanager
def demo(folder: str) -> Iterator[dict[str, Any]]:
    """A running demonstration: its address and its links."""
    words = ["demo", "--json", "--data", folder, "--port", str(free_port())]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARVIS_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "parvis.cli", *words],
        env=kept | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def photograph(browser: Browser, base: str, state: Any, pages: list[Found], who: str, target: Path) -> None:
    """Every page in every scheme and width, as one person."""
    for scheme in SCHEMES:
        for name, width in WIDTHS.items():
            folder = target / f"{scheme}-{name}"
            folder.mkdir(parents=True, exist_ok=True)
            context = browser.new_context(
                storage_state=state,
                color_scheme=scheme,
                viewport={"width": width, "height": 900},
                locale="fr-FR",
                timezone_id="Europe/Paris",
                reduced_motion="reduce",
            )
            page = context.new_page()
            for found in pages:
                page.goto(base + found.path, wait_until="load")
                page.screenshot(path=folder / f"{found.kind}.{who}.png", full_page=True)
            context.close()


def take_all(told: dict[str, Any], target: Path, only: str) -> int:
    """Pictures of each page type, by the first person who reaches it; returns how many types."""
    from playwright.sync_api import sync_playwright

    base, taken = told["url"], set[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for who, link in [("visitor", ""), *told["links"].items()]:
            context = browser.new_context(locale="fr-FR")
            page = context.new_page()
            if link:
                sign_in(page, link)
            found = [p for p in find_pages(context.request, base) if p.kind not in taken and only in p.kind]
            taken |= {page_type.kind for page_type in found}
            state = context.storage_state()
            context.close()
            photograph(browser, base, state, found, who, target)
            print(
                f"{who}: {len(found)} types: {' '.join(p.kind for p in found)}", file=sys.stderr, flush=True
            )
        browser.close()
    return len(taken)


def main() -> int:
    """0 when every picture is written."""
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=__doc__)
    parser.add_argument(
        "--out", metavar="DIR", default="screenshots", help="where to write (default: screenshots)"
    )
    parser.add_argument(
        "--data", metavar="DIR", help="a demonstration's folder to use again (default: a new one)"
    )
    parser.add_argument("--only", default="", metavar="WORD", help="only page types whose name holds this")
    args = parser.parse_args()
    if find_chromium() is None:
        print(
            "No Chromium on this machine: install the package chromium, or set PARVIS_CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
    os.environ.setdefault("PARVIS_SECRET_KEY", "only-to-know-the-routes")
    import django

    django.setup()
    with (
        tempfile.TemporaryDirectory(prefix="parvis-screens-", ignore_cleanup_errors=True) as folder,
        demo(args.data or folder) as told,
    ):
        count = take_all(told, Path(args.out), args.only)
    print(f"{count} page types in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
