"""What can be shown of a file in the page: drawn pages, its words. Decoders run in the sandbox; whatever goes wrong
there, the answer is "no preview".

Not here: the decoders (decoders), the rows (models).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field

from parvis.kernel import images
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import ParvisError
from parvis.kernel.files import site_store
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.tools.documents import indexing, office
from parvis.tools.documents.models import Document, Preview, Version

CPU_SECONDS, SECONDS = 20, 45
MEMORY = 512 * 1024 * 1024
LARGEST = 64 * 1024 * 1024  # bytes of a file worth decoding
LARGEST_TEXT = 400_000  # bytes read of a plain text
PICTURES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
SOUNDS = {"audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac"}
FILMS = {"video/mp4", "video/webm"}
OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
OLD_OFFICE = {
    "application/msword",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
}


@dataclass
class Seen:
    """What a decoder made of a file."""

    pages: list[tuple[bytes, int, int]] = field(default_factory=list)
    count: int = 0
    text: str = ""


def family(media_type: str) -> str:
    """How a file of this kind is shown: picture, pdf, office, text, sound, film or nothing ("")."""
    if media_type in PICTURES:
        return "picture"
    if media_type == "application/pdf":
        return "pdf"
    if media_type.startswith(OFFICE) or media_type in OLD_OFFICE:
        return "office"
    if media_type in SOUNDS:
        return "sound"
    if media_type in FILMS:
        return "film"
    return "text" if media_type.startswith("text/") or media_type == "application/json" else ""


def draws_office() -> bool:
    """Whether this machine has what draws pages of office files."""
    return office.program() is not None


def look_into(data: bytes, media_type: str) -> Seen | None:
    """What can be shown of these bytes; None for nothing, whatever the reason."""
    kind = family(media_type)
    try:
        if kind == "picture":
            made = images.prepare(data, max_side=1600, format="webp")
            return Seen([(made.data, made.width, made.height)], 1)
        if kind == "text":
            return Seen(text=_plain(data))
        if kind == "pdf":
            return decode("parvis.tools.documents.decoders:pdf", data)
        if kind == "office":
            return _office(data, media_type)
    except (DecoderFailed, ParvisError, ValueError, KeyError, TypeError):
        return None
    return Seen() if kind in ("sound", "film") else None


def _office(data: bytes, media_type: str) -> Seen:
    """Words by our own decoder, pages by LibreOffice: either alone is worth showing. Raises DecoderFailed for none."""
    words = Seen()
    if media_type not in OLD_OFFICE:
        try:
            words = decode("parvis.tools.documents.decoders:office", data)
        except DecoderFailed as failed:
            # A bomb goes no further; a drawing without a word may.
            if failed.detail != "empty":
                raise
    try:
        drawn = decode("parvis.tools.documents.decoders:pdf", office.as_pdf(data, media_type))
    except DecoderFailed:
        if not words.text:
            raise
        return words
    drawn.text = words.text or drawn.text
    return drawn


def decode(function_path: str, data: bytes) -> Seen:
    """One decoder in the sandbox. Raises DecoderFailed, ValueError for an answer that isn't one."""
    answer = run_limited(function_path, data, cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY, seconds=SECONDS)
    about, _newline, rest = answer.partition(b"\n")
    fields = json.loads(about)
    seen = Seen(count=int(fields["count"]), text=str(fields["text"]))
    stream = io.BytesIO(rest)
    for length, width, height in fields["pages"]:
        seen.pages.append((stream.read(int(length)), int(width), int(height)))
    return seen


def _plain(data: bytes) -> str:
    """A text as it stands, in UTF-8 or the older Western coding."""
    head = data[:LARGEST_TEXT]
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        is_cut = len(data) > LARGEST_TEXT and fault.start > len(head) - 4
        text = head[: fault.start].decode("utf-8-sig") if is_cut else head.decode("cp1252", errors="replace")
    kept = "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())
    return kept[:100_000]


def make_preview(version_id: int) -> None:
    """Looks into one version and keeps what there is to show. Called by a job, outside any transaction."""
    with acting(SYSTEM):
        version = Version.objects.filter(id=version_id).first()
    if version is None:
        return
    seen = None
    if version.size <= LARGEST:
        try:
            with site_store().open(version.sha256) as stream:
                seen = look_into(stream.read(), version.media_type)
        except ParvisError:
            seen = None
    with acting(SYSTEM):
        _keep(version_id, seen)


def _keep(version_id: int, seen: Seen | None) -> None:
    version = Version.objects.select_for_update(of=("self",)).filter(id=version_id).first()
    if version is None:
        return
    store = site_store()
    pages = []
    for data, width, height in seen.pages if seen else ():
        kept = store.store(io.BytesIO(data), name="page.webp", max_bytes=len(data), is_ours=True)
        pages.append([kept.sha256, kept.size, width, height])
    version.preview = Preview.READY if seen else Preview.NONE
    version.pages, version.page_count = pages, seen.count if seen else 0
    version.text = seen.text.replace("\x00", "") if seen else ""
    version.save(update_fields=["preview", "pages", "page_count", "text"])
    document = Document.objects.select_related("contribution__body").filter(
        contribution_id=version.contribution_id, version=version.number
    )
    for one in document:
        indexing.index(one)
