"""The built-in community of everyone, people's own spaces, and what a new or changed person gains.

Not here: communities that people open (membership.actions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import Refused
from parvis.kernel.words import slugify
from parvis.membership import belonging
from parvis.membership.facts import record_in
from parvis.membership.founding import new_slug, one_line
from parvis.people.models import Person, PersonState
from parvis.spaces.models import EVERYONE_SLUG, AccessType, MemberRole, Membership, Space, SpaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable


def ensure_everyone(*, language: str = "fr") -> Space:
    """The community to which all active people belong; made when missing, its people made complete.

    Administrators are its hosts. Called at set-up, after imports and by `doctor`; calling it again is harmless.
    """
    space = Space.objects.filter(is_everyone=True).first()
    if space is None:
        with translation.override(language):
            name, purpose = _words_of_everyone()
            space = Space.objects.create(
                slug=EVERYONE_SLUG, name=name, is_everyone=True, posting="members", purpose=purpose
            )
    locked = belonging.lock(space)
    missing = Person.objects.active().exclude(memberships__space=locked)
    _welcome(locked, list(missing))
    _name_administrators(locked)
    locked.refresh_from_db()
    return locked


def translate_everyone(language: str) -> None:
    """Says the community of everyone in another language, where nobody has given it words of its own."""
    space = Space.objects.get(is_everyone=True)
    for known, _name in settings.LANGUAGES:
        with translation.override(known):
            name, purpose = _words_of_everyone()
        if space.name == name and space.purpose == purpose:
            with translation.override(language):
                space.name, space.purpose = _words_of_everyone()
            space.save(update_fields=["name", "purpose"])
            return


def _words_of_everyone() -> tuple[str, str]:
    return _("Everyone"), _("What concerns all of us: news of the house, questions to everybody, thanks.")


def _welcome(space: Space, people: Iterable[Person]) -> None:
    everybody = list(people)
    for start in range(0, len(everybody), 5000):
        belonging.enter(space, everybody[start : start + 5000])


def _name_administrators(space: Space) -> None:
    rows = Membership.objects.filter(space=space)
    rows.filter(person__is_administrator=True, role=MemberRole.MEMBER).update(role=MemberRole.HOST)


def welcome_person(person: Person) -> None:
    """What every active person gains: the community of everyone, and what their groups give.

    Called when a person is created, comes back, or is imported. Harmless to call again; nothing for the inactive.
    """
    if person.state != PersonState.ACTIVE:
        return
    space = Space.objects.filter(is_everyone=True).first() or ensure_everyone()
    belonging.enter(belonging.lock(space), [person])
    _name_administrators(space)
    person_changed(person)


def person_changed(person: Person) -> None:
    """After a change of state or directory fields: groups, what they give, and head-counts become true again."""
    from parvis.membership.groups import sync_person

    sync_person(person)
    belonging.recount(person)


def set_posting(space: Space, posting: str, *, by: Person) -> None:
    """Says who may start something in a space: its members, or its hosts only. Who may: a host."""
    require("space.host", space, by=by)
    if posting not in ("members", "hosts"):
        raise Refused(_("Choose members or hosts."), field="posting")
    space.posting = posting
    space.save(update_fields=["posting"])
    record_in(space, "community.changed", by=by, fields=["posting"])


def ensure_personal_space(person: Person) -> Space:
    """The person's own room, which colleagues may follow; made when missing."""
    space = Space.objects.filter(owner=person, kind=SpaceKind.PERSONAL).first()
    if space is not None:
        return space
    space = Space.objects.create(
        kind=SpaceKind.PERSONAL,
        owner=person,
        created_by=person,
        name=person.display_name,
        access=AccessType.OPEN,
        slug=new_slug(slugify(person.display_name) or "blog", is_secret=True),
    )
    belonging.enter(space, [person], role=MemberRole.HOST)
    return space


def name_personal_space(*, name: str, purpose: str, by: Person) -> Space:
    """Opens one's own blog, or gives it another name and promise."""
    require("site.use", by=by)
    name = one_line(name)[:120]
    if not name:
        raise Refused(_("Give your blog a name; yours will do."), field="name")
    space = ensure_personal_space(by)
    space.name, space.purpose = name, one_line(purpose)[:240]
    space.save(update_fields=["name", "purpose"])
    return space
