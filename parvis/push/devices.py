"""Which browsers are told: asking for it, one's own list, taking it back; and the network's switch, its hosts, its key.

Not here: what they are told (push.sending).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import addresses
from parvis.kernel.addresses import BadUrl
from parvis.kernel.errors import NotFound, Refused
from parvis.push.encryption import check_keys, encode64, public_of, signing_key
from parvis.push.models import Device, Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    from parvis.people.models import Person

# The services of the browsers in use; a star stands for one or more names before.
USUAL = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
MOST = 10  # devices of one person
_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def switch() -> Switch:
    """The network's own row, or what holds without one: nothing."""
    return Switch.objects.filter(id=1).first() or Switch()


def is_offered(row: Switch | None = None) -> bool:
    """Whether pushes may leave: the operator lets this server call outside, and an administrator switched it on."""
    return getattr(settings, "PARVIS_FETCH", False) is True and (row or switch()).is_on


def hosts_of(row: Switch) -> Sequence[str]:
    """The services that may be called."""
    return row.hosts.split() or USUAL


def may_call(host: str, allowed: Sequence[str]) -> bool:
    """Whether a host is among those allowed, by whole names only."""
    return any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in allowed)


def key_of(row: Switch) -> EllipticCurvePrivateKey:
    """The key that signs."""
    return signing_key(settings.SECRET_KEY, row.key_number)


def public_key(row: Switch | None = None) -> str:
    """The network's public key, as browsers ask it."""
    return encode64(public_of(key_of(row or switch())))


def devices_of(person: Person) -> list[Device]:
    """One's own devices, newest first."""
    return list(Device.objects.filter(person=person).select_related("session").order_by("-created_at"))


def add_device(
    session_key: str, *, endpoint: str, public_key: str, auth: str, is_silent: bool, by: Person
) -> Device:
    """Tells this browser from now on; asked again, it takes the place of what was asked before.

    Who may: everybody for the session they are in, while the network offers it. Raises Refused.
    """
    require("site.use", by=by)
    row = switch()
    if not row.is_on:
        raise Refused(_("This network sends no notifications to devices."))
    try:
        if len(endpoint) > 1000 or not endpoint.startswith("https://"):
            raise ValueError
        host = addresses.parse_url(endpoint, ports=(urlsplit(endpoint).port or 443,)).host
        check_keys(public_key, auth)
    except (BadUrl, ValueError):
        raise Refused(_("This browser gave no address we can use.")) from None
    if not may_call(host, hosts_of(row)):
        raise Refused(_("This network doesn't use your browser's notification service."))
    Device.objects.filter(endpoint=endpoint).delete()
    if Device.objects.filter(person=by).exclude(session_id=session_key).count() >= MOST:
        raise Refused(_("You have ten devices already: remove one first."))
    values = {
        "person": by,
        "endpoint": endpoint,
        "public_key": public_key,
        "auth": auth,
        "is_silent": is_silent,
    }
    return Device.objects.update_or_create(session_id=session_key, defaults=values)[0]


def set_silent(device_id: int, is_silent: bool, *, by: Person) -> None:
    """Whether one of one's devices says only that there is something. Raises NotFound."""
    if not Device.objects.filter(id=device_id, person=by).update(is_silent=is_silent):
        raise NotFound


def remove_device(device_id: int, *, by: Person) -> None:
    """Tells one of one's devices no more. Raises NotFound."""
    if not Device.objects.filter(id=device_id, person=by).delete()[0]:
        raise NotFound


def set_switch(is_on: bool, hosts: str, *, by: Person) -> None:
    """Whether this network pushes, and through which services. Who may: administrators. Raises Refused.

    Off, the devices are forgotten: switched on again, each person asks anew.
    """
    require("site.administer", by=by)
    named = hosts.lower().split()
    wrong = next((one for one in named if not _HOST.fullmatch(one) or len(one) > 200), None)
    if wrong is not None or len(named) > 30:
        raise Refused(_("Give names of hosts, one a line, such as push.example.com."), field="hosts")
    kept = "" if set(named) == set(USUAL) else "\n".join(named)
    Switch.objects.update_or_create(id=1, defaults={"is_on": is_on, "hosts": kept})
    if not is_on:
        Device.objects.all().delete()


def change_key(*, by: Person) -> None:
    """Another key from now on; what was asked under the old one is void. Who may: administrators."""
    require("site.administer", by=by)
    number = switch().key_number + 1
    Switch.objects.update_or_create(id=1, defaults={"key_number": number})
    Device.objects.all().delete()
