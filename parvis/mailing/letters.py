"""The letters themselves: things found for one reader, said as far as allowed, in words, as plain text and as HTML.

Both twins are made of the same parts, so that neither says more. Nothing is loaded from anywhere, no link is counted.
Not here: what is told (mailing.picking), how much (mailing.levels), when (mailing.due).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from django.template.loader import get_template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from parvis.config import config
from parvis.contributions.models import Body, Contribution, Reply, ReplyState
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.mailing import reply_tokens
from parvis.mailing.levels import Limits, limits_of
from parvis.mailing.models import Level
from parvis.mailing.rhythms import AT_ONCE
from parvis.mailing.stopping import address_for, headers_for
from parvis.people.models import names_of
from parvis.spaces.models import Space
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.mailing.picking import ForYou, Moved
    from parvis.people.models import Person

FIRST_LINES = 280
FIRST_WORDS = 60  # in a subject, of what has no title
WHOLE = 12_000  # characters: what is longer is read on its page
SETTINGS = "/settings/notifications/"


@dataclass(frozen=True)
class Item:
    """One thing of a letter: what happened, to what, where, and as much of its text as may leave."""

    lead: str
    title: str
    place: str
    paragraphs: tuple[str, ...]
    url: str
    is_for_you: bool = False
    reply_to: str = ""  # where an answer by mail to this thing goes

    @property
    def headline(self) -> str:
        """What a subject says of it: of what merely moved, its title alone; without one, the first words."""
        title = self.title or excerpt(" ".join(self.paragraphs[:1]), FIRST_WORDS)
        if not title or (self.title and not self.is_for_you):
            return title or self.lead
        return _("%(sentence)s: %(title)s") % {"sentence": self.lead, "title": title}


@dataclass(frozen=True)
class Letter:
    """A letter before it is written: sections of (heading, things), and how many novelties it may only count."""

    sections: tuple[tuple[str, tuple[Item, ...]], ...]
    novelties: int = 0
    has_more: bool = False

    @property
    def items(self) -> list[Item]:
        return [item for _heading, items in self.sections for item in items]

    @property
    def reply_to(self) -> str:
        """Where an answer to the letter itself goes: only one about a single thing can be answered as a whole."""
        return self.items[0].reply_to if len(self.items) == 1 and self.count == 1 else ""

    @property
    def count(self) -> int:
        return len(self.items) + self.novelties


@dataclass(frozen=True)
class Written:
    """What is sent: a subject and the two twins."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Known:
    """What the words need beyond the things themselves, looked up once for a whole letter."""

    person: Person
    limits: Limits
    spaces: dict[int, Space]
    replies: dict[int, Reply]
    names: dict[int, str]

    def text(self, source: str) -> str:
        return fill_names_in_text(source, self.names).strip()


def compose(
    person: Person, for_you: Sequence[ForYou] = (), moved: Sequence[Moved] = (), *, has_more: bool = False
) -> Letter:
    """The letter about these things, as far as each may be said to this person. Seven statements at most."""
    known = _look_up(person, for_you, moved)
    mine = [_of_line(one, known) for one in for_you]
    others = [_of_moved(one, known) for one in moved]
    sections = (
        (_("For you"), tuple(item for item in mine if item is not None)),
        (_("In your communities"), tuple(item for item in others if item is not None)),
    )
    hidden = [*mine, *others].count(None)
    return Letter(tuple(one for one in sections if one[1]), hidden, has_more)


def _look_up(person: Person, for_you: Sequence[ForYou], moved: Sequence[Moved]) -> _Known:
    things = [one.contribution for one in for_you if one.contribution is not None]
    things += [one.contribution for one in moved]
    wanted = [one.notice.thing_id for one in for_you if one.notice.thing_kind == "reply"]
    wanted += [one.last_reply for one in moved if one.last_reply]
    rows = Reply.objects.filter(id__in=wanted, state=ReplyState.PUBLISHED).select_related("author")
    replies = {row.id: row for row in rows.defer("source", "html")} if wanted else {}
    spaces = {one.space_id: one.space for one in things}
    rest = {one.notice.space_id for one in for_you if one.notice.space_id} - set(spaces)
    if rest:
        spaces |= {space.id: space for space in Space.objects.filter(id__in=rest)}
    texts = [*(one.excerpt for one in things), *(one.text for one in replies.values())]
    texts += [_body(one) for one in things]
    named = {key for text in texts if "@" in text for key in mentions_in_text(text)}
    return _Known(person, limits_of(person, spaces), spaces, replies, names_of(named))


def _body(thing: Contribution) -> str:
    body: Body | None = getattr(thing, "body", None)
    return body.text if body is not None else ""


def _of_line(one: ForYou, known: _Known) -> Item | None:
    """None: of this nothing may be said but that it is there."""
    line, notice, thing = one.line, one.notice, one.contribution
    space = known.spaces.get(notice.space_id or 0)
    level = (
        known.limits.of(thing) if thing else known.limits.of_place(space) if space else known.limits.ceiling
    )
    if level == Level.NOVELTY:
        return None
    paragraphs: tuple[str, ...] = ()
    reply = known.replies.get(notice.thing_id) if notice.thing_kind == "reply" else None
    if thing is not None and level >= Level.EXCERPTS and not (notice.thing_kind == "reply" and reply is None):
        text = known.text(reply.text if reply is not None else _body(thing) or thing.excerpt)
        paragraphs = _paragraphs(text, level)
    title = thing.title if thing is not None else line.about
    place = line.place if thing is not None else ""
    to = _answers_to(known, thing, reply)
    return Item(line.sentence, title, place, paragraphs, config.url + line.url, is_for_you=True, reply_to=to)


def _of_moved(one: Moved, known: _Known) -> Item | None:
    thing = one.contribution
    level = known.limits.of(thing)
    if level == Level.NOVELTY:
        return None
    kind = registry.kind(thing.kind)
    answers = ngettext("%(count)s new reply", "%(count)s new replies", one.replies) % {"count": one.replies}
    lead = answers
    if one.is_new:
        lead = _("%(who)s %(did)s") % {"who": thing.author.name, "did": kind.verb if kind else ""}
        lead = f"{lead.strip()} · {answers}" if one.replies else lead
    paragraphs: tuple[str, ...] = ()
    reply = known.replies.get(one.last_reply or 0)
    if level >= Level.EXCERPTS:
        if one.is_new:
            paragraphs = _paragraphs(known.text(_body(thing) or thing.excerpt), level)
        elif reply is not None:
            said = excerpt(known.text(reply.text), FIRST_LINES)
            paragraphs = (_("%(name)s: %(text)s") % {"name": reply.author.name, "text": said},)
    to = _answers_to(known, thing)
    return Item(lead.strip(), thing.title, thing.space.name, paragraphs, config.url + thing.url, reply_to=to)


def _answers_to(known: _Known, thing: Contribution | None, reply: Reply | None = None) -> str:
    if thing is None or not thing.are_replies_open:
        return ""
    return reply_tokens.address_for(known.person, thing.id, reply.id if reply is not None else None)


def _paragraphs(text: str, level: Level) -> tuple[str, ...]:
    if level < Level.WHOLE:
        short = excerpt(text, FIRST_LINES)
        return (short,) if short else ()
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text[:WHOLE])]
    return tuple(part for part in parts if part)


# Writing


def write(letter: Letter, person: Person, *, kind: str, why: str, network: str) -> Written:
    """The subject and the twins, in the active language."""
    answers = how_to_answer(letter)
    foot = {
        "answers": answers,
        "why": why,
        "stop": (_("Stop these mails"), address_for(person, kind)),
        "settings": (_("Choose what comes, and when"), config.url + SETTINGS),
        "network": (network, f"{config.url}/"),
        "rest": _rest(letter),
    }
    html = get_template("mailing/letter.jinja").render(
        {
            "letter": letter,
            "foot": foot,
            "language": get_language() or "fr",
            "has_headings": len(letter.sections) > 1,
            "at": _("In %(community)s"),
            "answer": _("Answer by mail"),
            "open_network": _("Open %(network)s") % {"network": network},
            "subject": subject_of(letter),
        }
    )
    return Written(subject_of(letter), _text(letter, foot), _tight(html))


def how_to_answer(letter: Letter) -> str:
    """How this letter can be answered by mail, in a sentence; empty when it can't."""
    if letter.reply_to:
        return _("Answer this mail, and your answer stands in the discussion, under your name.")
    return ""


def subject_of(letter: Letter) -> str:
    """The most important thing, and how much more there is."""
    items = letter.items
    if not items:
        return ngettext("%(count)s novelty", "%(count)s novelties", letter.novelties) % {
            "count": letter.novelties
        }
    first, more = excerpt(items[0].headline, 120), letter.count - 1
    if not more:
        return first
    return ngettext("%(first)s (and %(count)s more)", "%(first)s (and %(count)s more)", more) % {"first": first, "count": more}  # fmt: skip


def _rest(letter: Letter) -> str:
    """What isn't said in the letter, in a sentence; empty when all is."""
    parts = []
    if letter.novelties and not letter.items:
        parts.append(_("What they say is read there, not in a mail."))
    elif letter.novelties:
        sentence = ngettext(
            "And %(count)s novelty of which mails say nothing.",
            "And %(count)s novelties of which mails say nothing.",
            letter.novelties,
        )
        parts.append(sentence % {"count": letter.novelties})
    if letter.has_more:
        parts.append(_("There is more to read there."))
    return " ".join(parts)


def _text(letter: Letter, foot: dict[str, Any]) -> str:
    blocks = []
    for heading, items in letter.sections:
        if len(letter.sections) > 1:
            blocks.append(heading.upper())
        for item in items:
            lines = [item.lead, *([item.title] if item.title else [])]
            lines += [_("In %(community)s") % {"community": item.place}] if item.place else []
            blocks.append("\n".join(lines))
            blocks += [f"> {part}" for part in item.paragraphs]
            blocks.append(item.url)
            if item.reply_to and not letter.reply_to:
                blocks.append(f"{_('Answer by mail')} <{item.reply_to}>")
    if not letter.items:
        blocks.append(subject_of(letter))
    blocks += [foot[name] for name in ("rest", "answers") if foot[name]]
    ways = (foot["network"], foot["settings"], foot["stop"])
    links = [_("%(sentence)s: %(title)s") % {"sentence": words, "title": url} for words, url in ways]
    return "\n\n".join([*blocks, "-- \n" + foot["why"], "\n".join(links)]) + "\n"


def _tight(html: str) -> str:
    """No line longer than mail servers carry, no space that says nothing."""
    return re.sub(r"\n\s*", "\n", html).strip() + "\n"


# Headers


def headers_of(
    person: Person, kind: str, key: str, contribution: Contribution | None = None, *, reply_to: str = ""
) -> dict[str, str]:
    """What mail programs need: how to stop it, that no human wrote it, which mails belong together.

    `key` names this one mail, the same at every try. Mails about one contribution follow an address that stands for it
    alone, so that programs show them as one conversation; `reply_to` takes answers to it.
    """
    host = urlparse(config.url).hostname or "localhost"
    headers = {
        "Message-ID": f"<{key}@{host}>",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        **headers_for(person, kind),
    }
    if contribution is not None:
        root = f"<thing.{encode(contribution.id)}@{host}>"
        headers |= {"In-Reply-To": root, "References": root}
    if reply_to:
        headers["Reply-To"] = reply_to
    return headers


def why_of(kind: str, periods: Sequence[str] = (), *, is_always: bool = False) -> str:
    """Why this letter came, in a sentence."""
    if kind == AT_ONCE:
        return _("You get this because you asked for a mail as soon as something is for you.")
    if is_always:
        return _("You get this because you asked for a digest of what is new.")
    if any("W" in period for period in periods):
        return _("This digest comes at most once a week, and only while you haven't been here.")
    return _("This digest comes in the morning, and only if you weren't here the working day before.")
