"""What the house needs to know of private exchanges: a room of its own that declares itself as tools do.

Not here: what it does.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.exchanges.actions import KIND, whom_to_tell
from parvis.kernel.errors import NotFound
from parvis.toolkit.notices import MODERATION, NoticeClass
from parvis.toolkit.spec import Kind, Tool


def _not_so(*_given: Any, **_named: Any) -> Any:
    """Exchanges are opened between people (exchanges.actions.open_exchange), never published into a place."""
    raise NotFound


PRIVATE = NoticeClass(
    "private", _("Private exchanges"), _("somebody writes to you in a private exchange"), "lock", insists=True, rank=2
)  # fmt: skip

EXCHANGE = Kind(
    slug=KIND,
    label=_("private exchange"),
    verb=_("opened a private exchange"),
    icon="lock",
    view="exchange",
    draft=_not_so,
    publish=_not_so,
    replies=(_("Write back"), _("message"), _("messages")),
    tells=whom_to_tell,
)

TOOL = Tool(
    slug="exchanges",
    label=_("Private exchanges"),
    icon="lock",
    kinds=(EXCHANGE,),
    position=95,
    is_always_on=True,
    has_tab=False,
    notices={
        "exchange": ("lock", _("%(who)s wrote to you"), _("%(who)s wrote to you")),
        "exchange_added": ("lock", _("%(who)s added you to a private exchange"), _("%(who)s added you to a private exchange")),
        "exchange_grown": ("user-plus", _("%(who)s added somebody to your exchange"), _("%(who)s added somebody to your exchange")),
        "exchange_quoted": ("flag", _("%(who)s reported a private message"), _("%(who)s reported a private message")),
    },
    notice_classes={"exchange": PRIVATE, "exchange_added": PRIVATE, "exchange_grown": PRIVATE, "exchange_quoted": MODERATION},
    notice_urls={"exchange_quoted": "/exchanges/reports/"},
)  # fmt: skip
