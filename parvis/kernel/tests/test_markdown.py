from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel import ids, markdown, markdown_rules, sanitise

ANA = ids.decode("0123456789abc")
BOB = ids.decode("0123456789abd")


def html_of(source: str) -> str:
    return markdown.render(source).html


def test_commonmark_with_tables_strikethrough_and_line_breaks() -> None:
    html = html_of("**gras** et *fin*, ~~non~~\nà la ligne\n\n| a | b |\n|---|--:|\n| 1 | 2 |")
    assert "<strong>gras</strong> et <em>fin</em>, <s>non</s><br>" in html
    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<td class="align-right">2</td>' in html


def test_raw_html_is_shown_as_text() -> None:
    assert html_of("<b onclick=x>a</b>") == "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"
    assert "<script" not in html_of("<script>alert(1)</script>\n\n```\n<script>\n```")


def test_headings_start_at_h3_and_never_skip_a_level() -> None:
    rendered = markdown.render("# Un\n\n### Deux\n\n###### Trois\n\n#### Deux bis\n\n# Quatre\n\n#")
    assert rendered.headings == (
        markdown.Heading(3, "Un"),
        markdown.Heading(4, "Deux"),
        markdown.Heading(5, "Trois"),
        markdown.Heading(5, "Deux bis"),
        markdown.Heading(3, "Quatre"),
    )
    assert '<h3 aria-hidden="true"></h3>' in rendered.html
    assert markdown.render("#### Seul").headings == (markdown.Heading(3, "Seul"),)


def test_task_list_shows_boxes_as_characters_and_an_escaped_one_is_text() -> None:
    rendered = markdown.render("- [ ] à faire\n- [x] fait\n- \\[x\\] texte")
    assert '<li class="task">☐ à faire</li>' in rendered.html
    assert '<li class="task is-done">☑ fait</li>' in rendered.html
    assert "<li>[x] texte</li>" in rendered.html
    assert "<input" not in rendered.html


def test_mention_holds_the_id_only_and_takes_the_name_at_reading() -> None:
    rendered = markdown.render(
        "Merci @[Ana Lima](person:0123456789abc) et @[](person:0123456789abd), @[](person:0123456789abc)"
    )
    assert rendered.mentions == (ANA, BOB)
    assert "Ana" not in rendered.html + rendered.text
    html = markdown.fill_names(rendered.html, {ANA: "Ana <b>Lima</b>"}, missing="quelqu’un")
    assert html.count('href="/people/0123456789abc/"') == 2
    assert "@Ana &lt;b&gt;Lima&lt;/b&gt;</a>" in html
    assert '<span class="mention">@quelqu’un</span>' in html
    assert (
        markdown.fill_names_in_text(rendered.excerpt, {ANA: "Ana", BOB: "Bob"}) == "Merci @Ana et @Bob, @Ana"
    )


@pytest.mark.parametrize(
    "source",
    [
        "`@[Ana](person:0123456789abc)`",
        "    @[Ana](person:0123456789abc)",
        "\\@[Ana](person:0123456789abc)",
        "@[Ana](person:0123456789abu)",
        "@[Ana](person:zzzzzzzzzzzzz)",
        "@[Ana](people:0123456789abc)",
        "[voir @[Ana](person:0123456789abc)](https://e.example)",
    ],
)
def test_what_looks_like_a_mention_but_is_none(source: str) -> None:
    assert markdown.render(source).mentions == ()


def test_typed_markup_cannot_pass_for_a_mention() -> None:
    forged = '<a class="mention" href="/people/0123456789abc/" data-person="0123456789abc">@0123456789abc</a>'
    assert "Ana" not in markdown.fill_names(html_of(forged), {ANA: "Ana"})
    linked = html_of("[@0123456789abc](/people/0123456789abc/)")
    assert "Ana" not in markdown.fill_names(linked, {ANA: "Ana"})


def test_canonical_drops_names_and_with_names_puts_them_back() -> None:
    typed = "Bonjour @[Ana Lima](person:0123456789abc) !"
    assert markdown.canonical(typed) == "Bonjour @[](person:0123456789abc) !"
    assert markdown.with_names(markdown.canonical(typed), {ANA: "Ana Lima"}) == typed
    assert markdown.mentions_in(typed) == (ANA,)


@given(st.text(alphabet="ab[]()\\@\n<é", max_size=40), st.text(max_size=20))
def test_names_never_change_what_is_stored(name: str, around: str) -> None:
    stored = markdown.canonical(f"{around}@[](person:0123456789abc){around}")
    assert markdown.canonical(markdown.with_names(stored, {ANA: name})) == stored


def test_tags_are_folded_and_shown_as_typed() -> None:
    rendered = markdown.render("#Événement, (#rh) **#Île-de-France** #a_b_ #2026x")
    assert rendered.tags == ("evenement", "rh", "ile-de-france", "a_b", "2026x")
    assert '<a class="tag" href="/tags/evenement/">#Événement</a>' in rendered.html


@pytest.mark.parametrize(
    "source",
    [
        "`#code`",
        "\\#non",
        "&#35;non",
        "a#b",
        "#12",
        "# Titre",
        "##non",
        "[#lien](https://e.example)",
        "https://e.example/#ancre",
        "https://e.example/x#ancre",
        "<https://e.example/#ancre>",
        "/c/x/#y",
        "#" + "x" * 60,
        "```\n#non\n```",
    ],
)
def test_what_looks_like_a_tag_but_is_none(source: str) -> None:
    assert markdown.render(source).tags == ()


def test_typed_address_becomes_a_link_without_the_sentence_around_it() -> None:
    rendered = markdown.render(
        "Voir (https://e.example/a_b_c?x=1&copy=2), http://f.example/w_(x)… et `http://g.example` xhttp://h.example"
    )
    assert rendered.links == ("https://e.example/a_b_c?x=1&copy=2", "http://f.example/w_(x)")
    assert "<em>" not in rendered.html


def test_external_link_carries_its_host_and_own_link_does_not() -> None:
    soup = BeautifulSoup(html_of('[ici](https://e.example/x "mabanque.fr") [là](/c/rh/)'), "html.parser")
    outside, inside = soup.find_all("a")
    assert outside.attrs == {
        "href": "https://e.example/x",
        "class": ["external"],
        "rel": ["noopener", "noreferrer", "nofollow"],
        "title": "e.example",
    }
    assert inside.attrs == {"href": "/c/rh/"}


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](https://mabanque.fr@evil.example/)",
        "https://mabanque.fr@evil.example/",
        "<https://mabanque.fr@evil.example/>",
        "[x](//evil.example)",
        "[x](data:text/html,y)",
        "![x](javascript:alert(1))",
        "[x][r]\n\n[r]: vbscript:x",
        "[x](https:///evil.example)",
    ],
)
def test_unsafe_link_stays_plain_text(source: str) -> None:
    rendered = markdown.render(source)
    assert "<a" not in rendered.html
    assert "<img" not in rendered.html
    assert rendered.links == ()


def test_only_stored_pictures_are_shown_and_others_become_links() -> None:
    rendered = markdown.render(
        "![Plan](/files/0123456789abc/plan.png) ![Autre](https://e.example/x.png) ![](https://e.example/y.png)"
    )
    soup = BeautifulSoup(rendered.html, "html.parser")
    assert [image.attrs for image in soup.find_all("img")] == [
        {"src": "/files/0123456789abc/plan.png", "alt": "Plan", "loading": "lazy", "decoding": "async"}
    ]
    assert [link.text for link in soup.find_all("a")] == ["Autre", "e.example"]
    assert rendered.files == (ANA,)
    inside = BeautifulSoup(html_of("[![Autre](https://e.example/x.png)](https://f.example)"), "html.parser")
    assert [(link["href"], link.text) for link in inside.find_all("a")] == [("https://f.example", "Autre")]


def test_bidirectional_override_never_reaches_the_page() -> None:
    rendered = markdown.render("facture\u202efdp.exe\u2066")
    assert rendered.text == "facturefdp.exe"
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", rendered.html)


def test_text_keeps_blocks_apart_and_no_markup() -> None:
    rendered = markdown.render(
        "# Titre\n\nUn **mot**\nligne\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```"
    )
    assert rendered.text == "Titre\n\nUn mot\nligne\n\na\nb\n\nx y\n1 2\n\ncode"


def test_excerpt_is_cut_at_a_word() -> None:
    assert markdown.excerpt("Court.") == "Court."
    long = markdown.excerpt("mot " * 200, 50)
    assert long.endswith("mot…")
    assert len(long) <= 50
    assert len(markdown.excerpt("x" * 900, 50)) == 50
    assert markdown.excerpt("Prix :\u00a012\u202f€") == "Prix :\u00a012\u202f€"


@given(st.text(max_size=400), st.integers(min_value=10, max_value=300))
def test_excerpt_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(markdown.excerpt(text, length)) <= length


def test_too_long_or_too_tangled_a_text_is_shown_as_plain_paragraphs() -> None:
    for source in (
        "**mot** " * (markdown.MAX_SOURCE // 8 + 1),
        "[" * (markdown.MAX_BRACKETS + 1) + "\n\n<b>fin",
    ):
        rendered = markdown.render(source)
        assert rendered.html.startswith("<p>")
        assert "<strong>" not in rendered.html
        assert "<b>" not in rendered.html
        assert rendered.text == source.strip()


def test_nesting_stops_at_its_limit() -> None:
    html = html_of(">" * 500 + " fond")
    assert html.count("<blockquote>") <= markdown_rules.MAX_NESTING


@given(st.text(alphabet="ab #*_`~[]()<>!@|\\:/.\n\t-+=&;é\u202e1hpts\"'", max_size=120))
def test_any_text_renders_to_what_the_allow_list_keeps(source: str) -> None:
    rendered = markdown.render(source)
    assert sanitise.finish(rendered.html) == rendered.html
    assert rendered == markdown.render(source)
    for link in BeautifulSoup(rendered.html, "html.parser").find_all("a"):
        assert sanitise.is_safe_link(str(link["href"]))
