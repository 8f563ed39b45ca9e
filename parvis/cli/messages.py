"""Translations: extracts the words of each room into its own catalogue, compiles, and checks that none is missing.

Run as `bin/messages [--check | --compile] [ROOM…]`. A room is an application, or a folder with `locale/`; each
file's words go to the nearest one above it. English is the source, so only French has catalogues.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[1]
LANGUAGES = ("fr",)
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
JINJA = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "extensions": "jinja2.ext.i18n,jinja2.ext.do",
}
SKIPPED = ("tests", "testing", "migrations", "__pycache__", "static")
# Names of languages: Django brings their translations.
SKIPPED_FILES = ("settings.py",)
WIDTH = 110


def rooms() -> list[Path]:
    """Every Django application under parvis/, and whatever else keeps a catalogue."""
    marks = [*SOURCE.rglob("apps.py"), *(f for f in SOURCE.rglob("locale") if f.is_dir())]
    return sorted({mark.parent for mark in marks})


def room_of(file: Path, homes: set[Path]) -> Path | None:
    """The nearest folder above a file that keeps a catalogue; what stands above all rooms (config) goes to the shell."""
    if file.parent == SOURCE and SOURCE / "web" in homes:
        return SOURCE / "web"
    return next((folder for folder in file.parents if folder in homes), None)


def source_files() -> Iterator[tuple[Path, str]]:
    """Every file that may hold words, with the method to read it."""
    for file in sorted(SOURCE.rglob("*")):
        parts = file.relative_to(SOURCE).parts
        if any(part in SKIPPED for part in parts) or parts[-1] in SKIPPED_FILES:
            continue
        if file.suffix == ".py":
            yield file, "python"
        elif "templates" in parts and file.suffix in (".html", ".txt", ".xml"):
            yield file, "jinja2.ext:babel_extract"


def extract_all() -> tuple[dict[Path, Catalog], list[str]]:
    """The words of each room as found in the sources, and complaints about words outside any room."""
    homes = set(rooms())
    found: dict[Path, Catalog] = {home: Catalog(charset="utf-8") for home in homes}
    complaints = []
    for file, method in source_files():
        room = room_of(file, homes)
        options = JINJA if method != "python" else {"encoding": "utf-8"}
        messages = extract(method, io.BytesIO(file.read_bytes()), KEYWORDS, ["Translators:"], options)
        for _line, message, comments, context in messages:
            if not message or message == "" or (isinstance(message, tuple) and not message[0]):
                continue
            if room is None:
                complaints.append(f"{file.relative_to(SOURCE)}: words, but no locale folder above them")
                break
            place = [(file.relative_to(SOURCE).as_posix(), 0)]
            found[room].add(message, locations=place, auto_comments=comments, context=context)
    return found, complaints


def chosen(found: dict[Path, Catalog], only: list[str]) -> dict[Path, Catalog]:
    """The rooms named (by their folder), or all."""
    return {room: words for room, words in sorted(found.items()) if not only or room.name in only}


def catalogue_file(room: Path, language: str) -> Path:
    """Where a room keeps its words of a language."""
    return room / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(room: Path, language: str) -> Catalog:
    """A room's catalogue, empty when there is none yet."""
    file = catalogue_file(room, language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=language, charset="utf-8")


def update(only: list[str]) -> list[str]:
    """Brings the catalogues in line with the sources; returns complaints."""
    found, complaints = extract_all()
    for room, words in chosen(found, only).items():
        for language in LANGUAGES:
            catalogue = read_catalogue(room, language)
            catalogue.update(words, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            if len(catalogue) == 0:
                continue
            catalogue.fuzzy = False
            catalogue.header_comment = ""
            write_catalogue(catalogue, catalogue_file(room, language))
    return complaints


def write_catalogue(catalogue: Catalog, file: Path) -> None:
    """As text that gives small differences: no line numbers, no dates, sorted by place."""
    for name in ("_creation_date", "creation_date", "revision_date"):
        setattr(catalogue, name, None)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=WIDTH, include_lineno=False, sort_by_file=True, omit_header=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    text = head + buffer.getvalue().decode().strip() + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def compile_all(*, only_stale: bool = False) -> None:
    """Writes the .mo beside each .po: what is untranslated shows in English."""
    for room in rooms():
        for language in LANGUAGES:
            file = catalogue_file(room, language)
            if file.exists() and not (only_stale and is_compiled(file)):
                buffer = io.BytesIO()
                write_mo(buffer, read_catalogue(room, language))
                # Replaced whole: a running server may be reading the old one.
                partial = file.with_suffix(f".mo.{os.getpid()}")
                partial.write_bytes(buffer.getvalue())
                partial.replace(file.with_suffix(".mo"))


def is_compiled(file: Path) -> bool:
    """Whether the .mo is at least as new as its .po."""
    compiled = file.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= file.stat().st_mtime


def check(only: list[str]) -> list[str]:
    """What is not extracted, not translated, fuzzy, or has the wrong placeholders; one sentence each."""
    found, complaints = extract_all()
    for room, words in chosen(found, only).items():
        for language in LANGUAGES:
            catalogue = read_catalogue(room, language)
            where = f"{room.relative_to(SOURCE.parent)} ({language})"
            for message in words:
                if not message.id:
                    continue
                known = catalogue.get(message.id, message.context)
                singular = message.id if isinstance(message.id, str) else message.id[0]
                if known is None:
                    complaints.append(f"{where}: not extracted: {singular!r}")
                elif known.fuzzy:
                    complaints.append(f"{where}: fuzzy: {singular!r}")
                elif not all([known.string] if isinstance(known.string, str) else known.string or [""]):
                    complaints.append(f"{where}: not translated: {singular!r}")
            for message, errors in catalogue.check():
                complaints += [f"{where}: {message.id!r}: {error}" for error in errors]
    return complaints


def main() -> int:
    """0 when done or complete; the check prints each complaint and gives 1."""
    parser = argparse.ArgumentParser(prog="bin/messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say what is missing")
    parser.add_argument("--compile", action="store_true", help="only write the .mo files")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="only these, such as: forum web")
    args = parser.parse_args()
    if args.compile:
        compile_all()
        return 0
    complaints = check(args.rooms) if args.check else update(args.rooms)
    for complaint in complaints[:200]:
        print(complaint)
    if len(complaints) > 200:
        print(f"… and {len(complaints) - 200} more")
    if not args.check:
        compile_all()
        print("Done. What is still to translate: bin/messages --check")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
