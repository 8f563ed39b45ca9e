"""Ways out: hosts inside that administrators let this server call, and what else decides of its calls.

Not here: the calling and the judging (kernel.fetch, kernel.inside).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.inside import BadPlace, Inside, parse_inside
from parvis.kernel.proxy import parse_proxy
from parvis.web.models import InsideHost
from parvis.web.site_settings import note

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST = 50


def inside_hosts() -> Sequence[Inside]:
    """The list as the fetcher reads it, anew for each call that may enter. One query."""
    return [parse_inside(place, port) for place, port in InsideHost.objects.values_list("place", "port")]


def allow(place: str, port: int, *, remark: str = "", by: Person) -> InsideHost:
    """Lets this server call a host, an address or a network inside, at one port. Who may: administrators. Raises Refused."""
    require("site.administer", by=by)
    try:
        entry = parse_inside(place, port)
    except BadPlace as refusal:
        raise Refused(_sentence(str(refusal)), field="place") from None
    if InsideHost.objects.count() >= MOST:
        raise Refused(_("That is many already: take one away first."), field="place")
    row, is_new = InsideHost.objects.get_or_create(
        place=str(entry.network or entry.host), port=port, defaults={"note": " ".join(remark.split())[:120], "added_by": by}
    )  # fmt: skip
    if not is_new:
        raise Refused(_("It is on the list already."), field="place")
    note("inside_allowed", by=by, place=row.place, port=port)
    return row


def deny(key: int, *, by: Person) -> None:
    """Takes a host off the list: the next call is refused. Who may: administrators. Raises NotFound."""
    require("site.administer", by=by)
    row = InsideHost.objects.filter(id=key).first()
    if row is None:
        raise NotFound
    row.delete()
    note("inside_denied", by=by, place=row.place, port=row.port)


def _sentence(word: str) -> str:
    return {
        "large": _("This network is too wide: name the few machines that are meant."),
        "never": _(
            "This can't be opened: only the addresses of private networks can, never this machine's own or a cloud's."
        ),
    }.get(word, _("Write a name such as intranet.example.org, an address or a network such as 10.1.2.0/24."))


def state() -> dict[str, Any]:
    """What the operator decided: for the page."""
    proxy = parse_proxy(settings.PARVIS_PROXY)
    return {
        "is_on": settings.PARVIS_FETCH is True,
        "proxy": f"{proxy.host}:{proxy.port}" if proxy else "",
        "ca_file": settings.PARVIS_CA_FILE,
        "denied": settings.PARVIS_FETCH_DENIED,
    }
