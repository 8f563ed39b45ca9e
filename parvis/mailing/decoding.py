"""Reads an answer that came by mail: who wrote it, its own words as Markdown. Runs only in the sandbox.

The payload is one line of JSON (what tells our own letters, see cutting.Ours), then the letter; the answer is JSON.
Not here: whether it is published (mailing.receiving), what is cut (mailing.cutting).
"""

from __future__ import annotations

import json
import re
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from itertools import groupby

from parvis.kernel import html_to_markdown, markdown_writer
from parvis.kernel.sandbox_child import Declined
from parvis.kernel.sandboxed.letters import header, opened, require_few_parts, text_of, why_ignored
from parvis.mailing.cutting import Ours, own_words

MOST = 250_000  # characters of text that are looked at: more than a reply may have
WRAPPED = 70  # columns from which a line was broken by a program, not by who wrote it
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[a-z0-9.-]{1,253}", re.I)
_MASS = frozenset({"bulk", "junk", "list", "auto_reply"})
_AWAY = re.compile(
    r"(?:automatic reply|out of office|réponse automatique|absence du bureau|auto(?:matique)?)\s?:", re.I
)
_MACHINE = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Response-From",
    "List-Id",
    "X-Failed-Recipients",
    "Feedback-ID",
)
_OWN_ID = re.compile(r"<(?:notice\.|digest\.|answer\.|thing\.|\d{15,20}@)", re.I)
_ITEM = re.compile(r"\s*(?:[-*•·–—]|\d{1,3}[.)°]|[a-z][.)])\s", re.I)


def decode(payload: bytes) -> bytes:
    """The answer: sender, id, text, typed, files; or {"ignored": why}. Raises Declined."""
    first, _newline, letter = payload.partition(b"\n")
    given = json.loads(first)
    ours = Ours(given["url"], tuple(given["senders"]), tuple(given["ends"]), given["first"], given["last"])
    return json.dumps(_read(letter, ours, given.get("host", ""))).encode()


def _read(letter: bytes, ours: Ours, host: str) -> dict[str, object]:
    message = opened(letter)
    sender = _sender(message)
    why = why_ignored(message) or _why_machine(message, sender, ours, host)
    if why:
        return {"ignored": why}
    require_few_parts(message)
    source, typed = _words(message, ours)
    return {
        "sender": sender,
        "id": header(message, "Message-ID"),
        "text": source,
        "typed": typed,
        "files": sum(1 for part in message.walk() if _is_file(part)),
    }


def _sender(message: EmailMessage) -> str:
    """The one address it says it comes from, in small letters; empty for none or several."""
    fields = message.get_all("From", [])
    try:
        found = [address for _name, address in getaddresses([str(one) for one in fields])]
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""
    return found[0].lower() if len(found) == 1 and _ADDRESS.fullmatch(found[0]) else ""


def _why_machine(message: EmailMessage, sender: str, ours: Ours, host: str) -> str:
    """More careful than for newsletters: whatever isn't a person's own letter gets no answer and isn't published."""
    automatic = header(message, "Auto-Submitted").lower()
    if automatic and not automatic.startswith("no"):
        return "an answer of a machine"
    if header(message, "Precedence").lower() in _MASS or any(message.get(name) for name in _MACHINE):
        return "mass mail"
    if _AWAY.match(header(message, "Subject")):
        return "an answer of a machine"
    own = header(message, "Message-ID").lower()
    if sender in ours.senders or (host and _OWN_ID.match(own) and own.endswith(f"@{host}>")):
        return "our own letter"
    kinds = {(part.get_content_type(), str(part.get_param("method", "")).upper()) for part in message.walk()}
    if any(kind == "text/calendar" and method in ("REPLY", "COUNTER") for kind, method in kinds):
        return "an answer to an invitation"
    return ""


def _is_file(part: MIMEPart) -> bool:
    """Whether a part is a file somebody sent; pictures of signatures, which the text shows, aren't."""
    if part.is_multipart() or not (part.get_content_disposition() == "attachment" or part.get_filename()):
        return False
    is_shown = part.get_content_maintype() == "image" and part.get("Content-ID")
    is_shown = is_shown and part.get_content_disposition() != "attachment"
    return not is_shown and part.get_content_type() not in (
        "application/pgp-signature",
        "application/pkcs7-signature",
    )


def _words(message: EmailMessage, ours: Ours) -> tuple[str, str]:
    """The writer's own words as Markdown, and as they typed them (all there is, when none are theirs)."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is not None and part.get_content_type() == "text/plain" and not text_of(part).strip():
        part = message.get_body(preferencelist=("html", "plain"))  # some programs leave the plain one empty
    if part is None or part.get_content_disposition() == "attachment":
        return "", ""
    is_html = part.get_content_subtype() == "html"
    whole = html_to_markdown.convert(text_of(part)[: 2 * MOST]).markdown if is_html else _text(part)
    whole = whole[:MOST]
    own = own_words(whole, ours)
    typed = own or "\n".join(ours.without_secrets(whole.split("\n"))).strip()
    return (own if is_html else _as_markdown(own)), typed


def _text(part: MIMEPart) -> str:
    """Plain text, its lines as they were before the program broke them (format=flowed)."""
    text = text_of(part).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joins = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        is_quoted = line.startswith(">")
        line = line[1:] if line.startswith(" ") else line
        if goes_on and not is_quoted and lines:
            lines[-1] = lines[-1].rstrip(" ") + joins + line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not is_quoted
    return "\n".join(lines)


def _as_markdown(text: str) -> str:
    """Plain words as Markdown that shows the same, what is quoted as a quote."""
    parts = []
    for is_quoted, group in groupby(text.split("\n"), key=lambda line: line.lstrip(" ").startswith(">")):
        lines = list(group)
        if is_quoted:
            said = markdown_writer.from_plain("\n".join(re.sub(r"^\s*(?:>\s?)+", "", line) for line in lines))
            parts.append("\n".join(f"> {line}".rstrip() for line in said.split("\n")))
        else:
            parts.append(markdown_writer.from_plain("\n".join(_unwrapped(lines))))
    return "\n\n".join(part for part in parts if part.strip(" >\n"))


def _unwrapped(lines: list[str]) -> list[str]:
    """Lines that a program broke, whole again: the next word would not have fitted."""
    found: list[str] = []
    last = ""  # the line before, as it came
    for line in lines:
        words = line.split()
        broken = words and last.strip() and not _ITEM.match(line) and not line[:1].isspace()
        if broken and len(last) >= 40 and len(last) + 1 + len(words[0]) > WRAPPED and len(last) <= 80:
            found[-1] = f"{found[-1].rstrip()} {line.strip()}"
        else:
            found.append(line)
        last = line
    return found


# What the libraries load late: once the walls stand no file can be opened.
_SAMPLE = (
    b"From: =?utf-8?q?A?= <a@b.example>\r\nSubject: =?utf-8?b?w6k=?=\r\nMessage-ID: <a@b>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/%s; charset=utf-8; format=flowed\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C3=A9 *a* https://a.example <b>b</b></p>\r\n"
    b"--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--x--\r\n"
)
for _kind in (b"plain", b"html"):
    try:
        _read(_SAMPLE % _kind, Ours(), "")
    except Declined:  # pragma: no cover
        raise RuntimeError("the sample must be readable") from None
