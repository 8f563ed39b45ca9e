"""`bin/screenshots`: a picture of every page type of the demonstration, in both schemes and widths.

Follows the site's own links as four people and as a visitor, so that no list of pages needs upkeep.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from parvis.testing.browsers import FLAGS, find_chromium
from parvis.testing.crawl import find_pages, sign_in
from parvis.testing.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOURCE = Path(__file__).resolve().parents[2]
WIDTHS = (1280, 360)
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# A page that several may see is shown as the host sees it: that is the fullest.
WHO = ("visitor", "host", "member", "admin", "sponsor")
# What no link leads to: the first visit, and refusals. Each: who sees it, its name, its address.
UNLINKED = (
    ("visitor", "error-404-visitor", "/nothing-here/"),
    ("member", "error-404", "/nothing-here/"),
    ("member", "error-403", "/admin/"),
    ("member", "welcome", "/welcome/"),
    ("member", "welcome_communities", "/welcome/communities/"),
    ("member", "welcome_hello", "/welcome/hello/"),
    ("member", "search-results", "/search/?q=atelier"),
    ("member", "search-nothing", "/search/?q=zzqzz"),
)
# A form sent as it must not be, to see it come back filled: who, its name, its page, what is typed.
REFUSED: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("visitor", "error-422-login", "/accounts/login/", {"who": "jeanne", "password": "oubliee"}),
    ("member", "error-422-mail", "/settings/account/", {}),
    ("admin", "error-422-community", "/communities/new/", {}),
)
README_PICTURE = SOURCE / "docs" / "images" / "home.png"
README_HEIGHT = 900


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


@dataclass(frozen=True)
class Shot:
    """One picture to take: a page, or what comes back when its form is sent with `typed`."""

    kind: str
    path: str
    typed: dict[str, str] | None = None


def unlinked(who: str) -> list[Shot]:
    """What somebody is shown that no link leads to."""
    pages = [Shot(kind, path) for person, kind, path in UNLINKED if person == who]
    return pages + [Shot(kind, path, typed) for person, kind, path, typed in REFUSED if person == who]


def show(page: Page, base: str, shot: Shot) -> None:
    """Opens the page; sends its form, checked by the server alone, where something is typed."""
    page.goto(base + shot.path, wait_until="load")
    if shot.typed is None:
        return
    form = page.locator("main form[method=post]").first
    for name, value in shot.typed.items():
        form.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        form.evaluate("form => { form.noValidate = true; form.requestSubmit() }")


def photograph(browser: Browser, base: str, state: Any, shots: list[Shot], target: Path) -> None:
    """Every page in every scheme and width, as one person."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            folder = target / f"{scheme}-{width}"
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
            for number, shot in enumerate(shots, 1):
                say(f"  {folder.name} {number}/{len(shots)} {shot.kind}")
                show(page, base, shot)
                page.screenshot(path=folder / f"{shot.kind}.png", full_page=True)
            context.close()


def say(words: str) -> None:
    """Progress, for who waits."""
    print(words, file=sys.stderr, flush=True)


def take_all(told: dict[str, Any], target: Path, only: re.Pattern[str]) -> int:
    """Pictures of each page type, by the first person who reaches it; returns how many types."""
    from playwright.sync_api import sync_playwright

    base, taken = told["url"], set[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for who in WHO:
            context = browser.new_context(locale="fr-FR")
            if who in told["links"]:
                sign_in(context.new_page(), told["links"][who])
            say(f"{who}: looking for pages…")
            found = [Shot(p.kind, p.path) for p in find_pages(context.request, base) if p.kind not in taken]
            found += unlinked(who)
            taken |= {shot.kind for shot in found}
            wanted = [shot for shot in found if only.search(shot.kind)]
            say(f"{who}: {len(wanted)} types of page")
            state = context.storage_state()
            context.close()
            photograph(browser, base, state, wanted, target)
        browser.close()
    return len(taken)


def make_readme_picture(target: Path) -> None:
    """The upper part of the home page in 256 colours, small enough for a repository."""
    from PIL import Image

    with Image.open(target / "light-1280" / "home.png") as whole:
        top = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, README_HEIGHT)))
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    top.quantize(256, dither=Image.Dither.NONE).save(README_PICTURE, optimize=True)


@contextmanager
def running(file: str) -> Iterator[dict[str, Any]]:
    """What a demonstration that runs already said when it was ready."""
    yield json.loads(Path(file).read_text() if file != "-" else sys.stdin.readline())


def main() -> int:
    """0 when every picture is written."""
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=__doc__)
    parser.add_argument(
        "--out", metavar="DIR", default="screenshots", help="where to write (default: screenshots)"
    )
    parser.add_argument(
        "--data", metavar="DIR", help="a demonstration's folder to use again (default: a new one)"
    )
    parser.add_argument(
        "--running",
        metavar="FILE",
        help="the line that `bin/demo --json` printed (-: read it from the input)",
    )
    parser.add_argument(
        "--only", default="", metavar="PATTERN", help="only page types whose name matches this"
    )
    parser.add_argument("--readme", action="store_true", help="also make the picture of the README")
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
        running(args.running) if args.running else demo(args.data or folder) as told,
    ):
        count = take_all(told, Path(args.out), re.compile(args.only))
    if args.readme:
        make_readme_picture(Path(args.out))
    print(f"{count} page types in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
