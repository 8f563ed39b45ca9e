"""An item and one sentence become a topic or a post; ticked items become a bulletin. Not here: the kinds themselves."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.tools.feeds.models import Bringing, Item
from parvis.tools.feeds.reading import find_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.toolkit.spec import Kind

ROLES = ("discussion", "article")
MOST_ITEMS = 30  # in one bulletin
MOST_SENTENCE = 1000

PLACES = """
SELECT t.id, t.name, t.slug, coalesce((SELECT array_agg(o.slug) FROM spaces_spacetool o WHERE o.space_id = t.id), '{}')
  AS tools
FROM spaces_space t JOIN spaces_membership mine ON mine.space_id = t.id AND mine.person_id = %(me)s
WHERE t.kind = 'community' AND t.archived_at IS NULL
  AND (t.posting = 'members' OR mine.role = 'host' AND coalesce(mine.host_until_on >= %(today)s, true))
ORDER BY t.is_everyone, lower(t.name)"""


def places_for(viewer: Person, roles: Sequence[str] = ROLES) -> list[Any]:
    """Communities in which the reader may open a topic or publish a post. One query."""
    kinds = {
        role: {tool.slug for tool in registry.tools() for kind in tool.kinds if role in kind.roles}
        for role in roles
    }
    rows = read(PLACES, {"me": viewer.id, "today": clock.today()})
    return [row for row in rows if any(set(row.tools) & slugs for slugs in kinds.values())]


def bring_item(item_id: int, slug: str, *, sentence: str, role: str, by: Person) -> Contribution:
    """Opens a topic (role "discussion") or publishes a post ("article") that begins with a sentence and links its source.

    Who may: whoever reads the item and may post in the community. Raises NotFound, NotAllowed, Refused.
    """
    item = find_item(item_id, by)
    space, kind = place_of(slug, role, by=by)
    words = " ".join(sentence.split())[:MOST_SENTENCE]
    if not words:
        raise Refused(_("Say in one sentence why it may interest them."), field="sentence")
    body = f"{words}\n\n> {_linked(item)}"
    if item.excerpt:
        body += f"\n> \n> {_plain(item.excerpt)}"
    contribution: Contribution = kind.publish(
        space, title=(item.title or words)[:200], body=body, options={}, by=by
    )
    _remember(contribution, [item], by=by)
    return contribution


def make_bulletin(
    items: Sequence[tuple[int, str]],
    slug: str,
    *,
    title: str,
    opening: str = "",
    at: datetime | None = None,
    by: Person,
) -> Contribution:
    """Items, each with a line of one's own, as a post: at its date when one is given, else as a draft to go on with.

    Who may: whoever reads them all and may post in the community. Raises NotFound, NotAllowed, Refused.
    """
    if not items:
        raise Refused(_("Tick the items that go into the bulletin first."), field="item")
    if len(items) > MOST_ITEMS:
        raise Refused(_("A bulletin holds thirty items at most."), field="item")
    space, kind = place_of(slug, "article", by=by, otherwise="discussion")
    if at is not None and at <= clock.now():
        raise Refused(_("Choose a moment to come, or none: it is then kept as a draft."), field="at")
    found = [(find_item(key, by), " ".join(line.split())[:MOST_SENTENCE]) for key, line in items]
    parts = [f"**{_linked(item)}**" + (f"  \n{line}" if line else "") for item, line in found]
    body = "\n\n".join(([opening.strip()[:10_000]] if opening.strip() else []) + parts)
    given = {"title": " ".join(title.split()), "body": body, "options": {}, "by": by}
    contribution: Contribution = kind.publish(space, at=at, **given) if at else kind.draft(space, **given)
    _remember(contribution, [item for item, _line in found], by=by)
    return contribution


def place_of(slug: str, role: str, *, by: Person, otherwise: str = "") -> tuple[Space, Kind]:
    """A community, and its kind for this role. Raises NotFound, NotAllowed, Refused."""
    space = Space.objects.visible_to(by).communities().filter(slug=slug[:80]).first()
    if space is None:
        raise Refused(_("Choose one of your communities."), field="space")
    require("space.post", space, by=by)
    kind = registry.kind_for(space, role) if role in ROLES else None
    kind = kind or (registry.kind_for(space, otherwise) if otherwise else None)
    if kind is None:
        raise Refused(_("This community has no place for that: choose another form."), field="role")
    return space, kind


def _remember(contribution: Contribution, items: list[Item], *, by: Person) -> None:
    place = {"space_id": contribution.space_id, "audience": contribution.audience}
    Bringing.objects.bulk_create(
        [Bringing(contribution=contribution, item=item, person=by, **place) for item in items],
        ignore_conflicts=True,
    )


def _linked(item: Item) -> str:
    """The title as a link to the article, and where it comes from."""
    title = _plain(item.title) or item.url
    source = _plain(item.source.title)
    return (f"[{title}]({_address(item.url)})" if item.url else title) + (f" — {source}" if source else "")


def _plain(text: str) -> str:
    """Words of another site as words of Markdown: nothing of them is markup, a mention or a tag."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-!|~@:^$=])", r"\\\1", " ".join(text.split()))


def _address(url: str) -> str:
    return (
        url.replace("(", "%28")
        .replace(")", "%29")
        .replace("<", "%3C")
        .replace(">", "%3E")
        .replace(" ", "%20")
    )


def check_readable(keys: Sequence[int], viewer: Person) -> list[Item]:
    """The items of a bulletin in the making, those that the reader no longer sees left out."""
    found = []
    for key in keys[:MOST_ITEMS]:
        try:
            found.append(find_item(key, viewer))
        except NotFound:
            continue
    return found
