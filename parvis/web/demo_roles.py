"""The four people through whom a demonstration is seen, and whether this site still is one.

Not here: who they are and how the demonstration ends (parvis.demo, a floor above: reached by name).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from django.core import signing
from django.utils.translation import gettext_lazy as _

from parvis.config import config
from parvis.kernel.errors import NotFound
from parvis.people.models import Person

if TYPE_CHECKING:
    from parvis.web.models import Network

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SALT, WINDOW_S = "demo.window", 3600
FOR_REAL = "started_for_real"  # in Network.checklist, once the demonstration was ended
ROLES = {
    "admin": (_("Administrator"), _("opens the network, invites, decides the rules"), "sliders-horizontal"),
    "host": (_("Host"), _("keeps a community alive: welcomes, asks, closes"), "hand-heart"),
    "member": (_("Hesitant employee"), _("reads a lot, writes little, and hesitates each time"), "user"),
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


def window_address(role: str, *, asked_at: str, by: Person) -> str:
    """Where a second window shows the demonstration as another person, while this one stays who it is.

    Browsers keep cookies by host name, and every name under `localhost` is this machine: one name a role. `asked_at`
    is the host and port of the page; empty when it is reached under a name that other machines use too.
    """
    host, _colon, port = asked_at.rpartition(":") if not asked_at.endswith("]") else (asked_at, "", "")
    host, port = (host, port) if port.isdecimal() else (asked_at, "")
    if host not in LOOPBACK and not host.endswith(".localhost"):
        return ""
    ticket = signing.dumps([role, by.id], salt=SALT)
    return f"http://{role}.parvis.localhost{':' if port else ''}{port}/demo/window/{ticket}/"


def role_of_window(ticket: str, network: Network) -> Person:
    """The person whom a window's address lets in. Raises NotFound outside a demonstration, or when it is old or false."""
    try:
        role, _by = signing.loads(ticket, salt=SALT, max_age=WINDOW_S)
    except (signing.BadSignature, ValueError):
        raise NotFound from None
    return find_role(str(role), network)


def wipe(*, typed: str, by: Person, own_name: str, own_email: str) -> None:
    """Ends the demonstration (parvis.demo.wipe). Raises as it does."""
    import_module("parvis.demo.wipe").wipe(typed=typed, by=by, own_name=own_name, own_email=own_email)
