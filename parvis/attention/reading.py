"""The bell's list, as its person may still see it, what belongs together on one line.

Not here: how notices come to be (attention.delivering), their wording (attention.wording), clearing (attention.actions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.utils import timezone

from parvis.access.roles import Place, roles
from parvis.access.table import allowed_by
from parvis.attention.actions import of_category, see_everything, see_places
from parvis.attention.models import Notice
from parvis.attention.visible import UNSEEN, visible_values
from parvis.attention.wording import icon_of, names_in_words, sentence, url_of
from parvis.contributions.marks import Follow
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.membership.invitations import open_invitations
from parvis.people.models import Person
from parvis.spaces.models import Audience, Membership, Space

__all__ = [
    "Bell",
    "Line",
    "count_unseen",
    "lines_of",
    "notices_of",
    "see_everything",
    "see_places",
    "unseen_by_class",
]

SHOWN = 80
FACES = 3
QUOTED = 140
NAMED = 3  # things by one author named on their common line
ANSWERED = frozenset(["mention", "reply", "new"])  # classes whose lines offer a box to answer in


@dataclass(frozen=True)
class Line:
    """One line of the bell: what several people did to one thing, or one person to several, for one reason."""

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
    category: str = ""
    key: str = ""  # of the notice it leads to
    others: tuple[tuple[str, str], ...] = ()  # more things by the same author: (words, address)
    thing: Contribution | None = None  # may be answered from the list
    answered: str = ""  # the key of the reply that an answer is to
    quiet: str = ""  # the key of the thread that went quiet by itself


@dataclass(frozen=True)
class Bell:
    """A page of lines, and the notice after which the next page begins (0: none)."""

    lines: list[Line]
    next: int


@dataclass
class _Seen:
    """What the notices of a page speak of."""

    person: Person
    contributions: dict[int, Contribution] = field(default_factory=dict)
    replies: dict[int, Reply] = field(default_factory=dict)
    spaces: dict[int, Space] = field(default_factory=dict)
    invitations: dict[int, int] = field(default_factory=dict)  # by space
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def names(self) -> dict[int, str]:
        return {key: person.name for key, person in self.people.items()}


def count_unseen(person_id: int) -> int:
    """How many notices wait for a person, up to a hundred, of what they may see now. One prepared statement."""
    rows = read(
        f"SELECT {UNSEEN} AS n".format(person="%(me)s::bigint"), {"me": person_id, **visible_values()}
    )
    return int(rows[0].n)


def unseen_by_class(person: Person) -> dict[str, int]:
    """Unseen notices by class, of what the person may see now. One statement."""
    rows = Notice.objects.visible_to(person).filter(seen_at=None).order_by()
    return dict(rows.values_list("category").annotate(n=Count("id")))


def notices_of(
    person: Person, *, only_unseen: bool = False, before: int = 0, category: str = "", level: str = ""
) -> Bell:
    """The newest notices about things the person may still see, grouped by thing or author. Six queries at most.

    Raises NotFound for a class or a level that doesn't exist.
    """
    rows = of_category(Notice.objects.visible_to(person), category, level)
    if only_unseen:
        rows = rows.filter(seen_at=None)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: SHOWN + 1])
    return Bell(_lines(found[:SHOWN], person), found[SHOWN - 1].id if len(found) > SHOWN else 0)


def find_notice(key: int, person: Person) -> Notice | None:
    """One of a person's own notices, if they may still see what it speaks of."""
    return Notice.objects.visible_to(person).filter(id=key).first()


def lines_of(rows: Sequence[Notice], person: Person) -> list[Line]:
    """Notices as lines, newest first; what the person can't see any more leaves neither title nor trace."""
    keys = [row.id for row in rows]
    return _lines(list(Notice.objects.visible_to(person).filter(id__in=keys).order_by("-id")), person)


def _lines(rows: Sequence[Notice], person: Person) -> list[Line]:
    seen = _what_is_seen(rows, person)
    groups: dict[tuple[Any, ...], list[Notice]] = {}
    for row in rows:
        groups.setdefault(_group(row), []).append(row)
    return [_line(group, seen) for group in groups.values() if _is_whole(group[0], seen)]


def _group(row: Notice) -> tuple[Any, ...]:
    """New things stand together by author and place, those of saved searches by day, everything else by thing and what happened to it."""
    if row.reason == "new":
        return "new", row.space_id, row.actor_id
    if row.reason == "search":
        return "search", timezone.localdate(row.created_at)
    about = row.contribution_id or row.space_id or row.thing_id
    return about, row.reason, row.thing_kind == "space"


def _is_whole(row: Notice, seen: _Seen) -> bool:
    """What was taken away between two statements of one page leaves no line either."""
    return row.contribution_id is None or row.contribution_id in seen.contributions


def _what_is_seen(rows: Sequence[Notice], person: Person) -> _Seen:
    """Everything the lines name, of rows that their person may see. Five queries at most."""
    seen = _Seen(person)
    contributions = _ids(row.contribution_id for row in rows)
    replies = _ids(row.thing_id for row in rows if row.thing_kind == "reply")
    if contributions:
        seen.contributions = {row.id: row for row in _things(contributions, person)}
    if replies:
        seen.replies = {row.id: row for row in Reply.objects.filter(id__in=replies).defer("source", "html")}
    if any(row.reason == "invited" for row in rows):
        seen.invitations = {one.space_id: one.id for one in open_invitations(person)}
    seen.spaces = {row.space_id: row.space for row in seen.contributions.values()}
    rest = _ids(row.space_id for row in rows) - set(seen.spaces)
    if rest:
        seen.spaces |= {space.id: space for space in Space.objects.filter(id__in=rest)}
    texts = [
        *(reply.text for reply in seen.replies.values()),
        *(row.excerpt for row in seen.contributions.values()),
    ]
    named = {key for text in texts for key in mentions_in_text(text)}
    seen.people = {
        one.id: one for one in Person.objects.filter(id__in=named | _ids(row.actor_id for row in rows))
    }
    return seen


def _things(keys: Iterable[int], person: Person) -> Any:
    """Contributions with their space, where the person stands in it, and how closely they follow each."""
    place = Membership.objects.filter(person=person, space_id=OuterRef("space_id"))
    follow = Follow.objects.filter(person=person, contribution_id=OuterRef("id"))
    return (
        Contribution.objects.visible_to(person)
        .filter(id__in=keys)
        .select_related("space")
        .annotate(
            my_role=Subquery(place.values("role")[:1]),
            my_host_until=Subquery(place.values("host_until_on")[:1]),
            my_level=Subquery(follow.values("level")[:1], output_field=IntegerField()),
        )
    )


def _ids(values: Iterable[int | None]) -> set[int]:
    return {value for value in values if value}


def _line(group: Sequence[Notice], seen: _Seen) -> Line:
    """`group` is newest first; the line leads to the oldest unseen of them, else to the newest."""
    newest = group[0]
    unseen = [row for row in group if row.seen_at is None]
    target = unseen[-1] if unseen else newest
    people = list(dict.fromkeys(row.actor_id for row in group))
    actors = [seen.people[key] for key in people if key in seen.people]
    who = names_in_words([actor.name for actor in actors], len(people))
    thing, space = seen.contributions.get(target.contribution_id or 0), seen.spaces.get(newest.space_id or 0)
    others = _others(group, target, seen) if newest.reason in ("new", "search") else ()
    return Line(
        sentence=sentence(_worded(newest), who, len(people), things=len(others) + 1),
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
        category=newest.category,
        key=encode(target.id),
        others=others,
        thing=thing if _may_answer(newest, thing, seen.person) else None,
        answered=encode(target.thing_id) if target.thing_kind == "reply" else "",
        quiet=thing.key if thing is not None and (getattr(thing, "my_level", 1) or 0) < 0 else "",
    )


def _worded(row: Notice) -> str:
    """The reason whose sentence is said: an accepted request isn't an accepted answer."""
    return "accepted@space" if row.reason == "accepted" and row.thing_kind == "space" else row.reason


def _others(group: Sequence[Notice], target: Notice, seen: _Seen) -> tuple[tuple[str, str], ...]:
    rest = dict.fromkeys(
        row.contribution_id for row in group if row.contribution_id != target.contribution_id
    )
    found = [seen.contributions[key] for key in rest if key in seen.contributions]
    return tuple((_about(one, None, seen), one.url) for one in found)


def _may_answer(row: Notice, thing: Any, person: Person) -> bool:
    """Whether the line offers a box: the same rule as under the thread itself."""
    if row.category not in ANSWERED or thing is None or not thing.is_published:
        return False
    place = Place(thing.my_role is not None, thing.my_role, thing.my_host_until)
    may = "contribution.reply" in allowed_by(roles(person, thing, place=place), thing)
    return may and thing.are_replies_open


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
