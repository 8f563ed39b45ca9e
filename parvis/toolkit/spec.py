"""What a tool and a kind declare about themselves. Not here: which are installed (toolkit.registry)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from parvis.access.roles import Role
from parvis.approvals.models import Edition
from parvis.toolkit.notices import NoticeClass
from parvis.toolkit.sockets import SocketRoute

Text = Any  # a str, or a lazy translation of one


@dataclass(frozen=True)
class Option:
    """One entry of the Publish menu: a way to begin a contribution of a kind.

    `title` is "required", "optional" or "none"; `prompt` is the composer's placeholder.
    """

    slug: str
    label: Text
    icon: str
    title: str = "required"
    prompt: Text = ""
    is_long: bool = False
    mode: str = ""
    needs_body: bool = True  # whether the composer asks for a text below the title


@dataclass(frozen=True)
class Act:
    """Something a tool offers to do with a contribution, on its page of acts; `is_post` writes at once."""

    label: Text
    icon: str
    url: str
    is_post: bool = False
    field: tuple[str, str] = ("", "")  # what the post says, name and value
    hint: Text = ""


@dataclass(frozen=True)
class Remark:
    """A line under a contribution's text, such as where else it is shown; `links` are (words, address)."""

    text: Text
    icon: str = "info"
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of "mine": something of the reader's, with its moment or day."""

    text: Text
    url: str
    sub: Text = ""
    icon: str = ""
    at: datetime | None = None
    day: date | None = None


@dataclass(frozen=True)
class Section:
    """What a tool has for one reader on the page "mine": a few lines, where to see all, what to say of none."""

    title: Text
    icon: str
    lines: tuple[Line, ...]
    url: str = ""
    empty: Text = ""
    rank: int = (
        40  # the lower, the higher on the page: 0 waits for the reader, 100 is there to be read some day
    )


@dataclass(frozen=True)
class Piece:
    """Something drawn that stands between people's cards in the home stream, at its moment; `id` parts equal moments."""

    at: datetime
    id: int
    html: Markup


@dataclass(frozen=True)
class Shelved:
    """Something a tool found for a reader who searches, that isn't a contribution, such as an item of a watch shelf."""

    title: str
    url: str
    excerpt: str = ""
    source: str = ""
    icon: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """Something that came of a contribution, in Markdown, under a heading; `by` is whose words they are."""

    heading: Text
    source: str
    by: Text = ""


@dataclass(frozen=True)
class Versions:
    """How the versions of a kind are told apart, so that one of them can be put before people for approval.

    The tool calls `approvals.actions.version_written` where it writes a version, `moved` where a thing changes
    community, and passes `approval=standing_of(…)` to its page, which shows the version of `shown_number`.
    """

    current: Callable[
        [Any], Edition | None
    ]  # the last version of a contribution; None: it has none to approve
    url: Callable[[Any, int], str]  # where the version of that number is read
    settled: Callable[[Any], None] = lambda contribution: None  # readers are now shown another version


@dataclass(frozen=True)
class Along:
    """What a tool lets one put along with a text while writing it: it becomes a part of that text.

    `template` is drawn with `extra`: what `context(typed, contribution=None)` says, and `prefix`, with which the names
    of its fields begin. `write(contribution, typed, by=…)` keeps it in the write; `typed` are its fields without prefix.
    """

    label: Text
    template: str
    context: Callable[..., dict[str, Any]]
    write: Callable[..., None]
    fits: Callable[[str], bool] = lambda kind: True  # along with which kinds, by slug


@dataclass(frozen=True)
class Kind:
    """A kind of contribution. `roles` are the only words by which other tools may ask for it."""

    slug: str
    label: Text
    verb: Text  # "opened a topic"
    icon: str
    view: str  # name of the thing route that shows it, within its tool: "topic"
    draft: Callable[..., Any]  # draft(space, *, title, body, options, by, at=None) -> Contribution
    publish: Callable[
        ..., Any
    ]  # publish(space, *, title, body, options, by, at=None, is_draft=False, tags=())
    face: Callable[[Any], dict[str, Any]] = lambda row: {}  # what its card adds to the common one
    roles: frozenset[str] = frozenset()
    options: tuple[Option, ...] = ()
    replies: tuple[Text, Text, Text] = (
        "",
        "",
        "",
    )  # the verb on the button, one, several: "Reply", "reply", "replies"
    # What the composer asks besides title and text: a template drawn with the mapping `extra_context(spaces,
    # typed=…)` as `extra`; its fields are named opt_<name> and reach `publish` as options[name].
    extra_fields: str = ""
    extra_context: Callable[..., dict[str, Any]] = lambda spaces, **_: {}
    # The same for the edit page, drawn with `edit_context(contribution, typed=…)`; `revised(contribution, *, options,
    # by)` is called in the write, after the text has been kept.
    edit_fields: str = ""
    edit_context: Callable[..., dict[str, Any]] = lambda contribution, **_: {}
    revised: Callable[..., None] = lambda contribution, **_: None
    versions: Versions | None = None  # they can be approved, one by one
    # Told of each of its texts, by person: tells(contribution, reply or None) -> reasons of notices, besides those whom
    # the text names or answers.
    tells: Callable[[Any, Any], dict[int, str]] | None = None
    reply_gone: Callable[[Any], None] | None = (
        None  # told, in the write, of a reply removed, hidden or moved away
    )
    state_changed: Callable[[Any], None] | None = (
        None  # told, in the write, that a contribution was hidden or removed, or came back
    )
    # The title and text by which the search finds it, where these aren't the spine's own: words(contribution), such as
    # a file's name and what it says. None of one: its own. Whoever changes them calls contributions.entries.index.
    words: Callable[[Any], tuple[str, str] | None] | None = None
    # Names of its tool's thing routes that stand for the shell's: where a published text is changed, where its
    # older versions are read; "" for the shell's own pages.
    edit_view: str = ""
    history_view: str = ""
    # What came of a contribution besides its text, for whoever writes it down elsewhere: gist(contribution) gives
    # Parts (an outcome, an accepted answer, ideas retained), in order, for a reader of it.
    gist: Callable[[Any], list[Part]] = lambda contribution: []
    # For another tool that asked this one by its role: ends it with what came out of it, in Markdown, as its own acts
    # would; settle(contribution, *, outcome, by, told=frozenset()), where `told` are people who know already, by id.
    settle: Callable[..., None] | None = None
    # Of a bundle's object: what the kind has of its own, ids as 13 letters; load(contribution, detail, *, resolve)
    # reads it back, where resolve(table, key) gives our id of a row of the bundle (see docs/bundle.md), or None.
    dump: Callable[[Any], dict[str, Any]] = lambda contribution: {}
    load: Callable[..., None] = lambda contribution, detail, **_: None


@dataclass(frozen=True)
class Tool:
    """A folder under tools/: everything the house needs to know of it."""

    slug: str
    label: Text
    icon: str = "circle"
    promise: Text = ""
    kinds: tuple[Kind, ...] = ()
    abilities: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    position: int = 50
    is_always_on: bool = False  # no tab, no switch: notes and shares belong to the stream itself
    is_personal: bool = False  # also offered in a person's own space
    has_tab: bool = True
    nav: tuple[str, Text] | None = None  # (address, label) in the main navigation
    nav_position: int = 50  # its order there, which isn't that of a community's tabs
    # What it offers upon any contribution, its own or not: acts(contribution, viewer, abilities) on the page of acts,
    # near(…), likewise, under the text itself, and remarks(contribution, viewer) there. Addresses upon any contribution are `upon_routes` in its urls.py.
    acts: Callable[..., list[Act]] = lambda contribution, viewer, can: []
    near: Callable[..., list[Act]] = lambda contribution, viewer, can: []
    remarks: Callable[..., list[Remark]] = lambda contribution, viewer: []
    # Drawn HTML inside any contribution, under its text: inside(contribution, viewer, abilities), such as a poll.
    # Where a form in it needs the page's token it holds <x-token></x-token>.
    inside: Callable[..., list[Markup]] = lambda contribution, viewer, can: []
    along: Along | None = None  # offered in the composer of other kinds
    mine: Callable[..., list[Section]] = lambda viewer: []  # at most one statement for each section
    # For other programs, by DAV: the top of its tree of files for one reader (toolkit.files), its calendars (toolkit.agendas).
    files: Callable[..., Any] | None = None
    agendas: Callable[..., Any] | None = None
    # What it puts between people's cards at home, for readers who chose it (toolkit.weaving): stream(viewer, window, limit)
    # -> pieces of that window of time, newest first, with one statement. Asked of nobody else.
    stream: Callable[..., list[Piece]] | None = None
    # Takes a letter that came to one of its addresses (toolkit.mailroom): letters(token, bytes);
    # without bytes it says only whether somebody receives there. Raises mailroom.Undelivered.
    letters: Callable[[str, bytes | None], None] | None = None
    # Reasons of its notices: reason -> (icon, sentence of one, sentence of several), with %(who)s where it names them.
    notices: Mapping[str, tuple[str, Text, Text]] = field(default_factory=dict)
    # Reason -> the class in which people choose whether to be told of it (toolkit.notices, or one of the tool's own).
    notice_classes: Mapping[str, NoticeClass] = field(default_factory=dict)
    own_mails: frozenset[str] = frozenset()  # reasons of which the tool writes the mail itself
    # Reason -> address, for its notices that are about no contribution and no community.
    notice_urls: Mapping[str, str] = field(default_factory=dict)
    # Told, in the write, of every text written by anybody: text_written(contribution, reply or None, source).
    text_written: Callable[..., None] | None = None
    moved: Callable[..., None] | None = None  # told when one of its contributions changes place
    # What it finds of the reader's own besides contributions: search(words, viewer, limit) -> Shelved, best first, with
    # one statement.
    search: Callable[[str, Any, int], list[Shelved]] | None = None
    sockets: tuple[SocketRoute, ...] = ()  # its live connections, kept by the live process


ROLES = frozenset({"discussion", "article", "date", "ballot", "decision", "note", "file"})
