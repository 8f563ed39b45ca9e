"""What the house needs to know of the blog. Not here: what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.spec import Act, Kind, Option, Tool
from parvis.tools.blog.actions import draft_post, publish_post, revise_post
from parvis.tools.blog.bundle import dump_post, load_post
from parvis.tools.blog.reading import cover_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def post_face(row: Any) -> dict[str, Any]:
    """What a post's card says beyond the common: its cover and how long it takes to read."""
    minutes = row.card.get("minutes") or 1
    label = gettext("post · %(minutes)s min") % {"minutes": minutes}
    return {"kind_label": label, "cover_url": cover_url(row)}


def new_fields(spaces: list[Space], *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the composer's own fields of a post hold: as typed, or comments open and no cover."""
    return {"cover": typed.get("opt_cover_id", ""), "comments": typed.get("opt_comments") or "open"}


def edit_fields(contribution: Contribution, *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same on the edit page: as typed, or as they stand."""
    as_is = "open" if contribution.are_replies_open else "closed"
    return {
        "cover": typed.get("opt_cover_id", contribution.card.get("cover") or ""),
        "comments": typed.get("opt_comments") or as_is,
    }


def acts(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """Opening and closing the comments of a published post."""
    if contribution.kind != POST.slug or "blog.set_comments" not in can or not contribution.is_published:
        return []
    url = f"/blog/{contribution.key}/comments/"
    if contribution.are_replies_open:
        return [Act(_("Close the comments"), "lock", url, is_post=True, field=("comments", "closed"))]
    return [Act(_("Open the comments"), "message-circle", url, is_post=True, field=("comments", "open"))]


POST = Kind(
    slug="post",
    label=_("post"),
    verb=_("published a post"),
    icon="feather",
    view="post",
    roles=frozenset({"article"}),
    draft=draft_post,
    publish=publish_post,
    face=post_face,
    options=(
        Option(
            "article",
            _("Post"),
            "feather",
            is_long=True,
            prompt=_("Five lines are enough. Say what you saw, learned or decided."),
        ),
    ),
    replies=(_("Comment"), _("comment"), _("comments")),
    extra_fields="blog/_fields.html",
    extra_context=new_fields,
    edit_fields="blog/_fields.html",
    edit_context=edit_fields,
    revised=revise_post,
    dump=dump_post,
    load=load_post,
)

TOOL = Tool(
    slug="blog",
    label=_("Blog"),
    icon="feather",
    promise=_("Articles to read quietly, and what colleagues answer to them."),
    kinds=(POST,),
    abilities={"blog.set_comments": (Role.AUTHOR, Role.HOST)},
    position=10,
    is_personal=True,
    acts=acts,
)
