"""What a walk starts from: the running site, the named cast, and a browser for each of its people.

Not here: the walks (tests/walks), which know people and spaces by this module only and never see a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django import DjangoDbBlocker

from parvis.accounts.links import issue_link
from parvis.journal.jobs import drain, enqueue
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.people.models import Person
from parvis.testing.browsers import Site
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass
class Stage:
    """The site with the cast in it. People are named as in Cast: "member", "host", "stranger"…"""

    site: Site
    cast: Cast
    new_page: Callable[..., Page]
    _unblock: Callable[[], Any]
    _open: dict[str, Page] = field(default_factory=dict)

    def link(self, name: str, *, is_new: bool = False) -> str:
        """The address of a one-time link for a person; a new one hasn't made the first visit yet."""
        with self._unblock(), acting(SYSTEM):
            person = getattr(self.cast, name)
            Person.objects.filter(id=person.id).update(welcomed_at=None if is_new else clock.now())
            return self.site / issue_link(person)

    def browser_of(self, name: str, **options: Any) -> Page:
        """A page of that person's browser, signed in by a link; the same one each time, unless options are given."""
        if options or name not in self._open:
            page = self.new_page(**options)
            sign_in(page, self.link(name))
            if options:
                return page
            self._open[name] = page
        return self._open[name]

    def work(self) -> None:
        """What the worker would do by now: notices, mails, publications that are due."""
        with self._unblock():
            drain()

    def begin(self, job: str) -> None:
        """What the clock would begin by now, and all that comes of it."""
        with self._unblock():
            with acting(SYSTEM):
                enqueue(job)
            drain()


def sign_in(page: Page, link: str) -> None:
    """Follows a one-time link and presses its button."""
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


@pytest.fixture
def stage(live_site: Site, new_page: Callable[..., Page], django_db_blocker: DjangoDbBlocker) -> Stage:
    """A network in French with the cast, whom nobody has told anything yet."""
    with django_db_blocker.unblock():
        cast = build_cast()
        with acting(SYSTEM):
            Network.objects.update_or_create(
                id=1, defaults={"name": "Maison Lumen", "set_up_at": clock.now(), "language": "fr"}
            )
            drain()
    return Stage(live_site, cast, new_page, django_db_blocker.unblock)


def speak(language: str, unblock: Callable[[], Any]) -> None:
    """Everybody reads the pages in that language from now on; visitors have their browser's."""
    with unblock(), acting(SYSTEM):
        Person.objects.update(language=language)
