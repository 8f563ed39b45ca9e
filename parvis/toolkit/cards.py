"""Cards of the stream, drawn from the spine's rows by the kind's own face and one template.

A card is kept in memory under everything it depends on (names, counts and the reader's own marks included): a
rename, an edit or a reaction makes another key, so nothing has to be made stale and nobody's marks can leak.
Not here: the queries (contributions.stream) and the markup (web/card.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.contributions import stream
from parvis.contributions.models import Reply, ReplyState
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.kernel.memory import Memory
from parvis.people.models import names_of
from parvis.spaces.models import address_of
from parvis.toolkit import registry
from parvis.toolkit.molds import shrink

if TYPE_CHECKING:
    from parvis.people.models import Person

KEPT = 8192  # about 3 kB each


FRAGMENTS: Memory[tuple[Any, ...], Markup] = Memory(KEPT)


def draw(rows: Sequence[stream.Row], viewer: Person) -> list[Markup]:
    """The cards of these rows for this reader, in order. At most three more queries, none for plain cards.

    A share whose original the reader may not see (any more) is left out without a trace.
    """
    return [drawn for _row, drawn in draw_with_rows(rows, viewer)]


def draw_with_rows(rows: Sequence[stream.Row], viewer: Person) -> list[tuple[stream.Row, Markup]]:
    """The same, each beside its row."""
    extra = _look_up(rows, viewer)
    language, zone = get_language(), timezone.get_current_timezone_name()
    drawn = []
    for row in rows:
        shared = row.card.get("shared")
        if shared is not None and shared not in extra.originals:
            continue
        key = _key(row, extra, language, zone)
        fragment = FRAGMENTS.get(key)
        if fragment is None:
            fragment = shrink(get_template("web/card.html").render({"c": describe(row, extra)}))
            FRAGMENTS.put(key, fragment)
        drawn.append((row, fragment))
    return drawn


class Extra:
    """What some cards need beyond their row: names of people mentioned, accepted answers, shared originals."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.answers: dict[int, str] = {}
        self.originals: dict[int, stream.Row] = {}


def _look_up(rows: Sequence[stream.Row], viewer: Person) -> Extra:
    extra = Extra()
    shared = [row.card["shared"] for row in rows if "shared" in row.card]
    if shared:
        extra.originals = {row.id: row for row in stream.by_ids(shared, viewer)}
    answers = [row.card["answer"] for row in rows if row.card.get("answer")]
    if answers:
        found = Reply.objects.filter(id__in=answers, state=ReplyState.PUBLISHED).values_list("id", "text")
        extra.answers = {key: excerpt(text, 160) for key, text in found}
    texts = [row.excerpt for row in rows] + [row.excerpt for row in extra.originals.values()]
    mentioned = {
        key for text in [*texts, *extra.answers.values()] if "@" in text for key in mentions_in_text(text)
    }
    if mentioned:
        extra.names = names_of(mentioned)
    return extra


def _key(row: stream.Row, extra: Extra, language: str | None, zone: str) -> tuple[Any, ...]:
    original = extra.originals.get(row.card.get("shared", 0))
    return (
        row.id,
        row.version,
        language,
        zone,
        row.why,
        row.author_name,
        row.author_photo,
        row.space_name,
        row.space_slug,
        row.reply_count,
        tuple(row.reaction_counts.items()),
        row.my_reaction,
        row.is_saved,
        row.unread_count,
        row.card.get("count"),  # of a kind's own, such as voters: it moves without a new version
        _text(row.excerpt, extra),
        extra.answers.get(row.card.get("answer") or 0),
        original
        and (
            original.version,
            original.title,
            original.author_name,
            original.space_name,
            original.reply_count,
        ),
    )


def describe(row: stream.Row, extra: Extra | None = None) -> dict[str, Any]:
    """The card macro's mapping for one row (see web/components/cards.html)."""
    extra = extra or Extra()
    kind = registry.kinds()[row.kind][1]
    original = extra.originals.get(row.card.get("shared", 0))
    counts = row.reaction_counts
    common = {
        "id13": row.key,
        "url": f"/go/{row.key}/",
        "kind": row.kind,
        "kind_label": kind.label,
        "kind_icon": kind.icon,
        "title": row.title,
        "excerpt": _text(row.excerpt, extra),
        "at": row.published_at,
        "language": row.language,
        "author": author_of(row),
        "space": space_of(row),
        "why": why_in_words(row),
        "why_icon": why_icon(row),
        "reply_count": row.reply_count,
        "reply_verb": kind.replies[0],
        "reply_word": kind.replies[1 if row.reply_count == 1 else 2],
        "reaction_count": sum(counts.values()),
        "reactions": sorted(counts, key=counts.get, reverse=True)[:3],
        "own_reaction": row.my_reaction,
        "react_url": f"/go/{row.key}/react/",
        "unread_count": row.unread_count,
        "is_saved": row.is_saved,
        "save_url": f"/go/{row.key}/save/",
        "menu_url": f"/go/{row.key}/more/",
        "answer": extra.answers.get(row.card.get("answer") or 0),
        "outcome": row.card.get("outcome"),
        "inner": describe(original, extra) if original else None,
    }
    return {**common, **kind.face(row)}


def author_of(row: Any) -> dict[str, Any]:
    """What the byline shows of a row's author."""
    key = encode(row.author_id)
    photo = f"/people/{key}/photo/{row.author_photo[:12]}" if row.author_photo else ""
    return {"id13": key, "name": row.author_name, "url": f"/people/{key}/", "photo_url": photo}


def space_of(row: Any) -> dict[str, Any]:
    """What the byline shows of a row's place."""
    return {
        "name": row.space_name,
        "url": address_of(row.space_slug),
        "is_personal": row.space_kind == "personal",
    }


def why_in_words(row: stream.Row) -> str:
    """Why a card is in this reader's stream."""
    if row.why == "own":
        return _("You wrote it")
    if row.why.startswith("tag:"):
        return _("You follow #%(tag)s") % {"tag": row.why[4:]}
    if row.why == "person":
        return _("You follow %(name)s") % {"name": row.author_name}
    if row.why == "member":
        return _("You belong to %(space)s") % {"space": row.space_name}
    if row.why == "followed":
        return _("You follow %(space)s") % {"space": row.space_name}
    return ""


def why_icon(row: stream.Row) -> str:
    return {"own": "pen-line", "person": "user", "member": "users", "followed": "eye"}.get(
        row.why, "hash" if row.why.startswith("tag:") else "users"
    )


def _text(text: str, extra: Extra) -> str:
    return fill_names_in_text(text, extra.names) if extra.names else text
