"""Who may: the table of roles and abilities, and the two questions asked of it.

Not here: how roles are found (access.roles). Every write calls `require`; templates read `abilities`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.access.roles import Role, Thing, roles
from parvis.kernel.errors import NotAllowed, NotFound
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceKind


@dataclass(frozen=True)
class Rule:
    """One of these roles suffices; `is_write` abilities are refused in an archived space."""

    roles: frozenset[Role]
    is_write: bool = False


def _may(*who: Role, writes: bool = False) -> Rule:
    return Rule(frozenset(who), writes)


RULES: dict[str, Rule] = {
    "site.visit": _may(Role.VISITOR, Role.PERSON),
    "site.use": _may(Role.PERSON),
    "site.administer": _may(Role.ADMINISTRATOR),
    "space.see": _may(Role.SEER),
    "space.read": _may(Role.READER),
    "space.join": _may(Role.SEER, writes=True),
    "space.leave": _may(Role.MEMBER),
    "space.post": _may(Role.POSTER, writes=True),
    "space.host": _may(Role.HOST, writes=True),
    "space.archive": _may(Role.HOST),
    "contribution.read": _may(Role.READER),
    "contribution.reply": _may(Role.REPLIER, writes=True),
    "contribution.react": _may(Role.READER, writes=True),
    "contribution.mark": _may(Role.READER),
    "contribution.report": _may(Role.READER),
    "contribution.share": _may(Role.READER),
    "contribution.edit": _may(Role.AUTHOR, writes=True),
    "contribution.remove": _may(Role.AUTHOR, writes=True),
    "contribution.hide": _may(Role.HOST),
    "contribution.pin": _may(Role.HOST, writes=True),
    "contribution.move": _may(Role.HOST, writes=True),
    "exchange.begin": _may(Role.MEMBER, writes=True),
    "exchange.add": _may(Role.MEMBER, writes=True),
    "exchange.leave": _may(Role.MEMBER),
    "exchange.report": _may(Role.READER),
    "approval.ask": _may(Role.POSTER, Role.AUTHOR, writes=True),
    "approval.answer": _may(Role.READER, writes=True),
}

# In a private exchange nobody hosts, lists, moves, shares or approves: what those in it may do is this and no more.
IN_EXCHANGE = frozenset(
    {
        "space.see",
        "contribution.read",
        "contribution.reply",
        "contribution.react",
        "contribution.mark",
        "contribution.edit",
        *(name for name in RULES if name.startswith("exchange.")),
    }
)


def declare(ability: str, *who: Role, writes: bool = True) -> None:
    """Adds a tool's ability to the table; the toolkit calls this at start-up, once for each."""
    RULES[ability] = Rule(frozenset(who), writes)


def abilities(person: Person | None, thing: Space | Thing | None = None) -> frozenset[str]:
    """Everything the person may do at a thing; one query for a space."""
    return allowed_by(roles(person, thing), thing)


def allowed_by(held: frozenset[Role], thing: Space | Thing | None = None) -> frozenset[str]:
    """The abilities that a set of roles gives at a thing, archived spaces being readable only."""
    archived = thing is not None and _space_of(thing).is_archived
    found = {
        ability for ability, rule in RULES.items() if rule.roles & held and not (archived and rule.is_write)
    }
    if thing is not None and _space_of(thing).kind == SpaceKind.EXCHANGE:
        return frozenset(found & IN_EXCHANGE)
    return frozenset(ability for ability in found if not ability.startswith("exchange."))


def may(ability: str, thing: Space | Thing | None = None, *, by: Person | None) -> bool:
    """Whether the person may; for showing a button, never instead of `require`."""
    return ability in allowed_by(roles(by, thing), thing)


def require(ability: str, thing: Space | Thing | None = None, *, by: Person | None) -> frozenset[Role]:
    """Lets the write go on, and returns the roles held.

    Raises NotFound when the person may not even know of the thing (as if it never existed), NotAllowed with a
    sentence saying whom to ask otherwise.
    """
    return judge(ability, roles(by, thing), thing)


def judge(ability: str, held: frozenset[Role], thing: Space | Thing | None = None) -> frozenset[Role]:
    """The same decision for roles already found (the gate has just read them). Raises as `require` does."""
    if ability in allowed_by(held, thing):
        return held
    if thing is not None and not _is_known(held, thing):
        raise NotFound
    if thing is not None and _space_of(thing).is_archived and RULES[ability].roles & held:
        if _space_of(thing).kind == SpaceKind.EXCHANGE:
            raise NotAllowed(
                _(
                    "Private exchanges are switched off here: this one can be read, nothing can be added to it."
                )
            )
        raise NotAllowed(
            _("This community is archived: it can be read, not changed. Its hosts can restore it.")
        )
    raise NotAllowed(_refusal(RULES[ability]))


def _is_known(held: frozenset[Role], thing: Space | Thing) -> bool:
    return (Role.SEER in held) if isinstance(thing, Space) else (Role.READER in held)


def _space_of(thing: Space | Thing) -> Space:
    return thing if isinstance(thing, Space) else thing.space


def _refusal(rule: Rule) -> str:
    if Role.ADMINISTRATOR in rule.roles:
        return _("Only administrators can do this. Ask one of them.")
    if rule.roles & {Role.MEMBER, Role.REPLIER} or Role.POSTER in rule.roles:
        return _("Only members can do this. Join the community first, or ask its hosts.")
    if Role.HOST in rule.roles:
        return _("Only the hosts of this community can do this. Ask one of them.")
    if Role.AUTHOR in rule.roles:
        return _("Only the author can do this.")
    return _("You can't do this here. Ask the hosts of this community.")
