"""The card of the first link of a short text: kept when our server has fetched it, taken off by its author.

Off by default (two settings). Not here: fetching and reading the page (kernel.link_card, kernel.fetch).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from parvis.access.table import require
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution, Placed, State
from parvis.journal.jobs import enqueue
from parvis.kernel import markdown
from parvis.kernel.errors import Refused
from parvis.kernel.files import site_store
from parvis.kernel.link_card import make_card

if TYPE_CHECKING:
    from parvis.kernel.fetch import Fetcher
    from parvis.kernel.link_card import LinkCard as Fetched
    from parvis.people.models import Person

JOB = "contributions.make_link_card"
PICTURE_BYTES = 2_000_000


class LinkCard(Placed):
    """What a linked page says of itself, and a picture of our own making, read by whoever reads the text."""

    contribution = models.OneToOneField(Contribution, on_delete=models.CASCADE, related_name="link_card")
    url = models.CharField(max_length=2048)
    host = models.CharField(max_length=255)
    title = models.CharField(max_length=300)
    description = models.CharField(max_length=600, default="", blank=True)
    site_name = models.CharField(max_length=120, default="", blank=True)
    picture = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_removed = models.BooleanField(default=False)  # kept, so that an edit doesn't bring it back
    created_at = models.DateTimeField(auto_now_add=True)


def are_on() -> bool:
    """Whether this site makes link cards at all."""
    return settings.PARVIS_FETCH is True and settings.PARVIS_LINK_CARDS is True


def ask_for_card(contribution: Contribution) -> None:
    """Hands over the fetching, in the transaction of the publishing; only for texts without a title (notes)."""
    if are_on() and not contribution.title and first_link(contribution):
        enqueue(JOB, contribution_id=contribution.id)


def first_link(contribution: Contribution) -> str:
    """The first address of another site in a text, or ""."""
    links = markdown.render(contribution.body.source).links
    return links[0] if links else ""


def make_link_card(contribution_id: int, *, fetcher: Fetcher | None = None) -> None:
    """Fetches the first link of a published text and keeps its card. Run again, it makes no second one.

    A page that can't be fetched leaves no card and no trace. `fetcher` is given by tests.
    """
    contribution = Contribution.objects.select_related("body", "author").filter(id=contribution_id).first()
    if contribution is None or contribution.state != State.PUBLISHED or not (are_on() or fetcher):
        return
    url = first_link(contribution)
    if not url or LinkCard.objects.filter(contribution=contribution).exists():
        return
    try:
        fetched = make_card(url, fetcher=fetcher)
    except Refused:
        return
    _keep(contribution, fetched)


def _keep(contribution: Contribution, fetched: Fetched) -> None:
    place: dict[str, Any] = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    LinkCard.objects.create(
        url=fetched.url[:2048],
        host=fetched.host[:255],
        title=fetched.title[:300],
        description=fetched.description[:600],
        site_name=fetched.site_name[:120],
        picture=_picture(fetched, contribution, place),
        **place,
    )
    contribution.card = {**contribution.card, "has_link_card": True}
    contribution.save(update_fields=["card"])


def _picture(fetched: Fetched, contribution: Contribution, place: dict[str, Any]) -> Attachment | None:
    if fetched.picture is None:
        return None
    store = site_store()
    kept = store.store(io.BytesIO(fetched.picture.data), name="link.webp", max_bytes=PICTURE_BYTES)
    return Attachment.objects.create(
        uploader=contribution.author,
        sha256=kept.sha256,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        width=fetched.picture.width,
        height=fetched.picture.height,
        **place,
    )


def card_of(contribution: Contribution, viewer: Person) -> dict[str, Any] | None:
    """What the page of a text shows of its link card; no query where there is none."""
    if not contribution.card.get("has_link_card"):
        return None
    row = (
        LinkCard.objects.select_related("picture").filter(contribution=contribution, is_removed=False).first()
    )
    if row is None:
        return None
    is_own = contribution.author_id == viewer.id
    return {
        "url": row.url,
        "host": row.host,
        "title": row.title,
        "description": row.description,
        "site_name": row.site_name,
        "picture_url": row.picture.url if row.picture else "",
        "remove_url": f"/go/{contribution.key}/link-card/remove/" if is_own else "",
    }


def remove_card(contribution: Contribution, *, by: Person) -> None:
    """Takes the card off for good; the link stays. Who may: the author."""
    require("contribution.edit", contribution, by=by)
    LinkCard.objects.filter(contribution=contribution).update(is_removed=True)
