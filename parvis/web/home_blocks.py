"""What stands beside the stream on the home page: ordered, hidden and filled by administrators, kept in the network's row.

Not here: the stream, and the reader's own communities (web.side).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from django.template.loader import get_template
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.access.table import require
from parvis.kernel import clock, markdown
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import EPOCH_MS, RANDOM_BITS, encode
from parvis.kernel.memory import Memory
from parvis.web.site_settings import network_row, note

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.web.models import Network

KEPT: Memory[tuple[Any, ...], Any] = Memory(256)
MOST_LINKS = 12
NEW_FOR = timedelta(days=30)
GREETED = 3

# Ids hold the moment they were made: the newest people are the last rows of the primary key.
NEWCOMERS = """
SELECT p.id, p.display_name AS name, p.photo, p.job_title, 'job_title' = ANY(p.hidden_fields) AS hides_title
FROM people_person p WHERE p.id > %(since)s AND p.id <> %(me)s AND p.state = 'active' AND NOT p.is_hidden
ORDER BY p.id DESC LIMIT %(most)s"""


@dataclass(frozen=True)
class Face:
    """A newcomer, as a line beside the stream shows them."""

    id13: str
    name: str
    title: str
    photo_url: str

    @property
    def url(self) -> str:
        return f"/people/{self.id13}/"


@dataclass
class Block:
    """One block: `kind` says which, the rest is what administrators filled in."""

    kind: str
    is_shown: bool = True
    title: str = ""
    source: str = ""
    html: str = ""
    until: str = ""  # last day, as 2026-11-30; empty: no end
    links: list[dict[str, str]] = field(default_factory=list)
    people: list[Face] = field(default_factory=list)

    @property
    def last_day(self) -> date | None:
        return date.fromisoformat(self.until) if self.until else None

    @property
    def is_over(self) -> bool:
        return self.last_day is not None and self.last_day < clock.today()

    def kept(self) -> dict[str, Any]:
        """As it stands in the network's row."""
        names = ("kind", "is_shown", "title", "source", "html", "until", "links")
        return {name: getattr(self, name) for name in names}


KINDS = {
    "welcome": gettext_lazy("A word of welcome, until a day"),
    "newcomers": gettext_lazy("New colleagues, to be greeted"),
    "tools": gettext_lazy("Links to our tools"),
}


def blocks_of(network: Network) -> list[Block]:
    """All blocks in their order, hidden ones included; those never touched stand at their place by default."""
    kept = [Block(**entry) for entry in network.home_blocks if entry.get("kind") in KINDS]
    missing = [kind for kind in KINDS if kind not in {block.kind for block in kept}]
    return kept + [Block(kind) for kind in missing]


def shown_to(viewer: Person, network: Network) -> list[Block]:
    """The blocks a reader's home page shows; one query at most."""
    return [block for block in blocks_of(network) if block.is_shown and _has_something(block, viewer)]


def drawn_for(viewer: Person, network: Network) -> Markup:
    """The blocks of a reader's home page as HTML, from memory when nothing they show has changed. One query at most."""
    blocks = shown_to(viewer, network)
    is_opening = viewer.is_administrator and bool(network.set_up_at) and not network.checklist.get("is_open")
    if not blocks and not is_opening:
        return Markup("")
    key = (get_language(), is_opening, repr(blocks))
    found = KEPT.get(key)
    if found is None:
        found = Markup(
            get_template("web/_home_blocks.html").render({"blocks": blocks, "is_opening": is_opening})
        )
        KEPT.put(key, found)
    return found


def _has_something(block: Block, viewer: Person) -> bool:
    if block.kind == "newcomers":
        block.people = newcomers(viewer)
        return bool(block.people)
    if block.kind == "tools":
        return bool(block.links)
    return bool(block.html) and not block.is_over


def newcomers(viewer: Person) -> list[Face]:
    """The three newest colleagues of the last month. One query."""
    since_ms = int((clock.now() - NEW_FOR).timestamp() * 1000) - EPOCH_MS
    rows = read(NEWCOMERS, {"since": max(since_ms, 0) << RANDOM_BITS, "me": viewer.id, "most": GREETED})
    return [
        Face(
            encode(row.id),
            row.name,
            "" if row.hides_title else row.job_title,
            f"/people/{encode(row.id)}/photo/{row.photo[:12]}" if row.photo else "",
        )
        for row in rows
    ]


def arrange(kind: str, act: str, *, by: Person) -> None:
    """Moves a block ("up", "down"), or hides and shows it. Who may: administrators. Raises NotFound."""
    require("site.administer", by=by)
    row = network_row()
    blocks = blocks_of(row)
    at = next((index for index, block in enumerate(blocks) if block.kind == kind), None)
    if at is None or act not in ("up", "down", "hide", "show"):
        raise NotFound
    if act in ("hide", "show"):
        blocks[at].is_shown = act == "show"
    else:
        to = min(max(at + (1 if act == "down" else -1), 0), len(blocks) - 1)
        blocks.insert(to, blocks.pop(at))
    _keep(row, blocks, by=by)


def write_welcome(*, title: str, text: str, until: date | None, by: Person) -> None:
    """The word of welcome and its last day; an empty text takes it away. Raises Refused (until)."""
    require("site.administer", by=by)
    if until is not None and until < clock.today():
        raise Refused(_("Choose a day to come."), field="until")
    row = network_row()
    blocks = blocks_of(row)
    block = next(block for block in blocks if block.kind == "welcome")
    block.title, block.source = " ".join(title.split())[:120], text.replace("\x00", "").strip()[:4000]
    block.html = markdown.render(block.source).html if block.source else ""
    block.until = until.isoformat() if until else ""
    _keep(row, blocks, by=by)


def set_links(text: str, *, by: Person) -> None:
    """Links to our tools, one a line: "Expenses https://…". Who may: administrators. Raises Refused (links)."""
    require("site.administer", by=by)
    links = [_link(line.strip()) for line in text.splitlines() if line.strip()]
    if len(links) > MOST_LINKS:
        raise Refused(_("Twelve links are enough: more would not be read."), field="links")
    row = network_row()
    blocks = blocks_of(row)
    next(block for block in blocks if block.kind == "tools").links = links
    _keep(row, blocks, by=by)


def _link(line: str) -> dict[str, str]:
    label, _space, address = line.rpartition(" ")
    parts = urlparse(address)
    if parts.scheme not in ("http", "https", "mailto") or not (parts.netloc or parts.scheme == "mailto"):
        raise Refused(
            _("“%(line)s”: end each line with an address that begins with https://.") % {"line": line[:60]},
            field="links",
        )
    return {"label": " ".join(label.split())[:60] or parts.netloc, "url": address[:400]}


def links_in_words(block: Block) -> str:
    """The links as the form shows them."""
    return "\n".join(f"{link['label']} {link['url']}" for link in block.links)


def _keep(row: Network, blocks: list[Block], *, by: Person) -> None:
    row.home_blocks = [block.kept() for block in blocks]
    row.save(update_fields=["home_blocks"])
    note("home_changed", by=by)
