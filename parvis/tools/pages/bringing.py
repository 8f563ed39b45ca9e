"""A discussion becomes a page: its text, what came of it, its sources. Not here: what a discussion is (its own tool says
by its kind's role and gist)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import touch_card
from parvis.contributions.marks import Attachment
from parvis.kernel import markdown
from parvis.kernel.errors import NotFound
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
        body=page_text(contribution),
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
        sections.append(f"## {part.heading}\n\n{_plain(part.source)}{whose}")
    began = _plain(contribution.body.source)
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


def _plain(source: str) -> str:
    """A text without the pictures and files that belong to it: they stay where they were sent, one click away."""
    files = set(markdown.render(source).files)
    if not files:
        return source.strip()
    own = {row.url.rpartition("/")[0] for row in Attachment.objects.filter(id__in=files)}
    kept = [line for line in source.split("\n") if not any(address in line for address in own)]
    return "\n".join(kept).strip()


def remarks(contribution: Contribution, viewer: Person) -> list[Remark]:
    """Under a discussion: the page it has become, for those who may read it. One query, where there is one."""
    key = contribution.card.get(ON_CARD)
    made = reading.made_of(key, viewer) if isinstance(key, int) else None
    if made is None:
        return []
    return [Remark(_("It became a page:"), "book-open", ((made.title, page_url(made.id)),))]
