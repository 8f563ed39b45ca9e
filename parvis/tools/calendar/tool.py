"""What the house needs to know of the calendar. Not here: what it does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.notices import NoticeClass
from parvis.toolkit.spec import Kind, Option, Tool
from parvis.tools.calendar import agendas, finding_shown, showing
from parvis.tools.calendar.actions import draft_event, publish_event, revise_event
from parvis.tools.calendar.asking import edit_fields, new_fields
from parvis.tools.calendar.bundle import dump_event, load_event

EVENT = Kind(
    slug="event",
    label=_("event"),
    verb=_("planned an event"),
    icon="calendar",
    view="event",
    roles=frozenset({"date"}),
    draft=draft_event,
    publish=publish_event,
    face=showing.event_face,
    options=(
        Option(
            "event",
            _("Event"),
            "calendar-plus",
            needs_body=False,
            prompt=_("What will happen, and for whom?"),
        ),
    ),
    replies=(_("Reply"), _("reply"), _("replies")),
    extra_fields="calendar/_fields.html",
    extra_context=new_fields,
    edit_fields="calendar/_fields.html",
    edit_context=edit_fields,
    revised=revise_event,
    dump=dump_event,
    load=load_event,
)

DATED = (
    "event_invited", "event_changed", "event_cancelled", "event_place", "event_soon", "event_notes", "event_organiser",
)  # fmt: skip
DATES = NoticeClass(
    "event",
    _("Dates of mine"),
    _("a date of yours changes, is coming up, or you are invited to one"),
    "calendar-clock",
    insists=True,
    rank=30,
)

TOOL = Tool(
    slug="calendar",
    label=_("Calendar"),
    icon="calendar",
    promise=_("When we meet, who comes, and everybody's dates in one place."),
    kinds=(EVENT,),
    abilities={"calendar.organise": (Role.AUTHOR, Role.HOST)},
    position=40,
    nav=("/calendar/", _("Calendar")),
    nav_position=20,
    mine=showing.mine,
    agendas=agendas.agendas_of,
    inside=finding_shown.inside,
    remarks=finding_shown.remarks,
    own_mails=frozenset({"event_invited", "event_changed", "event_cancelled"}),
    notice_classes=dict.fromkeys(DATED, DATES),
    notices={
        "event_invited": (
            "calendar-plus",
            _("%(who)s invites you to an event"),
            _("%(who)s invite you to an event"),
        ),
        "event_changed": (
            "calendar-clock",
            _("%(who)s changed a date of yours"),
            _("%(who)s have changed a date of yours"),
        ),
        "event_cancelled": (
            "calendar-x",
            _("%(who)s cancelled a date of yours"),
            _("%(who)s have cancelled a date of yours"),
        ),
        "event_place": ("calendar-check", _("A place is free: you are in"), _("A place is free: you are in")),
        "event_soon": ("alarm-clock", _("It is coming up"), _("It is coming up")),
        "event_notes": (
            "notebook-pen",
            _("%(who)s wrote notes of an event"),
            _("%(who)s wrote notes of an event"),
        ),
        "event_organiser": (
            "calendar-check",
            _("%(who)s asks you to organise with them"),
            _("%(who)s ask you to organise with them"),
        ),
    },
)
