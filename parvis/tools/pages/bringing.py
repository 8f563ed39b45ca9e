"""A discussion becomes a page: its text, what came of it, its sources. Not here: what a discussion is (its own tool says
by its kind's role and gist)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import touch_card
from parvis.contributions.marks import Attachment
from parvis.kernel import clock, markdown
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import encode, new_id
from parvis.spaces.models import Audience
from parvis.toolkit import registry
from parvis.toolkit.spec import Remark
from parvis.tools.pages import reading
from parvis.tools.pages.actions import publish_page
from parvis.tools.pages.showing import page_url

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

ON_CARD = "became_page"  # in the discussion's card: the key of the page


def may_become_page(contribution: Contribution, can: frozenset[str]) -> bool:
    """Whether a page may be made of it: a published discussion, pages open there, the right to post. One query."""
    kind = registry.kind(contribution.kind)
    if kind is None or "discussion" not in kind.roles or "pages.write" not in can:
        return False
    return contribution.is_published and "pages" in registry.slugs_on(contribution.space)


def make_page(contribution: Contribution, *, by: Person) -> Contribution:
    """Publishes a page of the same community with what a discussion says and what came of it; each then leads to the
    other. Who may: whoever may post there and read it. Raises NotFound where it can't become one."""
    held = require("space.post", contribution.space, by=by)
    kind = registry.kind(contribution.kind)
    if not held or kind is None or "discussion" not in kind.roles or not contribution.is_published:
        raise NotFound
    if "pages" not in registry.slugs_on(contribution.space):
        raise NotFound
    labels = list(contribution.tags.values_list("label", flat=True))
    made = publish_page(
        contribution.space,
        title=contribution.title,
        body=own_files(page_text(contribution), contribution, by=by),
        tags=labels,
        options={"came_from": contribution},
        by=by,
    )
    touch_card(contribution, **{ON_CARD: made.id})
    return made


def page_text(contribution: Contribution) -> str:
    """The Markdown of the page: what came of the discussion first, then how it began, then its sources."""
    kind = registry.kinds()[contribution.kind][1]
    sections = []
    for part in kind.gist(contribution):
        whose = f"\n\n*{part.by}*" if part.by else ""
        sections.append(f"## {part.heading}\n\n{part.source.strip()}{whose}")
    began = contribution.body.source.strip()
    if began:
        heading = _("How it began")
        sections.append(f"## {heading}\n\n{began}" if sections else began)
    at = timezone.localtime(contribution.published_at or contribution.created_at)
    words = contribution.title.replace("[", "(").replace("]", ")")
    source = _("[%(title)s](%(url)s), opened by %(name)s on %(day)s") % {
        "title": words,
        "url": f"/go/{contribution.key}/",
        "name": f"@[](person:{contribution.author.key})",
        "day": dateformat.format(at, "j F Y"),
    }
    heading = _("Sources")
    sections.append(f"## {heading}\n\n- {source}")
    return "\n\n".join(sections)


def own_files(source: str, contribution: Contribution, *, by: Person) -> str:
    """The text with files of its own in the place of the discussion's, so that the page keeps them when that one goes.

    The bytes are stored once. A line with a file of something else again is left out: it isn't theirs to give.
    """
    files = set(markdown.render(source).files)
    if not files:
        return source
    here = Q(contribution=contribution) | Q(contribution__part_of=contribution)
    own = list(Attachment.objects.filter(here, id__in=files))
    foreign = [f"/files/{encode(key)}/" for key in files - {row.id for row in own}]
    source = "\n".join(line for line in source.split("\n") if not any(one in line for one in foreign))
    for row in own:
        address, row.id, row.created_at = f"/files/{encode(row.id)}/", new_id(), clock.now()
        row.contribution, row.reply, row.space_id, row.audience, row.uploader = (
            None,
            None,
            None,
            Audience.NAMED,
            by,
        )
        row.save(force_insert=True)
        source = source.replace(address, f"/files/{encode(row.id)}/")
    return source


def remarks(contribution: Contribution, viewer: Person) -> list[Remark]:
    """Under a discussion: the page it has become, for those who may read it. One query, where there is one."""
    key = contribution.card.get(ON_CARD)
    made = reading.made_of(key, viewer) if isinstance(key, int) else None
    if made is None:
        return []
    return [Remark(_("It became a page:"), "book-open", ((made.title, page_url(made.id)),))]
