"""Reads one letter (MIME) as an article. Runs only in the sandbox, never in the site's own process.

The answer is JSON: an item as decoding makes them, or {"ignored": why}. Not here: whom it is for, keeping it.
"""

from __future__ import annotations

import email
import html
import json
import re
from email import policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from parvis.kernel.sandbox_child import Declined
from parvis.tools.feeds.decoding import make_item

MOST_HOPS = 40
MOST_PARTS = 60
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_SAMPLE = (
    b"From: =?utf-8?q?A?= <a@b.example>\r\nSubject: =?utf-8?b?w6k=?=\r\nMessage-ID: <a@b>\r\nMIME-Version: 1.0\r\n"
    b"Auto-Submitted: no\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain;"
    b" charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9\r\n--x\r\nContent-Type: text/html\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nPHA+YTwvcD4=\r\n--x--\r\n"
)


def decode_letter(payload: bytes) -> bytes:
    """A letter as an item, or why it is none. Raises Declined."""
    return json.dumps(_read(payload)).encode()


def _read(payload: bytes) -> dict[str, object]:
    message = email.message_from_bytes(payload, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Declined("unreadable")
    why = _why_ignored(message)
    if why:
        return {"ignored": why}
    if sum(1 for _part in message.walk()) > MOST_PARTS:
        raise Declined("unreadable")
    part = message.get_body(preferencelist=("html", "plain"))
    if part is None:
        raise Declined("unreadable")
    text = _text_of(part)
    source = text if part.get_content_subtype() == "html" else _paragraphs(text)
    name, address = parseaddr(_header(message, "From"))
    sender = " ".join(filter(None, [name, f"({address})" if name and address else address]))
    item = make_item(
        uid=_header(message, "Message-ID"), url="", title=_header(message, "Subject"), author=sender,
        source=source, at=None, base="",
    )  # fmt: skip
    return {"item": item}


def _why_ignored(message: EmailMessage) -> str:
    """Answers of machines, bounces and letters that turn in a circle: taken without a word, so that nothing answers."""
    automatic = _header(message, "Auto-Submitted").lower()
    if automatic.startswith("auto-replied") or message.get("X-Autoreply") or message.get("X-Autorespond"):
        return "an answer of a machine"
    if (
        _header(message, "Precedence").lower() == "auto_reply"
        or message.get_content_type() == "multipart/report"
    ):
        return "an answer of a machine"
    if _header(message, "Return-Path").strip() == "<>":
        return "a bounce"
    if len(message.get_all("Received", [])) > MOST_HOPS:
        return "it turns in a circle"
    return ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())[:1000]
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # the library stumbles over some malformed ones
        return ""


def _text_of(part: MIMEPart) -> str:
    """The words of a part, whatever its charset claims."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        raise Declined("unreadable")
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _paragraphs(text: str) -> str:
    """Plain words as HTML, their addresses as links: a subscription is confirmed by one of them."""
    linked = _URL.sub(lambda match: f'<a href="{match[0]}">{match[0]}</a>', html.escape(text, quote=False))
    parts = (part.strip().replace("\n", "<br>") for part in linked.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in parts if part)


_read(_SAMPLE)  # what the library loads late: once the walls stand no file can be opened
