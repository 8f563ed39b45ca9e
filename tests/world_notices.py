"""What the bell of the generated tests' people holds besides what the world's own actions told them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parvis.attention.classes import classes
from parvis.attention.models import Notice, Rule
from parvis.contributions.marks import Follow
from parvis.kernel import clock
from parvis.kernel.ids import decode, encode, new_id
from parvis.people.models import Person
from parvis.spaces.models import Space

if TYPE_CHECKING:
    from tests.world import World


def notices_here(world: World) -> None:
    """One notice seen at a moment that can be named, one to answer, and a thread gone quiet in each space; for each."""
    moment = clock.now()
    stamp = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    world.site["seen_moment"] = encode(stamp)
    note = world.names["everyone"]["note"]
    for name, person in world.people().items():
        if person is None:
            continue
        _about(note, world.cast.everyone, person, world, seen_at=moment)
        row = _about(note, world.cast.everyone, person, world)
        world.site[f"notice_of_{name}"] = encode(row.id)
        Rule.objects.bulk_create(Rule(person=person, category=one.slug, is_on=True) for one in classes())
        Follow.objects.bulk_create(
            Follow(person=person, contribution_id=decode(here["post"]), level=-1)
            for here in world.names.values()
        )
    world.site["notice_of_visitor"] = encode(new_id())


def _about(
    key: str, space: Space, person: Person, world: World, *, seen_at: datetime | None = None
) -> Notice:
    return Notice.objects.create(
        person=person,
        reason="mention",
        category="mention",
        activity_id=new_id(),
        actor_id=world.cast.author.id,
        thing_kind="note",
        thing_id=decode(key),
        contribution_id=decode(key),
        space_id=space.id,
        audience=space.audience,
        seen_at=seen_at,
    )
