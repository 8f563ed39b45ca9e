"""Markdown to the shared text and back keeps what its reader sees, and agrees with the editor in the browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from parvis.tools.pages.together import conversion, from_markdown, shared, to_markdown

CASES = json.loads(
    (Path(__file__).parents[4] / "web" / "tests" / "js" / "round_trip.json").read_text(encoding="utf-8")
)
# The shared text keeps marks on words alone; the server reads references that the browser leaves as they are.
OTHERWISE = {"picture in a link", "mention in bold", "link with reference"}


def through(source: str) -> str:
    """A text, made the shared text of a document and read back from a copy of it."""
    doc: Doc = Doc()  # type: ignore[type-arg]
    shared.make_alike(doc, from_markdown.read(source, {1: "Anna"}))
    copy: Doc = Doc()  # type: ignore[type-arg]
    shared.fragment_of(copy)
    copy.apply_update(doc.get_update())
    return to_markdown.write(shared.tree_of(copy))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_reads_and_writes_as_the_browser_does(case: dict[str, str]) -> None:
    tree = conversion.exactly(case["markdown"])
    if case["name"] in OTHERWISE:
        return
    if case.get("again") is None:
        assert tree is None
        return
    assert tree is not None
    assert through(case["markdown"]) == to_markdown.write(tree)
    assert conversion.looks_the_same(to_markdown.write(tree), case["again"])


def test_what_cannot_be_held_exactly_is_said() -> None:
    for source in (
        "pas \\#une étiquette",
        "**@[](person:0123456789abc)**",
        "[![a](/files/0123456789abc/a.png)](/x)",
    ):
        assert conversion.exactly(source) is None


WORDS = st.text(alphabet="ab é😀*_`[]()#>-+.!|\\~:/<&@1\u202f", min_size=1, max_size=24)
LINE = st.one_of(
    WORDS,
    st.builds("**{}**".format, WORDS),
    st.builds("*{}* puis ~~{}~~".format, WORDS, WORDS),
    st.builds("[{}](https://example.org/{})".format, WORDS, st.sampled_from(["a", "b(c)", "d?e=1&f"])),
    st.builds("`{}` et https://example.org/x, #mot".format, WORDS),
)
BLOCK = st.one_of(
    LINE,
    st.builds("{}\n{}".format, LINE, LINE),
    st.builds("## {}".format, LINE),
    st.builds("> {}\n>\n> {}".format, LINE, LINE),
    st.builds("- {}\n- {}\n  - {}".format, LINE, LINE, LINE),
    st.builds("3. {}\n\n4. {}".format, LINE, LINE),
    st.builds("- [ ] {}\n- [x] {}".format, LINE, LINE),
    st.builds("| {} | b |\n| --- | ---: |\n| c | {} |".format, WORDS, WORDS),
    st.builds("```py\n{}\n```".format, WORDS),
    st.just("---"),
    st.just("![vue](/files/0123456789abc/vue.png)"),
)
TEXT = st.lists(BLOCK, min_size=1, max_size=6).map("\n\n".join)


@settings(max_examples=120, deadline=None)
@given(TEXT)
def test_whatever_is_held_exactly_looks_the_same_after_a_round(source: str) -> None:
    tree = conversion.exactly(source)
    if tree is None:
        return  # it is written as Markdown
    once = through(source)
    assert conversion.looks_the_same(source, once)
    # And from then on it stays, to the letter.
    assert through(once) == once or conversion.looks_the_same(once, through(once))


@settings(max_examples=120, deadline=None)
@given(TEXT, TEXT)
def test_any_text_can_become_any_other(before: str, after: str) -> None:
    doc: Doc = Doc()  # type: ignore[type-arg]
    shared.make_alike(doc, from_markdown.read(before))
    wanted = from_markdown.read(after)
    shared.make_alike(doc, wanted)
    assert to_markdown.write(shared.tree_of(doc)) == to_markdown.write(wanted)


@settings(max_examples=80, deadline=None)
@given(TEXT, WORDS, WORDS)
def test_two_changes_in_two_places_are_both_kept(source: str, first: str, last: str) -> None:
    base = f"Début\n\n{source}\n\nFin"
    docs: list[Doc] = [Doc(), Doc()]  # type: ignore[type-arg]
    shared.make_alike(docs[0], from_markdown.read(base))
    docs[1].apply_update(docs[0].get_update())
    shared.make_alike(docs[0], from_markdown.read(base.replace("Début", "Début premier", 1)))
    shared.make_alike(docs[1], from_markdown.read(base + " dernier"))
    docs[0].apply_update(docs[1].get_update())
    docs[1].apply_update(docs[0].get_update())
    texts = [to_markdown.write(shared.tree_of(doc)) for doc in docs]
    assert texts[0] == texts[1]
    assert texts[0].startswith("Début premier") and "dernier" in texts[0]


NODES = st.sampled_from(
    ["paragraph", "heading", "table", "tableRow", "tableCell", "listItem", "bulletList", "image", "mention", "script", "x"]
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(2**60), 2**60),
    st.text(max_size=8),
    st.lists(st.text(max_size=2), max_size=2),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            NODES,
            NODES,
            st.text(max_size=12),
            st.sampled_from(["level", "start", "src", "checked", "id"]),
            VALUES,
        ),
        max_size=6,
    )
)
def test_whatever_a_browser_sends_can_be_written(parts: list[tuple[str, str, str, str, object]]) -> None:
    doc: Doc = Doc()  # type: ignore[type-arg]
    text = doc.get("text", type=XmlFragment)
    for outer, inner, words, name, value in parts:
        text.children.append(XmlElement(outer))
        made = text.children[len(text.children) - 1]
        made.attributes[name] = value
        made.children.append(XmlElement(inner, {}, [XmlText(words)]))
        text.children.append(XmlText(words))
    source = to_markdown.write(shared.tree_of(doc))
    shared.make_alike(doc, from_markdown.read(source))
    for line in " ".join(words for _o, _i, words, _n, _v in parts).split():
        if line.isalnum() and line.isascii():
            assert line in source.replace("\\", "")


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 60_000,
        "a " * 30_000,
        "\n\n".join(["x"] * 2_900),
        "\n\n".join(["x"] * 20_000),
        "> " * 3_000 + "x",
        "- " * 3000,
    ],
)
def test_a_hostile_text_can_be_changed(hostile: str) -> None:
    doc: Doc = Doc()  # type: ignore[type-arg]
    shared.make_alike(doc, from_markdown.read(hostile))
    shared.make_alike(doc, from_markdown.read("début " + hostile + " fin"))
    assert "fin" in to_markdown.write(shared.tree_of(doc))
