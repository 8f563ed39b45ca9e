"""What the house needs to know of feeds. Not here: what they do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.notices import NEW
from parvis.toolkit.spec import Tool
from parvis.tools.feeds import at_home, found, letters, showing

TOOL = Tool(
    slug="feeds",
    label=_("Feeds"),
    icon="rss",
    promise=_("What others publish about your subjects, read together and brought to the discussion."),
    abilities={"feeds.curate": (Role.HOST,)},
    position=70,
    nav=("/feeds/", _("Feeds")),
    nav_position=10,
    mine=showing.mine,
    search=found.search,
    stream=at_home.stream,
    letters=letters.take,
    notice_classes={"feed_word": NEW},
    notices={
        "feed_word": (
            "rss",
            _("A word you watch came up in your feeds"),
            _("Words you watch came up in your feeds"),
        )
    },
    notice_urls={"feed_word": "/feeds/?view=watched"},
)
