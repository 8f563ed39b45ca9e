"""The bell by mail, for who asked for it: one plain letter a notice, sent after it was written.

What is no longer theirs to see, or was read meanwhile, isn't mailed. From communities that aren't open to everybody only
titles leave the house. Not here: the list itself (attention.reading) and how mail leaves (accounts.mail).
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from parvis.accounts import mail
from parvis.attention.models import Notice
from parvis.attention.reading import Line, lines_of
from parvis.config import config
from parvis.kernel import clock
from parvis.people.models import Person, PersonState
from parvis.toolkit import registry

WANTED = {"person__mails_notices": True, "person__state": PersonState.ACTIVE, "person__email__isnull": False}


def wants_mail(activity_id: int) -> bool:
    """Whether anyone told of this activity asked for a mail too."""
    return _waiting(activity_id).exists()


def _waiting(activity_id: int) -> QuerySet[Notice]:
    """Notices to be mailed; of some reasons the tool that told them writes a mail of its own."""
    own = {reason for tool in registry.tools() for reason in tool.own_mails}
    rows = Notice.objects.filter(activity_id=activity_id, mailed_at=None, seen_at=None, **WANTED)
    return rows.exclude(reason__in=own)


def send_mails(activity_id: int) -> None:
    """Mails the notices of one activity to those who asked for it. Run again, it sends nothing twice."""
    for row in _waiting(activity_id).select_for_update(of=("self",)).select_related("person"):
        with translation.override(row.person.language):
            lines = lines_of([row], row.person)
            if lines:
                _send(row.person, lines[0])
        row.mailed_at = clock.now()
        row.save(update_fields=["mailed_at"])


def _send(person: Person, line: Line) -> None:
    network = mail.network_row().name
    about = line.about if line.is_public else line.title
    subject = (
        _("%(sentence)s: %(title)s") % {"sentence": line.sentence, "title": about} if about else line.sentence
    )
    text, html = letter(person, line, network), html_of(person, line, network)
    mail.send(person, f"[{network}] {subject}", text, html, is_private=True)


def _parts(person: Person, line: Line) -> list[str]:
    """The paragraphs between greeting and link; nobody's words leave a place that not everybody may read."""
    about = line.about if line.is_public else line.title or (line.about if not line.place else "")
    head = (
        _("%(sentence)s: %(title)s") % {"sentence": line.sentence, "title": about} if about else line.sentence
    )
    parts = [head if head[-1] in ".!?…" else head + "."]
    if line.place:
        parts.append(_("In %(community)s.") % {"community": line.place})
    if line.quote and line.is_public:
        parts.append(f"> {line.quote}")
    return parts


def letter(person: Person, line: Line, network: str) -> str:
    """The plain text of the mail."""
    return (
        "\n\n".join(
            [
                _("Hello %(name)s,") % {"name": person.name},
                *_parts(person, line),
                f"{config.url}{line.url}",
                _why(),
                f"{config.url}/settings/",
                network,
            ]
        )
        + "\n"
    )


def html_of(person: Person, line: Line, network: str) -> str:
    """The same as HTML: words, one link, nothing to load."""
    paragraphs = [_("Hello %(name)s,") % {"name": person.name}, *_parts(person, line)]
    body = Markup("").join(Markup("<p>{}</p>").format(part.removeprefix("> ")) for part in paragraphs)
    link = Markup('<p><a href="{}">{}</a></p>').format(f"{config.url}{line.url}", _("Read it there"))
    why = Markup('<p><small>{} <a href="{}">{}</a></small></p>').format(
        _why(), f"{config.url}/settings/", _("Change that")
    )
    head = Markup('<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title>').format(
        person.language, escape(network)
    )
    return str(head + body + link + why + Markup("<p>{}</p></html>").format(network))


def _why() -> str:
    return _("You get this message because you asked for a mail when something is for you.")
