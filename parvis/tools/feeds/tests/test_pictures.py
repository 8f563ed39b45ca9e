"""Pictures of articles: called by us from a job, made anew, read by whoever reads the article, gone after a month."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from PIL import Image

from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.feeds import pictures
from parvis.tools.feeds.fetching import fetch_source
from parvis.tools.feeds.models import Item, Picture, Source, Subscription
from parvis.tools.feeds.reading_feed import read_feed
from parvis.tools.feeds.tests.conftest import Server, rss

Login = Callable[[Person], Client]


def photo(width: int = 64, height: int = 48, format: str = "JPEG") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "#30a050").save(
        data, format, exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"
    )
    return data.getvalue()


def source_with(server: Server, *tags: str) -> Source:
    text = "".join(tags).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return server.source("/f", rss("Un", text=f"&lt;p&gt;Mot{text}&lt;/p&gt;"))


@pytest.fixture(autouse=True)
def on(settings, tmp_path):
    settings.PARVIS_FETCH = settings.PARVIS_FEED_PICTURES = True
    settings.PARVIS_CACHE_ROOT = tmp_path


def brought_in(cast: Cast, server: Server, *tags: str) -> Item:
    source = source_with(server, *tags)
    Subscription.objects.create(source=source, person=cast.member)
    fetch_source(source.id, fetcher=server.fetcher())
    pictures.fetch_some(source.id, fetcher=server.fetcher())
    return Item.objects.get()


def test_a_picture_is_a_copy_of_ours_shown_to_whoever_reads_the_article(
    cast: Cast, server: Server, client_of: Login
):
    server.pages["/p.jpg"] = ("image/jpeg", photo())
    item = brought_in(cast, server, f'<img src="{server.url}/p.jpg" alt="Un métier à tisser">')
    page = client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/").content.decode()
    where = f"/feeds/items/{encode(item.id)}/pictures/0/"
    assert f'<img src="{where}" alt="Un métier à tisser" width="64" height="48"' in page
    assert server.url not in page.replace(f'value="{server.url}', "")
    answer = client_of(cast.member).get(where)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.content)).size == (64, 48)
    assert b"Exif" not in answer.content
    assert client_of(cast.author).get(where).status_code == 404
    assert Client().get(where).status_code != 200


def test_without_a_copy_its_words_stand_there(cast: Cast, server: Server, client_of: Login, settings):
    item = brought_in(
        cast,
        server,
        f'<img src="{server.url}/absente.jpg" alt="Un fuseau">',
        f'<img src="{server.url}/x.jpg">',
    )
    page = client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/").content.decode()
    assert "Un fuseau" in page and "/pictures/" not in page and "absente.jpg" not in page
    assert client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/pictures/0/").status_code == 404


def test_kept_off_nothing_is_called_and_nothing_shown(
    cast: Cast, server: Server, client_of: Login, settings, run_jobs
):
    server.pages["/p.jpg"] = ("image/jpeg", photo())
    item = brought_in(cast, server, f'<img src="{server.url}/p.jpg" alt="Un fuseau">')
    settings.PARVIS_FEED_PICTURES = False
    page = client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/").content.decode()
    assert "/pictures/" not in page and "Un fuseau" in page
    assert client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/pictures/0/").status_code == 404
    Picture.objects.update(sha256="", kept_at=None, tries=0)
    before = len(server.asked)
    pictures.fetch_some(item.source_id)
    assert len(server.asked) == before


def test_what_is_no_picture_or_counts_readers_is_not_kept_and_not_called_for_ever(cast: Cast, server: Server):
    server.pages["/page.jpg"] = ("image/jpeg", b"<html>pas une image</html>")
    server.pages["/point.png"] = ("image/png", photo(3, 3, "PNG"))
    tags = [f'<img src="{server.url}/page.jpg">', f'<img src="{server.url}/point.png">', f'<img width="1" height="1" src="{server.url}/compteur.gif">']  # fmt: skip
    item = brought_in(cast, server, *tags)
    assert not Picture.objects.exclude(sha256="").exists()
    assert "compteur" not in " ".join(Picture.objects.values_list("address", flat=True))
    for _turn in range(5):
        pictures.fetch_some(item.source_id, fetcher=server.fetcher())
    asked = [path for path, _status in server.asked]
    assert (asked.count("/page.jpg"), asked.count("/point.png"), asked.count("/compteur.gif")) == (3, 1, 0)


def test_an_address_inside_is_not_called_for_a_picture(cast: Cast, server: Server):
    """The site's own fetcher trusts nothing on this machine."""
    server.pages["/p.jpg"] = ("image/jpeg", photo())
    source = source_with(server, f'<img src="{server.url}/p.jpg">')
    fetch_source(source.id, fetcher=server.fetcher())
    pictures.fetch_some(source.id)
    assert [path for path, _status in server.asked] == ["/f"]


def test_copies_are_gone_after_a_month(cast: Cast, server: Server):
    server.pages["/p.jpg"] = ("image/jpeg", photo())
    brought_in(cast, server, f'<img src="{server.url}/p.jpg">')
    kept = pictures.cache().path(Picture.objects.get().sha256)
    pictures.forget_old()
    assert kept.exists()
    Picture.objects.update(kept_at=clock.now() - timedelta(days=31))
    import os

    os.utime(kept, (0, 0))
    pictures.forget_old()
    assert not kept.exists() and not Picture.objects.get().sha256


@pytest.mark.parametrize(
    "source",
    [
        '<img src="/x.png" alt="a&quot; onerror=&quot;alert(1)">',
        '<a title="<img src=/files/0000000000000/0>" href="https://a.example/">a</a>',
        """<a title='<img src="/files/0000000000000/0">' href="https://a.example/">b</a>""",
        """<img src="/x.png" alt='<img src="/files/0000000000000/0" onerror="alert(1)">'>""",
    ],
)
def test_what_a_feed_writes_becomes_no_tag_and_no_attribute_of_ours(source: str):
    body = rss("Un", text=source.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    (entry,) = read_feed(body, url="https://exemple.org/").entries
    filled = BeautifulSoup(pictures.fill(entry.html, 1, {"0": [10, 10]}), "html.parser")
    assert len(filled.find_all("img")) == source.count("/x.png")
    for image in filled.find_all("img"):
        assert set(image.attrs) == {"src", "alt", "width", "height", "loading", "decoding"}
        assert image["src"] == "/feeds/items/0000000000001/pictures/0/"
