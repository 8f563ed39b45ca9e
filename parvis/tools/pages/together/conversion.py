"""Whether a text can be written together: read and written back it must look the same to its reader.

Not here: reading and writing themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from parvis.kernel import markdown
from parvis.tools.pages.together import from_markdown, to_markdown
from parvis.tools.pages.together.tree import Node

_INLINE = frozenset({"strong", "em", "s", "a", "code"})


def exactly(source: str, names: Mapping[int, str] = {}) -> Node | None:
    """The tree of a text, or None where it can't hold it exactly."""
    if from_markdown.is_too_much(source):
        return None
    tree = from_markdown.read(source, names)
    return tree if looks_the_same(source, to_markdown.write(tree)) else None


def looks_the_same(one: str, other: str) -> bool:
    """Whether two Markdown texts render to the same for whoever reads them."""
    return one == other or appearance(one) == appearance(other)


def appearance(source: str) -> str:
    """What a reader sees of a text: which of bold, a link and the like encloses the other is no part of it."""
    html = markdown.render(markdown.canonical(source)).html
    out: list[str] = []
    last = ""

    def walk(node: Tag, around: tuple[str, ...]) -> None:
        nonlocal last
        for child in node.children:
            if isinstance(child, NavigableString):
                kind = ",".join(sorted(around))
                text = str(child)
                if isinstance(child.previous_sibling, Tag) and child.previous_sibling.name == "br":
                    text = text.removeprefix("\n")  # of the source, not of the page
                    if not text:
                        continue
                if node.name == "code" and node.parent is not None and node.parent.name == "pre":
                    text = text.removesuffix("\n")
                elif not around and not text.strip() and node.name not in ("p", "li", "td", "th"):
                    continue  # between blocks
                out.append(text if kind == last else f"{{{kind}}}{text}")
                last = kind
            elif isinstance(child, Tag):
                sign = " ".join([child.name, *sorted(f"{key}={value}" for key, value in child.attrs.items())])
                if child.name in _INLINE and node.name != "pre":
                    walk(child, (*around, sign))
                else:
                    # A picture within a link is another thing than a picture.
                    out.append(
                        f"{{{','.join(sorted(around))}}}<{sign}>" if child.name == "img" else f"<{sign}>"
                    )
                    last = ""
                    walk(child, around)
                    out.append("</>")
                    last = ""

    walk(BeautifulSoup(html, "html.parser"), ())
    return re.sub(r"[ \n]*\n[ \n]*", "\n", "".join(out))
