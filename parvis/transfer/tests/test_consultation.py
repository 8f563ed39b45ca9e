from __future__ import annotations

import hashlib
import html as entities
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from parvis.kernel import html_to_markdown, markdown, sanitise
from parvis.kernel.errors import Refused
from parvis.transfer import bundle, consultation, rows
from parvis.transfer.tests.corpus import EXCERPT, read, whole_corpus

BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "pre"}


def visible_text(soup: BeautifulSoup) -> str:
    """The words as a reader sees them: blocks and line breaks apart, white space as one space."""
    parts: list[str] = []

    def walk(node: Tag) -> None:
        for child in node.children:
            if isinstance(child, NavigableString):
                parts.append(str(child))
            elif isinstance(child, Tag):
                edge = " " if child.name in BLOCKS else ""
                parts.append(edge)
                walk(child)
                parts.append(edge)

    walk(soup)
    return " ".join("".join(parts).split())


def counts(soup: BeautifulSoup) -> dict[str, int]:
    return {
        "links": len(soup.select("a[href]")),
        "items": len(soup.find_all("li")),
        "headings": len(soup.find_all(re.compile("^h[1-6]$"))),
        "quotes": len(soup.find_all("blockquote")),
    }


def original(html: str) -> BeautifulSoup:
    """What was published, its remote pictures as links: read by another parser than the one that converts."""
    soup = BeautifulSoup(html, "html.parser")
    for image in soup.find_all("img"):
        words = str(image.get("alt") or "") or re.sub(r"^https?://([^/]+)/.*", r"\1", str(image["src"]))
        if image.find_parent("a"):
            image.replace_with(words)
        else:
            link = soup.new_tag("a", href=str(image["src"]))
            link.string = words
            image.replace_with(link)
    return soup


def assert_nothing_lost(folder: Path) -> int:
    proposals = read(folder, "proposals")
    for proposal in proposals:
        converted = html_to_markdown.convert(proposal["body_html"])
        rendered = markdown.render(converted.markdown)
        before, after = original(proposal["body_html"]), BeautifulSoup(rendered.html, "html.parser")
        assert visible_text(after) == visible_text(before), proposal["id"]
        assert counts(after) == counts(before), proposal["id"]
        addresses = [str(link["href"]) for link in after.select("a[href]")]
        mended = set(converted.report.mended_links)
        for link, address in zip(before.select("a[href]"), addresses, strict=True):
            assert address == link["href"] or address in mended, proposal["id"]
        assert rendered.tags == (), proposal["id"]
        assert rendered.mentions == (), proposal["id"]
        assert len(converted.report.images) == len(
            BeautifulSoup(proposal["body_html"], "html.parser").find_all("img")
        )
        cleaned = BeautifulSoup(sanitise.clean(proposal["body_html"]), "html.parser")
        assert visible_text(cleaned) == visible_text(before), proposal["id"]
        assert counts(cleaned) == counts(before), proposal["id"]
    return len(proposals)


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in re.split(r"[\r\n]+", text) if line.strip()]


def assert_arguments_read_the_same(folder: Path, target: Path) -> int:
    texts = {row["id"]: row["body_text"] for row in read(folder, "arguments")}
    with bundle.open_bundle(target) as opened:
        for reply in opened.rows(rows.Reply):
            rendered = markdown.render(reply.body)
            assert lines_of(rendered.text) == lines_of(texts.pop(reply.id)), reply.id
            tags = {tag.name for tag in BeautifulSoup(rendered.html, "html.parser").find_all(True)}
            assert tags <= {"p", "br", "a"}, reply.id
            assert rendered.tags == (), reply.id
    assert not texts
    return len(read(folder, "arguments"))


def assert_bundle_says_the_corpus(folder: Path, target: Path) -> None:
    """Row by row, against the corpus read anew."""
    with bundle.open_bundle(target) as opened:
        assert opened.check().problems == ()
        proposals = {row["id"]: row for row in read(folder, "proposals")}
        for topic in opened.rows(rows.Object):
            row = proposals.pop(topic.id)
            assert (topic.kind, topic.detail) == ("topic", {"mode": "debate"})
            assert (topic.space, topic.author, topic.title) == (
                row["section"],
                row["author"],
                " ".join(row["title"].split()),
            )
            assert topic.published_at == consultation._moment(row["created_at"])
            assert_sources_stand_at_the_end(topic, row)
        assert not proposals
        arguments = {row["id"]: row for row in read(folder, "arguments")}
        for reply in opened.rows(rows.Reply):
            row = arguments.pop(reply.id)
            assert (reply.object, reply.author, reply.side) == (row["proposal"], row["author"], row["side"])
            assert reply.created_at == consultation._moment(row["created_at"])
        assert not arguments
        totals = {(total.object, total.reply, total.name): total.count for total in opened.rows(rows.Total)}
    expected = {
        (row["id"], None, name): row["votes"][name]
        for row in read(folder, "proposals")
        for name in consultation.VOTES
    }
    expected |= {(row["proposal"], row["id"], "votes"): row["votes"] for row in read(folder, "arguments")}
    assert totals == expected


def assert_sources_stand_at_the_end(topic: rows.Object, row: dict[str, Any]) -> None:
    soup = BeautifulSoup(markdown.render(topic.body).html, "html.parser")
    body = original(row["body_html"])
    assert visible_text(soup).startswith(visible_text(body)[:200].rsplit(" ", 1)[0])
    links = [str(link["href"]) for link in soup.select("a[href]")][counts(body)["links"] :]
    for source in row["sources"]:
        assert source["link"].strip().split("?")[0] in " ".join(entities.unescape(link) for link in links), (
            topic.id
        )
        for line in lines_of(sanitise.strip_controls(f"{source['title']}\n{source['body_html']}")):
            assert line in visible_text(soup), topic.id


def test_excerpt_of_thirty_proposals_loses_nothing() -> None:
    assert assert_nothing_lost(EXCERPT) == 30


def test_excerpt_becomes_a_bundle_that_says_the_same(tmp_path: Path) -> None:
    report = consultation.convert(EXCERPT, tmp_path / "bundle.zip")
    assert report.counts["objects"] == 30
    assert report.counts["spaces"] == 18
    assert len(report.empty_sections) == 18 - len({row["section"] for row in read(EXCERPT, "proposals")})
    assert {picture.proposal for picture in report.pictures} == {"p399", "p500"}
    assert any("p399" in sentence for sentence in report.sentences())
    assert_bundle_says_the_corpus(EXCERPT, tmp_path / "bundle.zip")
    assert_arguments_read_the_same(EXCERPT, tmp_path / "bundle.zip")


def test_same_corpus_makes_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("one.zip", "two.zip"):
        consultation.convert(EXCERPT, tmp_path / name)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_whole_corpus_loses_nothing_in_696_of_696() -> None:
    assert assert_nothing_lost(whole_corpus()) == 696


def test_whole_corpus_becomes_a_bundle_with_every_count(tmp_path: Path) -> None:
    corpus = whole_corpus()
    seen: Counter[str] = Counter()
    report = consultation.convert(
        corpus, tmp_path / "bundle", progress=lambda table, done, total: seen.update([table])
    )
    filled = {table: count for table, count in report.counts.items() if count}
    assert filled == {"people": 1521, "spaces": 18, "objects": 696, "replies": 3994, "totals": 696 * 3 + 3994}
    assert report.votes == {"agree": 71940, "mixed": 5947, "disagree": 10735, "arguments": 12826}
    assert report.empty_sections == ()
    assert report.refused_links == ()
    assert [link.address for link in report.mended_links] == ["http://www.economie.gouv.fr/"]
    assert set(seen) == {"people", "sections", "proposals", "arguments"}
    assert_bundle_says_the_corpus(corpus, tmp_path / "bundle")
    assert assert_arguments_read_the_same(corpus, tmp_path / "bundle") == 3994
    with bundle.open_bundle(tmp_path / "bundle") as opened:
        assert {person.state for person in opened.rows(rows.Person)} == {"unclaimed"}
        assert [space.name for space in opened.rows(rows.Space)] == [
            row["title"] for row in sorted(read(corpus, "sections"), key=lambda row: row["position"])
        ]
        assert {(space.access, space.theme) for space in opened.rows(rows.Space)} == {
            ("open", "professional")
        }
        assert Counter(reply.side for reply in opened.rows(rows.Reply)) == {"for": 1960, "against": 2034}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("proposals", '{"id":"p1"}\n'),
        ("proposals", "[]\n"),
        ("arguments", "{\n"),
        ("people", '"x"\n'),
        ("sections", "\xff"),
    ],
)
def test_folder_that_is_not_the_corpus_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, line: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for file in EXCERPT.glob("*.jsonl"):
        (source / file.name).write_bytes(file.read_bytes())
    (source / f"{name}.jsonl").write_bytes(line.encode("latin-1"))
    with pytest.raises(Refused) as refused:
        consultation.convert(source, tmp_path / "out" / "b.zip")
    assert name in refused.value.sentence
    (source / f"{name}.jsonl").unlink()
    with pytest.raises(Refused):
        consultation.convert(source, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
