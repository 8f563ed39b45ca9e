"""Asking to come in, and asking for a new community; answered with a word. Not here: invitations."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.membership import belonging, charters
from parvis.membership.actions import admit, create_community
from parvis.membership.facts import record_in
from parvis.membership.models import CommunityRequest, JoinRequest
from parvis.membership.templates import find_template
from parvis.people.models import Person
from parvis.spaces.models import AccessType, Membership, Space, SpaceKind

WORD = 400


def ask_to_join(space: Space, *, by: Person, word: str = "", charter_version: int = 0) -> JoinRequest:
    """Asks the hosts of a community on request to be let in; asking again changes the word.

    Who may: everybody who sees it. Raises Refused when it is open, when one belongs already, or when its
    charter isn't accepted.
    """
    require("space.join", space, by=by)
    if space.kind != SpaceKind.COMMUNITY or space.access == AccessType.OPEN:
        raise Refused(_("It is open: join it, there's nothing to ask."))
    if Membership.objects.filter(space=space, person=by).exists():
        raise Refused(_("You belong to it already."))
    charters.checked(space, charter_version)
    row, created = JoinRequest.objects.get_or_create(
        space=space, person=by, state="open", defaults={"word": word.strip()[:WORD]}
    )
    if created:
        hosts = [held.person for held in belonging.running_hosts(space)]
        record_in(space, "member.asked", by=by, person=by, tell=hosts, reason="asked", request=row.id)
    elif word.strip() and row.word != word.strip()[:WORD]:
        row.word = word.strip()[:WORD]
        row.save(update_fields=["word"])
    return row


def withdraw(row: JoinRequest, *, by: Person) -> None:
    """Takes one's own request back."""
    if row.person_id != by.id:
        raise NotFound
    locked = _lock(row)
    if locked.state == "open":
        _close(locked, "withdrawn", "", by)


def _lock(row: JoinRequest) -> JoinRequest:
    return (
        JoinRequest.objects.select_for_update(of=("self",)).select_related("space", "person").get(id=row.id)
    )


def _close(row: JoinRequest, state: str, answer: str, by: Person) -> None:
    row.state, row.answer, row.answered_by, row.answered_at = state, answer.strip()[:WORD], by, clock.now()
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def answer_request(row: JoinRequest, *, accept: bool, by: Person, word: str = "") -> None:
    """Lets someone in, or refuses with a word that they will read. Who may: a host.

    Raises Refused when it has been answered or withdrawn meanwhile, or when a refusal has no word.
    """
    require("space.host", row.space, by=by)
    locked = _lock(row)
    if locked.state != "open":
        raise Refused(_("This request has been answered or withdrawn meanwhile."))
    if not accept and not word.strip():
        raise Refused(_("Give a word with a refusal: it will be read by the person who asked."), field="word")
    if accept:
        charter = charters.current(locked.space)  # accepted when asking; a newer one is shown to them again
        admit(
            locked.space, locked.person, charter_version=_accepted(locked, charter.version if charter else 0)
        )
    _close(locked, "accepted" if accept else "refused", word, by)
    reason = "accepted" if accept else "refused"
    record_in(
        locked.space,
        f"member.{reason}",
        by=by,
        person=locked.person,
        tell=[locked.person],
        reason=reason,
        request=locked.id,
    )


def _accepted(row: JoinRequest, current: int) -> int:
    """The charter version in force when the request was made."""
    seen = row.space.charters.filter(created_at__lte=row.created_at).order_by("-version").first()
    return min(seen.version if seen else 0, current)


def file_community_request(fields: dict[str, Any], *, by: Person) -> CommunityRequest:
    """Keeps the assistant's answers for the administrators, when its author may not open communities."""
    require("site.use", by=by)
    row = CommunityRequest.objects.create(person=by, fields=fields)
    administrators = Person.objects.active().filter(is_administrator=True).exclude(id=by.id)
    tell = dict.fromkeys((str(key) for key in administrators.values_list("id", flat=True)), "community_asked")
    record("community.asked", thing_kind="request", thing_id=row.id, by=by, payload={"tell": tell})
    return row


def answer_community_request(
    row: CommunityRequest, *, accept: bool, by: Person, word: str = ""
) -> Space | None:
    """Opens the community asked for, with its author as host, or refuses with a word. Who may: administrators."""
    require("site.administer", by=by)
    locked = CommunityRequest.objects.select_for_update(of=("self",)).select_related("person").get(id=row.id)
    if locked.state != "open":
        raise Refused(_("This request has been answered meanwhile."))
    if not accept and not word.strip():
        raise Refused(_("Give a word with a refusal: it will be read by the person who asked."), field="word")
    if accept:
        fields = dict(locked.fields)
        template = find_template(fields.pop("template", ""), locked.person)
        wanted = {key: fields[key] for key in CREATED_FROM if key in fields}
        locked.space = create_community(**wanted, template=template, by=locked.person)
    locked.state, locked.answer = ("accepted" if accept else "refused"), word.strip()[:WORD]
    locked.save(update_fields=["state", "answer", "space"])
    verb = "accepted" if accept else "refused"
    record(
        f"community.{verb}",
        thing_kind="request",
        thing_id=locked.id,
        by=by,
        space_id=locked.space_id,
        payload={"person": locked.person_id, "tell": {str(locked.person_id): f"community_{verb}"}},
    )
    return locked.space


CREATED_FROM = (
    "name",
    "purpose",
    "theme",
    "access",
    "tools",
    "category",
    "tags",
    "charter",
    "welcome",
    "hue",
    "cover",
)
