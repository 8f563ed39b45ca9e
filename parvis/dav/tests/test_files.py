"""What programs do with files by WebDAV: each act is the one of the pages, with its rights, versions and bin."""

from __future__ import annotations

from parvis.dav.tests.conftest import program_of
from parvis.testing.cast import Cast
from parvis.tools.documents.models import Document


def base(cast: Cast) -> str:
    return f"/documents/{cast.on_request.slug}/"


def test_it_lists_ones_communities_their_folders_and_files(cast: Cast):
    author = program_of(cast.author)
    assert author("PUT", base(cast) + "Plan d’été.txt", b"Un plan").status == 201
    assert author("MKCOL", base(cast) + "Quai").status == 201
    assert author("PUT", base(cast) + "Quai/Marée.txt", b"Haute").status == 201
    assert author.names("/") == ["/dav/documents/"]
    assert f"/dav{base(cast)}" in author.names("/documents/")
    assert author.names(base(cast)) == [f"/dav{base(cast)}Quai/", f"/dav{base(cast)}Plan d’été.txt"]
    got = author("GET", base(cast) + "Quai/Marée.txt")
    assert (got.status, got.body) == (200, b"Haute")
    assert Document.objects.filter(name="Marée.txt", folder__name="Quai").exists()
