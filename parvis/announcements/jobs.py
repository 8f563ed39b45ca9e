"""The mail of an announcement, to each member at once. Not here: when one may be sent (announcements.actions)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.accounts import mail
from parvis.announcements.models import Announcement
from parvis.announcements.reading import audience_of
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.people.models import Person

AT_ONCE = 500


@job("announcements.mail", is_long=True)
def mail_announcement(announcement_id: int) -> None:
    """Mails an announcement to those who may read it now. Run again after a crash, it begins anew: nothing was sent."""
    row = Announcement.objects.select_related("contribution", "by").filter(id=announcement_id).first()
    if (
        row is None
        or row.ended_at is not None
        or row.until <= clock.now()
        or not row.contribution.is_published
    ):
        return
    _members, keys = audience_of(row.space_id, row.by)
    place = row.contribution.space.name
    for start in range(0, len(keys), AT_ONCE):
        for person in Person.objects.active().filter(id__in=keys[start : start + AT_ONCE]):
            _send(row, person, place)


def _send(row: Announcement, person: Person, place: str) -> None:
    """A title, a place and a link: the words themselves stay in the house."""
    if not Contribution.objects.visible_to(person).filter(id=row.contribution_id).exists():
        return
    with translation.override(person.language):
        title = row.contribution.title or _("Something important")
        said = {"who": row.by.name, "community": place, "title": title}
        first = _("%(who)s has something important to say in %(community)s:") % said
        why = _("You get this message because you belong to this community. Its hosts can send one a week.")
        link = f"{config.url}{row.contribution.url}"
        text = "\n\n".join([_("Hello %(name)s,") % {"name": person.name}, first, title, link, why]) + "\n"
        html = Markup(
            '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><p>{}</p><p>{}</p>'
            '<p><a href="{}"><strong>{}</strong></a></p><p><small>{}</small></p></html>'
        ).format(
            person.language, title, _("Hello %(name)s,") % {"name": person.name}, first, link, title, why
        )
        mail.send(person, _("Important in %(community)s: %(title)s") % said, text, str(html), is_private=True)
