"""What somebody wrote themselves in an answer by mail: without our letter below it, without signatures. In doubt, words stay.

Pure functions over plain text, for the sandbox. What proves that a quoted text is our letter is in `Ours`.
Why these rules: docs/decisions/reply-by-mail.md. Not here: opening the letter (mailing.decoding).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_QUOTED = re.compile(r"\s{0,2}[>|]")
# "On … wrote:" as mail programs write it, over up to four lines.
_SAID = re.compile(
    r"(?:Le|On|Am|El|Il|Op|Em)\s(?=.*\d).{6,320}?"
    r"\s(?:a\s+écrit|à\s+écrit|wrote|schrieb(?:\s.{1,120})?|escribió|ha\s+scritto|schreef(?:\s.{1,120})?|escreveu)\s*:?\**",
    re.I,
)
_SAID_MAC = re.compile(r"(?:Message du|Citation de)\s.{4,200}:", re.I)
_NAMES = r"De|À|A|Envoyé|Date|Objet|Cc|Répondre à|From|To|Sent|Subject|Reply-To|Von|An|Gesendet|Betreff"
_HEADER = re.compile(rf"[*_\s]*(?:{_NAMES})\s?:[*_]*(?:\s|$)", re.I)
_FIRST_HEADER = re.compile(r"[*_\s]*(?:De|From|Von)\s?:[*_]*\s*\S", re.I)
_RULER = re.compile(
    r"[_\-=]{5,}|[-_]{2,}\s?(?:Message d['’]origine|Message original|Original Message|Original message"
    r"|Ursprüngliche Nachricht|E-mail d['’]origine)\s?[-_]{2,}",
    re.I,
)
_LINE = re.compile(r"[_*\-=]{3,}")
_DASHES = re.compile(r"(?:--|—|––) ?\xa0?")
# What telephones and web mails add by themselves, alone on its line.
_MOBILE = re.compile(
    r"(?:Envoyé (?:de(?:puis)?|à partir (?:de|d['’])|avec|par|via)\s?(?:mon |ma |l['’]|le |la |un |une )?(?=\S).{2,90}"
    r"|Sent (?:from|with|via|using) (?:my |the )?.{2,90}"
    r"|(?:Obtenir|Télécharger|Get|Download) (?:Outlook|BlueMail|TypeApp|Spark)\b.{0,160}"
    r"|Provenance\s?: Courrier.{0,120}|Von meinem .{2,60} gesendet)",
    re.I,
)
_DEVICE = re.compile(
    r"iphone|ipad|android|samsung|galaxy|huawei|xiaomi|pixel|oneplus|blackberry|t[ée]l[ée]phone|mobile|smartphone|phone"
    r"|outlook|courrier|yahoo|proton|orange|free|la ?poste|sfr|gmail|mail|spark|windows|tablet|k-9|thunderbird|appareil",
    re.I,
)
# Who says so has written inside our letter, where nothing tells their words from ours.
_INSIDE = re.compile(
    r"ci[- ]?(?:dessous|après)|dans (?:le|ton|votre) (?:texte|corps|message|mail)|en (?:rouge|bleu|vert|gras|couleur|ligne)\b"
    r"|\b(?:below|in[- ]?line|in (?:red|blue|green|bold|colou?r|the text)|see my (?:answers|comments))\b",
    re.I,
)
# The key that stops mails, also as filters of companies rewrite addresses (%2F, %252F, -2F, _).
_SLASH = r"(?:/|_|-2F|%(?:25)*2F)"
_STOPPING = rf"<?\S*{_SLASH}mail{_SLASH}stop{_SLASH}\S*"
FEW = 12  # lines of a signature behind "-- "
FEWER = 6  # behind dashes that may mean something else


@dataclass(frozen=True)
class Ours:
    """By what our own letters are known: our address, our senders, the last sentences; what must never be published."""

    url: str = ""
    senders: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    first: str = ""  # of the address that takes answers
    last: str = ""

    def is_in(self, text: str) -> bool:
        """Whether this text shows a trace of our letter."""
        low = text.lower()
        traces = [self.url, quote(self.url, safe="") if self.url else "", *self.senders]
        return any(trace and trace.lower() in low for trace in traces) or bool(self._secret().search(text))

    def is_end(self, line: str) -> bool:
        low = line.lower()
        return any(word.lower() in low for word in self.ends if word) or "/mail/stop/" in low

    def _secret(self) -> re.Pattern[str]:
        address = rf"{re.escape(self.first)}[a-z2-7]{{16,64}}{re.escape(self.last)}" if self.last else r"(?!)"
        return re.compile(rf"<?(?:mailto:)?{address}>?|{_STOPPING}", re.I)

    def without_secrets(self, lines: list[str]) -> list[str]:
        """The lines without the keys that only their reader holds: whole lines of quotes, the word alone elsewhere."""
        found = self._secret()
        kept = [line for line in lines if not (_is_quoted(line) and found.search(line))]
        return [found.sub("…", line) for line in kept]


def own_words(text: str, ours: Ours) -> str:
    """What the writer added; empty when nothing of it is theirs. Never a key of our letter."""
    lines = [line.rstrip("\r\x0b\x0c") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = _without_letter(lines, ours)
    return "\n".join(_trim(ours.without_secrets(kept)))


def _without_letter(lines: list[str], ours: Ours) -> list[str]:
    found = _beginning(lines, ours)
    if found is None:
        return _signed_off(_without_last_quote(_signed_off(lines), ours))
    start, after = found
    top, tail = _without_ruler(lines[:start]), lines[after:]
    first = next((line for line in tail if line.strip()), "")
    if _is_quoted(first):
        return _around_quotes(top, tail, ours)
    if not _trim(top):
        return _trim(_behind(tail, ours) or [])
    behind = _behind(tail, ours)
    if behind is None or _INSIDE.search(" ".join(top)):
        return lines  # it was changed by hand: nothing tells whose words these are
    return [*top, "", *behind] if behind else top


def _without_ruler(lines: list[str]) -> list[str]:
    """What stands above a letter, without its signature and the line that some programs draw between."""
    top = _signed_off(lines)
    return _signed_off(top[:-1]) if top and _LINE.fullmatch(top[-1].strip()) else top


def _beginning(lines: list[str], ours: Ours) -> tuple[int, int] | None:
    """Where a quoted letter of ours begins: the first line of what announces it, and the line after that."""
    for at, line in enumerate(lines):
        if not line.strip() or _is_quoted(line):
            continue
        after = _announced(lines, at) or _headed(lines, at)
        if after is None:
            continue
        following = next((one for one in lines[after:] if one.strip()), "")
        if ours.is_in("\n".join(lines[at:])) or (_is_quoted(following) and _announced(lines, at)):
            return at, after
    return None


def _announced(lines: list[str], at: int) -> int | None:
    """The line after "On … wrote:", which may be broken over four lines."""
    for count in range(1, 5):
        if at + count > len(lines) or not lines[at + count - 1].strip():
            return None
        joined = " ".join(line.strip() for line in lines[at : at + count])
        if _SAID.fullmatch(joined) or _SAID_MAC.fullmatch(joined):
            return at + count
    return None


def _headed(lines: list[str], at: int) -> int | None:
    """The line after a block "From: … Sent: … Subject: …", with or without a ruler above."""
    place = at
    if _RULER.fullmatch(lines[at].strip()):
        place = next((key for key in range(at + 1, min(at + 4, len(lines))) if lines[key].strip()), at)
    if not _FIRST_HEADER.match(lines[place]):
        return None
    after, names = place, 0
    for key in range(place, min(place + 12, len(lines))):
        if _HEADER.match(lines[key]):
            after, names = key + 1, names + 1
        elif lines[key].strip() and not lines[key][:1].isspace() and key != after:
            break
    return after if names >= 3 else None


def _around_quotes(top: list[str], tail: list[str], ours: Ours) -> list[str]:
    """A quote by ">": with nothing between, it goes; answers below its parts keep the parts they answer."""
    blocks = _blocks(_signed_off(tail))
    while blocks and (_is_quoted(blocks[-1][0]) or not _trim(blocks[-1])):
        blocks.pop()  # what is quoted after the last words answers nothing
    if not blocks:
        return top
    if _is_quoted(blocks[0][0]) and len(blocks) == 2 and ours.is_in("\n".join(blocks[0])):
        blocks.pop(0)  # the whole letter, and the answer below
    rest = [line for block in blocks for line in block]
    return _signed_off([*top, "", *rest] if _trim(top) else rest)


def _blocks(lines: list[str]) -> list[list[str]]:
    """Runs of quoted lines and of others, empty lines going with what is before them."""
    found: list[list[str]] = []
    for line in lines:
        if found and (not line.strip() or _is_quoted(line) == _is_quoted(found[-1][0])):
            found[-1].append(line)
        elif line.strip():
            found.append([line])
    return found


def _behind(tail: list[str], ours: Ours) -> list[str] | None:
    """What stands below our whole letter, where nothing marks its lines; None when its end isn't found."""
    ends = [key for key, line in enumerate(tail) if ours.is_end(line)]
    return _signed_off(_trim(tail[ends[-1] + 1 :])) if ends else None


def _without_last_quote(lines: list[str], ours: Ours) -> list[str]:
    """Without our letter quoted at the end although nothing announces it."""
    blocks = _blocks(_trim(lines))
    if len(blocks) > 1 and _is_quoted(blocks[-1][0]) and ours.is_in("\n".join(blocks[-1])):
        return [line for block in blocks[:-1] for line in block]
    if len(blocks) == 2 and _is_quoted(blocks[0][0]) and ours.is_in("\n".join(blocks[0])):
        return blocks[1]
    return lines


def _signed_off(lines: list[str]) -> list[str]:
    """Without the signature: behind dashes and short, or what telephones add."""
    lines = _trim(lines)
    for at in range(len(lines) - 1, -1, -1):
        if not _DASHES.fullmatch(lines[at]):
            continue
        rest = _trim(lines[at + 1 :])
        is_short = len(rest) <= (FEW if lines[at] == "-- " else FEWER) and all(
            len(one) <= 120 for one in rest
        )
        if is_short and not any(_is_quoted(one) for one in rest):
            lines = _trim(lines[:at])
        break
    while lines and _is_added(lines[-1]):
        lines = _trim(lines[:-1])
    return lines


def _is_added(line: str) -> bool:
    line = line.strip(" \t\xa0*_-")
    return bool(_MOBILE.fullmatch(line) and _DEVICE.search(line))


def _is_quoted(line: str) -> bool:
    return bool(_QUOTED.match(line))


def _trim(lines: list[str]) -> list[str]:
    """Without empty lines at both ends."""
    first = next((key for key, line in enumerate(lines) if line.strip()), len(lines))
    last = next((key for key in range(len(lines) - 1, -1, -1) if lines[key].strip()), -1)
    return lines[first : last + 1]
