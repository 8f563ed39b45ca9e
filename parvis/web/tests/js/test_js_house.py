"""What is held without a browser: words, weights, checksums, and that no script breaks the house's rules."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from parvis.web import js_strings
from parvis.web.assets import SCRIPTS, STATIC, ordered, shrink_js

ROOT = Path(__file__).resolve().parents[4]
OURS = sorted((STATIC / "js").glob("*.js"))
EDITOR = STATIC / "vendor" / "editor"
WORDS = {
    **js_strings.BODY,
    **js_strings.COMPOSER,
    **js_strings.EDITOR,
    **js_strings.FILES,
    **js_strings.TOGETHER,
    **js_strings.KEPT,
}
KEY = re.compile(r"\b(?:t|words|count)\('([a-z0-9_]+)'")


def keys_in(text: str) -> set[str]:
    found = set(KEY.findall(text))
    # Chosen between two, or named in a table of tools.
    found |= set(re.findall(r"'(ed_[a-z0-9_]+)'", text))
    return found | {part for pair in re.findall(r"\bt\([^'()]*\? '(\w+)' : '(\w+)'", text) for part in pair}


def test_every_key_a_script_asks_for_has_words() -> None:
    sources = [*OURS, *(ROOT / "tools-js" / "editor" / "src").glob("*.js")]
    for path in sources:
        for key in keys_in(path.read_text()):
            assert key in WORDS or f"{key}_other" in WORDS, f"{path.name}: {key}"


def test_no_words_are_left_that_no_script_shows() -> None:
    text = "".join(path.read_text() for path in [*OURS, *(ROOT / "tools-js" / "editor" / "src").glob("*.js")])
    unused = {key for key in WORDS if f"'{re.sub('_(one|other)$', '', key)}'" not in text}
    assert unused == set()


def test_every_script_is_joined_once() -> None:
    joined = [
        path.name for order in SCRIPTS.values() for path in ordered("js", order) if path.parent.name == "js"
    ]
    # The worker is served alone, with what it keeps before it (web.installed).
    assert sorted([*joined, "worker.js"]) == [path.name for path in OURS]


def weight(order: str) -> int:
    own = "".join(shrink_js(path.read_text()) for path in ordered("js", order) if path.parent.name == "js")
    return len(gzip.compress(own.encode(), 9))


def test_the_scripts_of_a_page_stay_light() -> None:
    assert weight("ORDER") <= 12 * 1024
    assert weight("ORDER-writing") <= 14 * 1024
    assert weight("ORDER-files") <= 4 * 1024
    assert weight("ORDER-together") <= 3 * 1024
    assert weight("ORDER-finder") <= 2 * 1024
    assert len(gzip.compress((EDITOR / "editor.js").read_bytes(), 9)) <= 170 * 1024
    assert len(gzip.compress((EDITOR / "together.js").read_bytes(), 9)) <= 50 * 1024


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_script_keeps_to_the_content_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function\(|^\s*(import|export)\b|setAttribute\('style'", text, re.M)


def test_the_editor_is_the_one_its_notes_describe() -> None:
    notes = (EDITOR / "VENDOR.md").read_text()
    for name in ("editor.js", "together.js"):
        assert hashlib.sha256((EDITOR / name).read_bytes()).hexdigest() in notes
    locked = json.loads((ROOT / "tools-js" / "editor" / "package-lock.json").read_text())["packages"]
    versions = {
        path.rpartition("node_modules/")[2]: about["version"] for path, about in locked.items() if path
    }
    inside = re.findall(r"^\| (\S+) (\S+) \| (\S+) \|$", notes, re.M)
    assert inside
    texts = (EDITOR / "LICENSES.txt").read_text()
    for name, version, licence in inside:
        assert versions[name] == version
        assert licence in {"MIT", "BSD-2-Clause", "ISC"}
        assert f"{name} {version}" in texts


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((ROOT / "tools-js" / "editor" / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in about for about in packages.values())
