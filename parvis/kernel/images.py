"""Pictures people bring, made safe to show: upright, sized, re-encoded, without EXIF; decoded in the sandbox.

Not here: the decoding itself (`sandboxed/pictures.py`), the keeping (`files.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.sandbox import DecoderFailed, run_limited

AVATAR_SIDE = 96
AVATAR_BYTES = 4096
MAX_SOURCE_BYTES = 30 * 1024 * 1024
_MEMORY_BYTES = 768 * 1024 * 1024


@dataclass(frozen=True)
class Prepared:
    """A picture of our own making: pixels only, ready to store and serve inline."""

    data: bytes
    media_type: str
    width: int
    height: int


def prepare(
    data: bytes, *, max_side: int = 2000, format: Literal["auto", "webp", "jpeg", "png"] = "auto"
) -> Prepared:
    """Return the picture upright, in sRGB, at most `max_side` pixels wide and high, without any metadata.

    Reads JPEG, PNG, GIF (first frame: nothing moves by itself) and WebP. "auto" gives WebP, exact for
    drawings and screenshots where that costs little. Raises Refused when it cannot be read or is too large.
    """
    return _decode("prepare", {"max_side": max_side, "format": format}, data)


def avatar(data: bytes, side: int = AVATAR_SIDE) -> Prepared:
    """Return a square WebP of `side` pixels and at most 4 kB. Raises Refused as `prepare` does."""
    return _decode("avatar", {"side": side, "max_bytes": AVATAR_BYTES}, data)


def _decode(function: str, order: dict[str, object], data: bytes) -> Prepared:
    """Have the sandbox do it, and turn its failures into sentences."""
    if len(data) > MAX_SOURCE_BYTES:
        raise Refused(_("This picture is too large. Please take a smaller one."))
    try:
        answer = run_limited(
            f"parvis.kernel.sandboxed.pictures:{function}",
            json.dumps(order).encode() + b"\n" + data,
            cpu_seconds=15,
            memory_bytes=_MEMORY_BYTES,
            seconds=30,
        )
    except DecoderFailed as failure:
        raise Refused(_sentence_for(failure)) from failure
    about, _newline, encoded = answer.partition(b"\n")
    fields = json.loads(about)
    return Prepared(encoded, str(fields["media_type"]), int(fields["width"]), int(fields["height"]))


def _sentence_for(failure: DecoderFailed) -> str:
    """What the person who brought the picture is told."""
    if failure.reason in ("cpu", "memory", "time") or failure.detail == "too_large":
        return _("This picture is too large. Please take a smaller one.")
    if failure.detail == "too_detailed":
        return _("This picture has too much detail for a small portrait. Please take a simpler one.")
    return _("We cannot read this picture. JPEG, PNG, GIF and WebP work.")
