from __future__ import annotations

import html as entities
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.kernel import markdown, markdown_writer, sanitise
from parvis.kernel.html_to_markdown import convert

BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "pre"}
)


def letters(html: str) -> str:
    return re.sub(r"\s+", "", BeautifulSoup(html, "html.parser").get_text())


def counts(html: str) -> dict[str, int]:
    soup = BeautifulSoup(html, "html.parser")
    found = {"links": len(soup.select("a[href]")), "items": len(soup.find_all("li"))}
    return found | {
        "headings": len(soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])),
        "quotes": len(soup.find_all("blockquote")),
    }


@pytest.mark.parametrize(
    ("html", "source"),
    [
        ("<p>Un&nbsp;mot</p>\r\n<p>deux<br />lignes</p>", "Un\u00a0mot\n\ndeux\nlignes"),
        ("a<br><br>b", "a\n\nb"),
        ("<h2><strong>Titre</strong> # un #</h2>", "## **Titre** # un \\#"),
        ("<ul><li>a<ul><li>b</li></ul></li><li></li></ul>", "- a\n  - b\n-"),
        ("<ol start=3><li>a</li><li><p>b</p><p>c</p></li></ol>", "3. a\n\n4. b\n\n   c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<blockquote><p>a</p><ul><li>b</li></ul></blockquote>", "> a\n>\n> - b"),
        ("<p>1. a<br>- b<br># c<br>&gt; d<br>2015</p>", "1\\. a\n\\- b\n\\# c\n\\> d\n2015"),
        ("<p>#tag @[x](person:0123456789abc) a_b _c_ *d*</p>", None),
        ("<p><strong>Art. 1 :</strong>texte</p>", "**Art. 1** :texte"),
        ("<p><u>souligné</u></p>", "*souligné*"),
        ('<p><a href="https://e.example/a_(b)">x</a></p>', "[x](<https://e.example/a_(b)>)"),
        ('<p><a href="https://e.example/">https://e.example/</a></p>', "<https://e.example/>"),
        ("<p>https://e.example/</p>", "https\\://e.example/"),
        ("<pre>a\n```\n b</pre>", "````\na\n```\n b\n````"),
        (
            "<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td></tr></table>",
            "| a | b\\|c |\n| --- | --- |\n| 1 |  |",
        ),
        ("<p>a</p><hr><p>b</p>", "a\n\n___\n\nb"),
        ("<strong><p>a</p><p>b</p></strong>", "**a**\n\n**b**"),
        ("<dl><dt>Mot</dt><dd>sens</dd></dl>", "**Mot**\n\nsens"),
    ],
)
def test_markup_is_written_as_markdown_with_the_same_words(html: str, source: str | None) -> None:
    converted = convert(html)
    if source is not None:
        assert converted.markdown == source
    rendered = markdown.render(converted.markdown)
    assert letters(rendered.html) == letters(html)
    assert rendered.tags == ()
    assert rendered.mentions == ()


def test_report_lists_what_could_not_stay_as_it_was() -> None:
    converted = convert(
        '<p><img src="https://e.example/a.png" alt="Plan"> <a href="javascript:x">non</a> <u>a</u>'
        '<a href="https://f.example/"><img src="https://g.example/b.png"></a></p>'
        '<iframe src="https://film.example/1"></iframe><a href="/relatif">ici</a>'
    )
    assert converted.report.images == ("https://e.example/a.png", "https://g.example/b.png")
    assert converted.report.embeds == ("https://film.example/1",)
    assert converted.report.refused_links == ("non", "/relatif")
    assert converted.report.underlined == 1
    rendered = markdown.render(converted.markdown)
    assert rendered.links == (
        "https://e.example/a.png",
        "https://f.example/",
        "https://g.example/b.png",
        "https://film.example/1",
    )
    assert not convert("<p>simple <a name='ici'>texte</a></p>").report


def test_spoilt_address_gives_way_to_the_host_its_words_name() -> None:
    converted = convert(
        '<p><a href="http://www.gouv.frLe%20r">www.gouv.fr</a> <a href="http://x.frLe%20r">le site</a></p>'
    )
    assert converted.markdown == "[www.gouv.fr](http://www.gouv.fr/) le site"
    assert converted.report.mended_links == ("http://www.gouv.fr/",)
    assert converted.report.refused_links == ("le site",)


WORDS = st.one_of(
    st.text(alphabet="ab 1.\n\t-+*_#>`~[]()<>&;:/!@|=\\\"'é\u00a0", max_size=30),
    st.sampled_from(
        [
            "http://x.example/a_b",
            "#tag",
            "@[x](person:0123456789abc)",
            "&amp;",
            "1. a",
            "- b",
            "> d",
            "[x](y)",
            "[x] a",
        ]
        + ["![x](http://e.example)", "<b>", "***", "---", "|a|b|\n|--|--|", "===", "http:", "\\"]
    ),
)


def elements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(
        ["p", "div", "strong", "em", "u", "s", "code", "span", "li", "ul", "ol", "blockquote", "h1", "h3"]
    )
    wrapped = st.tuples(names, st.lists(inner, max_size=4)).map(lambda x: f"<{x[0]}>{''.join(x[1])}</{x[0]}>")
    linked = WORDS.map(lambda x: f'<a href="http://e.example/a_(b)?x=1&amp;y=*2">{entities.escape(x)}</a>')
    listed = inner.map(lambda x: f"<ol start=3><li>{x}</li><li><ul><li>a</li></ul></li></ol>")
    return st.one_of(wrapped, linked, listed)


TREES = st.recursive(
    st.one_of(WORDS.map(entities.escape), st.sampled_from(["<br>", "<hr>", "<br><br>", " ", "mot"])),
    elements,
    max_leaves=10,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TREES, max_size=3).map("".join))
def test_any_tree_keeps_its_letters_links_items_headings_and_quotes(html: str) -> None:
    rendered = markdown.render(convert(html).markdown)
    safe = sanitise.clean(html)
    assert letters(rendered.html) == letters(safe)
    assert counts(rendered.html) == counts(safe)
    assert rendered.tags == ()
    assert rendered.mentions == ()


@given(st.text(alphabet="<>/abplitrdu\"'= \n&;!-?[]h1#", max_size=100))
def test_broken_markup_never_makes_a_fault(html: str) -> None:
    markdown.render(convert(html).markdown)


def test_deep_lists_lose_no_word() -> None:
    html = "<ul><li>a" * 60 + "fond" + "</li></ul>" * 60
    assert letters(markdown.render(convert(html).markdown).html) == letters(html)
    assert "fond" in markdown.render(convert("<blockquote>" * 300 + "fond").markdown).text


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in sanitise.strip_controls(text).split("\n") if line.strip()]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(WORDS, st.just("\n")), max_size=6).map("".join))
def test_plain_text_keeps_its_lines_and_gains_no_markup(text: str) -> None:
    rendered = markdown.render(markdown_writer.from_plain(text))
    assert lines_of(rendered.text) == lines_of(text)
    tags = {tag.name for tag in BeautifulSoup(rendered.html, "html.parser").find_all(True)}
    assert tags <= {"p", "br", "a"}
    assert rendered.tags == ()
    assert rendered.mentions == ()


def test_addresses_in_plain_text_can_be_followed() -> None:
    text = "Voir https://e.example/a_b_(c)#d) et\n\n#EcoleNumerique 1) a"
    rendered = markdown.render(markdown_writer.from_plain(text))
    assert rendered.links == ("https://e.example/a_b_(c)#d",)
    assert lines_of(rendered.text) == lines_of(text)
