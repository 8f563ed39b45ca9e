"""What a file really is, told by its first bytes; its name only refines what the bytes prove.

Not here: decoding. Sources: the WHATWG MIME Sniffing standard, and the formats' own signatures.
"""

from __future__ import annotations

import re

HEAD_BYTES = 4096  # what `sniff` needs of a file
UNKNOWN = "application/octet-stream"

# (offset, signature, media type); the first that matches wins.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-executable"),
)

# Within a family that the bytes prove, the extension says which member.
_ZIP_MEMBERS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "odg": "application/vnd.oasis.opendocument.graphics",
    "epub": "application/epub+zip",
}
_OLE_MEMBERS = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_TEXT_MEMBERS = {
    "csv": "text/csv",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "json": "application/json",
}
# Text that a browser could run: the name or the content is enough to call it so. Scripts and style sheets
# stay text/plain: under their own type, a page of ours could be made to load them.
_ACTIVE_NAMES = {
    "html": "text/html",
    "htm": "text/html",
    "shtml": "text/html",
    "xhtml": "application/xhtml+xml",
    "xht": "application/xhtml+xml",
    "svg": "image/svg+xml",
    "xml": "application/xml",
    "xsl": "application/xml",
    "xslt": "application/xml",
    "mht": "multipart/related",
    "mhtml": "multipart/related",
    "eml": "message/rfc822",
}
_ACTIVE_CONTENT = (
    (re.compile(rb"<svg[\s>/]", re.I), "image/svg+xml"),
    (
        re.compile(
            rb"<(?:!doctype\s+html|html|head|body|script|iframe|object|embed|style|meta|base)[\s>/]", re.I
        ),
        "text/html",
    ),
    (re.compile(rb"\A\s*<\?xml", re.I), "application/xml"),
    (re.compile(rb"^mime-version:", re.I | re.M), "multipart/related"),
)

# What a browser may show in place: it runs nothing. Everything else is downloaded.
_INLINE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/webm",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/flac",
        "text/plain",
    }
)


def sniff(head: bytes, name: str = "") -> str:
    """Return the media type of a file from its first `HEAD_BYTES` bytes.

    The extension of `name` chooses within a family that the bytes prove (a ZIP called .docx), and may make a
    text *less* trusted (.html), never more. A file with a PDF in its first kilobyte is a PDF.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    for offset, signature, media_type in _SIGNATURES:
        if head.startswith(signature, offset):
            return _refine(media_type, extension)
    if _is_text(head):
        return _sniff_text(head, extension)
    return UNKNOWN


def may_show_inline(media_type: str) -> bool:
    """Whether a browser may show this in place, under `response_headers` of `files.py`."""
    return media_type in _INLINE


def _refine(media_type: str, extension: str) -> str:
    """The member of a family of formats that share their first bytes."""
    if media_type == "application/zip":
        return _ZIP_MEMBERS.get(extension, media_type)
    if media_type == "application/x-ole-storage":
        return _OLE_MEMBERS.get(extension, media_type)
    return media_type


def _sniff_text(head: bytes, extension: str) -> str:
    """Which text this is; anything a browser could run is named so, whatever it is called."""
    if extension in _ACTIVE_NAMES:
        return _ACTIVE_NAMES[extension]
    for pattern, media_type in _ACTIVE_CONTENT:
        if pattern.search(head):
            return media_type
    return _TEXT_MEMBERS.get(extension, "text/plain")


def _is_text(head: bytes) -> bool:
    """Whether this reads as text: no control bytes but the usual blanks; UTF-16 only with its mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # A browser would read this as text, hence as HTML if we said so; we never look inside.
        return False
    return not re.search(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]", head)
