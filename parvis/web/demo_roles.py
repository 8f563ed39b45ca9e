"""The four people through whom a demonstration is seen, and whether this site still is one.

Not here: who they are and how the demonstration ends (parvis.demo, a floor above: reached by name).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from parvis.config import config
from parvis.kernel.errors import NotFound
from parvis.people.models import Person

if TYPE_CHECKING:
    from parvis.web.models import Network

FOR_REAL = "started_for_real"  # in Network.checklist, once the demonstration was ended
ROLES = {
    "admin": (_("Administrator"), _("opens the network, invites, decides the rules"), "sliders-horizontal"),
    "host": (_("Host"), _("keeps a community alive: welcomes, asks, closes"), "hand-heart"),
    "member": (_("Hesitant employee"), _("reads a lot and has not dared to write yet"), "user"),
    "sponsor": (_("HR director"), _("writes a blog, and is answered"), "feather"),
}


def is_demo(network: Network) -> bool:
    """Whether this is a demonstration that nobody has ended yet."""
    return config.demo and FOR_REAL not in network.checklist


def people() -> dict[str, Person]:
    """The four people by role; those who are gone are left out. One query."""
    found: dict[str, Person] = import_module("parvis.demo.seed").demo_people()
    return found


def find_role(role: str, network: Network) -> Person:
    """The person of a role. Raises NotFound outside a demonstration, or for another word."""
    if not is_demo(network) or role not in ROLES:
        raise NotFound
    person = people().get(role)
    if person is None:
        raise NotFound
    return person


def wipe(*, typed: str, by: Person, own_name: str, own_email: str) -> None:
    """Ends the demonstration (parvis.demo.wipe). Raises as it does."""
    import_module("parvis.demo.wipe").wipe(typed=typed, by=by, own_name=own_name, own_email=own_email)
