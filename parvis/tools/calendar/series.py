"""One date of an event, or that date and those after it: changed, cancelled. Not here: the whole event (calendar.actions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.tools.calendar import dates, moving, rules
from parvis.tools.calendar.actions import (
    add_event,
    change_plan,
    checked_word,
    event_of,
    mail_end,
    require_organiser,
    tell_change,
)
from parvis.tools.calendar.asking import Plan, read_plan
from parvis.tools.calendar.models import Answer, Choice, Event, Guest, Occurrence

if TYPE_CHECKING:
    from parvis.people.models import Person

SCOPES = ("one", "following", "all")


def plan_of(event: Event) -> Plan:
    """The plan an event has now."""
    return Plan(**{name: getattr(event, name) for name in Plan.__dataclass_fields__})


def change_date(
    contribution: Contribution, day: date, typed: Mapping[str, Any], *, by: Person
) -> Contribution:
    """Changes one date (scope "one"), it and all after it ("following") or every one ("all"), as typed.

    Returns the event that holds the date from now on: another one when the series was split. Who may: its author,
    organisers and hosts; to split, they must also be allowed to post here. Raises NotFound, NotAllowed, Refused.
    """
    require_organiser(contribution, by=by)
    event = event_of(contribution, lock=True)
    if event.cancelled_at:
        raise Refused(_("It is cancelled already."))
    row = find_date(event, day)
    scope = str(typed.get("scope") or "one") if event.rule else "all"
    if scope not in SCOPES:
        raise Refused(_("Choose which dates change."), field="scope")
    plan = _plan_typed(event, typed)
    if scope == "one":
        _change_one(contribution, event, row, plan, str(typed.get("word") or ""), by=by)
        return contribution
    if scope == "following" and day > event.first_on:
        return _split(contribution, event, day, plan, by=by)
    shift = plan.first_on - (day if event.rule else event.first_on)
    first_on = _first_day(event, plan.first_on, event.first_on + shift)
    rule = _same_rhythm(event, plan.first_on, first_on) if event.rule else event.rule
    whole = replace(plan, first_on=first_on, last_on=first_on + (plan.last_on - plan.first_on), rule=rule)
    change_plan(contribution, event, whole, by=by)
    return contribution


def find_date(event: Event, day: date) -> Occurrence:
    """A date of an event by the day its rule gave it. Raises NotFound."""
    row = Occurrence.objects.filter(contribution_id=event.pk, original_on=day).first()
    if row is None:
        raise NotFound
    return row


def _plan_typed(event: Event, typed: Mapping[str, Any]) -> Plan:
    """What the form says of a date; what it doesn't ask stays the series' own."""
    # Of a form, unpacking would give lists of values.
    asked = {
        "place": event.place,
        **dict(typed.items()),
        "repeat": "",
        "zone": event.zone,
        "capacity": event.capacity or "",
        "link": event.link,
    }
    plan = read_plan(asked)
    return replace(plan, rule=event.rule, capacity=event.capacity, remind=event.remind)


def _change_one(
    contribution: Contribution, event: Event, row: Occurrence, plan: Plan, word: str, *, by: Person
) -> None:
    change = dates.Change(
        row.original_on,
        first_on=plan.first_on,
        last_on=plan.last_on,
        starts=plan.starts,
        ends=plan.ends,
        place="" if plan.place == event.place else plan.place,
        has_no_place=bool(event.place) and not plan.place,
        word=checked_word(word),
    )
    event.sequence += 1
    event.save(update_fields=["sequence"])
    dates.expand(event, contribution, exceptions=[change])
    tell_change(contribution, "changed", by=by, day=row.original_on)


def _first_day(event: Event, like: date, about: date) -> date:
    """The day nearest to `about` on which a series begins that has the date `like`.

    Months aren't of one length: the 30th of April moved to the 1st of May asks for the 1st, whatever the month in which
    the series begins.
    """
    choice = rules.choice_of(event.rule, event.first_on)
    if choice not in ("month", "month_weekday"):
        return about
    asked = rules.rule_of(choice, like)
    near = sorted((about + timedelta(days=n) for n in range(-31, 32)), key=lambda day: abs(day - about))
    return next((day for day in near if rules.rule_of(choice, day) == asked), about)


def _same_rhythm(event: Event, day: date, first_on: date) -> str:
    """The event's rule as it is when its days move: "every Tuesday" becomes the day the date was moved to."""
    choice = rules.choice_of(event.rule, event.first_on)
    if choice in ("other", "workday", "day", ""):
        return event.rule
    until = rules.last_day_of(event.rule)
    if until is not None:
        until = max(until, day)
    return rules.rule_of(choice, first_on, until=until, count=rules.count_of(event.rule))


def _split(contribution: Contribution, event: Event, day: date, plan: Plan, *, by: Person) -> Contribution:
    """Ends the series the day before and begins another; replies stay with the first, answers follow their dates."""
    require("space.post", contribution.space, by=by)
    rule = rules.continued_from(event.rule, event.first_on, day)
    rest = Event(first_on=day, rule=rule)
    plan = replace(
        plan, rule=_same_rhythm(rest, plan.first_on, plan.first_on) if plan.first_on != day else rule
    )
    later = list(Occurrence.objects.filter(contribution_id=event.pk, original_on__gte=day))
    rhythm = rules.choice_of(event.rule, event.first_on)
    by_days = plan.first_on - day if rhythm not in moving.STILL else timedelta()
    places = moving.days_for([row.original_on for row in later], plan, by_days, rhythm=rhythm)
    new = add_event(
        contribution.space,
        plan,
        title=contribution.title,
        body=contribution.body.source,
        by=by,
        is_listed=False,
        continues=event,
        changes=_kept_changes(later, places, day),
    )
    came = _who_comes(contribution, [row.original_on for row in later])
    left = _carry_over(contribution, new, [row.original_on for row in later], places)
    Occurrence.objects.filter(pk__in=[row.pk for row in later]).delete()
    event.rule = rules.ended_before(event.rule, day)
    event.sequence += 1
    event.save(update_fields=["rule", "sequence"])
    dates.expand(event, contribution)
    tell_change(new, "changed", by=by, left=left)
    mail_end(contribution, by=by, also=came)
    return new


def _who_comes(contribution: Contribution, days: list[date]) -> set[int]:
    rows = Answer.objects.filter(contribution_id=contribution.pk, original_on__in=days)
    return set(rows.exclude(choice=Choice.NO).values_list("person_id", flat=True))


def _kept_changes(rows: list[Occurrence], places: dict[date, date], day: date) -> list[dates.Change]:
    """What was said of single dates goes over with them; of the date being changed, only that it is cancelled."""
    for row in rows:
        row.is_changed = row.is_changed and row.original_on != day
    return moving.changes_for(rows, places)


def _carry_over(
    contribution: Contribution, new: Contribution, days: list[date], places: dict[date, date]
) -> set[int]:
    """Answers to the dates that went over, and everybody who was asked, go over too.

    Returns who was to come to a date that is no more.
    """
    place = {"contribution": new, "space_id": new.space_id, "audience": new.audience}
    left = moving.move_answers(contribution.pk, days, places, **place)
    guests = {
        guest.person_id: Guest(
            person_id=guest.person_id, is_organiser=guest.is_organiser, asked_at=guest.asked_at, **place
        )
        for guest in Guest.objects.filter(contribution_id=contribution.pk).exclude(person_id=new.author_id)
    }
    # Whoever planned the whole goes on leading what another organiser made a series of its own.
    if contribution.author_id != new.author_id:
        guests[contribution.author_id] = Guest(person_id=contribution.author_id, is_organiser=True, **place)
    Guest.objects.bulk_create(guests.values())
    return left


def cancel_date(contribution: Contribution, day: date, *, word: str, by: Person) -> None:
    """Says that one date doesn't take place; the others do. Who may: author, organisers, hosts. Raises Refused."""
    require_organiser(contribution, by=by)
    event = event_of(contribution, lock=True)
    row = find_date(event, day)
    if row.is_cancelled or event.cancelled_at:
        raise Refused(_("It is cancelled already."))
    row.is_cancelled, row.word, row.remind_at = True, checked_word(word), None
    row.save(update_fields=["is_cancelled", "word", "remind_at"])
    event.sequence += 1
    event.save(update_fields=["sequence"])
    tell_change(contribution, "cancelled", by=by, day=day)
