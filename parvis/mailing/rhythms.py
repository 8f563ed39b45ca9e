"""How often letters come to a person, in general and for each community, and the sentence that says so.

Not here: who is due now (mailing.due) and how much a letter holds (mailing.levels).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import require
from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.mailing.models import Habit, Level, NetworkRule, PlaceRhythm, Rhythm
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

HOURS = range(6, 18)
EVENING = 19  # letters come before it
RETURNED = 2  # letters that came back within a month: from then on none is tried
DIGEST, AT_ONCE = "digest", "at_once"  # the kinds of mail that can be stopped by one click


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
    *, by: Person, level: int, hour: int, is_any_time: bool = False, is_always: bool = False
) -> None:
    """Chooses how much letters hold, from which hour they come, and whether they come in any case."""
    require("site.use", by=by)
    if level not in Level.values or hour not in HOURS:
        raise Refused(_("Choose one of those offered."))
    chosen = {"level": level, "hour": hour, "is_any_time": is_any_time, "is_always": is_always}
    Habit.objects.update_or_create(person=by, defaults=chosen)


def set_network_rule(*, by: Person, level: int, rhythm: str) -> None:
    """How much may leave by mail, and how often for who never chose. Who may: administrators."""
    require("site.administer", by=by)
    if level not in Level.values or rhythm not in Rhythm.values:
        raise Refused(_("Choose one of those offered."))
    NetworkRule.objects.update_or_create(id=1, defaults={"level": level, "rhythm": rhythm})


def stop(person: Person, kind: str) -> None:
    """Ends one kind of mail for a person, wherever they had asked for it; the caller has made sure it is they."""
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


def has_come_back(person: Person) -> bool:
    """Whether the last letters to this address were refused there for good: no more is written to it for a month."""
    rows = Message.objects.filter(person=person, state=mail.BOUNCED, to=person.email or "")
    return rows.count() >= RETURNED


def sentence_of(person: Person) -> str:
    """What mail will come, and when, in plain words; for the page of rules."""
    if not person.email:
        return _("You have no e-mail address here: no mail comes.")
    if not mail.is_configured():
        return _("This network doesn't send mail yet: no mail comes.")
    if has_come_back(person):
        return _("Mails to %(address)s come back: none is sent for a month, or until you change the address.") % {
            "address": person.email
        }  # fmt: skip
    habit = habit_of(person)
    words = [_said(Rhythm(habit.rhythm or network_rule().rhythm), habit)]
    others = PlaceRhythm.objects.filter(person=person).select_related("space").order_by("space__name")
    known = set(Space.objects.visible_to(person).values_list("id", flat=True)) if others else set()
    several = [one for one in others if one.space_id in known]
    if several:
        listed = ", ".join(f"{one.space.name} ({Rhythm(one.rhythm).label.lower()})" for one in several[:5])
        more = len(several) - 5
        words.append(_("It is otherwise in: %(list)s.") % {"list": listed})
        if more > 0:
            words.append(ngettext("And in %(count)s more.", "And in %(count)s more.", more) % {"count": more})
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
    habit = habit_of(person)
    rhythm = habit.rhythm or network_rule().rhythm
    hints = {
        Rhythm.AT_ONCE: _("As soon as something is for you: a mention, a reply, an invitation."),
        Rhythm.DAILY: _("One digest on working days, with what is for you and what is new."),
        Rhythm.WEEKLY: _("One digest a week, with what is for you and what is new."),
        Rhythm.NEVER: _("Everything waits for you here."),
    }
    return {
        "sentence": sentence_of(person),
        "has_address": bool(person.email),
        "rhythms": [_option(one, rhythm) | {"hint": hints[one]} for one in Rhythm],
        "levels": options(Level, habit.level),
        "hours": [
            {"value": one, "label": _("%(hour)s:00") % {"hour": one}, "is_current": one == habit.hour}
            for one in HOURS
        ],
        "is_any_time": habit.is_any_time,
        "is_always": habit.is_always,
        "places": _places(person),
        "has_own_places": PlaceRhythm.objects.filter(person=person).exists(),
    }


def options(choices: Any, chosen: Any) -> list[dict[str, Any]]:
    """The choices of a rhythm or a level, for a form."""
    return [_option(one, chosen) for one in choices]


def _option(one: Any, chosen: Any) -> dict[str, Any]:
    return {"value": one.value, "label": one.label, "is_current": one == chosen}


def _places(person: Person) -> list[dict[str, Any]]:
    rows = PlaceRhythm.objects.filter(person=person)
    own: Mapping[int, str] = dict(rows.values_list("space_id", "rhythm"))
    spaces = Space.objects.filter(kind=SpaceKind.COMMUNITY, memberships__person=person, archived_at=None)
    as_ever = {"value": "", "label": _("As in general")}
    return [
        {
            "space": space,
            "key": encode(space.id),
            "options": [
                as_ever | {"is_current": space.id not in own},
                *options(Rhythm, own.get(space.id)),
            ],
        }
        for space in spaces.order_by("name")
    ]
