"""What programs do with files by WebDAV: each act is the one of the pages, with its rights, its versions and its bin."""

from __future__ import annotations

import pytest

from parvis.approvals import actions as approvals
from parvis.approvals.models import Review, State
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.dav.tests.programs import hrefs, program_of
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.toolkit import registry
from parvis.tools.documents import binning, drawers
from parvis.tools.documents.folders import add_folder
from parvis.tools.documents.models import Discarded, Document, Folder, Version
from parvis.tools.documents.tests.stage import document

NAMES = '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>'
# What programs of all systems leave beside the files they work on.
PASSING = ("~$Plan.docx", ".~lock.Plan.odt#", ".DS_Store", "._Plan.pdf", "Thumbs.db", "desktop.ini", "ab12.tmp",
           "~WRL0001.tmp", "Plan.txt~", ".Plan.txt.swp", ".goutputstream-A1", "4913", "Word Work File D_1.tmp")  # fmt: skip


def base(space: Space) -> str:
    return f"/documents/{space.slug}/"


def names_in(space: Space) -> set[str]:
    return set(
        Document.objects.filter(contribution__space=space, contribution__state="published").values_list(
            "name", flat=True
        )
    )


def test_it_lists_ones_communities_their_folders_and_files(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    assert author("PUT", here + "Plan d’été.txt", b"Un plan").status == 201
    assert author("MKCOL", here + "Quai").status == 201
    assert author("PUT", here + "Quai/Marée.txt", b"Haute").status == 201
    assert author.names("/") == ["/dav/documents/"]
    assert f"/dav{here}" in author.names("/documents/")
    assert author.names(here) == [f"/dav{here}Quai/", f"/dav{here}Plan d’été.txt"]
    got = author("GET", here + "Quai/Marée.txt")
    assert (got.status, got.body) == (200, b"Haute")
    assert Document.objects.filter(name="Marée.txt", folder__name="Quai").exists()


def test_one_level_at_a_time(cast: Cast):
    found = program_of(cast.author)("PROPFIND", "/", depth="infinity")
    assert found.status == 403 and "propfind-finite-depth" in found.text


def test_a_second_put_is_a_version_and_several_make_one_card(cast: Cast):
    author, member, here = program_of(cast.author), program_of(cast.member), base(cast.on_request)
    for name in ("Un.txt", "Deux.txt", "Trois.txt"):
        assert author("PUT", here + name, name.encode()).status == 201
    assert Contribution.objects.filter(space=cast.on_request, kind="document", is_listed=True).count() == 1
    assert member("PUT", here + "un.TXT", b"Mieux").status == 204
    paper = Document.objects.get(contribution__space=cast.on_request, name="Un.txt")
    assert list(
        paper.contribution.document_versions.order_by("number").values_list("number", "author_id")
    ) == [
        (1, cast.author.id),
        (2, cast.member.id),
    ]
    assert author("GET", here + "Un.txt").body == b"Mieux"


def test_emptying_a_file_is_no_version_and_an_empty_one_no_document(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    assert author("PUT", here + "Neuf.txt", b"").status == 201
    assert names_in(cast.on_request) == set()
    assert f"/dav{here}Neuf.txt" in author.names(here)
    assert author("PUT", here + "Neuf.txt", b"Plein").status == 204
    assert author.names(here) == [f"/dav{here}Neuf.txt"]
    assert author("PUT", here + "Neuf.txt", b"").status == 204
    assert Version.objects.filter(contribution__space=cast.on_request).count() == 1


@pytest.mark.parametrize("name", PASSING)
def test_what_programs_leave_for_themselves_is_nobodys_document(cast: Cast, name: str):
    author, here = program_of(cast.author), base(cast.on_request)
    assert author("PUT", here + name, b"x").status == 201
    assert author("GET", here + name).body == b"x"
    assert not Contribution.objects.filter(space=cast.on_request, kind="document").exists()
    assert program_of(cast.member)("GET", here + name).status == 404
    assert author("DELETE", here + name).status == 204
    assert author("GET", here + name).status == 404


def test_a_program_that_saves_beside_the_file_makes_a_version_of_it(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    author("PUT", here + "Lettre.txt", b"Un")
    assert author("PUT", here + "~WRD0001.tmp", b"Deux").status == 201
    assert author("MOVE", here + "Lettre.txt", to=here + "~WRL0002.tmp").status == 201
    assert author("MOVE", here + "~WRD0001.tmp", to=here + "Lettre.txt", overwrite="F").status == 204
    assert author("DELETE", here + "~WRL0002.tmp").status == 204
    paper = Document.objects.get(contribution__space=cast.on_request)
    assert (paper.name, paper.version) == ("Lettre.txt", 2)
    assert author("GET", here + "Lettre.txt").body == b"Deux"


def test_deleting_puts_into_the_bin_and_only_what_is_ones_own(cast: Cast):
    author, member, here = program_of(cast.author), program_of(cast.member), base(cast.on_request)
    paper = document(cast, "Plan.txt")
    refused = member("DELETE", here + "Plan.txt")
    assert refused.status == 403 and refused.text.strip()
    assert author("DELETE", here + "Plan.txt").status == 204
    paper.refresh_from_db()
    assert paper.state == "removed" and author("GET", here + "Plan.txt").status == 404


def test_a_folder_goes_with_all_that_is_in_it_or_not_at_all(cast: Cast):
    author, member, here = program_of(cast.author), program_of(cast.member), base(cast.on_request)
    author("MKCOL", here + "Quai")
    author("PUT", here + "Quai/A.txt", b"A")
    member("PUT", here + "Quai/B.txt", b"B")
    assert author("DELETE", here + "Quai").status == 403
    assert names_in(cast.on_request) == {"A.txt", "B.txt"}
    member("DELETE", here + "Quai/B.txt")
    assert author("DELETE", here + "Quai").status == 204
    assert names_in(cast.on_request) == set() and not Folder.objects.filter(space=cast.on_request).exists()


def test_a_host_removes_a_folder_with_others_files_and_can_put_it_back(cast: Cast):
    author, host, here = program_of(cast.author), program_of(cast.host), base(cast.on_request)
    author("MKCOL", here + "Quai")
    author("PUT", here + "Quai/A.txt", b"A")
    assert host("DELETE", here + "Quai").status == 204
    assert names_in(cast.on_request) == set() and host("PROPFIND", here + "Quai", depth="0").status == 404
    binning.put_back(cast.on_request, Discarded.objects.get(space=cast.on_request).id, by=cast.host)
    assert author("GET", here + "Quai/A.txt").body == b"A"


def test_renaming_and_moving_inside_a_community(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    author("PUT", here + "Plan.txt", b"Un")
    author("MKCOL", here + "Quai")
    assert author("MOVE", here + "Plan.txt", to=here + "Quai/Note.md").status == 201
    paper = Document.objects.select_related("contribution").get(contribution__space=cast.on_request)
    assert (paper.name, paper.folder.name, paper.contribution.title) == ("Note.md", "Quai", "Note.md")
    assert author("MOVE", here + "Quai", to=here + "Pont").status == 201
    assert author("MKCOL", here + "Pont/Arche").status == 201
    assert author("MOVE", here + "Pont", to=here + "Pont/Arche/Ici").status == 403
    assert author("GET", here + "Pont/Note.md").body == b"Un"


def test_moving_to_another_community_asks_rights_at_both_ends(cast: Cast):
    author, host = program_of(cast.author), program_of(cast.host)
    here, there = base(cast.on_request), base(cast.secret)
    author("PUT", here + "Plan.txt", b"Un")
    assert author("MOVE", here + "Plan.txt", to=there + "Plan.txt").status == 403
    assert host("MOVE", here + "Plan.txt", to=there + "Plan.txt").status == 201
    assert names_in(cast.secret) == {"Plan.txt"} and names_in(cast.on_request) == set()
    # A community one doesn't know, or can't write in, takes nothing.
    for name in (cast.elsewhere.slug, "nulle-part"):
        assert author("COPY", there + "Plan.txt", to=f"/documents/{name}/Plan.txt").status in (403, 409)
    assert names_in(cast.elsewhere) == set()


def test_copying_a_file_and_a_folder(cast: Cast):
    author, here, there = program_of(cast.author), base(cast.on_request), base(cast.secret)
    author("MKCOL", here + "Quai")
    author("PUT", here + "Quai/A.txt", b"A")
    assert author("COPY", here + "Quai", to=there + "Copie").status == 201
    assert author("GET", there + "Copie/A.txt").body == b"A"
    author("PUT", there + "B.txt", b"B")
    assert author("COPY", here + "Quai/A.txt", to=there + "B.txt").status == 204
    copied = Document.objects.get(contribution__space=cast.secret, name="B.txt")
    assert copied.version == 2 and author("GET", there + "B.txt").body == b"A"
    assert author("COPY", here + "Quai/A.txt", to=there + "B.txt", overwrite="F").status == 412


@pytest.mark.parametrize("who", ["stranger", "ex_member", "host_elsewhere"])
def test_who_has_no_right_finds_nothing(cast: Cast, who: str):
    document(cast, "Plan.txt", space=cast.secret)
    add_folder(cast.secret, "Quai", by=cast.author)
    other = program_of(getattr(cast, who))
    assert cast.secret.slug not in other("PROPFIND", "/documents/", depth="1").text
    here = base(cast.secret)
    for path in ("", "Plan.txt", "Quai/", "Rien.txt"):
        never = f"/documents/nulle-part/{path}"
        for method in ("GET", "PROPFIND", "DELETE", "OPTIONS", "PUT", "MKCOL", "LOCK", "PROPPATCH"):
            told, untold = (
                other(method, one, NAMES if method == "PROPFIND" else "", depth="0")
                for one in (here + path, never)
            )
            assert (told.status, told.body) == (untold.status, untold.body), (method, path)
    assert names_in(cast.secret) == {"Plan.txt"}


def test_a_reader_reads_and_writes_nothing(cast: Cast):
    document(cast, "Plan.txt", space=cast.open)
    stranger, here = program_of(cast.stranger), base(cast.open)
    assert stranger("GET", here + "Plan.txt").status == 200
    assert stranger("PUT", here + "Plan.txt", b"Faux").status == 403
    assert stranger("PUT", here + "Neuf.txt", b"Faux").status == 403
    assert stranger("MKCOL", here + "Neuf").status == 403
    assert stranger("DELETE", here + "Plan.txt").status == 403
    assert stranger("COPY", here + "Plan.txt", to=here + "Copie.txt").status == 403
    assert names_in(cast.open) == {"Plan.txt"}


def test_no_room_left_is_507_and_too_large_413(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    author, here = program_of(cast.author), base(cast.on_request)
    monkeypatch.setattr(config, "community_quota_mb", 1)
    assert author("PUT", here + "A.bin", b"a" * 700_000).status == 201
    assert author("PUT", here + "B.bin", b"b" * 700_000).status == 507
    assert author("PUT", here + "A.bin", b"c" * 700_000).status == 507
    monkeypatch.setattr(config, "max_upload_mb", 0)
    assert author("PUT", here + "C.bin", b"c").status == 413
    assert names_in(cast.on_request) == {"A.bin"}


def test_tags_conditions_and_ranges(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    first = author("PUT", here + "Plan.txt", b"0123456789").headers["etag"]
    assert author("GET", here + "Plan.txt").headers["etag"] == first
    assert first in author("PROPFIND", here + "Plan.txt", depth="0").text.replace("&quot;", '"')
    assert author("PUT", here + "Plan.txt", b"autre", if_match='"rien"').status == 412
    assert author("PUT", here + "Plan.txt", b"autre", if_none_match="*").status == 412
    part = author("GET", here + "Plan.txt", range="bytes=2-4")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert author("GET", here + "Plan.txt", if_none_match=first).status == 304
    second = author("PUT", here + "Plan.txt", b"autre", if_match=first)
    assert second.status == 204 and second.headers["etag"] != first


def test_a_file_is_sent_so_that_it_runs_nothing(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    author("PUT", here + "page.html", b"<!doctype html><script>alert(1)</script>")
    got = author("GET", here + "page.html").headers
    assert got["content-disposition"].startswith("attachment")
    assert got["x-content-type-options"] == "nosniff" and "sandbox" in got["content-security-policy"]
    assert author("GET", here).status == 403


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("../../x.txt", None),
        ("a\r\nb.txt", None),
        ("\u202etxt.exe", "txt.exe"),
        ("a:b?.txt", "a_b_.txt"),
        ("CON.txt", "_CON.txt"),
        ("é" * 200 + ".txt", "é" * 125 + ".txt"),
        ("E\u0301te\u0301.txt", "Été.txt"),
    ],
)
def test_names_are_made_safe_and_found_again_as_they_were_given(cast: Cast, asked: str, kept: str | None):
    author, here = program_of(cast.author), base(cast.on_request)
    put = author("PUT", here + asked, b"x")
    if kept is None:
        assert put.status >= 400 and names_in(cast.on_request) == set()
        return
    assert put.status == 201 and names_in(cast.on_request) == {kept}
    assert author("GET", here + asked).body == author("GET", here + kept).body == b"x"
    assert author("PUT", here + asked, b"y").status == 204


def test_names_that_sort_alike_stay_apart(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    author("PUT", here + "Ete.txt", b"x")
    refused = author("PUT", here + "Été.txt", b"y")
    assert refused.status == 409 and refused.text.strip()
    assert names_in(cast.on_request) == {"Ete.txt"}


def test_nothing_is_written_above_the_communities(cast: Cast):
    author = program_of(cast.author)
    for path in ("/x.txt", "/documents/x.txt"):
        assert author("PUT", path, b"x").status == 403
    for path in ("/", "/documents/", base(cast.on_request)):
        assert author("DELETE", path).status == 403
        assert author("MOVE", path, to=base(cast.secret) + "Ici").status == 403
    assert author("MKCOL", "/documents/neuf").status == 403


def test_hours_that_windows_notes_are_answered_other_properties_refused(cast: Cast):
    author, here = program_of(cast.author), base(cast.on_request)
    author("PUT", here + "A.txt", b"A")
    ask = '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="{0}"><D:set><D:prop><Z:Win32LastModifiedTime>x</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>'
    assert " 200 OK" in author("PROPPATCH", here + "A.txt", ask.format("urn:schemas-microsoft-com:")).text
    assert " 403 " in author("PROPPATCH", here + "A.txt", ask.format("urn:autre")).text


def test_addresses_are_those_of_a_multistatus(cast: Cast):
    author = program_of(cast.author)
    assert hrefs(author("PROPFIND", "/documents/", depth="0")) == ["/dav/documents/"]


def test_an_approved_file_is_what_readers_get_and_a_save_begins_its_review_anew(cast: Cast):
    plan = document(cast, "Plan.txt", b"approuve", space=cast.open)
    kind = registry.kind("document")
    assert kind is not None
    assert kind.versions is not None

    def ask_member() -> Review:
        found = find_contribution(plan.id, cast.author)
        return approvals.ask(found, kind.versions.current, [cast.member.id], by=cast.author)

    review = ask_member()
    approvals.answer(find_contribution(plan.id, cast.member), review.id, by=cast.member, is_approved=True)
    reader, writer, here = program_of(cast.stranger), program_of(cast.author), base(cast.open) + "Plan.txt"
    assert writer("PUT", here, b"en chantier, plus long").status == 204
    assert reader("GET", here).body == b"approuve"
    assert writer("GET", here).body == b"en chantier, plus long"
    told = reader("PROPFIND", here, depth="0").text
    assert ">8</" in told, "the size, too, is that of what they get"
    assert ">22</" not in told
    assert reader("HEAD", here).headers["etag"] != writer("HEAD", here).headers["etag"]
    asked = ask_member()
    assert writer("PUT", here, b"recopie").status == 204
    asked.refresh_from_db()
    assert asked.state == State.RENEWED
    assert Review.objects.get(contribution=plan, state=State.REVIEW).number == 3
    assert reader("GET", here).body == b"approuve"


def test_listing_a_folder_compares_no_name_with_all_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    author, here, compared = program_of(cast.author), base(cast.on_request), [0]
    fold = drawers.folded

    def counted(name: str) -> str:
        compared[0] += 1
        return fold(name)

    monkeypatch.setattr(drawers, "folded", counted)
    spent = []
    for number in range(1, 13):
        document(cast, f"Plan {number}.txt")
        if number in (4, 8, 12):
            compared[0] = 0
            listed = author("PROPFIND", here, depth="1").text
            assert listed.count("<D:getetag>") == number
            spent.append(compared[0])
    assert spent[2] - spent[1] == spent[1] - spent[0] > 0
