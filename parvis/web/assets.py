"""Joins our stylesheets and scripts into one file each, named by their content; no other build exists.

Run `python -m parvis.web.assets` (bin/_env does, and so does anything that collects static files). While
developing, a changed source is joined anew at the next page. Not here: fetching third-party files, which
is bin/vendor's work.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sys
from functools import cache
from pathlib import Path

from parvis.web.icons import SET, mask_rules, other_mask_rules

STATIC = Path(__file__).parent / "static"
BUILD = STATIC / "build"
MANIFEST = BUILD / "manifest.json"
# rooms.css goes with every page but the first ones, home and sign-in; design.css with the style guide only
STYLES = {
    "parvis.css": "ORDER",
    "rooms.css": "ORDER-rooms",
    "design.css": "ORDER-design",
    "finder.css": "ORDER-finder",  # fetched with the menu of the search box, at its first use
}
# the others are fetched by the first: where there is something to write in, where documents are brought, once a page
# has come (what it asks again by itself)
SCRIPTS = {
    "parvis.js": "ORDER",
    "writing.js": "ORDER-writing",
    "files.js": "ORDER-files",
    "together.js": "ORDER-together",
    "finder.js": "ORDER-finder",
    "live.js": "ORDER-live",
}
FONTS = ("inter-latin.woff2", "inter-latin-ext.woff2")

_known: dict[str, str] = {}
_stamp = 0.0


def asset(name: str) -> str:
    """The address, under STATIC_URL, of a built file: "parvis.css", "parvis.js", "inter-latin.woff2"."""
    from django.conf import settings

    _refresh(follow_changes=settings.DEBUG)
    return address(f"build/{_known[name]}")


@cache
def address(path: str) -> str:
    """The address of a file under `static`, asked of Django once: pages name the same ten again and again."""
    from django.templatetags.static import static

    return static(path)


def _refresh(*, follow_changes: bool) -> None:
    global _stamp
    newest = max(path.stat().st_mtime for path in sources()) if follow_changes or not _known else _stamp
    if _known and newest <= _stamp:
        return
    if follow_changes or not MANIFEST.exists():
        build()
    _known.update(json.loads(MANIFEST.read_text()))
    _stamp = newest


def ordered(kind: str, order: str = "ORDER") -> list[Path]:
    """Sources of one kind ("css" or "js") in the order of its ORDER file; raises when one is missing."""
    lines = (STATIC / kind / order).read_text().splitlines()
    names = [line.split("#")[0].strip() for line in lines]
    return [STATIC / (name if "/" in name else f"{kind}/{name}") for name in names if name]


def sources() -> list[Path]:
    """Every file whose change asks for a new build."""
    orders = [STATIC / "css" / order for order in STYLES.values()]
    orders += [STATIC / "js" / order for order in SCRIPTS.values()]
    scripts = [path for order in SCRIPTS.values() for path in ordered("js", order)]
    sheets = [path for order in STYLES.values() for path in ordered("css", order)]
    return [SET, *orders, *sheets, *scripts, *(STATIC / "fonts" / name for name in FONTS)]


def shrink_css(text: str) -> str:
    """The stylesheet without comments and without blanks that mean nothing; strings stay as they are."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    parts = re.split(r"(\"[^\"]*\"|'[^']*')", text)
    for index in range(0, len(parts), 2):
        part = re.sub(r"\s+", " ", parts[index])
        part = re.sub(r"\s*([{};,])\s*", r"\1", part)
        parts[index] = re.sub(r": ", ":", part).replace(";}", "}")
    return "".join(parts).strip()


def join_css(order: str = "ORDER") -> str:
    """The stylesheets of a list as one, shrunk, its fonts named as the build names them."""
    text = shrink_css("\n".join(path.read_text() for path in ordered("css", order)))
    if order == "ORDER":
        text += mask_rules()
    for name in FONTS:
        text = text.replace(f"../fonts/{name}", _hashed(name, (STATIC / "fonts" / name).read_bytes()))
    return text


def shrink_js(text: str) -> str:
    """A script of ours without comments that fill their lines and without indentation.

    Nothing is parsed: no script of ours has a string or template that runs over several lines.
    """
    text = re.sub(r"^[ \t]*/\*.*?\*/[ \t]*\n", "", text, flags=re.S | re.M)
    text = re.sub(r"^[ \t]*//.*\n", "", text, flags=re.M)
    return re.sub(r"^[ \t]+", "", text, flags=re.M).strip()


def join_js(order: str = "ORDER") -> str:
    """All scripts as one; each of ours in a function of its own, so that their names don't meet."""
    parts = []
    for path in ordered("js", order):
        text = path.read_text()
        is_vendored = path.parent.name == "vendor"
        parts.append(f"{text};" if is_vendored else f'(()=>{{"use strict";\n{shrink_js(text)}\n}})();')
    return "\n".join(parts)


def build() -> dict[str, str]:
    """Write every built file and the manifest; return the manifest (plain name to hashed name)."""
    BUILD.mkdir(exist_ok=True)
    contents = {name: join_css(order).encode() for name, order in STYLES.items()}
    contents["icons.css"] = other_mask_rules().encode()
    contents |= {name: join_js(order).encode() for name, order in SCRIPTS.items()}
    contents |= {name: (STATIC / "fonts" / name).read_bytes() for name in FONTS}
    manifest = {name: _hashed(name, content) for name, content in contents.items()}
    for name, content in contents.items():
        _write(BUILD / manifest[name], content)
        if not name.endswith(".woff2"):
            _write(BUILD / f"{manifest[name]}.gz", gzip.compress(content, 9, mtime=0))
    _write(MANIFEST, json.dumps(manifest, indent=1).encode())
    _remove_old(manifest)
    return manifest


def _hashed(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"


def _write(path: Path, content: bytes) -> None:
    # Through a name of this process: two page processes may build at the same moment.
    if path.exists() and path.name != MANIFEST.name:
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def _remove_old(manifest: dict[str, str]) -> None:
    kept = {*manifest.values(), MANIFEST.name}
    old = [path for path in BUILD.iterdir() if path.name.removesuffix(".gz") not in kept]
    # The five latest stay: a page drawn a moment ago may still ask for them.
    for path in sorted(old, key=lambda path: path.stat().st_mtime)[:-10]:
        path.unlink(missing_ok=True)


def main() -> None:
    """Build, and print each file with its weight in bytes, plain and compressed."""
    for name, hashed in build().items():
        path = BUILD / hashed
        packed = BUILD / f"{hashed}.gz"
        small = f", {packed.stat().st_size} compressed" if packed.exists() else ""
        sys.stdout.write(f"{name}: {path.stat().st_size} bytes{small}\n")


if __name__ == "__main__":
    main()
