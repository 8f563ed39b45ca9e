"""CalDAV, for reading: the calendars of one person for a phone. Not here: who it is (gate), the events (the tools)."""

from __future__ import annotations

from parvis.dav.gate import Answer, Environment, sentence
from parvis.people.models import Person

MOUNT = "/caldav"


def answer_calendars(environ: Environment, person: Person) -> Answer:
    """One request of CalDAV."""
    return sentence("404 Not Found", "")
