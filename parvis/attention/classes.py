"""Which class a notice belongs to, by its reason: the house's own, and what each tool says of its reasons.

Not here: the classes themselves (toolkit.notices) and their sentences in a list (attention.wording).
"""

from __future__ import annotations

from functools import lru_cache

from parvis.toolkit import notices, registry
from parvis.toolkit.notices import PLACES, NoticeClass

REASONS: dict[str, NoticeClass] = {
    "mention": notices.MENTION,
    **dict.fromkeys(("reply", "answer", "followed"), notices.REPLY),
    "accepted": notices.ACCEPTED,
    **dict.fromkeys(("thanked", "shared"), notices.THANKS),
    **dict.fromkeys(
        ("invited", "added", "welcomed", "refused", "host", "hosting", "community_accepted", "community_refused"),
        notices.INVITATION,
    ),
    **dict.fromkeys(("asked", "community_asked"), notices.REQUEST),
    **dict.fromkeys(("retained", "merged", "idea", "concluded"), notices.IDEA),
    **dict.fromkeys(("reported", "hidden"), notices.MODERATION),
    "search": notices.SEARCH,
    "bookmark": notices.BOOKMARK,
    "new": notices.NEW,
}  # fmt: skip


def class_of(reason: str, thing_kind: str = "") -> NoticeClass:
    """The class of a reason; a reason nobody declared is something new, which people follow by choice."""
    if reason == "accepted" and thing_kind == "space":
        return notices.INVITATION
    if reason.startswith("approval_"):
        return notices.APPROVAL
    return REASONS.get(reason) or _of_tools().get(reason, notices.NEW)


@lru_cache(maxsize=1)
def _of_tools() -> dict[str, NoticeClass]:
    return {reason: one for tool in registry.tools() for reason, one in tool.notice_classes.items()}


def classes() -> tuple[NoticeClass, ...]:
    """Every class of this installation, in the order of pages."""
    found = {one.slug: one for one in (*notices.HOUSE, *_of_tools().values())}
    return tuple(sorted(found.values(), key=lambda one: (one.rank, one.slug)))


def find_class(slug: str) -> NoticeClass | None:
    """The class of this slug, or None."""
    return next((one for one in classes() if one.slug == slug), None)


def slugs_of_level(level: str) -> list[str]:
    """The classes of one level: "you" or "places"."""
    return [one.slug for one in classes() if one.level == level]


def slugs_that_insist() -> list[str]:
    """The classes told whatever their reader muted or left unopened."""
    return [one.slug for one in classes() if one.insists]


__all__ = ["PLACES", "class_of", "classes", "find_class", "slugs_of_level", "slugs_that_insist"]
