"""Reads and writes bundles, Parvis's own documented export: a folder or a zip of JSON Lines. See docs/bundle.md.

Not here: the rows (transfer.rows), loading them into the database (transfer.load) and dumping it (transfer.dump).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.transfer import fields as of
from parvis.transfer.container import Container, Folder, Limits, Zip
from parvis.transfer.rows import ORDER, BadRow, File, Object, Reaction, Reply, Row, Total

__all__ = [
    "Bundle",
    "Checked",
    "Limits",
    "Manifest",
    "Problem",
    "leads_to_things",
    "open_bundle",
    "translate",
    "write",
]

FORMAT = "parvis-bundle"
VERSION = 1
MAX_LINE = 4_000_000  # bytes of one row
MAX_PROBLEMS = 200

_MENTION = re.compile(r"@\[([^\[\]\n]{0,200})\]\(person:([A-Za-z0-9][A-Za-z0-9._-]{0,79})\)")
# Where a link leads to a thing of the house: /go/ID/, or /forum/ID/ as its tool says it.
_THING_ADDRESS = re.compile(r"(?:(?<=\(|<)|(?<=\]: ))/([a-z]{2,20})/([A-Za-z0-9][A-Za-z0-9._-]{0,79})/")
_FILE_ADDRESS = re.compile(r"(?<=\(|<)/files/([A-Za-z0-9][A-Za-z0-9._-]{0,79})/")

R = TypeVar("R", bound=Row)
Tables = Mapping[type[Row], Iterable[Row]]


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself. `origin` names the source: ids are unique within it, for ever.

    `scope` is "site", or "person" for what one person takes away; only the latter may hold drafts.
    """

    origin: str
    created_at: datetime
    counts: dict[str, int]
    scope: str = "site"
    generator: str = ""


@dataclass(frozen=True)
class Problem:
    """A fault of a bundle: where, and a sentence for a human. `line` is 0 for the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.sentence}"
        return _("%(file)s, line %(line)s: %(sentence)s") % asdict(self)


@dataclass(frozen=True)
class Checked:
    """The result of reading a bundle from end to end: rows of each table, and what is wrong (at most 200)."""

    counts: dict[str, int]
    problems: tuple[Problem, ...]


class Bundle:
    """An open bundle. Rows are read as a stream, as often as wanted; nothing is unpacked."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.manifest = _read_manifest(container)

    def rows(self, of_type: type[R]) -> Iterator[R]:
        """The rows of one file, in order. Raises Refused at the first bad one: `check` the bundle before."""
        for number, row, sentences in self._lines(of_type):
            if row is None:
                raise Refused(str(Problem(f"{of_type.table}.jsonl", number, sentences[0])))
            yield row

    def open_file(self, file: File) -> BinaryIO:
        """The content of a file, to be closed by the caller. Raises Refused when the bundle lacks it."""
        return self._container.open(f"files/{file.sha256}")

    def check(self, progress: Callable[[str, int], None] | None = None) -> Checked:
        """Reads everything and says every fault: rows, references, repeats, counts, contents of files.

        `progress(table, rows)` is called every 1,000 rows.
        """
        return _Checker(self, progress).run()

    def _lines(self, of_type: type[R]) -> Iterator[tuple[int, R | None, list[str]]]:
        name = f"{of_type.table}.jsonl"
        if not self._container.has(name):
            return
        with self._container.open(name) as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    yield number, None, [_("This line is too long.")]
                    return
                if not line.strip():
                    continue
                try:
                    yield number, of_type.read(json.loads(line)), []
                except BadRow as bad:
                    yield number, None, bad.sentences
                except (ValueError, RecursionError):
                    yield number, None, [_("This line isn't a JSON object.")]


class _Checker:
    """One reading of a whole bundle."""

    def __init__(self, bundle: Bundle, progress: Callable[[str, int], None] | None) -> None:
        self.bundle = bundle
        self.progress = progress or (lambda table, rows: None)
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter({row.table: 0 for row in ORDER})
        self.known: dict[str, set[str]] = {row.table: set() for row in ORDER}
        self.later: list[tuple[str, int, str, str, str]] = []
        self.children: dict[str, tuple[str, bool]] = {}  # reply → (its object, whether it has a parent)
        self.spaces: dict[str, str] = {}  # object → its space

    def run(self) -> Checked:
        for of_type in ORDER:
            self._read_table(of_type)
        for table, number, field, target, key in self.later:
            if key not in self.known[target]:
                self._say(table, number, _missing(field, target, key))
        declared = self.bundle.manifest.counts
        for table, count in self.counts.items():
            if declared.get(table, 0) != count:
                sentence = _("The manifest announces %(declared)s rows, the file has %(count)s.")
                self._say(table, 0, sentence % {"declared": declared.get(table, 0), "count": count})
        return Checked(dict(self.counts), tuple(self.problems))

    def _read_table(self, of_type: type[Row]) -> None:
        table = of_type.table
        seen: set[tuple[Any, ...]] = set()
        for number, row, sentences in self.bundle._lines(of_type):
            if len(self.problems) >= MAX_PROBLEMS:
                return
            self.counts[table] += 1
            for sentence in sentences:
                self._say(table, number, sentence)
            if row is not None:
                self._judge(row, number, seen)
            if self.counts[table] % 1000 == 0:
                self.progress(table, self.counts[table])

    def _judge(self, row: Row, number: int, seen: set[tuple[Any, ...]]) -> None:
        table = row.table
        for field, target, key, is_later in row.references():
            if key in self.known[target]:
                continue
            if is_later:
                self.later.append((table, number, field, target, key))
            else:
                self._say(table, number, _missing(field, target, key))
        if row.id in self.known[table]:
            self._say(table, number, _("The id “%(id)s” stands twice in this file.") % {"id": row.id})
        self.known[table].add(row.id)
        once = tuple(getattr(row, name) for name in row.once)
        if once and once in seen:
            names = ", ".join(row.once)
            self._say(table, number, _("An earlier row has the same %(fields)s.") % {"fields": names})
        seen.add(once)
        for sentence in self._misplaced(row):
            self._say(table, number, sentence)

    def _misplaced(self, row: Row) -> Iterator[str]:
        """Faults that only show beside other rows."""
        if isinstance(row, Object):
            self.spaces[row.id] = row.space
            if row.state == "draft" and self.bundle.manifest.scope != "person":
                yield _("A bundle of a whole site holds no drafts.")
            if row.part_of and self.spaces.get(row.part_of, row.space) != row.space:
                yield _("A part stands in the same space as what it is part of.")
        elif isinstance(row, Reply):
            self.children[row.id] = (row.object, row.parent is not None)
            host, has_parent = self.children.get(row.parent or "", (row.object, False))
            if host != row.object or has_parent:
                yield _("“parent” must be a reply to the same object that has no parent itself.")
        elif isinstance(row, File):
            yield from self._content_faults(row)
        elif (
            isinstance(row, Reaction | Total)
            and row.reply
            and self._object_of(row.reply) not in {None, row.object}
        ):
            yield _("“reply” must be a reply to “object”.")

    def _object_of(self, reply: str) -> str | None:
        return self.children[reply][0] if reply in self.children else None

    def _content_faults(self, file: File) -> Iterator[str]:
        try:
            with self.bundle.open_file(file) as stream:
                digest, size = hashlib.sha256(), 0
                while chunk := stream.read(256 * 1024):
                    digest.update(chunk)
                    size += len(chunk)
        except (Refused, OSError, zipfile.BadZipFile):
            yield _("The content of “%(name)s” is missing or can't be read.") % {"name": file.name}
            return
        if digest.hexdigest() != file.sha256 or size != file.size:
            yield _("The content of “%(name)s” isn't what its row announces.") % {"name": file.name}

    def _say(self, table: str, line: int, sentence: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(f"{table}.jsonl", line, sentence))


def _missing(field: str, table: str, key: str) -> str:
    sentence = _("“%(field)s” names “%(key)s”, which isn't in %(file)s before this row.")
    return sentence % {"field": field, "key": key, "file": f"{table}.jsonl"}


@contextmanager
def open_bundle(path: Path, limits: Limits | None = None) -> Iterator[Bundle]:
    """Opens a folder or zip for reading. Raises Refused, with a sentence, for anything that isn't a bundle of ours.

    Nothing of a zip is written to disk; entries with foreign names, links, odd sizes or ratios are refused.
    """
    path = Path(path)
    if path.is_dir():
        yield Bundle(Folder(path))
        return
    if not path.is_file():
        raise Refused(_("There is nothing at %(path)s.") % {"path": path})
    with Zip(path, limits or Limits()) as container:
        yield Bundle(container)


def _read_manifest(container: Container) -> Manifest:
    if not container.has("manifest.json"):
        raise Refused(_("This isn't a bundle: it has no manifest.json at its top."))
    try:
        with container.open("manifest.json") as stream:
            data = json.loads(stream.read(1_000_001)[:1_000_000])
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        version = data["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(_("The manifest.json isn't one of a bundle."))
    if version != VERSION:
        raise Refused(
            _("This bundle has version %(version)s; only version 1 is known here.") % {"version": version}
        )
    try:
        counts = {str(name): int(count) for name, count in data["counts"].items()}
        scope, generator = str(data.get("scope", "site")), str(data.get("generator", ""))[:200]
        if not of.SOURCE_ID.fullmatch(data["origin"]) or scope not in {"site", "person"}:
            raise ValueError(data["origin"])
        return Manifest(data["origin"], of.read_moment(data["created_at"]), counts, scope, generator)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(_("The manifest.json lacks its origin, its date or its counts, or says them wrongly."))


def write(
    target: Path,
    tables: Tables,
    *,
    origin: str,
    created_at: datetime,
    scope: str = "site",
    generator: str = "",
    open_file: Callable[[File], BinaryIO] | None = None,
) -> Manifest:
    """Writes a bundle: a zip when `target` ends in .zip, else a new folder. Whole or not at all.

    Rows are consumed as streams and written in the order given; the same rows make the same bytes. `open_file`
    gives the content of each File row. Raises Refused when a folder stands there already.
    """
    target = Path(target)
    is_zip = target.suffix.lower() == ".zip"
    if target.exists() and (not is_zip or target.is_dir()):
        raise Refused(_("%(path)s exists already: choose another name.") % {"path": target})
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    _drop(partial)
    try:
        with Zip.create(partial) if is_zip else Folder.create(partial) as container:
            counts = {of_type.table: _write_table(container, of_type, tables, open_file) for of_type in ORDER}
            manifest = Manifest(origin, created_at, counts, scope, generator)
            with container.create_entry("manifest.json") as stream:
                stream.write(_manifest_json(manifest))
        os.replace(partial, target)
    finally:
        _drop(partial)
    return manifest


def _write_table(
    container: Any, of_type: type[Row], tables: Tables, open_file: Callable[[File], BinaryIO] | None
) -> int:
    contents: dict[str, File] = {}
    count = 0
    with container.create_entry(f"{of_type.table}.jsonl") as stream:
        for row in tables.get(of_type, ()):
            stream.write(to_line(row))
            count += 1
            if isinstance(row, File):
                contents.setdefault(row.sha256, row)
    for digest in sorted(contents):
        if open_file is None:
            raise Refused(_("The bundle has files, but nothing to read them from."))
        with open_file(contents[digest]) as source, container.create_entry(f"files/{digest}") as entry:
            shutil.copyfileobj(source, entry, 256 * 1024)
    return count


def to_line(row: Row) -> bytes:
    """One row as a line of its file."""
    return json.dumps(row.written(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _manifest_json(manifest: Manifest) -> bytes:
    data = {
        "format": FORMAT,
        "version": VERSION,
        **asdict(manifest),
        "created_at": of.written(manifest.created_at),
    }
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def leads_to_things(body: str) -> bool:
    """Whether a text has an address that may be one of a thing."""
    return _THING_ADDRESS.search(body) is not None


def translate(
    body: str,
    *,
    person: Callable[[str], str | None],
    file: Callable[[str], str | None] = lambda key: None,
    thing: Callable[[str], str | None] = lambda key: None,
    rooms: frozenset[str] = frozenset(),
) -> str:
    """A body with the ids in its mentions, and in the addresses of files and of things (those that begin with one of
    `rooms`), replaced: source ids by ours, or ours by source ids.

    A mention of nobody known loses its link and keeps its name; an address of nothing known is left as it is.
    """

    def mention(match: re.Match[str]) -> str:
        key = person(match[2])
        return f"@[](person:{key})" if key else f"@{match[1] or '…'}"

    def address(match: re.Match[str]) -> str:
        return f"/files/{file(match[1]) or match[1]}/"

    def thing_address(match: re.Match[str]) -> str:
        found = thing(match[2]) if match[1] in rooms else None
        return f"/{match[1]}/{found}/" if found else match[0]

    body = _THING_ADDRESS.sub(thing_address, body) if rooms else body
    return _FILE_ADDRESS.sub(address, _MENTION.sub(mention, body))
