"""The approval of a page's versions: which is the last, which is shown, and to whom a newer one.

Not here: asking and answering (the room of approvals), how versions are kept (versions).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from parvis.approvals.models import Edition, Review, State
from parvis.approvals.reading import Standing, approved_number, standing_of
from parvis.contributions import entries
from parvis.contributions.models import Body, Contribution
from parvis.kernel import markdown
from parvis.kernel.errors import NotFound
from parvis.tools.pages import linking
from parvis.tools.pages.models import Version

if TYPE_CHECKING:
    from parvis.people.models import Person


def digest_of(title: str, source: str) -> str:
    """What tells the content of one version from another's."""
    return sha256(f"{title}\n{source}".encode()).hexdigest()


def edition_of(version: Version) -> Edition:
    """A version as approvals know it."""
    return Edition(version.number, digest_of(version.title, version.source))


def last_edition(contribution: Contribution, row: Any) -> Edition:
    """The last version of a page that `reading.read_page` has read."""
    return Edition(row.version, digest_of(row.last_title, contribution.body.source))


def current_edition(contribution: Contribution) -> Edition | None:
    """The last version of a page; None for what has none. One query."""
    last = Version.objects.filter(contribution_id=contribution.id).order_by("-number").first()
    return edition_of(last) if last else None


def edition_numbered(contribution: Contribution, number: int) -> Edition | None:
    """The version of that number, if there is one. One query."""
    found = Version.objects.filter(contribution_id=contribution.id, number=number).first()
    return edition_of(found) if found else None


def standing(contribution: Contribution, edition: Edition, viewer: Person) -> Standing:
    """How a page, whose last version is this one, stands for its reader. One query."""
    return standing_of(contribution, edition, viewer)


def newest_for(contribution: Contribution, last: int, viewer: Person) -> int:
    """The number of the newest version that a reader may see: the approved one for who doesn't write here. Two queries."""
    found = standing(contribution, current_edition(contribution) or Edition(last, ""), viewer)
    return last if found.may_see_work else found.shown_number()


def require_seen(contribution: Contribution, number: int, last: int, viewer: Person) -> None:
    """Raises NotFound for a version newer than the reader may see."""
    if number > newest_for(contribution, last, viewer):
        raise NotFound


def is_work(contribution: Contribution, version: Version) -> bool:
    """Whether a version says something else than the approved one. One query."""
    rows = Review.objects.filter(contribution=contribution, state=State.APPROVED)
    return not rows.filter(digest=edition_of(version).digest).exists()


def settled(contribution: Contribution) -> None:
    """Makes the spine say what readers are shown: title, excerpt, HTML, links, words for the search are the approved one's.

    Whatever shows a page by the spine alone (a list, a card, a notice, a search) then shows no work. What stays the
    last version's is the source, from which the next one is written; its title stands in the version.
    """
    number = approved_number(contribution.id)
    shown = Version.objects.filter(contribution_id=contribution.id, number=number).first() if number else None
    if shown is None:
        return
    rendered = markdown.render(shown.source)
    Contribution.objects.filter(id=contribution.id).update(
        title=shown.title,
        excerpt=markdown.excerpt(rendered.text),
    )
    Body.objects.filter(contribution_id=contribution.id).update(html=rendered.html, text=rendered.text)
    linking.text_written(contribution, None, shown.source)
    entries.index(contribution)
