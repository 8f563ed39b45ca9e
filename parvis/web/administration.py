"""Accounts as administrators see and change them: all states, found by name, address or user name.

Not here: what an account's standing means (accounts.standing) and the directory everybody sees (people.directory).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import links, profile, standing
from parvis.accounts.models import SignInLink
from parvis.journal.actions import record
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.words import fold
from parvis.membership.everyone import person_changed, welcome_person
from parvis.people.models import Person, PersonState

PAGE = 30
LINK_MINUTES = 30
MOST_INVITED = 500
FLAGS = {"administrator": "is_administrator", "sponsor": "is_sponsor"}


@dataclass(frozen=True)
class Accounts:
    """A page of accounts, where the next begins, and how many there are in each state."""

    rows: list[Person]
    next: str
    counts: dict[str, int]
    waiting: int  # never invited, with an address


def find_accounts(*, by: Person, words: str = "", state: str = "", after: str = "") -> Accounts:
    """Accounts by name, in every state. Who may: administrators. Three queries."""
    require("site.administer", by=by)
    rows = Person.objects.by_name()
    for word in fold(words).split()[:6]:
        rows = rows.filter(
            Q(sort_key__contains=word) | Q(email__icontains=word) | Q(username__icontains=word)
        )
    if state in PersonState.values:
        rows = rows.filter(state=state)
    elif state in FLAGS:
        rows = rows.filter(**{FLAGS[state]: True})
    start = _start(after)
    if start is not None:
        rows = rows.filter(Q(sort_key__gt=start[0]) | Q(sort_key=start[0], id__gt=start[1]))
    found = list(rows.annotate(was_invited=_invited())[: PAGE + 1])
    counts = dict(Person.objects.order_by().values_list("state").annotate(n=Count("id")))
    return Accounts(
        found[:PAGE], encode(found[PAGE - 1].id) if len(found) > PAGE else "", counts, _waiting().count()
    )


def _start(after: str) -> tuple[str, int] | None:
    try:
        return (
            Person.objects.filter(id=decode(after)).values_list("sort_key", "id").first() if after else None
        )
    except ValueError:
        return None


def _invited() -> Exists:
    return Exists(SignInLink.objects.filter(person=OuterRef("pk"), purpose=links.INVITATION))


def _waiting() -> Any:
    return Person.objects.filter(state=PersonState.UNCLAIMED, email__isnull=False).exclude(_invited())


def find_account(key: int, *, by: Person) -> Person:
    """One account, whatever its state. Raises NotFound."""
    require("site.administer", by=by)
    found: Person | None = (
        Person.objects.select_related("manager").annotate(was_invited=_invited()).filter(id=key).first()
    )
    if found is None:
        raise NotFound
    return found


def invite_waiting(*, by: Person) -> int:
    """Writes to everybody who has an address and was never invited, 500 at once. Who may: administrators."""
    require("site.administer", by=by)
    people = list(_waiting().order_by("id")[:MOST_INVITED])
    for person in people:
        standing.invite(person, by=by)
    return len(people)


def add_account(*, invites: bool, by: Person, **fields: Any) -> Person:
    """Makes an account, and writes to its person when asked. Who may: administrators. Raises Refused."""
    person = standing.add_person(by=by, **fields)
    if invites and person.email:
        standing.invite(person, by=by)
    return person


def change_account(
    person: Person,
    *,
    email: str,
    username: str,
    manager: str,
    by: Person,
    values: dict[Any, str] | None = None,
    **fields: Any,
) -> None:
    """Changes what the organisation knows of someone. Who may: administrators. Raises Refused with the field."""
    require("site.administer", by=by)
    person.email = standing.checked_address(email, besides=person) if email.strip() else None
    person.username = standing.checked_username(username, besides=person) if username.strip() else None
    if person.email is None and person.username is None:
        raise Refused(_("Give an e-mail address, or a user name for someone without one."), field="email")
    person.save(update_fields=["email", "username"])
    profile.revise_profile(person, by=by, manager=_manager(manager), **fields)
    profile.fill_values(person, values or {}, by=by)
    person_changed(person)


def _manager(text: str) -> Person | None:
    """Someone by address or exact name. Raises Refused (manager)."""
    text = text.strip()
    if not text:
        return None
    rows = Person.objects.active().filter(Q(email__iexact=text) | Q(display_name__iexact=text))[:2]
    found: list[Person] = list(rows)
    if len(found) != 1:
        raise Refused(
            _("Nobody, or several people, have this name: give the e-mail address."), field="manager"
        )
    return found[0]


def set_sponsor(person: Person, is_sponsor: bool, *, by: Person) -> None:
    """Makes someone a sponsor of the network, or no longer. Who may: administrators."""
    require("site.administer", by=by)
    person.is_sponsor = is_sponsor
    person.save(update_fields=["is_sponsor"])
    record(
        "person.sponsor_set",
        thing_kind="person",
        thing_id=person.id,
        by=by,
        payload={"is_sponsor": is_sponsor},
        is_silent=True,
    )


def change_standing(person: Person, act: str, *, by: Person) -> str:
    """Does one of the acts of an account's page, and says so in a sentence. Who may: administrators.

    Acts: invite, suspend, reopen, left, administrator, no-administrator, sponsor, no-sponsor. Raises Refused, NotFound.
    """
    acts: dict[str, tuple[Any, str]] = {
        "invite": (lambda: standing.invite(person, by=by), _("The invitation to %(name)s is on its way.")),
        "suspend": (lambda: standing.suspend(person, by=by), _("%(name)s can't sign in any more.")),
        "reopen": (lambda: standing.reopen(person, by=by), _("%(name)s can sign in again.")),
        "left": (lambda: standing.mark_left(person, by=by), _("%(name)s has left; what they wrote stays.")),
        "administrator": (
            lambda: standing.set_administrator(person, True, by=by),
            _("%(name)s administers the network now."),
        ),
        "no-administrator": (
            lambda: standing.set_administrator(person, False, by=by),
            _("%(name)s doesn't administer it any more."),
        ),
        "sponsor": (lambda: set_sponsor(person, True, by=by), _("%(name)s sponsors the network now.")),
        "no-sponsor": (lambda: set_sponsor(person, False, by=by), _("%(name)s doesn't sponsor it any more.")),
    }
    if act not in acts:
        raise NotFound
    do, words = acts[act]
    do()
    if act in ("suspend", "left", "reopen"):
        person_changed(person)
    if act in ("reopen", "administrator"):
        welcome_person(person)
    return words % {"name": person.name}


def issue_sign_in_link(person: Person, *, by: Person) -> str:
    """The path of a link that signs the person in once, for half an hour; it is written down that one was made.

    Who may: administrators. Raises Refused for a closed account.
    """
    require("site.administer", by=by)
    if person.state not in (PersonState.ACTIVE, PersonState.UNCLAIMED):
        raise Refused(_("This account is closed. Open it again first."))
    record("person.link_made", thing_kind="person", thing_id=person.id, by=by, is_silent=True)
    return links.issue_link(person, minutes=LINK_MINUTES)
