"""CalDAV, for reading (RFC 4791): the calendars of one person for a phone. Writing is refused in a sentence.

`/caldav/` leads to the person, the person to their calendars, one for each community and one of all that is theirs; a
calendar's tag changes with any of its events, an event's with itself. Not here: who it is (gate), the events (the tools).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from django.utils.translation import gettext as _

from parvis.dav.asking import Query, read_query
from parvis.dav.gate import Answer, Environment, sentence
from parvis.dav.multistatus import APPLE, SERVER, Part, Properties, c, d, element, href, multistatus
from parvis.kernel.errors import Refused
from parvis.people.models import Person
from parvis.toolkit import registry
from parvis.toolkit.agendas import Agenda, Entry

MOUNT = "/caldav"
ME, HOME = f"{MOUNT}/me/", f"{MOUNT}/calendars/"
ALLOWED = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
ICS = "text/calendar; charset=utf-8; component=VEVENT"
XML = ("Content-Type", "application/xml; charset=utf-8")
MOST_ASKED = 2_000  # events of one multiget


def answer_calendars(environ: Environment, person: Person) -> Answer:
    """One request of CalDAV."""
    path = environ["PATH_INFO"].encode("latin-1").decode()
    acts: dict[str, Callable[[Environment, Person, str], Answer]] = {
        "OPTIONS": _options, "PROPFIND": _propfind, "REPORT": _report, "GET": _get, "HEAD": _get,
    }  # fmt: skip
    act = acts.get(environ["REQUEST_METHOD"])
    if act is None:
        said = _("Programs read these calendars; dates are written on the pages of the network.")
        return sentence("403 Forbidden", said)
    return act(environ, person, path)


def agendas_of(person: Person) -> dict[str, Agenda]:
    """The calendars of a person, by their names in addresses."""
    found = [agenda for tool in registry.tools() if tool.agendas for agenda in tool.agendas(person)]
    return {agenda.slug: agenda for agenda in found}


def _options(_environ: Environment, _person: Person, _path: str) -> Answer:
    return Answer("200 OK", [("DAV", "1, calendar-access"), ("Allow", ALLOWED)])


def _get(environ: Environment, person: Person, path: str) -> Answer:
    """One event as a file."""
    agenda, name = _place(person, path)
    text = agenda.texts([name]).get(name) if agenda and name else None
    if agenda is None or text is None:
        return _absent()
    tag = next((entry.tag for entry in agenda.entries(None, None) if entry.name == name), "")
    quoted = f'"{tag}"'
    if tag and quoted in str(environ.get("HTTP_IF_NONE_MATCH", "")):
        return Answer("304 Not Modified", [("ETag", quoted)])
    return Answer(
        "200 OK", [("Content-Type", ICS), ("ETag", quoted), ("Content-Disposition", "attachment")], text
    )


def _propfind(environ: Environment, person: Person, path: str) -> Answer:
    depth = str(environ.get("HTTP_DEPTH", "0")).lower()
    if depth not in ("0", "1"):
        return sentence("403 Forbidden", _("Ask for one level at a time."))
    asked, is_named_only = _asked(_body(environ))
    parts = _parts(person, path, with_members=depth == "1")
    if not parts:
        return _absent()
    return Answer("207 Multi-Status", [XML], multistatus(parts, asked, is_named_only=is_named_only))


def _parts(person: Person, path: str, *, with_members: bool) -> list[Part]:
    """An address and, when wished, what lies directly in it; nothing where there is no such address."""
    inside = path.strip("/").split("/")
    if inside == [""]:
        more = [Part(ME, _person_properties(person)), Part(HOME, _home_properties())] if with_members else []
        return [Part(f"{MOUNT}/", _root_properties()), *more]
    if inside == ["me"]:
        return [Part(ME, _person_properties(person))]
    if inside == ["calendars"]:
        all_of_them = agendas_of(person).values() if with_members else ()
        return [Part(HOME, _home_properties()), *(_agenda_part(one) for one in all_of_them)]
    agenda, name = _place(person, path)
    if agenda is None:
        return []
    entries = {entry.name: entry for entry in agenda.entries(None, None)} if with_members or name else {}
    if name:
        return [_entry_part(agenda, entries[name], {})] if name in entries else []
    return [_agenda_part(agenda), *(_entry_part(agenda, entry, {}) for entry in entries.values())]


def _place(person: Person, path: str) -> tuple[Agenda | None, str]:
    """The calendar an address names, and the event in it, if it names one."""
    inside = path.strip("/").split("/")
    if inside[0] != "calendars" or len(inside) not in (2, 3):
        return None, ""
    return agendas_of(person).get(inside[1]), inside[2] if len(inside) == 3 else ""


def _report(environ: Environment, person: Person, path: str) -> Answer:
    """Events by their dates or by their addresses."""
    agenda, name = _place(person, path)
    body = _body(environ)
    if agenda is None or name:
        return _absent()
    if body is None or body.tag not in (c("calendar-query"), c("calendar-multiget")):
        unknown = element(d("error"), element(d("supported-report")))
        return Answer("403 Forbidden", [XML], ElementTree.tostring(unknown, encoding="utf-8"))
    asked, _named = _asked(body)
    try:
        parts = list(
            _named_entries(agenda, body)
            if body.tag == c("calendar-multiget")
            else _found(agenda, read_query(body))
        )
    except Refused as refusal:
        return sentence("400 Bad Request", refusal.sentence)
    return Answer("207 Multi-Status", [XML], multistatus(parts, asked))


def _found(agenda: Agenda, query: Query) -> Iterator[Part]:
    if not query.wants_events:
        return
    entries = agenda.entries(query.since, query.until)
    texts = agenda.texts([entry.name for entry in entries]) if query.needs_texts else {}
    for entry in entries:
        if not query.filters or query.fits(texts.get(entry.name, b"")):
            yield _entry_part(agenda, entry, texts)


def _named_entries(agenda: Agenda, body: Element) -> Iterator[Part]:
    hrefs = [(one.text or "").strip() for one in body.findall(d("href"))]
    if len(hrefs) > MOST_ASKED:
        raise Refused(_("Ask for fewer events at once."))
    known = {entry.name: entry for entry in agenda.entries(None, None)}
    base = f"{HOME}{agenda.slug}/"
    names = {one: unquote(urlsplit(one).path).removeprefix(base) for one in hrefs}
    texts = agenda.texts([name for name in names.values() if name in known])
    for one, name in names.items():
        if name in known:
            yield _entry_part(agenda, known[name], texts)
        else:
            yield Part(unquote(urlsplit(one).path), None)


def _common(kind: list[Element], title: str) -> dict[str, Callable[[], Any]]:
    return {
        d("resourcetype"): lambda: kind,
        d("displayname"): lambda: title,
        d("current-user-principal"): lambda: [href(ME)],
        d("principal-URL"): lambda: [href(ME)],
        d("owner"): lambda: [href(ME)],
        c("calendar-home-set"): lambda: [href(HOME)],
        d("current-user-privilege-set"): lambda: [
            element(d("privilege"), element(d("read"))),
            element(d("privilege"), element(d("read-current-user-privilege-set"))),
        ],
    }


def _root_properties() -> Properties:
    return _common([element(d("collection"))], "Parvis")


def _home_properties() -> Properties:
    return _common([element(d("collection"))], _("Calendars"))


def _person_properties(person: Person) -> Properties:
    made = _common([element(d("principal"))], person.name)
    made[c("calendar-user-address-set")] = lambda: [href(f"mailto:{person.email}")] if person.email else []
    return made


def _agenda_part(agenda: Agenda) -> Part:
    made = _common([element(d("collection")), element(c("calendar"))], agenda.title)
    tag = cache(lambda: _tag_of(agenda))  # asked for under two names
    made |= {
        c("supported-calendar-component-set"): lambda: [element(c("comp"), name="VEVENT")],
        d("supported-report-set"): lambda: [
            element(d("supported-report"), element(d("report"), element(c(name))))
            for name in ("calendar-query", "calendar-multiget")
        ],
        f"{{{SERVER}}}getctag": tag,
        d("getetag"): lambda: f'"{tag()}"',
        f"{{{APPLE}}}calendar-color": lambda: agenda.colour,
    }
    return Part(f"{HOME}{agenda.slug}/", made)


def _tag_of(agenda: Agenda) -> str:
    """What changes when any of its events does."""
    told = "".join(f"{entry.name}{entry.tag}" for entry in agenda.entries(None, None))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _entry_part(agenda: Agenda, entry: Entry, texts: dict[str, bytes]) -> Part:
    made: dict[str, Callable[[], Any]] = {
        d("resourcetype"): lambda: None,
        d("getetag"): lambda: f'"{entry.tag}"',
        d("getcontenttype"): lambda: ICS,
    }
    if entry.name in texts:
        made[c("calendar-data")] = lambda: texts[entry.name].decode()
    return Part(f"{HOME}{agenda.slug}/{entry.name}", made)


def _body(environ: Environment) -> Element | None:
    text = environ["wsgi.input"].read()
    found: Element | None = ElementTree.fromstring(text, forbid_dtd=True) if text else None
    return found


def _asked(body: Element | None) -> tuple[list[str] | None, bool]:
    """The names of the properties asked for (None: all), and whether their names alone are wanted."""
    if body is None:
        return None, False
    wanted = body.find(d("prop"))
    if wanted is not None:
        return [one.tag for one in wanted], False
    return None, body.find(d("propname")) is not None


def _absent() -> Answer:
    return sentence("404 Not Found", _("There is nothing here."))
