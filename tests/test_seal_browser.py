"""A browser asks no other host than ours, whatever people wrote.

Not here: the headers of each address (test_seal), what the server itself may fetch (kernel/tests/test_fetch.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection, transaction

from parvis.testing.browsers import Site, Watch
from parvis.tools.blog.actions import publish_post
from parvis.tools.notes.actions import publish_note
from tests.world import World, build_world

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHORT = '<img src="https://mal.example/p.png" onerror=alert(1)><script src=//mal.example/x></script>'
HOSTILE = """Bonjour <script src="https://mal.example/x.js"></script> <img src=x onerror=alert(1)>

![image](https://mal.example/pixel.png) <iframe src="https://mal.example/"></iframe> [lien](javascript:alert(1))

<style>@import url(https://mal.example/a.css)</style> <link rel="prefetch" href="https://mal.example/">

[vrai lien](https://mal.example/page) <video poster="https://mal.example/p.png"></video> &#x3c;script&#x3e;"""


PAGES = ("/", "/c/{slug}/", "/forum/{question}/", "/forum/{storm}/", "/blog/{post}/", "/notes/{note}/", "/people/{person}/",
         "/people/", "/communities/", "/search/?q=lampe", "/notifications/", "/publish/", "/settings/", "/go/{note}/history/",
         "/c/{slug}/members/", "/c/{slug}/charter/", "/drafts/", "/saved/", "/bin/", "/about/", "/help/", "/c/{slug}/forum/",
         "/c/{slug}/blog/", "/tags/lampes/", "/go/{note}/edit/")  # fmt: skip


@pytest.fixture
def hostile_world(live_site: Site) -> World:
    """A world really there, in which every text is an attack."""
    with transaction.atomic():
        world = build_world(lambda text: f"{text} {SHORT}" if len(text) > 9 and text[0].isupper() else text)
        publish_note(world.cast.on_request, body=HOSTILE, by=world.cast.author)
        publish_post(world.cast.on_request, title=SHORT, body=HOSTILE, by=world.cast.author)
    connection.close()
    return world


@pytest.mark.browser
def test_a_browser_asks_no_other_host_whatever_people_wrote(
    live_site: Site, hostile_world: World, new_page: Callable[..., Page], watch: Watch
) -> None:
    page = new_page(service_workers="allow")  # what the worker fetches counts as well
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": hostile_world.sessions["author"],
                "url": live_site.url,
            }
        ]
    )
    names = hostile_world.names_for("author", "on_request")
    for address in PAGES:
        answer = page.goto(live_site / address.format_map(names), wait_until="load")
        assert answer is not None
        assert answer.status == 200, address
        watch.judge()
    assert watch.hosts == {"127.0.0.1"}
