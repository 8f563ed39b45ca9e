"""axe on every page type, with something of everything on it and with nothing yet: no violation, nothing runs over.

The pages are the GET rows of the reviewed matrix, so that a new address comes here by itself. In CI each page is seen
once, the pages spread pairwise over scheme, language and width; `bin/check --full` sees each in all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import DjangoDbBlocker

from parvis.testing.browsers import Site
from parvis.testing.walking import Stage, speak
from tests.matrix.rows import Row, read_answers
from tests.test_matrix import ROWS
from tests.trial import address_of, find_route
from tests.world import World, build_world

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ANSWERS = read_answers()
# Who sees most of a page that several may see; the doors are for visitors.
WHO = ("visitor", "host", "administrator", "author", "member", "stranger", "host_elsewhere")
WHERE = ("site", "open", "on_request", "everyone", "personal", "archived")

SCHEMES, LANGUAGES, WIDTHS = ("light", "dark"), ("fr", "en"), (1280, 360)
Look = tuple[str, str, int]
EVERY: list[Look] = list(itertools.product(SCHEMES, LANGUAGES, WIDTHS))
# Any two values of any two of the three meet in one of these four.
PAIRWISE: list[Look] = [
    ("light", "fr", 1280),
    ("light", "en", 360),
    ("dark", "fr", 360),
    ("dark", "en", 1280),
]


@dataclass(frozen=True)
class Seen:
    """A page as somebody sees it."""

    actor: str
    address: str


def pages_of(world: World) -> Iterator[Seen]:
    """Each GET row of the matrix, as the first actor who gets an answer, and the doors of what is closed."""
    for row in ROWS:
        if row.method == "GET" and (seen := _first(world, row)):
            yield seen
    for space in ("on_request", "archived", "personal"):
        yield Seen("stranger", f"/c/{world.names[space]['slug']}/")
    yield Seen("member", "/no/such/page/")


def _first(world: World, row: Row) -> Seen | None:
    cells = ANSWERS[row.pattern]
    for actor, space in itertools.product(WHO, WHERE):
        if cells.get(space, {}).get(actor) == "ok":
            names = world.names_for(actor, "" if space == "site" else space)
            address = address_of(find_route(row.name), names, given=row.given, on=row.on)
            return Seen(actor, address + (f"?{row.query.format_map(names)}" if row.query else ""))
    return None


def look_at(
    pages: list[Seen], open_as: Callable[[str], Page], site: Site, axe: Callable[..., None], width: int
) -> None:
    """Every page in turn; all that is wrong is said at once."""
    wrong: list[str] = []
    looked = 0
    browsers: dict[str, Page] = {}
    for seen in pages:
        if seen.actor not in browsers:
            browsers[seen.actor] = open_as(seen.actor)
        page = browsers[seen.actor]
        # Not every address is a page: styles, pictures and parts of pages are looked at where they are used.
        answer = page.request.get(site / seen.address)
        if answer.status >= 500:
            wrong.append(f"{seen}: {answer.status}")
        if "text/html" not in answer.headers.get("content-type", "") or "<html" not in answer.text()[:2000]:
            continue
        looked += 1
        page.goto(site / seen.address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{seen}: wider than {width}")
        try:
            axe(page)
        except AssertionError as problem:
            wrong.append(f"{seen.actor} {problem}")
    assert not wrong, "\n".join(wrong)
    assert looked > len(pages) * 2 // 3, f"only {looked} of {len(pages)} addresses gave a page"


@pytest.fixture
def look_full(
    live_site: Site,
    new_page: Callable[..., Page],
    axe: Callable[..., None],
    django_db_blocker: DjangoDbBlocker,
) -> Callable[[Look, slice], None]:
    """Looks at a share of the pages of the world, in one look."""

    def run(look: Look, share: slice) -> None:
        scheme, language, width = look
        with django_db_blocker.unblock():
            world = build_world()
            pages = list(pages_of(world))[share]
        speak(language, django_db_blocker.unblock)

        def open_as(actor: str) -> Page:
            page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800}, locale=language)
            if actor in world.sessions:
                cookie: Any = {"name": _session_name(), "value": world.sessions[actor], "url": str(live_site)}
                page.context.add_cookies([cookie])
            return page

        look_at(pages, open_as, live_site, axe, width)

    return run


def _session_name() -> str:
    from django.conf import settings

    return str(settings.SESSION_COOKIE_NAME)


@pytest.mark.parametrize("number", range(4))
def test_no_page_has_a_violation(number: int, look_full: Callable[[Look, slice], None]) -> None:
    look_full(PAIRWISE[number], slice(number, None, 4))


@pytest.mark.full
@pytest.mark.parametrize("look", EVERY, ids=str)
def test_no_page_has_a_violation_in_any_look(look: Look, look_full: Callable[[Look, slice], None]) -> None:
    look_full(look, slice(None))


def empty_pages(stage: Stage) -> list[Seen]:
    """Every address without an id in it, of the site and of a community where nobody has written."""
    slug = stage.cast.elsewhere.slug
    found: list[Seen] = []
    for row in ROWS:
        route = find_route(row.name)
        if row.method != "GET" or route.on == "thing" or "<" in route.pattern:
            continue
        if route.on == "space":
            found.append(
                Seen("host_elsewhere", f"/c/{slug}/{f'{route.tool}/' if route.tool else ''}{route.pattern}")
            )
        elif route.ability != "site.visit":
            actor = "administrator" if route.ability == "site.administer" else "stranger"
            found.append(Seen(actor, f"/{route.pattern}"))
    return list(dict.fromkeys(found))


def look_empty(
    stage: Stage, axe: Callable[..., None], unblock: Callable[[], Any], look: Look, share: slice
) -> None:
    scheme, language, width = look
    pages = empty_pages(stage)[share]
    speak(language, unblock)

    def open_as(actor: str) -> Page:
        return stage.browser_of(
            actor, color_scheme=scheme, viewport={"width": width, "height": 800}, locale=language
        )

    look_at(pages, open_as, stage.site, axe, width)


@pytest.mark.parametrize("number", range(4))
def test_no_empty_page_has_a_violation(
    number: int, stage: Stage, axe: Callable[..., None], django_db_blocker: DjangoDbBlocker
) -> None:
    look_empty(stage, axe, django_db_blocker.unblock, PAIRWISE[(number + 1) % 4], slice(number, None, 4))


@pytest.mark.full
@pytest.mark.parametrize("look", EVERY, ids=str)
def test_no_empty_page_has_a_violation_in_any_look(
    look: Look, stage: Stage, axe: Callable[..., None], django_db_blocker: DjangoDbBlocker
) -> None:
    look_empty(stage, axe, django_db_blocker.unblock, look, slice(None))
