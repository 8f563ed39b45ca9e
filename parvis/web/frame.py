"""Parts of the frame that change rarely, drawn once for each set of things they depend on.

The bars and menus of the layout cost more than the page they surround; here they are kept in memory under all they
show: language, network, reader, place, counts. Not here: cards and replies (toolkit.cards, toolkit.threads).
"""

from __future__ import annotations

from typing import Any

import jinja2
from markupsafe import Markup

from parvis.kernel.memory import Memory

KEPT: Memory[tuple[Any, ...], Markup] = Memory(4096)


@jinja2.pass_context
def kept(context: jinja2.runtime.Context, name: str) -> Markup:
    """The template `name` drawn with the page's context, from memory when nothing it shows has changed.

    Only for parts that show nothing but what `_depends_on` lists: a part that shows more must be included plainly.
    """
    key = (name, *_depends_on(context))
    found = KEPT.get(key)
    if found is None:
        template = context.environment.get_template(name)
        found = Markup(template.render(context.get_all()))
        KEPT.put(key, found)
    return found


def _depends_on(context: jinja2.runtime.Context) -> tuple[Any, ...]:
    get = context.get
    network, viewer = get("network"), get("viewer")
    reader = viewer and (
        viewer.id,
        viewer.display_name,
        viewer.photo,
        viewer.job_title,
        viewer.theme,
        viewer.is_administrator,
        getattr(viewer, "unread_count", 0),
    )
    return (
        get("language"),
        network and (network.name, network.logo, network.hue),
        reader,
        get("here"),
        tuple((item["url"], item["current"]) for item in get("nav") or ()),
        tuple(item["url"] for item in get("publish_menu") or ()),
        get("is_demo"),
        get("title_of_page"),
    )
