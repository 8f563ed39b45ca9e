from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.kernel.errors import Refused
from parvis.transfer import bundle, rows
from parvis.transfer.tests.bundles import CONTENT, Tables, generated, read_from, small, write_to


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    manifest = write_to(tmp_path / name, small(), generator="test 1")
    assert read_from(tmp_path / name) == small()
    with bundle.open_bundle(tmp_path / name) as opened:
        assert opened.manifest == manifest
        assert opened.check() == bundle.Checked(manifest.counts, ())
        with opened.open_file(small()[rows.File][0]) as stream:
            assert stream.read() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == [name]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=generated())
def test_any_bundle_survives_the_round_trip_and_its_bytes_are_stable(
    tables: Tables, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("bundles")
    write_to(folder / "one.zip", tables)
    found = read_from(folder / "one.zip")
    assert {of_type: found[of_type] for of_type in tables} == tables
    with bundle.open_bundle(folder / "one.zip") as opened:
        assert opened.check().problems == ()
    write_to(folder / "two.zip", found)
    assert (folder / "one.zip").read_bytes() == (folder / "two.zip").read_bytes()


def faults(tmp_path: Path, change: dict[type[rows.Row], list[Any]], **more: Any) -> list[str]:
    """The sentences about the small bundle with some tables replaced."""
    write_to(tmp_path / "b", small() | change, **more)
    with bundle.open_bundle(tmp_path / "b") as opened:
        return [str(problem) for problem in opened.check().problems]


OBJECT = small()[rows.Object][0]
REPLIES = small()[rows.Reply]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({rows.Person: [small()[rows.Person][0]]}, "“manager” names “bob”"),
        ({rows.Space: [*small()[rows.Space], rows.Space(id="s3", slug="velo", name="x")]}, "same slug"),
        ({rows.Space: small()[rows.Space][1:]}, "“space” names “s1”"),
        ({rows.Object: small()[rows.Object][::-1]}, "“part_of” names “o1”"),
        ({rows.Object: [OBJECT, replace(OBJECT, part_of="o1")]}, "stands twice"),
        ({rows.Object: [OBJECT, replace(small()[rows.Object][1], space="s2")]}, "same space"),
        ({rows.Object: [OBJECT, replace(small()[rows.Object][1], state="draft")]}, "holds no drafts"),
        (
            {rows.Reply: [REPLIES[0], REPLIES[1], replace(REPLIES[1], id="r3", parent="r2")]},
            "has no parent itself",
        ),
        ({rows.Reply: [REPLIES[0], replace(REPLIES[1], object="o2")]}, "reply to the same object"),
        (
            {rows.Reaction: [rows.Reaction(id="x", object="o2", reply="r1", person="ana", name="like")]},
            "reply to “object”",
        ),
        (
            {rows.Total: [rows.Total(id=key, object="o1", name="agree", count=1) for key in "ab"]},
            "same object, reply, name",
        ),
        ({rows.File: [replace(small()[rows.File][0], size=3)]}, "isn't what its row announces"),
    ],
)
def test_rows_that_do_not_fit_together_are_told_by_line(tmp_path: Path, change: Any, sentence: str) -> None:
    found = faults(tmp_path, change)
    assert any(sentence in fault and "line" in fault for fault in found), found


def test_a_person_takes_their_own_drafts(tmp_path: Path) -> None:
    draft = replace(OBJECT, state="draft", published_at=None)
    tables = small() | {rows.Object: [draft, *small()[rows.Object][1:]]}
    write_to(tmp_path / "b", tables, scope="person")
    with bundle.open_bundle(tmp_path / "b") as opened:
        assert opened.check().problems == ()


BAD_LINES = [
    ("people", '{"id":"x"}', "“display_name” is missing."),
    ("people", '{"id":"../x","display_name":"x"}', "“id” must be an id"),
    ("people", '{"id":"x","display_name":"x","password":"secret"}', "“password” isn't a field"),
    ("people", '{"id":"x","display_name":"x","is_administrator":true}', "“is_administrator” isn't a field"),
    ("people", '{"id":"x","display_name":"a\\u0000b"}', "can't be kept"),
    ("people", '{"id":"x","display_name":"a\\ud800b"}', "can't be kept"),
    ("people", '{"id":"x","display_name":"a\\nb"}', "on one line"),
    ("people", '{"id":"x","display_name":""}', "must not be empty"),
    ("people", '{"id":"x","display_name":"' + "x" * 121 + '"}', "too long"),
    ("people", '{"id":"x","display_name":"x","state":"boss"}', "must be one of"),
    ("people", '{"id":"x","display_name":"x","languages":"fr"}', "must be a list"),
    ("people", '{"id":"x","display_name":"x","is_hidden":1}', "true or false"),
    ("people", '{"id":"x","display_name":"x","created_at":"2026-01-31T10:00:00"}', "with its offset"),
    ("people", '{"id":"x","display_name":"x","created_at":1}', "with its offset"),
    ("people", '{"id":"x","display_name":"x","fields":{"a":1}}', "must be a text"),
    ("people", "[]", "isn't a JSON object"),
    ("people", "{", "isn't a JSON object"),
    ("people", "[" * 100_000, "isn't a JSON object"),
    ("people", "\xff", "isn't a JSON object"),
    ("spaces", '{"id":"x","slug":"a/b","name":"x"}', "“slug” must be made of"),
    ("spaces", '{"id":"x","slug":"x","name":"x","kind":"personal"}', "A personal space has an “owner”"),
    ("memberships", '{"id":"x","space":"s1","person":"bob","host_until_on":"demain"}', "must be a date"),
    ("objects", '{"id":"x","kind":"note","space":"s1","author":"ana"}', "has a “published_at”"),
    (
        "objects",
        '{"id":"x","kind":"note","space":"s1","author":"ana","detail":' + '{"a":' * 9 + "1" + "}" * 10,
        "can't be kept",
    ),
    ("objects", '{"id":"x","kind":"note","space":"s1","author":"ana","detail":{"a":1.5}}', "can't be kept"),
    ("follows", '{"id":"x","person":"ana"}', "exactly one of"),
    ("totals", '{"id":"x","object":"o1","name":"agree","count":-1}', "whole number"),
    ("totals", '{"id":"x","object":"o1","name":"agree","count":true}', "whole number"),
]


@pytest.mark.parametrize(("table", "line", "sentence"), BAD_LINES)
def test_bad_line_is_told_with_its_place_and_never_a_fault(
    tmp_path: Path, table: str, line: str, sentence: str
) -> None:
    write_to(tmp_path / "b", small())
    path = tmp_path / "b" / f"{table}.jsonl"
    before = len(path.read_bytes().splitlines())
    path.write_bytes(path.read_bytes() + b"\n" + line.encode("latin-1") + b"\n")
    with bundle.open_bundle(tmp_path / "b") as opened:
        found = [str(problem) for problem in opened.check().problems]
        assert any(sentence in fault and f"{table}.jsonl, line {before + 2}" in fault for fault in found), (
            found
        )
        with pytest.raises(Refused):
            list(opened.rows(rows.TABLES[table]))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(rows.ORDER),
    st.dictionaries(
        st.sampled_from(
            ["id", "display_name", "object", "count", "detail", "tags", "created_at", "state", "x"]
        ),
        st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=5),
            lambda x: st.lists(x) | st.dictionaries(st.text(max_size=2), x),
        ),
    ),
)
def test_any_json_object_is_a_row_or_a_list_of_sentences(
    of_type: type[rows.Row], data: dict[str, Any]
) -> None:
    sentences = ["none"]
    try:
        row = of_type.read(data)
    except rows.BadRow as bad:
        sentences = bad.sentences
    else:
        assert of_type.read(json.loads(bundle.to_line(row))) == row
    assert sentences


def test_manifest_must_announce_what_the_files_hold(tmp_path: Path) -> None:
    write_to(tmp_path / "b", small())
    with (tmp_path / "b" / "totals.jsonl").open("ab") as stream:
        stream.write(bundle.to_line(rows.Total(id="t2", object="o2", name="agree", count=1)))
    with bundle.open_bundle(tmp_path / "b") as opened:
        assert [str(problem) for problem in opened.check().problems] == [
            "totals.jsonl: The manifest announces 1 rows, the file has 2."
        ]


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"format":"x"}', '{"format":"parvis-bundle","version":2}', '{"format":"parvis-bundle","version":1}',
     '{"format":"parvis-bundle","version":1,"origin":"a b","created_at":"2026-01-01T00:00:00Z","counts":{}}',
     '{"format":"parvis-bundle","version":1,"origin":"a","created_at":"2026-01-01","counts":{}}',
     '{"format":"parvis-bundle","version":1,"origin":"a","created_at":"2026-01-01T00:00:00Z","counts":[1]}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_with_a_sentence(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(Refused) as refused, bundle.open_bundle(tmp_path):
        pass
    assert refused.value.sentence


def test_missing_path_and_foreign_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"not a zip")
    for path in (tmp_path / "none", tmp_path / "a.zip", tmp_path):
        with pytest.raises(Refused), bundle.open_bundle(path):
            pass


def zip_of(path: Path, entries: dict[str, bytes], **attributes: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "files/../../evil", "files/x", "C:\\evil", "manifest.json/x", "bundle/manifest.json",
     "files/" + "A" * 64, "people.jsonl\n", "notes.txt"],
)  # fmt: skip
def test_zip_with_a_foreign_name_is_refused(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "a.zip", {"manifest.json": b"{}", name: b"x"})
    with pytest.raises(Refused), bundle.open_bundle(path):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"people.jsonl": b"/etc/passwd"}, external_attr=0o120777 << 16)
    with pytest.raises(Refused), bundle.open_bundle(path):
        pass


def test_zip_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"people.jsonl": b" " * (20 * 2**20)})
    with pytest.raises(Refused, match="absurd"), bundle.open_bundle(path):
        pass
    for limits in (bundle.Limits(total_bytes=2**20, ratio=10**9), bundle.Limits(entries=0)):
        with pytest.raises(Refused), bundle.open_bundle(path, limits):
            pass


def test_zip_whose_directory_lies_or_whose_bytes_are_damaged_is_a_sentence(tmp_path: Path) -> None:
    write_to(tmp_path / "a.zip", small())
    whole = (tmp_path / "a.zip").read_bytes()
    for at in range(0, len(whole), 7):
        (tmp_path / "b.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        # Damage is a refusal or shows in the report; anything else that is raised fails this test.
        with suppress(Refused), bundle.open_bundle(tmp_path / "b.zip") as opened:
            opened.check()


def test_linked_files_in_a_folder_are_refused(tmp_path: Path) -> None:
    write_to(tmp_path / "b", small())
    secret = tmp_path / "secret.jsonl"
    secret.write_text('{"id":"x","display_name":"root"}\n')
    (tmp_path / "b" / "people.jsonl").unlink()
    (tmp_path / "b" / "people.jsonl").symlink_to(secret)
    with bundle.open_bundle(tmp_path / "b") as opened, pytest.raises(Refused):
        opened.check()


def test_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    write_to(tmp_path / "b", small())
    (tmp_path / "b" / "people.jsonl").write_bytes(b"x" * (bundle.MAX_LINE * 2))
    with bundle.open_bundle(tmp_path / "b") as opened:
        assert "too long" in str(opened.check().problems[0])


def test_writing_leaves_nothing_behind_when_it_fails_and_never_overwrites_a_folder(tmp_path: Path) -> None:
    def failing() -> Any:
        yield small()[rows.Person][1]
        raise RuntimeError("disk")

    for name in ("b", "b.zip"):
        with pytest.raises(RuntimeError):
            write_to(tmp_path / name, {rows.Person: failing()})  # type: ignore[dict-item]
    with pytest.raises(Refused):
        write_to(tmp_path / "c", small(), open_file=None)
    assert list(tmp_path.iterdir()) == []
    write_to(tmp_path / "b", small())
    with pytest.raises(Refused):
        write_to(tmp_path / "b", small())


def test_same_content_is_kept_once(tmp_path: Path) -> None:
    file = small()[rows.File][0]
    write_to(tmp_path / "b", small() | {rows.File: [file, replace(file, id="f2", name="copie.png")]})
    assert len(list((tmp_path / "b" / "files").iterdir())) == 1


def test_ids_in_a_body_are_translated() -> None:
    body = "Merci @[](person:ana), @[Zoé](person:zoe) ![Plan](/files/f1/plan.png) [x](/files/f9/x.pdf) /files/f1/y"
    found = bundle.translate(body, person={"ana": "0123456789abc"}.get, file={"f1": "0123456789abd"}.get)
    assert found == (
        "Merci @[](person:0123456789abc), @Zoé ![Plan](/files/0123456789abd/plan.png) [x](/files/f9/x.pdf) /files/f1/y"
    )
    back = bundle.translate(found, person={"0123456789abc": "ana"}.get, file={"0123456789abd": "f1"}.get)
    assert back == body.replace("@[Zoé](person:zoe)", "@Zoé")


def test_content_read_from_a_zip_stops_at_its_announced_size(tmp_path: Path) -> None:
    write_to(tmp_path / "a.zip", small())
    with bundle.open_bundle(tmp_path / "a.zip") as opened, opened.open_file(small()[rows.File][0]) as stream:
        assert isinstance(stream, io.BufferedIOBase)
        assert stream.read(10**6) == CONTENT
        assert stream.read() == b""
