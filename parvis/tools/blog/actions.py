"""Writes of the blog: publish a post, change its cover, open or close its comments. Not here: comments (the spine)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.marks import Attachment
from parvis.journal.actions import record
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.words import reading_minutes
from parvis.tools.blog.models import Post

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def publish_post(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Publishes a post, or keeps it for later.

    `options` may hold cover_id (the key of a picture its author has sent) and comments ("closed"). Who may:
    whoever may post in the space. Raises NotFound, NotAllowed, Refused.
    """
    options = options or {}
    cover = None if options.get("cover_off") else _picture(options.get("cover_id", ""), by=by)
    minutes = reading_minutes(body)
    contribution = publish(
        "post",
        space,
        title=title,
        body=body,
        by=by,
        tags=tags,
        at=at,
        is_draft=is_draft,
        card=_card(cover, minutes),
        are_replies_open=options.get("comments") != "closed",
    )
    _bind(cover, contribution)
    Post.objects.create(contribution=contribution, cover=cover, reading_minutes=minutes)
    return contribution


def draft_post(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Contribution:
    """A post kept as its author's draft."""
    return publish_post(space, title=title, body=body, by=by, options=options, at=at, is_draft=True)


def revise_post(contribution: Contribution, *, options: dict[str, Any], by: Person) -> None:
    """After the text was changed: its cover (cover_off takes it off), whether comments are open, its reading time.

    An option that isn't given leaves its part as it is. Who may: the author. Raises Refused.
    """
    require("contribution.edit", contribution, by=by)
    post = Post.objects.select_for_update().get(contribution=contribution)
    if options.get("cover_off"):
        post.cover = None
    elif options.get("cover_id"):
        post.cover = _picture(options["cover_id"], by=by, contribution=contribution)
        _bind(post.cover, contribution)
    post.reading_minutes = reading_minutes(contribution.body.source)
    post.save(update_fields=["cover", "reading_minutes"])
    card = _card(post.cover, post.reading_minutes)
    if card != {name: contribution.card.get(name) for name in card}:
        touch_card(contribution, **card)
    if options.get("comments") in ("open", "closed"):
        set_comments(contribution, options["comments"] == "open", by=by)


def set_comments(contribution: Contribution, are_open: bool, *, by: Person) -> None:
    """Opens or closes the comments of a post; those written stay. Who may: its author and the hosts."""
    require("blog.set_comments", contribution, by=by)
    if contribution.are_replies_open == are_open:
        return
    contribution.are_replies_open = are_open
    contribution.save(update_fields=["are_replies_open"])
    record(
        f"post.comments_{'opened' if are_open else 'closed'}",
        thing_kind="post",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        is_silent=True,
    )


def _picture(key: str, *, by: Person, contribution: Contribution | None = None) -> Attachment | None:
    """The picture chosen as cover: one's own, and not yet another text's. Raises Refused."""
    if not key:
        return None
    found = None
    with suppress(ValueError):
        found = Attachment.objects.filter(id=decode(key), uploader=by).first()
    is_free = found is not None and found.contribution_id in (None, contribution.id if contribution else None)
    if found is None or not is_free or not found.is_image or found.reply_id is not None:
        raise Refused(_("Choose the cover again: a picture from your device."), field="cover")
    return found


def _bind(cover: Attachment | None, contribution: Contribution) -> None:
    """From now on the picture is read by whoever reads the post."""
    if cover is None or cover.contribution_id == contribution.id:
        return
    cover.contribution = contribution
    cover.space_id, cover.audience = contribution.space_id, contribution.audience
    cover.save(update_fields=["contribution", "space_id", "audience"])


def _card(cover: Attachment | None, minutes: int) -> dict[str, Any]:
    return {"cover": encode(cover.id) if cover else None, "minutes": minutes}
