"""The mail of an announcement, to each member at once. Not here: when one may be sent (announcements.actions)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.accounts import mail
from parvis.announcements.models import Announcement
from parvis.announcements.reading import audience_of
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.mailing.levels import level_for
from parvis.mailing.models import Level
from parvis.mailing.rhythms import ANNOUNCED
from parvis.mailing.sending import speaking_to
from parvis.mailing.stopping import address_for, headers_for
from parvis.people.models import Person

AT_ONCE = 500


@job("announcements.mail", is_long=True)
def mail_announcement(announcement_id: int) -> None:
    """Mails an announcement to those who may read it now. One transaction: after a crash it begins anew, nothing was sent."""
    row = Announcement.objects.select_related("contribution__space", "by").filter(id=announcement_id).first()
    if (
        row is None
        or row.ended_at is not None
        or row.until <= clock.now()
        or not row.contribution.is_published
    ):
        return
    _members, keys = audience_of(row.space_id, row.by)
    for start in range(0, len(keys), AT_ONCE):
        for person in Person.objects.active().filter(id__in=keys[start : start + AT_ONCE]):
            if Contribution.objects.visible_to(person).filter(id=row.contribution_id).exists():
                with speaking_to(person):
                    _send(row, person)


def _send(row: Announcement, person: Person) -> None:
    """A place, a link, and a title where community and reader let titles leave the house: never the words themselves."""
    thing, community = row.contribution, row.contribution.space.name
    says_title = level_for(person, thing) >= Level.TITLES and bool(thing.title)
    hello = _("Hello %(name)s,") % {"name": person.name}
    first = _("%(who)s has something important to say in %(community)s.") % {
        "who": row.by.name,
        "community": community,
    }
    why = _("Hosts can send one such message a week. Mute the community, or choose no mail, and none comes.")
    label = thing.title if says_title else _("Read it there")
    link, settings = f"{config.url}{thing.url}", f"{config.url}/settings/notifications/"
    subject = _("Important in %(community)s") % {"community": community}
    end, stop = _("No more announcements by mail"), address_for(person, ANNOUNCED)
    foot = f"{why}\n{settings}\n\n{end}\n{stop}\n"
    text = "\n\n".join([hello, first, *([thing.title] if says_title else []), link, foot])
    html = Markup(
        '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><p>{}</p><p>{}</p>'
        '<p><a href="{}"><strong>{}</strong></a></p><p><small>{} <a href="{}">{}</a> <a href="{}">{}</a></small></p></html>'
    ).format(
        person.language, subject, hello, first, link, label, why, settings, _("Change that"), stop, end
    )  # fmt: skip
    if says_title:
        subject = f"{subject}: {thing.title}"
    mail.send(person, subject, text, str(html), is_private=True, headers=headers_for(person, ANNOUNCED))
