"""A small named cast and a few spaces, made by actions: for generated tests, walks and screenshots.

Not here: what they write (tests say it through the tools) and the demo organisation (parvis.demo).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from parvis.kernel.db import SYSTEM, acting
from parvis.membership import actions, invitations, shaping
from parvis.people.models import Person, PersonState
from parvis.spaces.models import Space
from parvis.toolkit import registry

PASSWORD = "le parvis est ouvert"  # noqa: S105 — of a cast that lives in test databases only


@dataclass
class Cast:
    """The actors and the spaces. Everybody below but the stranger has to do with `open`, `on_request`, `secret`."""

    administrator: Person  # belongs to the everyone space only
    member: Person  # belongs to open, on_request, secret and archived
    author: Person  # likewise: whoever writes what the others try to reach
    host: Person  # hosts open, on_request, secret and archived
    cohost: Person  # a host whose mandate ended yesterday: a member, then
    stranger: Person  # belongs to the everyone space only
    host_elsewhere: Person  # hosts `elsewhere` only
    ex_member: Person  # belonged to all of the member's spaces, and was removed
    suspended: Person  # belongs to them, but the account is suspended
    unclaimed: Person  # came with an import, never signed in
    invitee: Person  # invited into secret, hasn't answered
    open: Space
    on_request: Space
    secret: Space
    archived: Space
    elsewhere: Space
    personal: Space  # the author's own
    everyone: Space

    def actors(self) -> dict[str, Person | None]:
        """By the names that the matrix uses; the visitor is None."""
        names = (
            "administrator",
            "member",
            "author",
            "host",
            "cohost",
            "stranger",
            "host_elsewhere",
            "ex_member",
            "suspended",
            "invitee",
        )
        return {"visitor": None, **{name: getattr(self, name) for name in names}}

    def spaces(self) -> dict[str, Space]:
        """By name, in the order of the matrix."""
        names = ("open", "on_request", "secret", "archived", "elsewhere", "personal", "everyone")
        return {name: getattr(self, name) for name in names}


PEOPLE: dict[str, dict[str, Any]] = {
    "administrator": {"display_name": "Inès Admin", "is_administrator": True, "department": "Informatique"},
    "member": {"display_name": "Malik Membre", "department": "Ventes", "site": "Lyon"},
    "author": {"display_name": "Aude Auteur", "department": "Ventes", "site": "Lille"},
    "host": {"display_name": "Hélène Hôte", "department": "Qualité", "site": "Lyon"},
    "cohost": {"display_name": "Côme Passé", "department": "Qualité", "site": "Nantes"},
    "stranger": {"display_name": "Étienne Étranger", "department": "Achats", "site": "Nantes"},
    "host_elsewhere": {"display_name": "Élise Ailleurs", "department": "Achats", "site": "Lille"},
    "ex_member": {"display_name": "Xavier Ancien", "department": "Ventes", "site": "Lyon"},
    "suspended": {"display_name": "Sam Suspendu", "department": "Ventes", "site": "Lille"},
    "unclaimed": {"display_name": "Noé Inconnu"},
    "invitee": {"display_name": "Inga Invitée", "department": "Ventes", "site": "Nantes", "language": "en"},
}


def build_cast() -> Cast:
    """Makes everybody and everything in one transaction, without telling anybody."""
    with acting(SYSTEM):
        people = {name: _person(name, **fields) for name, fields in PEOPLE.items()}
        everyone = actions.ensure_everyone(language="fr")
        spaces = _spaces(people)
        _fill(people, spaces)
        personal = actions.ensure_personal_space(people["author"])
        _suspend(people["suspended"])
        shaping.archive(spaces["archived"], by=people["host"])
        everyone.refresh_from_db()
    return Cast(**people, **spaces, personal=personal, everyone=everyone)  # type: ignore[arg-type]


def _person(name: str, **fields: Any) -> Person:
    state = PersonState.UNCLAIMED if name == "unclaimed" else PersonState.ACTIVE
    person = Person(email=f"{name.replace('_', '.')}@parvis.test", username=name, state=state, **fields)
    # Argon2 costs a tenth of a second a person: only walks that type a password set one (set_passwords).
    person.set_unusable_password()
    person.save()
    return person


def set_passwords(cast: Cast) -> None:
    """Gives every actor PASSWORD, for walks through the sign-in page."""
    for person in cast.actors().values():
        if person is not None:
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])


def _spaces(people: dict[str, Person]) -> dict[str, Space]:
    tools = [tool.slug for tool in registry.switchable()]
    wanted = {
        "open": ("Qualité au quotidien", "professional", "open", "host"),
        "on_request": ("Cercle des managers", "professional", "on_request", "host"),
        "secret": ("Projet Horizon", "professional", "secret", "host"),
        "archived": ("Déménagement 2024", "professional", "on_request", "host"),
        "elsewhere": ("Photographes", "interest", "on_request", "host_elsewhere"),
    }
    return {
        key: actions.create_community(
            name=name,
            purpose=f"{name} : s'entraider, simplement.",
            theme=theme,
            access=access,
            tools=tools,
            by=people[host],
            is_silent=True,
        )
        for key, (name, theme, access, host) in wanted.items()
    }


def _fill(people: dict[str, Person], spaces: dict[str, Space]) -> None:
    for key in ("open", "on_request", "secret", "archived"):
        for name in ("member", "author", "cohost", "ex_member", "suspended"):
            actions.add_member(spaces[key], people[name], by=SYSTEM, is_silent=True)
        actions.remove_member(spaces[key], people["ex_member"], by=SYSTEM)
        _end_mandate_yesterday(spaces[key], people["cohost"])
    invitations.invite_person(spaces["secret"], people["invitee"], by=people["host"])


def _end_mandate_yesterday(space: Space, person: Person) -> None:
    from datetime import timedelta

    from parvis.kernel import clock

    actions.set_host(space, person, by=SYSTEM, until=clock.today())
    space.memberships.filter(person=person).update(host_until_on=clock.today() - timedelta(days=1))


def _suspend(person: Person) -> None:
    person.state = PersonState.SUSPENDED
    person.save(update_fields=["state"])
    actions.person_changed(person)
