"""Reads one letter (MIME) as an article. Runs only in the sandbox, never in the site's own process.

The answer is JSON: an item as decoding makes them, or {"ignored": why}. Not here: whom it is for, keeping it.
"""

from __future__ import annotations

import html
import json
import re
from email.utils import parseaddr

from parvis.kernel.sandbox_child import Declined
from parvis.kernel.sandboxed.letters import header, opened, require_few_parts, text_of, why_ignored
from parvis.tools.feeds.decoding import make_item

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
    message = opened(payload)
    why = why_ignored(message)
    if why:
        return {"ignored": why}
    require_few_parts(message)
    part = message.get_body(preferencelist=("html", "plain"))
    if part is None:
        raise Declined("unreadable")
    text = text_of(part)
    source = text if part.get_content_subtype() == "html" else _paragraphs(text)
    name, address = parseaddr(header(message, "From"))
    sender = " ".join(filter(None, [name, f"({address})" if name and address else address]))
    item = make_item(
        uid=header(message, "Message-ID"), url="", title=header(message, "Subject"), author=sender,
        source=source, at=None, base="",
    )  # fmt: skip
    return {"item": item}


def _paragraphs(text: str) -> str:
    """Plain words as HTML, their addresses as links: a subscription is confirmed by one of them."""
    linked = _URL.sub(lambda match: f'<a href="{match[0]}">{match[0]}</a>', html.escape(text, quote=False))
    parts = (part.strip().replace("\n", "<br>") for part in linked.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in parts if part)


_read(_SAMPLE)  # what the library loads late: once the walls stand no file can be opened
