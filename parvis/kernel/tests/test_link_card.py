"""A link card holds plain text and a picture of ours, whatever the page tries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from django.test import override_settings
from django.utils import translation
from PIL import Image

from parvis.kernel.errors import Refused
from parvis.kernel.fetch import Fetcher
from parvis.kernel.link_card import make_card, read_head
from parvis.kernel.tests.loopback import Server, answer, callers, redirect, serving, trap

HOST = "news.example.com"
PAGE = """<!doctype html><html><head>
<title>Titre de la page</title>
<meta property="og:title" content="L&rsquo;été &amp; l'hiver">
<meta name="description" content="Une phrase.">
<meta property="og:site_name" content="Le Journal">
<meta property="og:image" content="/photo.jpg">
</head><body><title>Not this</title></body>""".encode()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def site() -> Iterator[Server]:
    with serving("127.0.0.2") as server:
        yield server


def fetcher_for(site: Server) -> Fetcher:
    return Fetcher(
        resolve=lambda host: ["127.0.0.1" if host.startswith("inside") else "127.0.0.2"],
        trusted=[ip_address("127.0.0.2")],
        ports={80, 443, site.port},
    )


def page(body: bytes, content_type: str = "text/html; charset=utf-8") -> object:
    return answer(body, Content_Type=content_type)


def photograph() -> bytes:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "canary-in-metadata"
    Image.new("RGB", (1200, 630), "teal").save(target, "JPEG", exif=exif)
    return target.getvalue()


def card_of(site: Server, body: bytes, **more: object):
    site.scripts |= {"/a": page(body), **more}  # type: ignore[dict-item]
    return make_card(f"http://{HOST}:{site.port}/a", fetcher=fetcher_for(site))


def test_a_card_holds_the_page_in_short_and_a_picture_of_ours(site: Server) -> None:
    site.scripts["/photo.jpg"] = answer(photograph(), Content_Type="image/jpeg")
    card = card_of(site, PAGE)
    assert (card.title, card.description, card.site_name) == ("L’été & l'hiver", "Une phrase.", "Le Journal")
    assert (card.url, card.host) == (f"http://{HOST}:{site.port}/a", HOST)
    assert card.picture is not None
    assert (card.picture.width, card.picture.height, card.picture.media_type) == (640, 336, "image/webp")
    assert b"canary" in photograph()
    assert b"canary" not in card.picture.data


def test_a_card_says_where_a_redirect_led(site: Server) -> None:
    site.scripts["/short"] = redirect(f"http://other.example.com:{site.port}/a")
    site.scripts["/a"] = page(PAGE)  # type: ignore[assignment]
    card = make_card(f"http://{HOST}:{site.port}/short", fetcher=fetcher_for(site))
    assert card.host == "other.example.com"


@pytest.mark.parametrize(
    "reference",
    [
        "http://inside.example.com:{port}/",
        "http://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "/missing.jpg",
        "/bomb.png",
        "/page.svg",
    ],
)
def test_a_bad_picture_is_left_out_and_calls_nobody(site: Server, reference: str) -> None:
    with trap("127.0.0.1", site.port) as inside:
        site.scripts["/bomb.png"] = answer(b"\x89PNG\r\n\x1a\n" + bytes(100))
        site.scripts["/page.svg"] = answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        body = PAGE.replace(b"/photo.jpg", reference.format(port=site.port).encode())
        card = card_of(site, body)
        assert card.title
        assert card.picture is None
        assert callers(inside) == 0


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE, "application/pdf"),
        (PAGE, ""),
        (b"<p>no title", "text/html"),
        (b"", "text/html"),
        (b"\x00\xff", "text/html"),
    ],
)
def test_what_is_no_page_gives_no_card(site: Server, body: bytes, content_type: str) -> None:
    site.scripts["/a"] = page(body, content_type)  # type: ignore[assignment]
    with pytest.raises(Refused, match="not a page"):
        make_card(f"http://{HOST}:{site.port}/a", fetcher=fetcher_for(site))


def test_cards_are_off_unless_both_switches_are_on() -> None:
    for settings in ({}, {"PARVIS_FETCH": True}, {"PARVIS_LINK_CARDS": True}):
        with (
            override_settings(**{"PARVIS_FETCH": False, "PARVIS_LINK_CARDS": False, **settings}),
            pytest.raises(Refused, match=r"switched off|does not fetch"),
        ):
            make_card("http://93.184.215.14/")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (b"<title>Plain</title>", "Plain"),
        (b"<TITLE>\n  Two\t lines\r\n</TITLE>", "Two lines"),
        (b"<title>A</title><title>B</title>", "A"),
        (b"<title>A &lt;script&gt;alert(1)&lt;/script&gt; B</title>", "A alert(1) B"),
        (b"<title>A &amp;lt;b&amp;gt; B</title>", "A B"),
        (b"<meta property=og:title content='<img src=x onerror=alert(1)>Safe'>", "Safe"),
        ("<title>invoice\u202efdp.exe\u200b</title>".encode(), "invoicefdp.exe"),
        (b"<title>A\x00\x07B</title>", "AB"),
        (b"<meta name=TWITTER:TITLE content=Bird>", "Bird"),
        (b"<meta property=og:title content=''><title>Real</title>", "Real"),
        (b"<body><title>Late</title>", ""),
        (b"<head></head><title>Late</title>", ""),
        (b"<svg><title>Icon</title></svg>", "Icon"),
        (b"<!-- <title>Hidden</title> --><title>Shown</title>", "Shown"),
        (b"<script>'<title>no</title>'</script><title>Shown</title>", "Shown"),
        (b"<title>Unclosed", "Unclosed"),
    ],
)
def test_only_plain_text_comes_out_of_a_head(head: bytes, title: str) -> None:
    assert read_head(head)["title"] == title


def test_long_texts_are_cut_at_a_word() -> None:
    title = read_head(b"<title>" + b"word " * 5000 + b"</title>")["title"]
    assert title.endswith("word…")
    assert 150 < len(title) <= 200
    assert len(read_head(b"<title>" + b"x" * 50_000)["title"]) <= 200


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<title>Été</title>".encode("latin-1"), "iso-8859-1"),
        ("<title>Été</title>".encode("latin-1"), ""),
        ("<meta charset='windows-1252'><title>Été</title>".encode("cp1252"), ""),
        ("<title>Été</title>".encode("utf-16"), ""),
        ("\ufeff<title>Été</title>".encode(), "iso-8859-1"),
        ("<title>Été</title>".encode(), "no-such-charset"),
        ("<title>Été</title>".encode(), "rot13"),
        ("<title>Été</title>é".encode()[:-1], ""),
    ],
)
def test_a_page_is_read_in_its_charset(body: bytes, charset: str) -> None:
    assert read_head(body, charset=charset)["title"] == "Été"


# Case 46 of the attack catalogue, for pages.
@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 200_000,
        b"<meta name=a content=b>" * 60_000,
        b"<" * 500_000,
        b"<!--" * 120_000,
        b"<a " + b"x=1 " * 120_000,
        b"<a " + b'"' * 500_000,
        b"&" * 500_000,
        b"<!DOCTYPE x [" + b"<!ENTITY a 'b'>" * 30_000,
        b"<![CDATA[" * 50_000,
        b"</" * 250_000,
        b"<?" * 250_000,
        b"<title>" + b"<" * 400_000,
        b"<meta charset" * 40_000,
    ],
)
def test_a_page_made_to_exhaust_its_reader_does_no_harm(body: bytes) -> None:
    """Read or refused, within two seconds of processor time in a process of its own."""
    try:
        parts = read_head(body[: 512 * 1024])
    except Refused:
        return
    assert all(len(text) <= 2048 for text in parts.values())
