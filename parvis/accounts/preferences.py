"""How the network looks and writes to one person: language, theme, text size, zone, order.

Not here: what they tell of themselves (accounts.profile).
"""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

CHOICES = {
    "language": ("fr", "en"),
    "theme": ("system", "light", "dark"),
    "text_size": ("100", "112", "125"),
    "stream_order": ("activity", "date"),
}


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Time zones a person may choose: those named after a place."""
    return tuple(
        sorted(
            name
            for name in zoneinfo.available_timezones()
            if "/" in name
            and name[0].isupper()
            and not name.startswith(("Etc/", "SystemV/", "US/", "Posix", "Right"))
        )
    )


def set_preferences(*, by: Person, **chosen: Any) -> None:
    """Keeps what the person chose; names not given stay as they are. Raises Refused for a choice we don't offer."""
    require("site.use", by=by)
    for name, value in chosen.items():
        is_zone = name == "time_zone" and (value == "" or value in zones())
        if not (is_zone or value in CHOICES.get(name, ())):
            raise Refused(_("Choose one of those offered."), field=name)
        setattr(by, name, value)
    by.save(update_fields=list(chosen))
