"""The bell's list, as its person may still see it. Not here: how notices come to be (attention.actions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.people.models import Person, names_of
from parvis.spaces.models import Space


SHOWN = 60


@dataclass(frozen=True)
class Line:
    """One line of the bell."""

    sentence: str
    about: str
    url: str
    actor: Person | None
    at: datetime
    is_new: bool
    reason: str


def notices_of(person: Person) -> list[Line]:
    """The newest notices about things the person may still see; five queries at most."""
    rows = list(Notice.objects.filter(person=person).order_by("-id")[:SHOWN])
    contributions = {
        row.id: row
        for row in Contribution.objects.visible_to(person).filter(id__in={r.contribution_id for r in rows if r.contribution_id})
    }
    spaces = {row.id: row for row in Space.objects.visible_to(person).filter(id__in={r.space_id for r in rows if r.space_id})}
    actors = {row.id: row for row in Person.objects.filter(id__in={r.actor_id for r in rows})}
    lines = [_line(row, contributions, spaces, actors) for row in rows]
    return [line for line in lines if line is not None]


def _line(
    row: Notice, contributions: dict[int, Contribution], spaces: dict[int, Space], actors: dict[int, Person]
) -> Line | None:
    actor = actors.get(row.actor_id)
    name = actor.display_name if actor else _("Someone")
    if row.contribution_id:
        thing = contributions.get(row.contribution_id)
        if thing is None:
            return None  # no longer theirs to see: neither title nor trace
        suffix = f"?reply={encode(row.thing_id)}#r-{encode(row.thing_id)}" if row.thing_kind == "reply" else ""
        about, url = thing.title or thing.excerpt[:80], f"{thing.url}{suffix}"
    else:
        space = spaces.get(row.space_id or 0)
        about, url = (space.name, space.url) if space else ("", "/")
        if row.space_id and space is None:
            return None
        if row.reason in ("asked", "joined") and space:
            url = f"{space.url}host/"
    return Line(sentence(row.reason, name), about, url, actor, row.created_at, row.seen_at is None, row.reason)


def sentence(reason: str, name: str) -> str:
    """What happened, in words, by the reason kept on the notice."""
    sentences = {
        "mention": _("%(name)s mentioned you"),
        "reply": _("%(name)s replied to you"),
        "answer": _("%(name)s answered your reply"),
        "followed": _("%(name)s replied in a thread you follow"),
        "accepted": _("%(name)s accepted your answer"),
        "invited": _("%(name)s invites you to a community"),
        "asked": _("%(name)s asks to join"),
        "welcomed": _("%(name)s accepted your request"),
        "refused": _("%(name)s answered your request"),
        "reported": _("%(name)s asks you to look at something"),
        "hidden": _("%(name)s hid what you wrote, and says why"),
        "retained": _("%(name)s retained your idea"),
        "concluded": _("%(name)s wrote down what was decided"),
        "idea": _("%(name)s added an idea"),
        "merged": _("%(name)s merged your idea with another"),
        "hosting": _("%(name)s made you a host"),
    }
    return sentences.get(reason, _("%(name)s did something that concerns you")) % {"name": name}


def see_everything(*, by: Person) -> None:
    """Marks all of a person's notices as seen."""
    require("site.use", by=by)
    Notice.objects.filter(person=by, seen_at=None).update(seen_at=clock.now())


def see_places(space_id: int, *, by: Person) -> None:
    """Visiting a community clears the notices about it alone (invitations, requests)."""
    Notice.objects.filter(person=by, space_id=space_id, contribution_id=None, seen_at=None).update(seen_at=clock.now())
