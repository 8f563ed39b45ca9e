"""A letter about nothing that exists, for administrators to see how letters look here. Not here: real ones (letters)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts import mail
from parvis.config import config
from parvis.mailing.letters import Item, Letter, Written, why_of, write
from parvis.mailing.models import Level
from parvis.mailing.rhythms import DIGEST, network_rule
from parvis.people.models import Person


def letter_of(reader: Person, language: str) -> Written:
    """The sample as the network's level lets it be."""
    with translation.override(language):
        level = network_rule().level
        letter = Letter(_sections(level), 0 if level else 3, has_more=level > Level.NOVELTY)
        network = mail.network_row().name
        return write(letter, reader, kind=DIGEST, why=why_of(DIGEST, ["W"]), network=network)


def _sections(level: int) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    if level == Level.NOVELTY:
        return ()
    answered = _(
        "Yes: the second entrance is open from seven. Ask for the badge at the desk, they know about it."
    )
    opened = _(
        "We are four to change it every Friday, and nobody knows where the new ones are kept. Could somebody who ordered them say so here?"
    )
    who, place = _("Claire Martin"), _("Everyday life")
    mine = Item(
        _("%(who)s replied to you") % {"who": who},
        _("Where do I leave my bicycle?"),
        place,
        (),
        f"{config.url}/",
        is_for_you=True,
    )
    new = Item(
        _("%(who)s %(did)s") % {"who": _("Tom Nguyen"), "did": _("opened a topic")},
        _("Lamps of the second floor"),
        _("Workshop"),
        (),
        f"{config.url}/",
    )
    more = Item(
        ngettext("%(count)s new reply", "%(count)s new replies", 4) % {"count": 4},
        _("What did we learn this quarter?"),
        _("Managers"),
        (),
        f"{config.url}/",
    )
    if level >= Level.EXCERPTS:
        mine, new = _with(mine, answered), _with(new, opened)
    return ((_("For you"), (mine,)), (_("In your communities"), (new, more)))


def _with(item: Item, text: str) -> Item:
    return Item(item.lead, item.title, item.place, (text,), item.url, item.is_for_you)
