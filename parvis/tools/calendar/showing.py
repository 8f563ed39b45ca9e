"""What the calendar's pages are drawn with. Not here: reading the database (reading), laying days out (grid)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.kernel.words import hue
from parvis.people.models import Person
from parvis.toolkit.spec import Act, Line, Section
from parvis.tools.calendar import finding_shown, grid, reading, rules
from parvis.tools.calendar.actions import event_of
from parvis.tools.calendar.asking import read_day
from parvis.tools.calendar.models import Choice, Guest
from parvis.tools.calendar.saying import say
from parvis.tools.calendar.series import find_date
from parvis.tools.calendar.wording import when_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parvis.contributions.models import Contribution
    from parvis.spaces.models import Space

COMING = 90  # days that "mine" looks ahead
MOST_COMING = 5
MOST_LISTED = 300  # members to choose from, in one list


def calendar_context(
    viewer: Person, asked: Mapping[str, Any], *, path: str, space: Space | None
) -> dict[str, Any]:
    """A month, a week or a list, of one community or of everything that is one's own, and moments asked about. Two queries."""
    view = str(asked.get("view") or "month")
    shown = grid.range_of(view if view in grid.VIEWS else "month", _day_asked(asked.get("on")))
    if space is None:
        rows = reading.dates_of(viewer, shown.since, shown.until)
    else:
        rows = reading.dates_in(space, viewer, shown.since, shown.until)
    asked_about = finding_shown.tentative(
        viewer, shown.since, shown.until, timezone.get_current_timezone(), space=space
    )
    days = grid.days_of(shown, rows, with_space=space is None, more=asked_about)
    return {
        "shown": shown,
        "path": path,
        "days": days,
        "weekdays": [say(one.day, "l") for one in days[:7]] if shown.view != "list" else [],
        "has_any": any(one.entries for one in days),
        "views": [
            (label, name, name == shown.view)
            for name, label in (("month", _("Month")), ("week", _("Week")), ("list", _("List")))
        ],
        "spaces": _legend(rows) if space is None else [],
        "zone": timezone.get_current_timezone_name().replace("_", " "),
    }


def _day_asked(text: object) -> date:
    try:
        return read_day(text) or clock.today()
    except Refused:
        return clock.today()


def _legend(rows: list[Any]) -> list[dict[str, Any]]:
    """The communities met in a view, each with its colour, by name."""
    found = {
        row.slug: {
            "name": row.space_name,
            "url": f"/c/{row.slug}/calendar/",
            "hue": row.hue or hue(row.space_name),
        }
        for row in rows
    }
    return sorted(found.values(), key=lambda one: one["name"])


def event_context(
    contribution: Contribution, viewer: Person, can: frozenset[str], asked: object
) -> dict[str, Any]:
    """An event's page: when, where, who comes, the other dates. One query."""
    try:
        day = read_day(asked)
    except Refused:
        raise NotFound from None
    row = reading.read_event(contribution, viewer, day)
    if row is None or row.original_on is None:
        raise NotFound
    answers = [one | _person(one) for one in row.answers]
    mine = next((one for one in answers if one["is_mine"]), None)
    over = row.over_at < clock.now()
    organises = _organises(row, can)
    return {
        "event": row,
        "when": when_in_words(row),
        "elsewhere": _in_reader_zone(row),
        "again": rules.in_words(row.rule, row.series_on),
        "place": "" if row.has_no_place else row.own_place or row.place,
        "mine": mine,
        "choices": [
            (value, label, mine is not None and mine["choice"] == value) for value, label in Choice.choices
        ],
        "may_answer": "contribution.react" in can
        and contribution.is_published
        and not (over or row.is_cancelled or row.cancelled_at),
        "is_over": over,
        "day": row.original_on.isoformat(),
        "groups": _groups(row, answers),
        "free": None if row.capacity is None else max(row.capacity - row.yes_count, 0),
        "organisers": [one | _person(one) for one in row.guests if one["is_organiser"]],
        "is_asked": any(one["is_mine"] and not one["is_organiser"] for one in row.guests),
        "dates": _dates(row),
        "at": f"/calendar/{contribution.key}/",
        "may_organise": organises,
        "tasks": _tasks(contribution, row, organises, over),
    }


def _organises(row: Any, can: frozenset[str]) -> bool:
    return "calendar.organise" in can or (
        "contribution.react" in can and any(one["is_mine"] and one["is_organiser"] for one in row.guests)
    )


def _person(one: dict[str, Any]) -> dict[str, Any]:
    key = encode(int(one["person"]))
    photo = f"/people/{key}/photo/{one['photo'][:12]}" if one["photo"] else ""
    return {"id13": key, "url": f"/people/{key}/", "photo_url": photo}


@dataclass(frozen=True)
class Group:
    """Those who gave one answer: how many they are, and the first of them by name."""

    label: str
    count: int
    people: list[dict[str, Any]]

    @property
    def rest(self) -> int:
        return self.count - len(self.people)


def _groups(row: Any, answers: list[dict[str, Any]]) -> list[Group]:
    """Who comes, who waits, who may come, who doesn't."""
    waiting = [one for one in answers if one["is_waiting"]]
    said = {
        choice: [one for one in answers if one["choice"] == choice and not one["is_waiting"]]
        for choice in Choice.values
    }
    parts = (
        Group(_("They are coming"), row.yes_count, said["yes"]),
        Group(_("On the waiting list"), row.waiting_count, waiting),
        Group(_("Perhaps"), row.maybe_count, said["maybe"]),
        Group(_("Not coming"), row.no_count, said["no"]),
    )
    return [part for part in parts if part.people]


def _dates(row: Any) -> list[dict[str, Any]]:
    if not row.rule:
        return []
    return [
        {
            "day": one["original_on"],
            "words": say(date.fromisoformat(one["first_on"]), "l j F"),
            "hour": (one["starts"] or "")[:5],
            "is_cancelled": one["is_cancelled"],
            "is_current": one["original_on"] == row.original_on.isoformat(),
            "choice": one["choice"],
        }
        for one in row.dates
    ]


def _tasks(contribution: Contribution, row: Any, organises: bool, over: bool) -> list[Act]:
    """What organisers do with an event, as links beside it."""
    if not organises or not contribution.is_published:
        return []
    at, day = f"/calendar/{contribution.key}/", row.original_on.isoformat()
    found = []
    if not row.cancelled_at:
        found.append(Act(_("Invite people"), "user-plus", f"{at}invite/"))
        if not over:
            found.append(
                Act(
                    _("Change this date") if row.rule else _("Change date or place"),
                    "calendar-clock",
                    f"{at}date/{day}/",
                )
            )
            found.append(Act(_("Cancel it"), "calendar-x", f"{at}cancel/?date={day}"))
    found.append(
        Act(_("Write notes") if not row.notes_html else _("Change the notes"), "notebook-pen", f"{at}notes/")
    )
    return found


def _in_reader_zone(row: Any) -> str:
    """The same moment on the reader's clock, when theirs isn't the event's; "" otherwise."""
    mine = timezone.get_current_timezone()
    if row.starts is None:
        return ""
    here, there = row.begins_at.astimezone(mine), row.begins_at.astimezone(ZoneInfo(row.zone))
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return ""
    day = say(here.date(), "l j F")
    return _("For you: %(day)s at %(hour)s") % {"day": day, "hour": f"{here:%H:%M}"}


def mine(viewer: Person) -> list[Section]:
    """The next dates of one's communities, for the page "mine". One query."""
    today = clock.today()
    rows = reading.dates_of(viewer, today, date.fromordinal(today.toordinal() + COMING), limit=60)
    coming = [
        row for row in rows if row.over_at >= clock.now() and not row.is_cancelled and row.choice != "no"
    ]
    zone = timezone.get_current_timezone()
    lines = tuple(
        Line(
            row.title,
            grid.entry_of(row, zone, with_space=True)["url"],
            row.space_name,
            "calendar-check" if row.choice == "yes" else "calendar",
            at=row.begins_at if row.starts else None,
            day=None if row.starts else row.first_on,
        )
        for row in coming[:MOST_COMING]
    )
    return [
        Section(
            _("Dates to come"),
            "calendar",
            lines,
            "/calendar/",
            _("Nothing is planned in your communities."),
            rank=10,
        )
    ]


def event_face(row: Any) -> dict[str, Any]:
    """What an event's card says beyond the common: its day, hour and place."""
    on = row.card.get("on")
    if not on:
        return {}
    day = say(date.fromisoformat(on), "D j M")
    words = _("event · %(day)s") % {"day": day}
    if row.card.get("hour"):
        # Cards are drawn once for every reader: hours are those of the site's zone, or say whose they are.
        zone = row.card.get("zone") or ""
        is_elsewhere = zone and zone != timezone.get_default_timezone_name()
        hour = f"{row.card['hour']} ({zone.replace('_', ' ')})" if is_elsewhere else row.card["hour"]
        words = _("event · %(day)s, %(hour)s") % {"day": day, "hour": hour}
    if row.card.get("cancelled"):
        words = _("event · cancelled")
    return {"kind_label": words, "kind_icon": "repeat" if row.card.get("again") else "calendar"}


def change_context(contribution: Contribution, day: date, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The form of one date: as typed, or as it stands. Two queries."""
    event = event_of(contribution)
    row = find_date(event, day)
    given: Mapping[str, Any] = typed or {
        "day": row.first_on.isoformat(),
        "end_day": row.last_on.isoformat() if row.last_on != row.first_on else "",
        "hour": f"{row.starts:%H:%M}" if row.starts else "",
        "end_hour": f"{row.ends:%H:%M}" if row.ends else "",
        "whole_day": "" if row.starts else "1",
        "place": row.place_in(event),
        "word": row.word,
        "scope": "one",
    }
    return {
        "given": given,
        "event": event,
        "row": row,
        "when": when_in_words(row) + (f" ({event.zone.replace('_', ' ')})" if row.starts else ""),
        "again": rules.in_words(event.rule, event.first_on),
    }


def day_words(row: Any) -> str:
    """A date as it is said in a form; "" for none."""
    return when_in_words(row) if row is not None else ""


def invite_context(contribution: Contribution, viewer: Person) -> dict[str, Any]:
    """Whom one may still ask, and who was asked. Two queries."""
    guests = list(
        Guest.objects.filter(contribution_id=contribution.pk)
        .select_related("person")
        .order_by("asked_at")[:200]
    )
    members = (
        Person.objects.active().filter(memberships__space_id=contribution.space_id).exclude(id=viewer.id)
    )
    asked = {guest.person_id for guest in guests}
    rows = [
        one
        for one in members.order_by("sort_key")[: MOST_LISTED + 1]
        if one.id not in asked and one.id != contribution.author_id
    ]
    # Of a large community the list holds the first only: the others are found as their name is typed.
    is_long = len(rows) + len(asked) > MOST_LISTED
    return {
        "found_at": f"/people/suggest/?space={contribution.space.slug}" if is_long else "",
        "options": [{"value": encode(one.id), "label": one.name} for one in rows],
        "choosable": [
            {"value": encode(guest.person_id), "label": guest.person.name}
            for guest in guests
            if not guest.is_organiser
        ],
        "organisers": [(encode(guest.person_id), guest.person) for guest in guests if guest.is_organiser],
        "asked": [guest.person for guest in guests if not guest.is_organiser],
    }
