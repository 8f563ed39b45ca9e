"""What one person is told of: their rules by class, by place and by thread, and the sentences that say it.

Not here: applying the rules (attention.delivering, in one statement) and writing them (attention.actions, membership).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.attention.classes import classes
from parvis.attention.models import Rule
from parvis.contributions.marks import Follow
from parvis.contributions.models import Contribution
from parvis.people.models import Person
from parvis.spaces.models import Level, Space, SpaceKind
from parvis.toolkit.formats import number
from parvis.toolkit.notices import NEW, NoticeClass

NAMED = 4  # places named in a sentence; of more it says how many
THREADS = 60  # threads with a rule of their own that the page lists, newest first


@dataclass(frozen=True)
class Choice:
    """A class, and whether the bell rings for it."""

    of: NoticeClass
    is_on: bool


@dataclass(frozen=True)
class Rules:
    """Everything a person has chosen, or that holds while they haven't."""

    choices: tuple[Choice, ...]
    places: tuple[Any, ...]  # Space rows with `my_level`, by name
    threads: tuple[Any, ...]  # Contribution rows with `my_level`: followed, muted, gone quiet


def rules_of(person: Person) -> Rules:
    """A person's rules, of places and threads they may see now. Three statements."""
    own = dict(Rule.objects.filter(person=person).values_list("category", "is_on"))
    return Rules(
        tuple(Choice(one, own.get(one.slug, True)) for one in classes()),
        tuple(places_of(person)),
        tuple(_threads_of(person)),
    )


def places_of(person: Person) -> Any:
    """The communities and blogs that are sources of a person's stream, with `my_level`. One statement."""
    rows = Space.objects.visible_to(person).filter(subscriptions__person=person)
    rows = rows.exclude(owner=person).exclude(kind=SpaceKind.EXCHANGE)
    return rows.annotate(my_level=F("subscriptions__level")).order_by("kind", "name", "id")


def _threads_of(person: Person) -> Any:
    mine = Follow.objects.filter(person=person).exclude(level=Level.NORMAL)
    rows = Contribution.objects.visible_to(person).published().filter(follows__in=mine)
    return rows.select_related("space").annotate(my_level=F("follows__level")).order_by("-id")[:THREADS]


def sentences_of(rules: Rules) -> list[str]:
    """What will happen, in plain words: what rings, what doesn't, which places and threads differ."""
    found = [_rings([one for one in rules.choices if one.of.slug != NEW.slug])]
    close = [space.name for space in rules.places if space.my_level == Level.FOLLOWING]
    is_new_on = any(one.is_on for one in rules.choices if one.of.slug == NEW.slug)
    if close and is_new_on:
        found.append(_("You are told of every new thing in %(places)s.") % {"places": _some(close)})
    elif is_new_on:
        found.append(_("New things wait for you on the home page: you follow no place closely."))
    muted = [space.name for space in rules.places if space.my_level == Level.MUTED]
    if muted:
        found.append(_("From %(places)s you hear only what is said to you.") % {"places": _some(muted)})
    quiet = sum(one.my_level < Level.MUTED for one in rules.threads)
    if quiet:
        found.append(
            ngettext(
                "%(n)s thread has gone quiet, as you left its notifications unopened.",
                "%(n)s threads have gone quiet, as you left their notifications unopened.",
                quiet,
            )
            % {"n": number(quiet)}
        )
    return found


def _rings(choices: Sequence[Choice]) -> str:
    """By what there is less of: what rings, or what doesn't."""
    told = [str(one.of.label) for one in choices if one.is_on]
    silent = [str(one.of.label) for one in choices if not one.is_on]
    if not told:
        return _("The bell rings for nothing that is said to you.")
    if not silent:
        return _("The bell rings for all that is said to you, asked of you or decided for you.")
    if len(silent) < len(told):
        return _("The bell rings for all that is said to you, but not for: %(classes)s.") % {
            "classes": in_words(silent)
        }
    return _("The bell rings only for: %(classes)s.") % {"classes": in_words(told)}


def in_words(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c": never a list to read through."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {_('and')} {words[-1]}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    if rest <= 1:
        return in_words(names)
    more = ngettext("%(n)s more place", "%(n)s more places", rest) % {"n": number(rest)}
    return in_words([*names[:NAMED], more])
