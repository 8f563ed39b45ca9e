"""Who will see a text and who will be told of it, in words, before it is published. Not here: the rights (access)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.attention import reach
from parvis.spaces.models import Audience, Space
from parvis.toolkit.formats import number

if TYPE_CHECKING:
    from parvis.people.models import Person


def audience_sentence(space: Space, by: Person | None = None) -> str:
    """Who will see it, in words and number, before the button; and, for its writer, who will be told and how."""
    told = " " + reach.sentence_of(reach.reach_of(space, by=by)) if by is not None else ""
    return _who_sees(space) + told


def _who_sees(space: Space) -> str:
    # Said in full before they are joined: the extractor doesn't look into f-strings.
    if space.audience == Audience.EVERYBODY:
        count = _people_count(space)
        people = ngettext("%(n)s person", "%(n)s people", count) % {"n": number(count)}
        who = _("Visible by the %(people)s of the network.") % {"people": people}
        if not space.is_everyone:
            who = _("Visible by the %(people)s of the network, in %(space)s.") % {
                "people": people,
                "space": space.name,
            }
    else:
        members = ngettext("%(n)s member", "%(n)s members", space.member_count) % {
            "n": number(space.member_count)
        }
        who = _("Visible by the %(members)s of %(space)s.") % {"members": members, "space": space.name}
    return who + " " + _("Cannot be shared outside.")


def _people_count(space: Space) -> int:
    """How many people there are in the network: the members of the community of everyone."""
    if space.is_everyone:
        return space.member_count
    counts = Space.objects.filter(is_everyone=True).values_list("member_count", flat=True)
    return counts.first() or 0
