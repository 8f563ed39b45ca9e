"""What an event keeps of its own in a bundle, written and read back. Not here: its text and replies (transfer)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from parvis.contributions.actions import touch_card
from parvis.kernel import markdown
from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode
from parvis.toolkit.loading import Resolve, moment_in, person_in, text_in
from parvis.tools.calendar import dates
from parvis.tools.calendar.actions import MOST_NOTES, MOST_WORD, card_of
from parvis.tools.calendar.answers import MOST_WORD as MOST_ANSWER
from parvis.tools.calendar.asking import MOST_CAPACITY, REMINDERS, check_span, checked_link, checked_zone
from parvis.tools.calendar.models import Answer, Choice, Event, Guest, Occurrence
from parvis.tools.calendar.rules import checked_rule

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution


def _written(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [], False)}


def _iso(value: date | time | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def dump_event(contribution: Contribution) -> dict[str, Any]:
    """Days, hours, zone, place, rule; exceptions, answers, who was asked, notes."""
    event = Event.objects.get(contribution=contribution)
    exceptions = Occurrence.objects.filter(contribution_id=event.pk).order_by("original_on")
    exceptions = exceptions.exclude(is_changed=False, is_cancelled=False)
    answers = Answer.objects.filter(contribution_id=event.pk).order_by("original_on", "answered_at", "id")
    guests = Guest.objects.filter(contribution_id=event.pk).order_by("asked_at", "id")
    return _written(
        first_on=_iso(event.first_on),
        last_on=_iso(event.last_on),
        starts=_iso(event.starts),
        ends=_iso(event.ends),
        zone=event.zone,
        place=event.place,
        link=event.link,
        rule=event.rule,
        capacity=event.capacity,
        remind=event.remind,
        uid=event.uid,
        cancelled_at=_iso(event.cancelled_at),
        notes=event.notes,
        notes_by=encode(event.notes_by_id) if event.notes_by_id else None,
        notes_at=_iso(event.notes_at),
        exceptions=[_exception(row) for row in exceptions],
        answers=[_answer(row) for row in answers],
        guests=[_written(person=encode(row.person_id), organises=row.is_organiser) for row in guests],
    )


def _exception(row: Occurrence) -> dict[str, Any]:
    change = dates.copied(row)
    return _written(
        on=_iso(change.original_on),
        cancelled=change.is_cancelled,
        first_on=_iso(change.first_on),
        last_on=_iso(change.last_on),
        starts=_iso(change.starts),
        ends=_iso(change.ends),
        place=change.place,
        has_no_place=change.has_no_place,
        word=change.word,
    )


def _answer(row: Answer) -> dict[str, Any]:
    return _written(
        on=_iso(row.original_on),
        person=encode(row.person_id),
        choice=row.choice,
        word=row.word,
        waits=row.is_waiting,
        at=_iso(row.answered_at),
    )


def load_event(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of an event what the bundle says; run again, it changes no more. What isn't sound is left out.

    Raises Refused for an event without a day.
    """
    first_on = _day(detail.get("first_on"))
    if first_on is None:
        raise Refused("An event without a day.")
    last_on = _day(detail.get("last_on")) or first_on
    starts, ends = _hour(detail.get("starts")), _hour(detail.get("ends"))
    starts, ends = (starts, ends) if starts and ends else (None, None)
    check_span(first_on, last_on, starts, ends)
    notes = markdown.canonical(text_in(detail, "notes", MOST_NOTES))
    capacity, remind = detail.get("capacity"), detail.get("remind")
    event, _new = Event.objects.update_or_create(
        contribution=contribution,
        defaults={
            "first_on": first_on,
            "last_on": last_on,
            "starts": starts,
            "ends": ends,
            "zone": checked_zone(text_in(detail, "zone", 60)),
            "place": text_in(detail, "place", 200),
            "link": checked_link(text_in(detail, "link", 500)),
            "rule": checked_rule(text_in(detail, "rule", 300)),
            "capacity": capacity if isinstance(capacity, int) and 1 <= capacity <= MOST_CAPACITY else None,
            "remind": remind if remind in REMINDERS and remind else None,
            "uid": text_in(detail, "uid", 255),
            "cancelled_at": moment_in(detail.get("cancelled_at")),
            "notes": notes,
            "notes_html": markdown.render(notes).html if notes else "",
            "notes_by_id": person_in(resolve, detail.get("notes_by")),
            "notes_at": moment_in(detail.get("notes_at")),
        },
    )
    dates.expand(event, contribution, exceptions=_exceptions(detail.get("exceptions")), anew=True)
    _load_people(contribution, detail, resolve)
    cancelled = {"cancelled": True} if event.cancelled_at else {}
    card = {**card_of(event), **cancelled}
    if card != {name: contribution.card.get(name) for name in card}:
        touch_card(contribution, **card)


def _exceptions(given: Any) -> list[dates.Change]:
    found = []
    for one in given if isinstance(given, list) else []:
        on = _day(one.get("on")) if isinstance(one, dict) else None
        if on is None:
            continue
        first_on, starts, ends = _day(one.get("first_on")), _hour(one.get("starts")), _hour(one.get("ends"))
        found.append(
            dates.Change(
                on,
                is_cancelled=one.get("cancelled") is True,
                first_on=first_on,
                last_on=_day(one.get("last_on")) or first_on,
                starts=starts if ends else None,
                ends=ends if starts else None,
                place=text_in(one, "place", 200),
                has_no_place=one.get("has_no_place") is True,
                word=text_in(one, "word", MOST_WORD),
            )
        )
    return found


def _load_people(contribution: Contribution, detail: dict[str, Any], resolve: Resolve) -> None:
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    Answer.objects.filter(contribution=contribution).delete()
    Guest.objects.filter(contribution=contribution).delete()
    answers, guests = {}, {}
    for one in _dicts(detail.get("answers")):
        person, on = person_in(resolve, one.get("person")), _day(one.get("on"))
        if person is None or on is None or one.get("choice") not in Choice.values:
            continue
        at = moment_in(one.get("at")) or datetime.now(UTC)
        answers[person, on] = Answer(
            person_id=person, original_on=on, choice=one["choice"], word=text_in(one, "word", MOST_ANSWER),
            is_waiting=one.get("waits") is True, answered_at=at, **place,
        )  # fmt: skip
    for one in _dicts(detail.get("guests")):
        person = person_in(resolve, one.get("person"))
        if person is not None:
            guests[person] = Guest(person_id=person, is_organiser=one.get("organises") is True, **place)
    Answer.objects.bulk_create(answers.values())
    Guest.objects.bulk_create(guests.values())


def _dicts(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _hour(value: Any) -> time | None:
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None
