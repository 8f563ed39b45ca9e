"""Programs meet no word that isn't their person's: every address of WebDAV and CalDAV that each actor can reach or guess.

The walk begins at the tops and takes every address it is told; then every name of every place is tried by hand. Not
here: the pages (test_canary), what programs do (parvis/dav/tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from django.db.models import F

from parvis.config import config
from parvis.dav.tests.programs import Program, hrefs, program_of
from parvis.people.models import Person
from parvis.tools.documents.models import Document, Folder, Version
from parvis.tools.documents.names import key_of
from tests.planting import Planted, plant, plant_files, readers
from tests.sweeping import Sweep
from tests.world import World

QUERY = (
    '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>'
    '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>'
)


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    """The words of every column and file; and, since programs see names rather than titles, one in each file's name."""
    planted = plant(world)
    plant_files(world, planted)
    Version.objects.update(size=F("size") + len("canari00000z"))  # no more than this is sent
    for row in Document.objects.select_related("contribution"):
        name = f"{planted.new('documents_document.name', readers(world, row.contribution))}.txt"
        Document.objects.filter(pk=row.pk).update(name=name, name_key=key_of(name))
    return planted


@pytest.fixture(scope="module")
def sweep(world: World, planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    found = Sweep()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "data", tmp_path_factory.mktemp("scratch"))
        for actor, person in world.people().items():
            if person is not None and person.is_active:
                walk(world, actor, person, found)
    return found


def walk(world: World, actor: str, person: Person, found: Sweep) -> None:
    """All that one person's programs can be told."""
    files, phone = program_of(person, "both"), program_of(person, "both", "/caldav")
    for program, guesses in ((files, guessed_files(world)), (phone, guessed_dates(world))):
        seen: set[str] = set()
        waiting = ["/", *guesses]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            waiting += [one for one in told(program, path, actor, found) if one not in seen]


def told(program: Program, path: str, actor: str, found: Sweep) -> Iterator[str]:
    """Asks one address in every reading way; which further addresses are told."""
    listed = program("PROPFIND", path, depth="1")
    answers = [listed, program("GET", path), program("OPTIONS", path)]
    if program.mount == "/caldav":
        answers.append(program("REPORT", path, QUERY, depth="1"))
    for answer in answers:
        found.pages += 1
        text = answer.body.decode(errors="replace")
        found.note(f"{text}\n{unquote(text)}\n{answer.headers}", actor, f"{program.mount}{path}")
    if listed.status == 207:
        yield from (one.removeprefix(program.mount) for one in hrefs(listed) if one.startswith(program.mount))


def guessed_files(world: World) -> list[str]:
    """Every place, folder and file by its name."""
    found = [f"/documents/{space.slug}/" for space in world.cast.spaces().values()]
    for folder in Folder.objects.select_related("space"):
        found.append(f"/documents/{folder.space.slug}/{folder.name}/")
    for row in Document.objects.select_related("contribution__space", "folder"):
        inside = f"{row.folder.name}/" if row.folder else ""
        found.append(f"/documents/{row.contribution.space.slug}/{inside}{row.name}")
    return found


def guessed_dates(world: World) -> list[str]:
    """Every place's calendar, and every thing of the world as an event of each."""
    spaces = world.cast.spaces()
    events = {names["event"] for names in world.names.values() if "event" in names}
    calendars = ["mine", *(f"c-{space.slug}" for space in spaces.values())]
    return [
        f"/calendars/{one}/{name}" for one in calendars for name in ("", *(f"{key}.ics" for key in events))
    ]


def test_no_program_meets_a_word_that_is_not_its_persons(planted: Planted, sweep: Sweep) -> None:
    leaks = sweep.leaks(planted)
    assert not leaks, "\n".join(leaks[:40])


def test_programs_meet_what_is_theirs(planted: Planted, sweep: Sweep) -> None:
    met = sweep.columns(planted)
    wanted = {
        "documents_document.name", "documents_folder.name", "documents_version.sha256", "contributions_contribution.title",
        "contributions_body.text", "calendar_event.place", "spaces_space.name",
    }  # fmt: skip
    assert wanted <= met, sorted(wanted - met)
    assert sweep.pages > 1000
