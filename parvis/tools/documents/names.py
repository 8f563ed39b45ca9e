"""Names of files and folders: made safe, made different from their neighbours, sorted as people count.

Not here: the rows (models), what a name is made safe by (kernel.files.safe_name).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.files import MAX_NAME_BYTES, safe_name
from parvis.kernel.words import fold

LONGEST = 255
LONGEST_FOLDER = 120
LONGEST_TITLE = 200
# Names that a Windows computer can't open, whatever their extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def key_of(name: str) -> str:
    """What a name is sorted and compared by: folded, numbers in the order of their value.

    Where that is too long to keep, its end is told by a hash: two names are never alike because of what was cut.
    """
    whole = re.sub(r"[0-9]+", lambda m: m[0].lstrip("0").rjust(8, "0"), fold(name))
    if len(whole) <= LONGEST:
        return whole
    return whole[: LONGEST - 32] + hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def document_name(name: str) -> str:
    """A name fit to show, to save and to sort by, at most 200 characters, its extension kept."""
    kept = safe_name(name).lstrip(" .") or "file"
    if _DEVICES.match(kept):
        kept = f"_{kept}"
    return clipped(kept, LONGEST_TITLE)


def as_typed(name: str) -> str:
    """A name that somebody typed: its slashes belong to it ("Budget 2026/2027"), they are no path."""
    return re.sub(r"\s*[/\\]\s*", "-", name.strip(" /\\"))


def clipped(name: str, length: int, ending: str = "") -> str:
    """The name with `ending` before its extension, in at most `length` characters and 255 bytes."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension) > 16:
        stem, extension = name, ""
    tail = f"{ending}.{extension}" if extension else ending
    stem = stem[: max(1, length - len(tail))]
    room = MAX_NAME_BYTES - len(tail.encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "_"
    return stem + tail


def folder_name(name: str) -> str:
    """The name of a folder as typed, on one line. Raises Refused when nothing is left of it."""
    typed = as_typed(name)
    kept = safe_name(typed).lstrip(" .") if typed else ""
    if not kept:
        raise Refused(_("Give the folder a name."), field="name")
    if len(kept) > LONGEST_FOLDER:
        raise Refused(_("This name is too long: keep it under 120 characters."), field="name")
    return f"_{kept}" if _DEVICES.match(kept) else kept


def free_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """The name, or the same with (2), (3)… where its neighbours have it already; `is_taken` gets its key."""
    tried, number = name, 1
    while is_taken(key_of(tried)):
        number += 1
        tried = clipped(name, LONGEST_TITLE, f" ({number})")
    return tried


def stem_of(name: str) -> str:
    """What the keys of a name and of all its numbered fellows begin with."""
    stem, dot, _extension = name.rpartition(".")
    return key_of(stem if dot and stem else name)[:40]


def apart(names: Iterable[str]) -> list[str]:
    """The names in order, those alike to a computer that ignores case told apart: what an archive needs."""
    seen: set[str] = set()
    told = []
    for name in names:
        kept = free_name(name, seen.__contains__)
        seen.add(key_of(kept))
        told.append(kept)
    return told
