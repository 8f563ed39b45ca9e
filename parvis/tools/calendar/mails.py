"""Invitations by mail (iMIP), their changes and cancellations, for those who asked for mails.

Mail programs put them into the reader's own calendar. From communities that aren't open to everybody the text itself
doesn't leave the house: title, hours and place do. Not here: the bell (attention), the format (ical).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from parvis.accounts import mail
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.people.models import Person
from parvis.spaces.models import Audience
from parvis.tools.calendar import rules
from parvis.tools.calendar.ical import Letter, calendar_of
from parvis.tools.calendar.models import Answer, Choice, Event, Guest
from parvis.tools.calendar.wording import when_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUEST, CANCEL = "REQUEST", "CANCEL"


def send_all(contribution_id: int, method: str, people: Iterable[int] | None = None, by: int = 0) -> int:
    """Mails an event to `people`, or to all whom it concerns (invited or coming); returns how many mails were written.

    Nobody gets one who doesn't want mails, may not read the event any more, or (`by`) made the change themselves.
    """
    event = Event.objects.select_related("contribution__body", "contribution__author", "contribution__space")
    found = event.filter(contribution_id=contribution_id).first()
    if found is None or not found.contribution.is_published:
        return 0
    wanted = set(people) if people is not None else _concerned(found)
    rows = Person.objects.active().filter(id__in=wanted - {by}, mails_notices=True, email__isnull=False)
    sent = 0
    for person in rows.order_by("id"):
        if Contribution.objects.visible_to(person).filter(id=contribution_id).exists():
            _send(found, person, method)
            sent += 1
    return sent


def _concerned(event: Event) -> set[int]:
    declined = Answer.objects.filter(contribution_id=event.pk, choice=Choice.NO).values("person_id")
    coming = Answer.objects.filter(contribution_id=event.pk).exclude(choice=Choice.NO)
    guests = Guest.objects.filter(contribution_id=event.pk).exclude(person_id__in=declined)
    return {
        event.contribution.author_id,
        *coming.values_list("person_id", flat=True),
        *guests.values_list("person_id", flat=True),
    }


def _send(event: Event, person: Person, method: str) -> None:
    through = mail.relay() or mail.Relay("localhost", 25)
    letter = Letter(method, mail.sender_address(through), person)
    is_public = event.contribution.audience == Audience.EVERYBODY
    data = calendar_of([event], name="", letter=letter, with_texts=is_public)
    zone = person.time_zone or timezone.get_default_timezone_name()
    with translation.override(person.language), timezone.override(zone):
        network = mail.network_row().name
        subject = f"[{network}] {_heading(event, method)}"
        text, html = _texts(event, person, method, network)
        mail.send(person, subject, text, html, is_private=True, calendar=data.decode())


def _heading(event: Event, method: str) -> str:
    title = {"title": event.contribution.title}
    if method == CANCEL:
        return _("Cancelled: %(title)s") % title
    return (_("Changed: %(title)s") if event.sequence else _("Invitation: %(title)s")) % title


def _texts(event: Event, person: Person, method: str, network: str) -> tuple[str, str]:
    """The mail as plain text and as HTML."""
    lines = [when_in_words(event) + (f" ({event.zone})" if event.starts else "")]
    lines += [line for line in (rules.in_words(event.rule, event.first_on), event.place) if line]
    link = f"{config.url.rstrip('/')}/calendar/{event.contribution.key}/"
    hello = _("Hello %(name)s,") % {"name": person.name}
    ask = _("It no longer takes place.") if method == CANCEL else _("Say there whether you are coming:")
    why = _("You get this message because you asked for a mail when something is for you.")
    text = (
        "\n\n".join([hello, _heading(event, method), "\n".join(lines), f"{ask}\n{link}", why, network]) + "\n"
    )
    parts = [hello, _heading(event, method), *lines, ask]
    body = Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)
    head = Markup('<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title>').format(
        person.language, escape(network)
    )
    foot = Markup('<p><a href="{0}">{0}</a></p><p><small>{1}</small></p><p>{2}</p></html>').format(
        link, why, network
    )
    return text, str(head + body + foot)
