"""Reading everything as everybody, and noting who met which planted word: pages, answers to writes, mails, files.

New addresses, jobs and letters enter by themselves: the rows of the matrix and the journal say what there is. Not here: what
is planted and who may meet it (tests.planting).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q
from django.http import QueryDict

from parvis.accounts.models import Message
from parvis.attention.models import Notice
from parvis.attention.wording import ICONS
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution
from parvis.journal.jobs import drain, enqueue
from parvis.journal.models import Activity
from parvis.kernel.ids import decode
from parvis.kernel.pagination import Cursor
from parvis.people.models import Person
from parvis.spaces.models import Membership
from parvis.testing.letters import mail_at_once
from parvis.testing.relay import listening
from parvis.toolkit.pages import TOAST_COOKIE
from parvis.web.models import Network
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, filled, get, read_answers
from tests.matrix.site import ADMINISTRATION, SIGNED_IN, VISITORS
from tests.planting import OUTSIDER, WORD, Planted
from tests.trial import Outcome, address_of, attempt, find_route
from tests.world import World

ROWS = [*VISITORS, *SIGNED_IN, *ADMINISTRATION, *SPACE, *THING]
GETS = [row for row in ROWS if row.method == "GET"]
POSTS = [row for row in ROWS if row.method == "POST"]
# Things in other states than those the matrix asks for.
MORE = [
    *(get("notes:note", "reads", on=name) for name in ("linked", "pinned_note")),
    *(
        get("forum:topic", "reads in communities", on=name)
        for name in ("decided", "closed", "answered", "storm", "kept_idea")
    ),
    *(
        get("polls:poll", "reads in communities", on=name)
        for name in ("told_poll", "secret_poll", "date_asked")
    ),
    get("calendar:event", "reads in communities", on="told_event"),
    *(get("documents:document", "reads in communities", on=name) for name in ("far", "locked")),
    *(get("pages:page", "reads in communities", on=name) for name in ("branch", "sheet", "held")),
    get("blog:post", "reads one's own unseen", on="later"),
    get("notes:note", "reads what was hidden", on="hidden"),
    *(get("edit", "changes one's own", on=name) for name in ("post", "linked", "pinned_note")),
    get("reply_edit", "changes the member's reply", given={"reply": "{own_reply}"}),
    get("reply_history", "reads", given={"reply": "{own_reply}"}),
]
ANSWERS = read_answers()
SEARCHES = ("/search/?q=lampe", "/search/?q=canari", "/search/?q=canari&by=new", "/search/suggest/?q=canari", "/search/suggest/?q=lam", "/search/suggest/?q=question+canari", "/people/?q=canari", "/communities/?q=canari", "/stream/newer/?since=2020-01-01T00:00:00Z",
            "/publish/similar/?q=lampe", "/tags/suggest/?q=lam", "/people/suggest/?q=au", "/", "/?kind=note", "/?theme=professional")  # fmt: skip
# Who asks first where one of several is enough: those from whom most is kept.
OUTSIDE_IN = ("stranger", "administrator", "ex_member", "host_elsewhere", "cohost", "member", "host", "author", "suspended", "visitor")  # fmt: skip
CURIOUS = ("stranger", "administrator")
TOLD = ("stranger", "administrator", "ex_member", "invitee", "member", "author")


@dataclass
class Sweep:
    """What every actor met, and where."""

    met: dict[str, dict[str, str]] = field(default_factory=dict)  # word → actor → where
    pages: int = 0

    def note(self, text: str, actor: str, where: str) -> None:
        for word in {*WORD.findall(text)}:
            self.met.setdefault(word, {}).setdefault(actor, where)

    def leaks(self, planted: Planted) -> list[str]:
        """Each word met by somebody it isn't for, in a sentence."""
        return sorted(
            f"{planted.where[word]} met by {actor} at {where}, though only {', '.join(sorted(planted.readers[word]))} may"
            for word, actors in self.met.items()
            for actor, where in actors.items()
            if actor not in planted.readers[word]
        )

    def columns(self, planted: Planted) -> set[str]:
        """The columns of which at least one word was met by somebody it is for."""
        return {
            planted.where[word] for word, actors in self.met.items() if planted.readers[word] & actors.keys()
        }


def said_by(outcome: Outcome) -> str:
    """All that an answer tells its reader: the page, what a zip holds, headers, the sentence kept for the next page."""
    parts = [outcome.text, *outcome.response.headers.values()]
    if outcome.text.startswith("PK"):
        with zipfile.ZipFile(io.BytesIO(outcome.body)) as bundle:
            parts += [bundle.read(name).decode(errors="replace") for name in bundle.namelist()]
    if toast := outcome.response.cookies.get(TOAST_COOKIE):
        parts.append(str(signing.loads(toast.value, salt="toast")) if toast.value else "")
    return "\n".join(parts)


# Pages


def sweep_pages(world: World, actors: Iterable[str], rows: Iterable[Row] = (*GETS, *MORE)) -> Sweep:
    """Every page, as every actor."""
    found, rows = Sweep(), [*rows]
    for actor in actors:
        addresses = {*SEARCHES} | {address for row in rows for address in addresses_of(world, row, actor)}
        for address in sorted(addresses):
            read(world, actor, address, found)
    return found


def sweep_parameters(world: World) -> Sweep:
    """Each page again, as the curious, with every parameter that its view was seen to look for: new ones enter alone."""
    found = Sweep()
    for row in GETS:
        space = "open" if "open" in ANSWERS[row.pattern] else "site"
        for actor in CURIOUS:
            names = world.names_for(actor, space)
            address = address_of(find_route(row.name), names, given=row.given, on=row.on)
            with keys_read() as keys:
                read(world, actor, address, found)
            for more in probes(world, keys - {"next"}):
                read(world, actor, f"{address}?{more}", found)
    return found


def read(world: World, actor: str, address: str, found: Sweep) -> None:
    found.pages += 1
    found.note(said_by(attempt(world, actor, "GET", address)), actor, address)


def addresses_of(world: World, row: Row, actor: str) -> Iterator[str]:
    """Where a row's page is in every space the table speaks of."""
    route = find_route(row.name)
    for space in ANSWERS[row.pattern]:
        names = world.names_for(actor, "" if space == "site" else space)
        address = address_of(route, names, given=row.given, on=row.on)
        yield address + (f"?{row.query.format_map(names)}" if row.query else "")


@contextmanager
def keys_read() -> Iterator[set[str]]:
    """The parameters that views look for meanwhile, given or not."""
    keys: set[str] = set()
    real = {name: getattr(QueryDict, name) for name in ("get", "getlist", "__getitem__", "__contains__")}
    own = {name: method for name, method in real.items() if name in vars(QueryDict)}

    def noting(name: str) -> Any:
        def ask(given: QueryDict, key: str, *rest: Any) -> Any:
            keys.add(key)
            return real[name](given, key, *rest)

        return ask

    for name in real:
        setattr(QueryDict, name, noting(name))
    try:
        yield keys
    finally:
        for name in real:
            setattr(QueryDict, name, own[name]) if name in own else delattr(QueryDict, name)


def probes(world: World, keys: set[str]) -> list[str]:
    """What a curious person would try: all the words, and the name of each secret thing, in every parameter."""
    secret = world.names["secret"]
    tries = ("canari", secret["slug"], secret["note"])
    return [urlencode(dict.fromkeys(sorted(keys), word)) for word in tries] if keys else []


# Answers to writes, and the letters and notices that jobs make of them


def sweep_writes(world: World, rows: Iterable[Row] = POSTS) -> Sweep:
    """Every write of the matrix, as one actor for each answer; then its jobs, and what they tell whom."""
    found = Sweep()
    for row in rows:
        for space, cells in ANSWERS[row.pattern].items():
            for actor in _askers(cells):
                _write(world, row, space, actor, found)
    return found


def _askers(cells: dict[str, str]) -> list[str]:
    first = {cells[actor]: actor for actor in reversed(OUTSIDE_IN)}
    return [actor for word, actor in first.items() if word != "in"]


def _write(world: World, row: Row, space: str, actor: str, found: Sweep) -> None:
    names = world.names_for(actor, "" if space == "site" else space)
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    messages, notices, members = {*_ids(Message)}, {*_ids(Notice)}, {*_ids(Membership)}

    def work() -> None:
        drain()
        note_letters(world, found, messages)
        told = {*Notice.objects.exclude(id__in=notices).values_list("person_id", flat=True)}
        # Who was just let in may read more than before.
        told -= {*Membership.objects.exclude(id__in=members).values_list("person_id", flat=True)}
        if row.on == "draft":  # published by this very act: whoever its place lets read it is told rightly
            published = Contribution.objects.filter(id=decode(names["draft"]))
            told -= {key for key in told if published.visible_to(Person.objects.get(id=key)).exists()}
        for name, person in world.people().items():
            if person is not None and person.id in told:
                read(world, name, "/notifications/", found)

    outcome = attempt(world, actor, "POST", address, filled(row.data, names), then=work)
    found.pages += 1
    found.note(said_by(outcome), actor, f"{row} in {space}")


def note_letters(world: World, found: Sweep, already: Iterable[int] = ()) -> None:
    """Reads the letters written since, each as whom it is for."""
    for message in Message.objects.exclude(id__in=already):
        text = f"{message.subject} {message.text} {message.html}"
        found.note(text, reader_of(world, message.to), "a letter")


def _ids(model: Any) -> Iterable[int]:
    return model.objects.values_list("id", flat=True)  # type: ignore[no-any-return]


def reader_of(world: World, address: str) -> str:
    """Which actor reads the mail to an address."""
    return next(
        (name for name, row in world.people().items() if row is not None and row.email == address), OUTSIDER
    )


# Mails and notices of all that ever happened, told to everybody


def facts_of_each_kind(world: World) -> list[int]:
    """One fact of each verb, in the secret place, in a person's own and outside of places."""
    spaces = Q(space_id=None) | Q(space_id__in=[world.cast.secret.id, world.cast.personal.id])
    rows = Activity.objects.filter(spaces).order_by("id")
    return [*{(row.verb, row.space_id): row.id for row in rows}.values()]


def tell_everybody(world: World, facts: Iterable[int]) -> None:
    """Makes facts of the journal name everybody, with one reason after the other, and hands them to the real job."""
    people = [row for name, row in world.people().items() if row is not None and name in TOLD]
    mail_at_once(*Person.objects.all())
    reasons = sorted(ICONS)
    for number, key in enumerate([*facts]):
        fact = Activity.objects.get(id=key)
        tell = {str(row.id): reasons[(number + at) % len(reasons)] for at, row in enumerate(people)}
        Activity.objects.filter(id=key).update(
            payload={**fact.payload, "tell": tell}, actor_id=world.cast.unclaimed.id
        )
        enqueue("attention.deliver", activity_id=key)


def sweep_mails(world: World) -> Sweep:
    """The bell of everybody, the outbox while letters wait in it and after they left, and what really left."""
    found = Sweep()
    for name, person in world.people().items():
        if person is not None:
            read(world, name, "/notifications/", found)
    with listening() as relay:
        _set_relay(port=9)  # nobody listens there: letters fail, and wait with their text
        tell_everybody(world, facts_of_each_kind(world))
        drain(limit=10_000)
        _sweep_outbox(world, found)
        _set_relay(port=relay.port)
        for message in Message.objects.filter(state="failed"):
            enqueue("accounts.deliver", message_id=message.id)
        drain(limit=10_000)
        _sweep_outbox(world, found)
        for letter in relay.received:
            _open_letter(world, letter, found)
    for name, person in world.people().items():
        if person is not None:
            read(world, name, "/notifications/", found)
    return found


def _set_relay(*, port: int) -> None:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "fil@parvis.test"}
    Network.objects.update(mail=given)


def _sweep_outbox(world: World, found: Sweep) -> None:
    read(world, "administrator", "/admin/outbox/", found)
    for message in Message.objects.order_by("-created_at", "-id")[29::30]:
        read(world, "administrator", f"/admin/outbox/?after={Cursor(message.created_at, message.id)}", found)


def _open_letter(world: World, letter: bytes, found: Sweep) -> None:
    mail: Any = message_from_bytes(letter, policy=policy.default)
    text = " ".join(
        [
            mail["Subject"],
            *(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"),
        ]
    )
    found.pages += 1
    found.note(text, reader_of(world, mail["To"]), "a mail")


# Files


def sweep_files(world: World, actors: Iterable[str] = ()) -> Sweep:
    """Every stored file of a text, as everybody; and covers, portraits and the logo where the matrix asks for them."""
    found = Sweep()
    kept = ("file", "picture", "community_cover", "photo", "logo")  # a tool's own "file" too
    rows = [row for row in GETS if row.name.rpartition(":")[2] in kept]
    for actor in actors or world.people():
        for attachment in Attachment.objects.all():
            read(world, actor, attachment.url, found)
        for row in rows:
            for address in addresses_of(world, row, actor):
                read(world, actor, address, found)
    return found
