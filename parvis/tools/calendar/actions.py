"""Writes of an event: publish, change, cancel, notes. Not here: answers (calendar.answers), one date of a series (calendar.series)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.models import Contribution
from parvis.journal.actions import record
from parvis.journal.jobs import enqueue
from parvis.kernel import clock, markdown
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.spaces.models import Membership
from parvis.tools.calendar import answers, dates, moving
from parvis.tools.calendar.asking import Plan, checked_zone, read_plan
from parvis.tools.calendar.models import Answer, Choice, Event, Guest, Occurrence

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_NOTES = 20_000
MOST_WORD = 300


def publish_event(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Publishes an event; `options` are the fields of its form (see asking.read_plan), or {"plan": a Plan}.

    Who may: whoever may post in the space. Raises NotFound, NotAllowed, Refused (with the field at fault).
    """
    options = options or {}
    require("space.post", space, by=by)
    plan = options.get("plan") or read_plan(options)
    return add_event(space, plan, title=title, body=body, by=by, at=at, is_draft=is_draft, tags=tags)


def draft_event(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Contribution:
    """An event kept as its author's draft; without a day of its own yet, it stands a week ahead at nine."""
    given = options or {}
    if not given.get("plan") and not given.get("day"):
        day = clock.today() + timedelta(days=7)
        given = {"plan": Plan(day, day, time(9), time(10), checked_zone(""))}
    return publish_event(space, title=title, body=body, by=by, options=given, at=at, is_draft=True)


def add_event(
    space: Space,
    plan: Plan,
    *,
    title: str,
    body: str,
    by: Person,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
    is_listed: bool = True,
    uid: str = "",
    continues: Event | None = None,
    changes: list[dates.Change] | None = None,
) -> Contribution:
    """An event with its dates; unlisted ones stand in calendars, not in streams. Raises as `publish_event`."""
    contribution = publish(
        "event",
        space,
        title=title,
        body=body,
        by=by,
        tags=tags,
        at=at,
        is_draft=is_draft,
        card=card_of(plan),
        may_be_empty=True,
        is_listed=is_listed,
    )
    event = Event(contribution=contribution, uid=uid, continues=continues, **plan.fields())
    event.save(force_insert=True)
    dates.expand(event, contribution, exceptions=changes or [])
    return contribution


def card_of(plan: Plan | Event) -> dict[str, Any]:
    """What cards show: the first date, its hours, the place, and whether it comes again."""
    return {
        "on": plan.first_on.isoformat(),
        "to": plan.last_on.isoformat() if plan.last_on != plan.first_on else None,
        "hour": f"{plan.starts:%H:%M}" if plan.starts else None,
        "zone": plan.zone,
        "place": plan.place[:80],
        "again": bool(plan.rule),
    }


def event_of(contribution: Contribution, *, lock: bool = False) -> Event:
    """The detail of an event, locked when something is to be decided on it. Raises NotFound."""
    rows = Event.objects.filter(contribution_id=contribution.pk)
    event = (rows.select_for_update() if lock else rows).first()
    if event is None or contribution.kind != "event":
        raise NotFound
    event.contribution = contribution
    return event


def require_organiser(contribution: Contribution, *, by: Person) -> None:
    """Lets its author, its organisers and the hosts go on. Raises NotFound, NotAllowed."""
    require("contribution.read", contribution, by=by)
    try:
        require("calendar.organise", contribution, by=by)
    except NotAllowed:
        if contribution.space.is_archived or not organisers_of(contribution).filter(person=by).exists():
            raise


def organisers_of(contribution: Contribution) -> QuerySet[Guest]:
    """Who was named organiser and is still a member: whoever leaves the community organises nothing there."""
    member = Membership.objects.filter(space_id=OuterRef("space_id"), person_id=OuterRef("person_id"))
    return Guest.objects.filter(Exists(member), contribution_id=contribution.pk, is_organiser=True)


def revise_event(contribution: Contribution, *, options: dict[str, Any], by: Person) -> None:
    """After the text was changed: its dates, place and hours, the whole series when it repeats.

    Those who come are told, and by mail if they wish. Options that aren't there leave everything as it is.
    Who may: the author. Raises Refused.
    """
    require("contribution.edit", contribution, by=by)
    if not options.get("day"):
        return
    event = event_of(contribution, lock=True)
    plan = read_plan(options, event)
    # The text of a cancelled event may still say why; its dates would tell people to come.
    if event.cancelled_at and any(getattr(event, name) != value for name, value in plan.fields().items()):
        raise Refused(_("It is cancelled already."), field="day")
    change_plan(contribution, event, plan, by=by)


def change_plan(contribution: Contribution, event: Event, plan: Plan, *, by: Person) -> None:
    """Gives an event (the caller holds its lock) another plan; answers follow the dates they were given for."""
    was = {name: getattr(event, name) for name in plan.fields()}
    if was == plan.fields():
        return
    changes, left = moving.move_along(event, plan)
    for name, value in plan.fields().items():
        setattr(event, name, value)
    is_told = any(
        was[name] != getattr(plan, name)
        for name in ("first_on", "last_on", "starts", "ends", "zone", "place", "link", "rule")
    )
    event.sequence += 1 if is_told else 0
    event.save()
    dates.expand(event, contribution, exceptions=changes)
    touch_card(contribution, **card_of(event))
    if plan.capacity != was["capacity"]:
        answers.let_in_all(contribution, event)
    if contribution.is_published and is_told:
        tell_change(contribution, "changed", by=by, left=left)


def cancel_event(contribution: Contribution, *, word: str, by: Person) -> None:
    """Says that an event, every date of it, doesn't take place; it stays to be read. Who may: its organisers, hosts."""
    require_organiser(contribution, by=by)
    event = event_of(contribution, lock=True)
    if event.cancelled_at:
        raise Refused(_("It is cancelled already."))
    event.cancelled_at = clock.now()
    event.sequence += 1
    event.save(update_fields=["cancelled_at", "sequence"])
    rows = Occurrence.objects.filter(contribution_id=contribution.pk, over_at__gte=clock.now())
    rows.update(is_cancelled=True, remind_at=None, word=checked_word(word))
    touch_card(contribution, cancelled=True)
    tell_change(contribution, "cancelled", by=by)


def checked_word(word: str) -> str:
    """A word to those who come, on one line."""
    return " ".join(word.split())[:MOST_WORD]


def tell_change(
    contribution: Contribution,
    verb: str,
    *,
    by: Person,
    day: date | None = None,
    left: Iterable[int] = (),
) -> None:
    """Records that an event or one date of it is other than it was; those concerned are told, mails are sent.

    `left` are those who were to come to a date that is no more: they are told that it is off.
    """
    reason = {"changed": "event_changed", "cancelled": "event_cancelled"}[verb]
    tell = {str(key): reason for key in concerned(contribution, day)}
    payload: dict[str, Any] = {"tell": tell | {str(key): "event_cancelled" for key in left}}
    if day is not None:
        payload["day"] = day.isoformat()
    note(contribution, verb, by=by, **payload)
    enqueue(
        "calendar.mail",
        contribution_id=contribution.pk,
        method="CANCEL" if verb == "cancelled" and day is None else "REQUEST",
        by=by.id,
        day=day.isoformat() if day is not None else None,
        also=sorted(left),
    )


def mail_end(contribution: Contribution, *, by: Person, also: Iterable[int]) -> None:
    """Mails where a series ends from now on, so that the calendars of mail programs don't keep its later dates.

    The bell says nothing: what follows is told of the event that goes on.
    """
    given = {"method": "REQUEST", "by": by.id, "day": None, "also": sorted(also)}
    enqueue("calendar.mail", contribution_id=contribution.pk, **given)


def concerned(contribution: Contribution, day: date | None = None) -> set[int]:
    """Whom a change concerns: who comes or may come (to that day), who was asked and didn't say no, its organisers,
    and its author.
    """
    rows = Answer.objects.filter(contribution_id=contribution.pk)
    rows = (
        rows.filter(original_on=day)
        if day is not None
        else rows.filter(original_on__gte=clock.today() - timedelta(days=1))
    )
    answers = list(rows.values_list("person_id", "choice"))
    coming = {key for key, choice in answers if choice != Choice.NO}
    guests = Guest.objects.filter(contribution_id=contribution.pk).values_list("person_id", flat=True)
    organisers = set(organisers_of(contribution).values_list("person_id", flat=True))
    asked = set(guests) - {key for key, _choice in answers}
    return coming | asked | organisers | {contribution.author_id}


def note(contribution: Contribution, verb: str, /, *, by: Any, **payload: Any) -> None:
    """Records one fact about an event."""
    record(
        f"event.{verb}",
        thing_kind="event",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload=payload,
    )


def write_notes(contribution: Contribution, source: str, *, by: Person) -> None:
    """Keeps what was said and decided, in Markdown; "" takes the notes away. Who may: its organisers, hosts."""
    require_organiser(contribution, by=by)
    source = markdown.canonical(source).strip()
    if len(source) > MOST_NOTES:
        raise Refused(_("These notes are too long. Attach a file to a reply."), field="notes")
    event = event_of(contribution, lock=True)
    event.notes, event.notes_html = source, markdown.render(source).html if source else ""
    event.notes_by, event.notes_at = by, clock.now()
    event.save(update_fields=["notes", "notes_html", "notes_by", "notes_at"])
    tell = {str(key): "event_notes" for key in concerned(contribution)} if source else {}
    note(contribution, "noted", by=by, tell=tell)
