"""The floors hold: imports run downwards only, and no tool is named outside its own folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "parvis"
# Where a tool's slug is rightly said: the list of shipped tools, and floors above the tools (demo, bench, conversion of
# a source, tests). Words that are also common words of the house (a "note" of a person) are looked for as slugs only.
ABOVE = ("tools", "demo", "bench", "testing", "cli", "transfer")


def sources() -> list[Path]:
    found = [path for ending in ("*.py", "*.html") for path in HOUSE.rglob(ending)]
    return sorted(path for path in found if "tests" not in path.parts and "migrations" not in path.parts)


def test_imports_run_downwards_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("slug", settings.SHIPPED_TOOLS)
def test_no_tool_is_imported_outside_its_folder(slug: str) -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.relative_to(HOUSE).parts[0] not in ABOVE and f"parvis.tools.{slug}" in path.read_text()
    ]
    assert guilty == []


def test_no_code_asks_which_tool_it_has_before_it() -> None:
    slugs = "|".join(settings.SHIPPED_TOOLS)
    asks = re.compile(rf"""(?:slug|tool|\.tool)\s*(?:==|!=|in)\s*\(?\s*["'](?:{slugs})["']""")
    guilty = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        if path.relative_to(HOUSE).parts[0] not in ABOVE
        for line in path.read_text().splitlines()
        if asks.search(line)
    ]
    assert guilty == []


def test_no_kind_is_named_below_the_tools() -> None:
    """`if kind == "topic"` outside a tool would tie the house to it."""
    asks = re.compile(r"""kind\s*(?:==|!=)\s*["'](?:topic|idea|post|note|share)["']""")
    guilty = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        if path.relative_to(HOUSE).parts[0] not in ABOVE
        for line in path.read_text().splitlines()
        if asks.search(line)
    ]
    assert guilty == []
