"""Opening a letter (MIME): its headers and texts, and whether a machine wrote it. For decoders in the sandbox only.

Standard library alone. Not here: what a letter becomes (each room's own decoder).
Sources: RFC 5322, RFC 2045, RFC 3676 (format=flowed), RFC 3834 (answers of machines).
"""

from __future__ import annotations

import codecs
import email
from email import policy
from email.message import EmailMessage, MIMEPart

from parvis.kernel.sandbox_child import Declined

MOST_HOPS = 40
MOST_PARTS = 60

# Loaded here: a codec that comes later would have to be read from a file, behind the walls.
for _name in (
    *("utf-8", "us-ascii", "utf-7", "utf-16", "iso-8859-1", "iso-8859-2", "iso-8859-15", "windows-1250"),
    *("windows-1251", "windows-1252", "koi8-r", "mac-roman", "shift_jis", "iso-2022-jp", "gb18030", "big5"),
):
    codecs.lookup(_name)


def opened(payload: bytes) -> EmailMessage:
    """The letter. Raises Declined for what is none."""
    message = email.message_from_bytes(payload, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Declined("unreadable")
    return message


def require_few_parts(message: EmailMessage) -> None:
    """Raises Declined for a letter of more parts than people send."""
    if sum(1 for _part in message.walk()) > MOST_PARTS:
        raise Declined("unreadable")


def why_ignored(message: EmailMessage) -> str:
    """Answers of machines, bounces and letters that turn in a circle: taken without a word, so that nothing answers."""
    automatic = header(message, "Auto-Submitted").lower()
    if automatic.startswith("auto-replied") or message.get("X-Autoreply") or message.get("X-Autorespond"):
        return "an answer of a machine"
    if (
        header(message, "Precedence").lower() == "auto_reply"
        or message.get_content_type() == "multipart/report"
    ):
        return "an answer of a machine"
    if header(message, "Return-Path").strip() == "<>":
        return "a bounce"
    if len(message.get_all("Received", [])) > MOST_HOPS:
        return "it turns in a circle"
    return ""


def header(message: MIMEPart, name: str) -> str:
    """A header as one line; empty when there is none that can be read."""
    try:
        return " ".join(str(message.get(name, "")).split())[:1000]
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # the library stumbles over some malformed ones
        return ""


def text_of(part: MIMEPart) -> str:
    """The words of a part, whatever its charset claims. Raises Declined."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        raise Declined("unreadable")
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
