"""The approval of a page's versions: which is the last, which is shown, and to whom a newer one.

Not here: asking and answering (the room of approvals), how versions are kept (versions).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from parvis.approvals.models import Edition
from parvis.approvals.reading import Standing, approved_number, standing_of
from parvis.contributions import texts
from parvis.contributions.models import Contribution
from parvis.kernel import markdown
from parvis.kernel.errors import NotFound
from parvis.tools.pages.models import Version

if TYPE_CHECKING:
    from parvis.people.models import Person


def digest_of(title: str, source: str) -> str:
    """What tells the content of one version from another's."""
    return sha256(f"{title}\n{source}".encode()).hexdigest()


def edition_of(version: Version) -> Edition:
    """A version as approvals know it."""
    return Edition(version.number, digest_of(version.title, version.source))


def current_edition(contribution: Contribution) -> Edition | None:
    """The last version of a page; None for what has none. One query."""
    last = Version.objects.filter(contribution_id=contribution.id).order_by("-number").first()
    return edition_of(last) if last else None


def standing(contribution: Contribution, number: int, viewer: Person) -> Standing:
    """How a page, whose last version has this number, stands for its reader. One query."""
    digest = digest_of(contribution.title, contribution.body.source)
    return standing_of(contribution, Edition(number, digest), viewer)


def newest_for(contribution: Contribution, last: int, viewer: Person) -> int:
    """The number of the newest version that a reader may see: the approved one for who doesn't write here. One query."""
    found = standing(contribution, last, viewer)
    return last if found.may_see_work else found.shown_number()


def require_seen(contribution: Contribution, number: int, last: int, viewer: Person) -> None:
    """Raises NotFound for a version newer than the reader may see."""
    if number > newest_for(contribution, last, viewer):
        raise NotFound


def settled(contribution: Contribution) -> None:
    """Lets the page be found, and shown on cards, by the words of the version that readers are shown."""
    number = approved_number(contribution.id)
    shown = Version.objects.filter(contribution_id=contribution.id, number=number).first() if number else None
    if shown is None:
        return
    text = markdown.render(shown.source).text
    Contribution.objects.filter(id=contribution.id).update(
        excerpt=markdown.excerpt(text), search=texts.search_vector(shown.title, shown.source)
    )
