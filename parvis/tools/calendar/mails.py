"""Invitations by mail (iMIP), their changes and cancellations, for those who asked for mails.

Mail programs put them into the reader's own calendar. From communities that aren't open to everybody the text itself
doesn't leave the house: title, hours and place do. Not here: the bell (attention), the format (ical).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from parvis.accounts import mail
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.mailing.rhythms import who_wants_at_once
from parvis.people.models import Person
from parvis.spaces.models import Audience
from parvis.tools.calendar import rules
from parvis.tools.calendar.ical import Letter, calendar_of
from parvis.tools.calendar.models import Answer, Choice, Event, Guest, Occurrence
from parvis.tools.calendar.wording import when_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class News:
    """Why a mail is written: an invitation or not, the one date that changed, a word with it."""

    method: str
    is_new: bool
    row: Occurrence | None
    word: str


def send_all(
    contribution_id: int,
    method: str,
    people: Iterable[int] | None = None,
    by: int = 0,
    day: date | None = None,
    also: Iterable[int] = (),
) -> int:
    """Mails an event to `people`, as an invitation, or to all whom a change concerns (invited or coming) and `also`
    these; `day` is the date that changed, when it is one of several. Returns how many mails were written.

    Nobody gets one who doesn't want mails, may not read the event any more, or (`by`) made the change themselves.
    """
    event = Event.objects.select_related("contribution__body", "contribution__author", "contribution__space")
    found = event.filter(contribution_id=contribution_id).first()
    if found is None or not found.contribution.is_published:
        return 0
    wanted = set(people) if people is not None else _concerned(found) | set(also)
    wanted = who_wants_at_once(wanted - {by}, found.contribution.space_id)
    rows = Person.objects.active().filter(id__in=wanted, email__isnull=False)
    news = _news(found, method, day, is_new=people is not None)
    sent = 0
    for person in rows.order_by("id"):
        if Contribution.objects.visible_to(person).filter(id=contribution_id).exists():
            _send(found, person, news)
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


def _news(event: Event, method: str, day: date | None, *, is_new: bool) -> News:
    """What there is to say; of a cancelled event, why stands on its dates."""
    rows = Occurrence.objects.filter(contribution_id=event.pk)
    row = rows.filter(original_on=day).first() if day is not None else None
    why = row or (rows.filter(is_cancelled=True).exclude(word="").first() if method == CANCEL else None)
    return News(method, is_new, row, why.word if why is not None else "")


def _send(event: Event, person: Person, news: News) -> None:
    through = mail.relay() or mail.Relay("localhost", 25)
    letter = Letter(news.method, mail.sender_address(through), person)
    is_public = event.contribution.audience == Audience.EVERYBODY
    data = calendar_of([event], name="", letter=letter, with_texts=is_public)
    zone = person.time_zone or timezone.get_default_timezone_name()
    with translation.override(person.language), timezone.override(zone):
        network = mail.network_row().name
        subject = f"[{network}] {_heading(event, news)}"
        text, html = _texts(event, person, news, network)
        mail.send(person, subject, text, html, is_private=True, calendar=data.decode())


def _heading(event: Event, news: News) -> str:
    title = {"title": event.contribution.title}
    if news.method == CANCEL:
        return _("Cancelled: %(title)s") % title
    return (_("Invitation: %(title)s") if news.is_new else _("Changed: %(title)s")) % title


def _lines(event: Event, news: News) -> list[str]:
    """When and where; of one date of a series, that date alone, as it is now; then why."""
    row = news.row
    zone = f" ({event.zone})" if (row or event).starts else ""
    if row is None:
        found = [when_in_words(event) + zone, rules.in_words(event.rule, event.first_on), event.place]
    else:
        said = _("This date is cancelled.") if row.is_cancelled else _("This date was changed.")
        found = [said, when_in_words(row) + zone, row.place_in(event)]
    return [line for line in (*found, news.word) if line]


def _asked(news: News) -> str:
    if news.method == CANCEL:
        return _("It no longer takes place.")
    if news.row is not None and news.row.is_cancelled:
        return _("The dates to come")
    return _("Say there whether you are coming:")


def _texts(event: Event, person: Person, news: News, network: str) -> tuple[str, str]:
    """The mail as plain text and as HTML."""
    lines, heading, ask = _lines(event, news), _heading(event, news), _asked(news)
    link = f"{config.url.rstrip('/')}/calendar/{event.contribution.key}/"
    hello = _("Hello %(name)s,") % {"name": person.name}
    why = _("You get this message because you asked for a mail when something is for you.")
    text = "\n\n".join([hello, heading, "\n".join(lines), f"{ask}\n{link}", why, network]) + "\n"
    parts = [hello, heading, *lines, ask]
    body = Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)
    head = Markup('<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title>').format(
        person.language, escape(network)
    )
    foot = Markup('<p><a href="{0}">{0}</a></p><p><small>{1}</small></p><p>{2}</p></html>').format(
        link, why, network
    )
    return text, str(head + body + foot)
