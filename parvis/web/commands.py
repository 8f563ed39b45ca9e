"""The acts that the search box offers beside what it finds: go to a place, write something somewhere, sign out.

They come from what the page offers already (bars, Publish menu, settings), so that nobody is offered what they may not
do. Not here: finding things, people and words (parvis.search), nor the markup (web/_finder_list.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.kernel.words import fold
from parvis.spaces.models import SpaceTool
from parvis.toolkit import registry
from parvis.web.composer import options_of, spaces_to_post_in
from parvis.web.shell import navigation, publish_menu
from parvis.web.views.accounts_settings import rail_links

if TYPE_CHECKING:
    from parvis.spaces.models import Space
    from parvis.toolkit.request import Request

MOST = 6  # of one group, so that what is found keeps its place
AT_FIRST = 5


@dataclass(frozen=True)
class Command:
    """One act: its words, what it says more, its drawing, where it leads; `words` are further ones it is found by."""

    label: str
    url: str
    icon: str
    hint: str = ""
    words: str = ""
    is_post: bool = False
    dialog: str = ""  # the id of a dialog of the page, instead of leading anywhere


def places(request: Request) -> list[Command]:
    """Where one may go: the bar's destinations, one's own pages, settings, administration for who has it."""
    viewer = request.viewer
    go = [Command(str(one["label"]), one["url"], one["icon"]) for one in navigation(request)]
    go += [
        Command(_("Notifications"), "/notifications/", "bell"),
        Command(_("My profile"), viewer.url, "user"),
        Command(_("Everything of mine"), "/mine/", "layers"),
        Command(_("Saved for later"), "/saved/", "bookmark"),
        Command(_("Drafts"), "/drafts/", "file-text"),
        Command(_("Saved searches"), "/search/saved/", "search"),
        Command(_("Bin"), "/bin/", "trash-2"),
        Command(_("Help"), "/help/", "circle-question-mark"),
    ]
    settings = _("Settings")
    go += [
        Command(
            str(one["label"]), one["url"], one["icon"], hint=settings, words=_("settings preferences options")
        )
        for one in rail_links(request)
        if one["url"].startswith("/settings/")
    ]
    if viewer.is_administrator:
        go.append(Command(_("Administration"), "/admin/", "sliders-horizontal"))
    return go


def doings(request: Request) -> list[Command]:
    """What is done at once."""
    return [
        Command(_("Keyboard shortcuts"), "/help/keys/", "keyboard", dialog="keys"),
        Command(_("Sign out"), "/accounts/logout/", "log-out", is_post=True),
    ]


def writings(request: Request, text: str, place: str = "") -> list[Command]:
    """What may be begun: in the community where one is, then, once the words ask for it, in each of one's own.

    `place` is the slug of the space in which the box was opened. Three queries at most, none without place and words.
    """
    words = _words(text)
    asked = [word for word in words if any(f" {word}" in one for one in _what_may_be_written())]
    spaces = spaces_to_post_in(request.viewer) if place or len(words) > len(asked) > 0 else []
    near = [space for space in spaces if space.slug == place]
    # "question garden": some of the words name what to write, the others where.
    inside = _writings_inside(spaces if len(words) > len(asked) > 0 else near)
    inside.sort(key=lambda one: not (near and one.url.endswith(f"&space={near[0].slug}")))
    return inside if near and not words else [*_writings_anywhere(request), *inside]


def _writings_anywhere(request: Request) -> list[Command]:
    return [
        Command(str(one["label"]), one["url"], one["icon"], words=_("Write")) for one in publish_menu(request)
    ]


def _writings_inside(spaces: list[Space]) -> list[Command]:
    on: dict[int, list[str]] = {}
    for space_id, slug in SpaceTool.objects.filter(space__in=spaces).values_list("space_id", "slug"):
        on.setdefault(space_id, []).append(slug)
    return [
        Command(
            str(option.label),
            f"/publish/?kind={option.slug}&space={space.slug}",
            option.icon,
            hint=_("in %(space)s") % {"space": space.name},
            words=_("Write"),
        )
        for space in spaces
        for _tool, _kind, option in options_of(space, on.get(space.id, []))
    ]


def _what_may_be_written() -> set[str]:
    """The folded words of every kind that some tool lets one begin."""
    labels = [option.label for tool in registry.tools() for kind in tool.kinds for option in kind.options]
    return {" " + fold(f"{_('Write')} {label}") for label in labels}


def groups(request: Request, text: str, place: str = "") -> list[tuple[str, list[Command]]]:
    """The commands that hold all the words, by group with its title; without words, those that come in useful first."""
    found = [
        (_("Go to"), places(request)),
        (_("Write something"), writings(request, text, place)),
        (_("Do something"), doings(request)),
    ]
    words = _words(text)
    if not words:
        return [(title, commands[:AT_FIRST]) for title, commands in found]
    kept = [
        (title, [one for one in commands if _holds(one, title, words)][:MOST]) for title, commands in found
    ]
    return [(title, commands) for title, commands in kept if commands]


def _holds(command: Command, title: str, words: list[str]) -> bool:
    """Whether every word begins one of the command's."""
    own = " " + re.sub(r"\W+", " ", fold(f"{title} {command.label} {command.hint} {command.words}"))
    return all(f" {word}" in own for word in words)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))[:8]
