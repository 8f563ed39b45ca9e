"""Sources called over a real connection: what is kept, when they are called again, what is refused and why."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.kernel import clock
from parvis.kernel.inside import Inside
from parvis.tools.feeds.decoding_places import PICTURE_PLACE
from parvis.tools.feeds.fetching import fetch_due, fetch_source
from parvis.tools.feeds.models import Item, Source, Subscription
from parvis.tools.feeds.reading_feed import NotRead, Parsed, read_feed
from parvis.tools.feeds.showing import TROUBLES
from parvis.tools.feeds.tests.conftest import Cast, Server, rss


def call(server: Server, source: Source) -> Source:
    fetch_source(source.id, fetcher=server.fetcher())
    source.refresh_from_db()
    return source


def test_every_real_feed_is_kept_or_refused_with_a_reason(cast: Cast, server: Server, corpus: Path):
    files = sorted((corpus / "feeds").iterdir())
    assert files
    for file in files:
        source = call(server, server.source(f"/{file.name}", file.read_bytes(), "application/xml"))
        count = Item.objects.filter(source=source).count()
        if file.name == "unrecognized.rss":
            assert (source.trouble, count) == ("page", 0)
        else:
            assert (source.trouble, count > 0) == ("", True), file.name
        assert not source.trouble or str(TROUBLES[source.trouble])
    portuguese = Source.objects.get(url__endswith="encoding.rss")
    assert "Notícias" in portuguese.title  # not in UTF-8
    html = "".join(Item.objects.values_list("html", flat=True))
    assert html.count("<img") == html.count(f' src="{PICTURE_PLACE}') > 0  # no address of another site
    for bad in ("<script", "<style", "<iframe", "javascript:", "onerror=", 'href="/'):
        assert bad not in html


def test_what_has_not_changed_is_not_sent_again_and_is_called_less_often(cast: Cast, server: Server):
    source = call(server, server.source("/f", rss("Un", "Deux")))
    first = source.minutes
    call(server, source)
    assert [status for _path, status in server.asked] == [200, 304]
    assert (Item.objects.count(), source.minutes > first) == (2, True)
    server.pages["/f"] = ("application/rss+xml", rss("Un", "Deux", "Trois"))
    slow = source.minutes
    call(server, source)
    assert (Item.objects.count(), source.minutes < slow) == (3, True)


def test_a_changed_article_is_changed_and_not_doubled(cast: Cast, server: Server):
    source = call(server, server.source("/f", rss("Un")))
    server.pages["/f"] = ("application/rss+xml", rss("Un, corrigé"))
    call(server, source)
    assert list(Item.objects.values_list("title", flat=True)) == ["Un, corrigé"]


def test_a_failing_source_waits_twice_as_long_each_time_and_says_why(cast: Cast, server: Server):
    source, waits = Source.objects.create(url=f"{server.url}/none"), []
    for _ in range(3):
        before = clock.now()
        call(server, source)
        waits.append(round((source.next_at - before).total_seconds() / 60))
    assert waits == [60, 120, 240]
    assert (source.trouble, source.failures) == ("fetch", 3)
    server.source("/none", rss("Revenu"))
    assert call(server, source).trouble == ""


def test_the_address_of_a_site_leads_to_its_feed_and_to_one_source_only(cast: Cast, server: Server):
    page = b"<html><head><link rel='alternate' type='application/rss+xml' href='/f'></head><body>Salut</body></html>"
    known = call(server, server.source("/f", rss("Un")))
    site = server.source("/", page, "text/html")
    Subscription.objects.create(source=site, person=cast.member)
    fetch_source(site.id, fetcher=server.fetcher())
    assert list(Subscription.objects.values_list("source_id", flat=True)) == [known.id]
    assert not Source.objects.filter(id=site.id).exists()
    other = call(server, server.source("/other", page.replace(b"/f", b"/g"), "text/html"))
    assert (other.url, other.trouble) == (f"{server.url}/g", "fetch")


def test_an_address_inside_is_never_called(cast: Cast, server: Server, settings):
    settings.PARVIS_FETCH = True
    source = server.source("/f", rss("Secret"))
    fetch_source(source.id)  # the site's own fetcher trusts nothing
    source.refresh_from_db()
    assert (source.trouble, server.asked) == ("fetch", [])


def test_nothing_is_called_while_the_site_fetches_nothing(cast: Cast, settings):
    settings.PARVIS_FETCH = False
    source = Source.objects.create(url="https://exemple.org/f")
    fetch_source(source.id)
    source.refresh_from_db()
    assert source.trouble == "off"


def test_only_due_sources_on_a_shelf_are_handed_out_once(cast: Cast, run_jobs):
    due, later, nobodys = (Source.objects.create(url=f"https://exemple.org/{n}") for n in range(3))
    Source.objects.filter(id=later.id).update(next_at=clock.now() + timedelta(hours=1))
    for source in (due, later):
        Subscription.objects.create(source=source, person=cast.member)
    assert (fetch_due(), fetch_due()) == (1, 0)
    assert run_jobs() >= 1
    nobodys.refresh_from_db()
    assert nobodys.trouble == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<rss version='2.0'><channel>" + b"<a>" * 200_000, "nested"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><rss version="2.0"><channel/></rss>', "entities"),
        (b"bonjour", "unrecognized"),
        (b"<html><body>bonjour</body></html>", "page"),
        (b'{"a": ' + b"[" * 100_000, "nested"),
    ],
)
def test_what_would_harm_or_is_no_feed_is_refused_with_its_reason(body: bytes, reason: str):
    with pytest.raises(NotRead) as refusal:
        read_feed(body, url="https://exemple.org/")
    assert refusal.value.reason == reason
    assert reason in TROUBLES


def test_a_nested_document_costs_less_than_a_second_of_the_processor():
    """By the system's own count of what the child used, which no other work on the machine changes."""
    import resource

    body = (b"<rss version='2.0'><channel><item><description>" + b"<div>" * 120_000)[:600_000]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(NotRead):
        read_feed(body, url="https://exemple.org/")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0


def test_a_hundred_thousand_articles_are_cut_to_what_is_kept():
    parsed = read_feed(b"<rss version='2.0'><channel><title>T</title>" + b"<item><title>a</title></item>" * 50_000 + b"</channel></rss>", url="https://exemple.org/")  # fmt: skip
    assert len(parsed.entries) == 300


def test_of_a_long_feed_the_newest_are_read_whether_it_begins_or_ends_with_them():
    rows = "".join(f"<item><guid>{number}</guid><title>a{number}</title></item>" for number in range(5000))
    listed = [{"id": str(number), "title": f"a{number}"} for number in range(5000)]
    for body in (
        f"<rss version='2.0'><channel><title>T</title>{rows}</channel></rss>",
        json.dumps({"version": "https://jsonfeed.org/version/1", "title": "T", "items": listed}),
    ):
        titles = [one.title for one in read_feed(body.encode(), url="https://exemple.org/").entries]
        assert (len(titles), titles[0], titles[-1]) == (300, "a0", "a4999")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: rss(text.replace("\x00", ""), text=text).decode(errors="replace").encode(errors="replace")),
        st.recursive(st.text("<>/&;![]?xml =\"'ab", max_size=30), lambda inner: st.tuples(inner, inner).map(lambda two: f"<item>{two[0]}</item>{two[1]}"), max_leaves=4).map(
            lambda text: b"<rss version='2.0'><channel>" + text.encode()
        ),
    )
)  # fmt: skip
def test_any_bytes_give_a_feed_or_a_reason(body: bytes):
    reason, parsed = "", Parsed()
    try:
        parsed = read_feed(body, url="https://exemple.org/")
    except NotRead as refusal:
        reason = refusal.reason
    assert reason in ("", *TROUBLES)
    assert all(
        "<script" not in entry.html and entry.html.count("<img") == entry.html.count(f' src="{PICTURE_PLACE}')
        for entry in parsed.entries
    )


def test_a_json_feed_is_read():
    body = b'{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"1","content_html":"<p onclick=x>Un <a href=\\"/x\\">lien</a><img src=\\"https://t.example/p.gif\\"></p>","date_published":"2026-01-02T03:04:05Z","url":"/un"}]}'
    parsed = read_feed(body, url="https://exemple.org/feed.json")
    (entry,) = parsed.entries
    assert (entry.url, entry.title, entry.at.year) == ("https://exemple.org/un", "Un lien", 2026)
    assert 'href="https://exemple.org/x"' in entry.html
    assert "t.example" not in entry.html and "onclick" not in entry.html


def test_two_sources_of_one_host_are_not_called_at_once(cast: Cast, server: Server):
    """The second is put off, and is not in trouble for it."""
    fetcher = server.fetcher()
    one, two = server.source("/a", rss("Un")), server.source("/b", rss("Deux"))
    fetch_source(one.id, fetcher=fetcher)
    fetch_source(two.id, fetcher=fetcher)
    two.refresh_from_db()
    assert (two.trouble, two.fetched_at, two.next_at <= clock.now() + timedelta(seconds=4)) == (
        "",
        None,
        True,
    )


def test_a_page_outside_leads_to_no_feed_inside_whatever_is_on_the_list(cast: Cast, server: Server):
    """Not now, and not at the next call either: the address found there isn't kept."""
    listed = Inside(host="intranet", port=server.http.server_port)
    link = f"<html><head><link rel='alternate' type='application/rss+xml' href='http://intranet:{server.http.server_port}/f'></head>"
    site = server.source("/", link.encode(), "text/html")
    server.source("/f", rss("Secret"))
    for _turn in range(2):
        fetcher = server.fetcher()
        fetcher.inside, fetcher.resolve = lambda: [listed], lambda host: ["127.0.0.1"]
        fetch_source(site.id, fetcher=fetcher)
    site.refresh_from_db()
    assert (site.trouble, site.url, Item.objects.count()) == ("page", f"{server.url}/", 0)
    assert [path for path, _status in server.asked] == ["/", "/"]


def test_a_feed_of_a_named_host_inside_is_read(cast: Cast, server: Server):
    listed = Inside(host="intranet", port=server.http.server_port)
    server.source("/f", rss("Le journal de l'usine"))
    source = Source.objects.create(url=f"http://intranet:{server.http.server_port}/f")
    fetcher = server.fetcher()
    fetcher.resolve = lambda host: ["127.0.0.1"]
    fetch_source(source.id, fetcher=fetcher)
    source.refresh_from_db()
    assert source.trouble == "fetch"
    fetcher.inside = lambda: [listed]
    assert call(server, source).trouble == "fetch"  # a fetcher without the list
    fetch_source(source.id, fetcher=fetcher)
    source.refresh_from_db()
    assert (source.trouble, Item.objects.get().title) == ("", "Le journal de l'usine")
