"""What the pages of the feeds show: rows as templates want them, sentences for troubles. Not here: reads and writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from parvis.kernel.ids import decode, encode
from parvis.kernel.pagination import parse_cursor
from parvis.kernel.sanitise import host_of
from parvis.toolkit.spec import Line, Section
from parvis.tools.feeds import pictures, reading
from parvis.tools.feeds.models import Word
from parvis.tools.feeds.reading import Asked

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

TROUBLES: dict[str, Any] = {
    "off": _("This site doesn't fetch anything from the Internet. An administrator may allow it."),
    "fetch": _("Its address gave no answer that we accept."),
    "slow": _("It took too long to answer."),
    "long": _("It is bigger than the two megabytes we read."),
    "page": _("This page names no feed."),
    "unrecognized": _("What it answers isn't a feed."),
    "entities": _("It holds definitions of its own, which a feed never needs: it was refused."),
    "nested": _("It is nested so deep that reading it would harm this site: it was refused."),
    "heavy": _("Reading it would take too much of this site's time: it was refused."),
}
OF_MINE = 5
_BEFORE, _AFTER = re.compile(r" (?=[:;?!»%](?:\s|$))"), re.compile("« ")


def shelf_context(viewer: Person, data: Mapping[str, str], space: Space | None = None) -> dict[str, Any]:
    """One page of a shelf: its items, its sources, what is asked of it."""
    view = data.get("view", "")
    typed = " ".join(data.get("q", "").split())[:100]
    query = reading.query_of(typed)
    if view == "watched" and not query:
        words = Word.objects.filter(person=viewer, is_mute=False).values_list("folded", flat=True)
        query = reading.watched_query(list(words)) or "'\x01'"
    asked = Asked(
        source=key_of(data.get("source", "")),
        is_unread=view == "unread" and not query,
        query=query,
        cursor=parse_cursor(data.get("after", "")),
    )
    rows, following = reading.shelf_page(viewer, asked, space, is_own=view == "own")
    sources = [describe_source(row) for row in reading.sources_of(viewer, space)]
    return {
        "items": [describe(row) for row in rows],
        "following": str(following) if following else "",
        "sources": sources,
        "troubled": [one for one in sources if one["trouble"]],
        "view": view,
        "typed": typed,
        "source": next((one for one in sources if one["id"] == asked.source), None),
        "is_first": asked.cursor is None,
    }


def key_of(text: str) -> int | None:
    """The id behind 13 letters, or None."""
    try:
        return decode(text) if text else None
    except ValueError:
        return None


def held(text: str) -> str:
    """Words of another site with their signs kept beside them: in French a line never begins with a colon."""
    return _AFTER.sub("«\u00a0", _BEFORE.sub("\u00a0", text))


def describe(row: Any) -> dict[str, Any]:
    """An item as a line of a shelf."""
    key = encode(row.id)
    return {
        "key": key,
        "url": f"/feeds/items/{key}/",
        "link": row.url,
        "host": host_of(row.url),
        "title": held(row.title or row.excerpt[:100]) or gettext("Without a title"),
        "author": row.author,
        "excerpt": held(row.excerpt) if row.title else "",
        "at": row.at,
        "source": row.source,
        "is_letter": row.source_url.startswith(reading.LETTERS),
        "source_key": encode(row.source_id),
        "is_read": row.is_read,
        "brought": [
            {"name": one["name"], "person": encode(int(one["person"])), "space": one["space"], "url": f"/go/{encode(int(one['id']))}/"}
            for one in row.brought
        ],
    }  # fmt: skip


def describe_full(row: Any) -> dict[str, Any]:
    """An item as its page shows it."""
    kept = row.pictures if pictures.are_shown() else {}
    return {**describe(row), "html": Markup(pictures.fill(row.html, row.id, kept))}


def describe_source(row: Any) -> dict[str, Any]:
    """A source with its state in words."""
    return {
        "id": row.id,
        "key": encode(row.id),
        "url": row.url,
        "is_letter": row.url.startswith(reading.LETTERS),
        "has_box": row.has_box,
        "site_url": row.site_url,
        "title": row.title or host_of(row.url),
        "description": row.description,
        "is_new": row.fetched_at is None and not row.trouble,
        "trouble": TROUBLES.get(row.trouble, TROUBLES["fetch"]) if row.trouble else "",
        "is_muted": row.is_muted,
        "is_at_home": row.is_at_home,
        "last_at": row.last_at,
    }


def mine(viewer: Person) -> list[Section]:
    """The newest unread items for the page "mine". One query."""
    rows, _following = reading.shelf_page(viewer, Asked(is_unread=True))
    lines = tuple(
        Line(text=held(row.title or row.excerpt[:100]), url=f"/feeds/items/{encode(row.id)}/", sub=row.source, icon="rss", at=row.at)
        for row in rows[:OF_MINE]
    )  # fmt: skip
    return [
        Section(
            title=gettext("To read in your feeds"),
            icon="rss",
            lines=lines,
            url="/feeds/",
            empty=gettext("Nothing new in your feeds."),
            rank=80,
        )
    ]


def import_sentence(added: int, left: int) -> str:
    """What an import did."""
    first = ngettext("%(n)s feed added.", "%(n)s feeds added.", added) % {"n": added}
    rest = ngettext("%(n)s was left out.", "%(n)s were left out.", left) % {"n": left}
    return f"{first} {rest}" if left else first
