"""How much of a text a letter to somebody may hold: the lowest of what the network, the community and they allow.

Not here: the letters (mailing.letters). Whatever else may lower it one day (a badge of confidentiality) enters `Limits.of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.models import Contribution
from parvis.kernel.errors import Refused
from parvis.mailing.models import Level, PlaceLevel
from parvis.mailing.rhythms import habit_of, network_rule
from parvis.spaces.models import Audience, Space, SpaceKind
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.people.models import Person


@dataclass(frozen=True)
class Limits:
    """What is allowed for one reader, looked up once for a whole letter."""

    ceiling: Level  # the lower of the network's and the reader's
    places: dict[int, int] = field(default_factory=dict)  # what hosts chose, by space

    def of_place(self, space: Space) -> Level:
        """How much of what happens in a place may be said. Without the hosts' word a closed one tells titles only."""
        if space.kind == SpaceKind.EXCHANGE:
            return Level.NOVELTY
        return Level(min(self.ceiling, self.places.get(space.id, unsaid(space))))

    def of(self, contribution: Contribution) -> Level:
        """How much of this contribution, its replies included, may be said."""
        level = self.of_place(contribution.space)
        if level == Level.WHOLE and has_versions(contribution.kind):
            return Level.EXCERPTS  # which version a reader may see is decided where it is read
        return level


def unsaid(space: Space) -> Level:
    """What holds for a community whose hosts said nothing: of a closed one, no more than titles."""
    return Level.WHOLE if space.audience == Audience.EVERYBODY else Level.TITLES


def place_level(space: Space) -> Level:
    """What holds for a community, as far as it is its own to say."""
    own = PlaceLevel.objects.filter(space=space).first()
    return Level(own.level) if own is not None else unsaid(space)


def has_versions(slug: str) -> bool:
    """Whether things of this kind have versions that are approved one by one."""
    found = registry.kind(slug)
    return found is None or found.versions is not None


def limits_of(person: Person, spaces: Iterable[int] = ()) -> Limits:
    """The limits for a letter to this person about these spaces. Three statements."""
    rows = PlaceLevel.objects.filter(space_id__in=[*spaces])
    ceiling = min(network_rule().level, habit_of(person).level)
    return Limits(Level(ceiling), dict(rows.values_list("space_id", "level")))


def level_for(person: Person, contribution: Contribution) -> Level:
    """How much of a contribution a letter (or a push) to this person may hold."""
    return limits_of(person, [contribution.space_id]).of(contribution)


def set_place_level(space: Space, level: int, *, by: Person) -> None:
    """Says how much of a community's texts may leave by mail. Who may: its hosts. Raises Refused."""
    require("space.host", space, by=by)
    if level not in Level.values:
        raise Refused(_("Choose one of those offered."), field="level")
    PlaceLevel.objects.update_or_create(space=space, defaults={"level": level})
