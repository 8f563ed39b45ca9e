"""How often letters come to a person, in general and for each community, and the sentence that says so.

Not here: who is due now (mailing.due) and how much a letter holds (mailing.levels).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import require
from parvis.accounts import mail
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.mailing.models import Habit, Level, NetworkRule, PlaceRhythm, Rhythm
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space, SpaceKind

HOURS = range(6, 18)
EVENING = 19  # letters come before it
RETURNED = 2  # letters that came back within a month: from then on none is tried
DIGEST, AT_ONCE, ANNOUNCED = "digest", "at_once", "announced"
KINDS = (DIGEST, AT_ONCE, ANNOUNCED)  # the kinds of mail that can be stopped by one click


def network_rule() -> NetworkRule:
    """The network's own row, or what holds without one."""
    return NetworkRule.objects.filter(id=1).first() or NetworkRule()


def habit_of(person: Person) -> Habit:
    """What the person chose, or what holds for who never chose."""
    return Habit.objects.filter(person_id=person.id).first() or Habit(person_id=person.id)


def rhythm_of(person: Person, space_id: int | None = None) -> Rhythm:
    """The rhythm that holds for a person, in general or in one community."""
    if space_id is not None:
        own = PlaceRhythm.objects.filter(person_id=person.id, space_id=space_id).first()
        if own is not None:
            return Rhythm(own.rhythm)
    return Rhythm(habit_of(person).rhythm or network_rule().rhythm)


def set_rhythm(rhythm: str, *, by: Person, space_id: int | None = None) -> None:
    """Chooses one's rhythm, in general or for one community ("" there: as in general).

    Who may: everybody for themselves, for communities they know of. Raises NotFound, Refused for another word.
    """
    require("site.use", by=by)
    if rhythm not in Rhythm.values and (rhythm or space_id is None):
        raise Refused(_("Choose one of those offered."), field="rhythm")
    if space_id is None:
        Habit.objects.update_or_create(person=by, defaults={"rhythm": rhythm})
        return
    if not Space.objects.visible_to(by).filter(id=space_id).exists():
        raise NotFound
    if rhythm:
        PlaceRhythm.objects.update_or_create(person=by, space_id=space_id, defaults={"rhythm": rhythm})
    else:
        PlaceRhythm.objects.filter(person=by, space_id=space_id).delete()


def set_habit(
    *,
    by: Person,
    level: int,
    hour: int,
    is_any_time: bool = False,
    is_always: bool = False,
    refuses_announcements: bool = False,
) -> None:
    """Chooses how much letters hold, from which hour and whether in any case they come, and if announcements do."""
    require("site.use", by=by)
    if level not in Level.values or hour not in HOURS:
        raise Refused(_("Choose one of those offered."))
    chosen = {"level": level, "hour": hour, "is_any_time": is_any_time, "is_always": is_always}
    chosen["refuses_announcements"] = refuses_announcements
    Habit.objects.update_or_create(person=by, defaults=chosen)


def set_network_rule(*, by: Person, level: int, rhythm: str) -> None:
    """How much may leave by mail, and how often for who never chose. Who may: administrators."""
    require("site.administer", by=by)
    if level not in Level.values or rhythm not in Rhythm.values:
        raise Refused(_("Choose one of those offered."))
    NetworkRule.objects.update_or_create(id=1, defaults={"level": level, "rhythm": rhythm})


def stop(person: Person, kind: str) -> None:
    """Ends one kind of mail for a person, wherever they had asked for it; the caller has made sure it is they."""
    if kind == ANNOUNCED:
        Habit.objects.update_or_create(person=person, defaults={"refuses_announcements": True})
        return
    kinds = (Rhythm.AT_ONCE,) if kind == AT_ONCE else (Rhythm.DAILY, Rhythm.WEEKLY)
    PlaceRhythm.objects.filter(person=person, rhythm__in=kinds).update(rhythm=Rhythm.NEVER)
    if rhythm_of(person) in kinds:
        Habit.objects.update_or_create(person=person, defaults={"rhythm": Rhythm.NEVER})


def keep_last_day(person: Person | None) -> None:
    """Remembers that a person was here today, when the session that says so is about to end."""
    if person is not None:
        Habit.objects.update_or_create(person=person, defaults={"seen_on": clock.today()})


def who_wants_at_once(people: Iterable[int], space_id: int | None = None) -> set[int]:
    """Which of these people (ids) get mails at once about a place."""
    wanted = set(people)
    habits = dict(Habit.objects.filter(person_id__in=wanted).values_list("person_id", "rhythm"))
    rows = PlaceRhythm.objects.filter(person_id__in=wanted, space_id=space_id or 0)
    own = dict(rows.values_list("person_id", "rhythm"))
    otherwise = network_rule().rhythm
    return {key for key in wanted if (own.get(key) or habits.get(key) or otherwise) == Rhythm.AT_ONCE}


@dataclass(frozen=True)
class Chosen:
    """What holds for one person's letters: their habit, the network's rhythm and relay, letters come back, places."""

    habit: Habit
    otherwise: str
    returned: int
    has_relay: bool
    places: tuple[Any, ...]  # Space rows with `own_rhythm` ("": as in general) and `is_mine`, by name

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.habit.rhythm or self.otherwise)

    @property
    def apart(self) -> list[Any]:
        """Places with a rhythm of their own."""
        return [space for space in self.places if space.own_rhythm]


CHOSEN = f"""
SELECT coalesce(h.rhythm, '') AS rhythm, coalesce(h.level, %(level)s) AS level, coalesce(h.hour, 8) AS hour,
  coalesce(h.is_any_time, false) AS is_any_time, coalesce(h.is_always, false) AS is_always,
  coalesce(h.refuses_announcements, false) AS refuses_announcements,
  coalesce((SELECT rhythm FROM mailing_networkrule WHERE id = 1), %(otherwise)s) AS otherwise,
  (SELECT count(*) FROM accounts_message b WHERE b.person_id = %(me)s AND b.state = %(bounced)s AND b.to = %(address)s)
    AS returned, {mail.IS_SAVED} AS has_relay
FROM (SELECT 1) one LEFT JOIN mailing_habit h ON h.person_id = %(me)s"""


def chosen_by(person: Person) -> Chosen:
    """What a person chose or what holds without it, of places they know of. Two statements."""
    values = {"me": person.id, "level": int(Level.WHOLE), "otherwise": NetworkRule().rhythm}
    row = read(CHOSEN, values | {"bounced": mail.BOUNCED, "address": person.email or ""})[0]
    habit = Habit(
        person_id=person.id, rhythm=row.rhythm, level=row.level, hour=row.hour, is_any_time=row.is_any_time, is_always=row.is_always,
        refuses_announcements=row.refuses_announcements,
    )  # fmt: skip
    return Chosen(
        habit, row.otherwise, row.returned, mail.is_configured(row.has_relay), tuple(_places_of(person))
    )


def _places_of(person: Person) -> Any:
    own = PlaceRhythm.objects.filter(person=person, space=OuterRef("id")).values("rhythm")
    mine = Membership.objects.filter(person=person, space=OuterRef("id"))
    rows = Space.objects.visible_to(person).annotate(
        own_rhythm=Coalesce(Subquery(own), Value("")), is_mine=Exists(mine)
    )
    mail_comes = Q(kind=SpaceKind.COMMUNITY, is_mine=True, archived_at=None)
    return rows.filter(mail_comes | ~Q(own_rhythm="")).order_by("name")


def sentence_of(person: Person, chosen: Chosen | None = None) -> str:
    """What mail will come, and when, in plain words; for the page of rules."""
    if not person.email:
        return _("You have no e-mail address here: no mail comes.")
    chosen = chosen or chosen_by(person)
    if not chosen.has_relay:
        return _("This network doesn't send mail yet: no mail comes.")
    if chosen.returned >= RETURNED:
        return _("Mails to %(address)s come back: none is sent for a month, or until you change the address.") % {
            "address": person.email
        }  # fmt: skip
    words = [_said(chosen.rhythm, chosen.habit)]
    if several := chosen.apart:
        listed = ", ".join(f"{one.name} ({Rhythm(one.own_rhythm).label.lower()})" for one in several[:5])
        more = len(several) - 5
        words.append(_("It is otherwise in: %(list)s.") % {"list": listed})
        if more > 0:
            words.append(ngettext("And in %(count)s more.", "And in %(count)s more.", more) % {"count": more})
    if chosen.habit.refuses_announcements and (several or chosen.rhythm != Rhythm.NEVER):
        words.append(_("Announcements stay on the page, without a mail."))
    return " ".join(words)


def _said(rhythm: Rhythm, habit: Habit) -> str:
    hour = {"hour": habit.hour}
    if rhythm == Rhythm.NEVER:
        return _("No mail comes.")
    if rhythm == Rhythm.AT_ONCE:
        if habit.is_any_time:
            return _("A mail comes as soon as something is for you, at any hour.")
        return (
            _(
                "A mail comes as soon as something is for you; at night and at the weekend it waits until %(hour)s:00 on the next working day."
            )
            % hour
        )
    if habit.is_always:
        if rhythm == Rhythm.DAILY:
            return _("One digest comes on working days from %(hour)s:00, if there is something for you or enough that is new.") % hour  # fmt: skip
        return _("One digest comes a week, on its first working day from %(hour)s:00, if there is something for you or enough that is new.") % hour  # fmt: skip
    if rhythm == Rhythm.DAILY:
        return _("One digest comes on working days from %(hour)s:00, only if you weren't here the working day before, and if there is something for you or enough that is new.") % hour  # fmt: skip
    return _("One digest comes a week, on a working day from %(hour)s:00, only if you haven't been here for a week, and if there is something for you or enough that is new.") % hour  # fmt: skip


def settings_of(person: Person) -> dict[str, Any]:
    """What the partial `mailing/_settings.html` is drawn with, as `mailing`."""
    chosen = chosen_by(person)
    habit, rhythm = chosen.habit, chosen.rhythm
    hints = {
        Rhythm.AT_ONCE: _("As soon as something is for you: a mention, a reply, an invitation."),
        Rhythm.DAILY: _("One digest on working days, with what is for you and what is new."),
        Rhythm.WEEKLY: _("One digest a week, with what is for you and what is new."),
        Rhythm.NEVER: _("Everything waits for you here."),
    }
    return {
        "sentence": sentence_of(person, chosen),
        "has_address": bool(person.email),
        "rhythms": [_option(one, rhythm) | {"hint": hints[one]} for one in Rhythm],
        "levels": options(Level, habit.level),
        "hours": [
            {"value": one, "label": _("%(hour)s:00") % {"hour": one}, "is_current": one == habit.hour}
            for one in HOURS
        ],
        "is_any_time": habit.is_any_time,
        "is_always": habit.is_always,
        "refuses_announcements": habit.refuses_announcements,
        "places": _places(chosen),
        "has_own_places": bool(chosen.apart),
    }


def options(choices: Any, chosen: Any) -> list[dict[str, Any]]:
    """The choices of a rhythm or a level, for a form."""
    return [_option(one, chosen) for one in choices]


def _option(one: Any, chosen: Any) -> dict[str, Any]:
    return {"value": one.value, "label": one.label, "is_current": one == chosen}


def _places(chosen: Chosen) -> list[dict[str, Any]]:
    as_ever = {"value": "", "label": _("As in general")}
    return [
        {
            "space": space,
            "key": encode(space.id),
            "options": [
                as_ever | {"is_current": not space.own_rhythm},
                *options(Rhythm, space.own_rhythm),
            ],
        }
        for space in chosen.places
        if space.is_mine and space.kind == SpaceKind.COMMUNITY and space.archived_at is None
    ]
