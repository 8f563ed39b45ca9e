from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel import sanitise

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<svg><script>alert(1)</script></svg><svg onload="alert(1)">',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<style>@import "https://evil.example/x.css"</style>',
    '<p style="background:url(https://evil.example/x)">x</p>',
    '<form action="https://evil.example"><input name=password><button>x</button></form>',
    '<link rel=stylesheet href="https://evil.example/x.css"><base href="https://evil.example/">',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<video src="https://evil.example/x.mp4" autoplay></video><audio src=//evil.example/y></audio>',
    '<img src="//evil.example/pixel.gif"><img srcset="https://evil.example/x 2x">',
    "<div class='card admin' id=main data-person=1 name=x>x</div>",
    "<<p>script>alert(1)<</p>/script>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_runs_or_loads_survives(html: str) -> None:
    soup = BeautifulSoup(sanitise.clean(f"<p>avant</p>{html}<p>après</p>"), "html.parser")
    for tag in soup.find_all(True):
        assert tag.name in sanitise.TAGS
        assert not any(name.startswith("on") for name in tag.attrs)
        assert not {"style", "id", "name", "srcset", "srcdoc"} & set(tag.attrs)
        assert tag.get("class") in (None, ["external"])
        assert tag.name != "img"
        assert sanitise.is_safe_link(str(tag.get("href", "/")))


def test_remote_picture_becomes_a_link_with_its_alternative_text_or_host() -> None:
    soup = BeautifulSoup(
        sanitise.clean('<img src="https://e.example/a.png" alt="Le plan"><img src="http://f.example/b.png">'),
        "html.parser",
    )
    assert [(link["href"], link.text) for link in soup.find_all("a")] == [
        ("https://e.example/a.png", "Le plan"),
        ("http://f.example/b.png", "f.example"),
    ]


def test_external_link_says_its_real_host_and_passes_nothing_on() -> None:
    link = BeautifulSoup(
        sanitise.clean('<a href="https://Real.example/x" title="mabanque.fr">x</a>'), "html.parser"
    ).a
    assert link is not None
    assert link["title"] == "real.example"
    assert link["rel"] == ["noopener", "noreferrer", "nofollow"]
    assert link["class"] == ["external"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https://mabanque.fr@evil.example/",
        "https://mabanque.fr%2F@evil.example/",
        "https:///evil.example",
        "https:evil.example",
        "http://",
        "http://e.example:99999/",
        "http://[::1",
        "http://www.e.exampleLe%20r%C3%B4le",
        "/x\ny",
        "/\t/evil.example",
        "https://e.example/\u202egnp.exe",
        "mailto:a@b.example?bcc=c@d.example",
        "mailto:x",
        "ftp://e.example/",
        "#ancre",
        "page.html",
        "https://e.example/" + "x" * 2000,
    ],
)
def test_misleading_or_foreign_scheme_is_no_link(url: str) -> None:
    assert not sanitise.is_safe_link(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://e.example",
        "http://é.example/x?y=1&z#a",
        "mailto:a@b.example",
        "/c/rh/",
        "http://10.0.0.1:8080/x",
    ],
)
def test_plain_link_is_kept(url: str) -> None:
    assert sanitise.is_safe_link(url)


def test_only_stored_files_are_own_pictures() -> None:
    assert sanitise.is_own_file("/files/0123456789abc/photo.png")
    for url in (
        "/files/0123456789abc",
        "/files/x/a.png",
        "/c/x/a.png",
        "/files/0123456789abc/../../logout?x",
    ):
        assert not sanitise.is_own_file(url)
    assert "src" not in sanitise.finish('<img src="/accounts/logout/">')


def test_bidirectional_overrides_and_controls_are_taken_out_and_marks_stay() -> None:
    assert sanitise.strip_controls("a\u202eb\u2066c\x00d\r\ne\u200ff\u2028g") == "abcd\ne\u200ff\ng"
    assert "\u202e" not in sanitise.clean("<p>photo\u202egnp.exe</p>")


def test_document_nested_beyond_reason_keeps_its_text_only() -> None:
    deep = "<div>" * (sanitise.MAX_DEPTH + 1) + "fond"
    assert sanitise.clean(deep).strip() == "fond"
    assert sanitise.clean("<p>a" * (sanitise.MAX_DEPTH + 1)).count("<p>") == sanitise.MAX_DEPTH + 1


@given(st.text(alphabet="<>/abp\"'= \n&;!-?[]", max_size=80))
def test_any_text_is_cleaned_without_a_fault_and_once_is_enough(text: str) -> None:
    once = sanitise.clean(text)
    assert sanitise.clean(once) == once
