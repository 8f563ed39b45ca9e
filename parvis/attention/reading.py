"""The bell's list, as its person may still see it, what belongs together on one line.

Not here: how notices come to be (attention.actions) and their wording (attention.wording).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from parvis.access.table import require
from parvis.attention.models import Notice
from parvis.attention.wording import icon_of, names_in_words, sentence, url_of
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.membership.invitations import open_invitations
from parvis.people.models import Person
from parvis.spaces.models import Audience, MemberRole, Membership, Space

SHOWN = 80
FACES = 3
FOR_HOSTS = frozenset(["asked", "reported"])  # what only a running mandate lets one see
QUOTED = 140


@dataclass(frozen=True)
class Line:
    """One line of the bell: what several people did to one thing, for one reason."""

    sentence: str
    about: str
    place: str
    quote: str
    url: str
    actors: list[Person]
    count: int
    at: datetime
    is_new: bool
    icon: str
    reason: str
    title: str  # "" when it has none
    is_public: bool  # what it speaks of may be read by everybody here: only then does a mail quote it


@dataclass(frozen=True)
class Bell:
    """A page of lines, and the notice after which the next page begins (0: none)."""

    lines: list[Line]
    next: int


@dataclass
class _Seen:
    """What the person may still see of what notices speak of."""

    contributions: dict[int, Contribution] = field(default_factory=dict)
    replies: dict[int, Reply] = field(default_factory=dict)
    spaces: dict[int, Space] = field(default_factory=dict)
    invitations: dict[int, int] = field(default_factory=dict)  # by space
    hosted: set[int] = field(default_factory=set)
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def names(self) -> dict[int, str]:
        return {key: person.name for key, person in self.people.items()}


def notices_of(person: Person, *, only_unseen: bool = False, before: int = 0) -> Bell:
    """The newest notices about things the person may still see, grouped by thing and reason. Seven queries at most."""
    rows = Notice.objects.filter(person=person)
    if only_unseen:
        rows = rows.filter(seen_at=None)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: SHOWN + 1])
    seen = _what_is_seen(found[:SHOWN], person)
    lost = [row.id for row in found[:SHOWN] if row.seen_at is None and not _is_seen(row, seen, person)]
    if lost:  # nothing is left to open that would clear them
        _clear(Notice.objects.filter(id__in=lost), by=person)
    return Bell(_lines(found[:SHOWN], seen, person), found[SHOWN - 1].id if len(found) > SHOWN else 0)


def lines_of(rows: Sequence[Notice], person: Person) -> list[Line]:
    """Notices as lines, newest first; what the person can't see any more leaves neither title nor trace."""
    return _lines(rows, _what_is_seen(rows, person), person)


def _lines(rows: Sequence[Notice], seen: _Seen, person: Person) -> list[Line]:
    groups: dict[tuple[Any, ...], list[Notice]] = {}
    for row in rows:
        if _is_seen(row, seen, person):
            groups.setdefault(_thing(row), []).append(row)
    return [_line(group, seen) for group in groups.values()]


def _thing(row: Notice) -> tuple[Any, ...]:
    about = row.contribution_id or row.space_id or row.thing_id
    return about, row.reason, row.thing_kind == "space"


def _what_is_seen(rows: Sequence[Notice], person: Person) -> _Seen:
    contributions = _ids(row.contribution_id for row in rows)
    replies = _ids(row.thing_id for row in rows if row.thing_kind == "reply")
    spaces = _ids(row.space_id for row in rows)
    seen = _Seen()
    if contributions:
        found = Contribution.objects.visible_to(person).filter(id__in=contributions)
        seen.contributions = {row.id: row for row in found}
    if replies:
        seen.replies = {row.id: row for row in Reply.objects.filter(id__in=replies).defer("source", "html")}
    if any(row.reason == "invited" for row in rows):
        seen.invitations = {one.space_id: one.id for one in open_invitations(person)}
    if spaces:
        # An invitation that still waits makes a secret community known to whom it is for.
        known = Q(id__in=Space.objects.visible_to(person).filter(id__in=spaces).values("id"))
        found_spaces = Space.objects.filter(known | Q(id__in=[*seen.invitations]), id__in=spaces)
        seen.spaces = {space.id: space for space in found_spaces}
    if any(row.reason in FOR_HOSTS for row in rows):
        held = Membership.objects.filter(person=person, role=MemberRole.HOST, space_id__in=spaces)
        held = held.filter(Q(host_until_on=None) | Q(host_until_on__gte=clock.today()))
        seen.hosted = set(held.values_list("space_id", flat=True))
    texts = [
        *(reply.text for reply in seen.replies.values()),
        *(row.excerpt for row in seen.contributions.values()),
    ]
    named = {key for text in texts for key in mentions_in_text(text)}
    seen.people = {
        one.id: one for one in Person.objects.filter(id__in=named | _ids(row.actor_id for row in rows))
    }
    return seen


def _ids(values: Iterable[int | None]) -> set[int]:
    return {value for value in values if value}


def _is_seen(row: Notice, seen: _Seen, person: Person) -> bool:
    if row.reason == "community_asked":
        return person.is_administrator
    if row.reason in FOR_HOSTS and row.space_id not in seen.hosted:
        return False
    if row.contribution_id:
        if row.contribution_id not in seen.contributions:
            return False
        reply = seen.replies.get(row.thing_id)
        is_gone = row.thing_kind == "reply" and (reply is None or reply.state != ReplyState.PUBLISHED)
        return not is_gone or (row.reason in ("hidden", "reported") and reply is not None)
    return not row.space_id or row.space_id in seen.spaces


def _line(group: Sequence[Notice], seen: _Seen) -> Line:
    """`group` is newest first; the line leads to the oldest unseen of them, else to the newest."""
    newest = group[0]
    unseen = [row for row in group if row.seen_at is None]
    target = unseen[-1] if unseen else newest
    people = list(dict.fromkeys(row.actor_id for row in group))
    actors = [seen.people[key] for key in people if key in seen.people]
    who = names_in_words([actor.name for actor in actors], len(people))
    thing, space = seen.contributions.get(newest.contribution_id or 0), seen.spaces.get(newest.space_id or 0)
    reason = (
        f"{newest.reason}@space"
        if newest.reason == "accepted" and newest.thing_kind == "space"
        else newest.reason
    )
    return Line(
        sentence=sentence(reason, who, len(people)),
        about=_about(thing, space, seen),
        url=_url(target, thing, space, seen),
        place=space.name if space and thing else "",
        quote=_quote(target, seen) if len(group) == 1 else "",
        actors=actors[:FACES],
        count=len(people),
        at=newest.created_at,
        is_new=bool(unseen),
        icon=icon_of(newest.reason),
        reason=newest.reason,
        title=thing.title if thing else "",
        is_public=newest.audience == Audience.EVERYBODY,
    )


def _about(thing: Contribution | None, space: Space | None, seen: _Seen) -> str:
    if thing is not None:
        return thing.title or excerpt(fill_names_in_text(thing.excerpt, seen.names), 90)
    return space.name if space else ""


def _quote(row: Notice, seen: _Seen) -> str:
    """The first words of a reply, when they say more than the title does."""
    reply = seen.replies.get(row.thing_id) if row.thing_kind == "reply" else None
    if reply is None or reply.state != ReplyState.PUBLISHED:
        return ""
    return excerpt(fill_names_in_text(reply.text, seen.names), QUOTED)


def _url(row: Notice, thing: Contribution | None, space: Space | None, seen: _Seen) -> str:
    if thing is not None:
        key = encode(row.thing_id)
        return f"{thing.url}?reply={key}#r-{key}" if row.thing_kind == "reply" else thing.url
    if row.reason == "community_asked":
        return "/admin/communities/"
    if space is None:
        return url_of(row.reason) or "/communities/"
    if row.reason == "invited" and space.id in seen.invitations:
        return f"/communities/invitations/{encode(seen.invitations[space.id])}/"
    if row.reason.startswith("opened:"):
        return f"{space.url}openings/"
    return f"{space.url}host/requests/" if row.reason == "asked" else space.url


def see_everything(*, by: Person) -> None:
    """Marks all of a person's notices as seen."""
    require("site.use", by=by)
    _clear(Notice.objects.filter(person=by), by=by)


def see_places(space_id: int, *, by: Person, as_host: bool = False) -> None:
    """Visiting a community clears the notices about it alone; what its hosts are asked, their own page clears."""
    if not getattr(by, "unread_count", 1):
        return
    rows = Notice.objects.filter(person=by, space_id=space_id, contribution_id=None)
    _clear(rows.filter(reason__in=FOR_HOSTS) if as_host else rows.exclude(reason__in=FOR_HOSTS), by=by)


def _clear(rows: QuerySet[Notice], *, by: Person) -> None:
    """Marks notices as seen, and corrects the number that the page about to be drawn shows."""
    count = rows.filter(seen_at=None).update(seen_at=clock.now())
    by.unread_count = max(getattr(by, "unread_count", 0) - count, 0)  # type: ignore[attr-defined]
