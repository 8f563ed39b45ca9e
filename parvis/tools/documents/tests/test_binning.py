"""A folder with what is in it, into the community's bin and back. Not here: single documents (test_documents)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parvis.contributions.actions import restore
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.testing.cast import Cast
from parvis.tools.documents import actions, binning, folders
from parvis.tools.documents.models import Discarded, Document, Folder
from parvis.tools.documents.tests.stage import client_of, document, seen


@pytest.fixture
def shelf(cast: Cast) -> Folder:
    """Plans, with a file of the author and, in Anciens, one of the member."""
    made = folders.add_folder(cast.on_request, "Plans", by=cast.author)
    old = folders.add_folder(cast.on_request, "Anciens", by=cast.author, parent=made)
    document(cast, "Hall.txt", folder=made)
    document(cast, "Quai.txt", folder=old, by=cast.member)
    return made


def states() -> dict[str, str]:
    return {row.title: row.state for row in Contribution.objects.filter(kind="document")}


def test_a_folder_goes_whole_and_comes_back_whole(cast: Cast, shelf: Folder) -> None:
    kept = binning.discard_folder(shelf, by=cast.host)
    assert kept is not None
    assert not Folder.objects.exists()
    assert states() == {"Hall.txt": "removed", "Quai.txt": "removed"}
    for contribution in Contribution.objects.filter(kind="document"):
        with pytest.raises(NotFound):
            seen(contribution, cast.stranger if contribution.author_id == cast.member.id else cast.member)
    top = binning.put_back(cast.on_request, kept.id, by=cast.host)
    assert states() == {"Hall.txt": "published", "Quai.txt": "published"}
    assert Document.objects.get(name="Hall.txt").folder_id == top.id
    quay = Document.objects.select_related("folder").get(name="Quai.txt").folder
    assert quay is not None
    assert (quay.name, quay.parent_id) == ("Anciens", top.id)
    assert not Discarded.objects.exists()
    with pytest.raises(NotFound):
        binning.put_back(cast.on_request, kept.id, by=cast.host)


def test_what_authors_did_meanwhile_stays(cast: Cast, shelf: Folder) -> None:
    kept = binning.discard_folder(shelf, by=cast.host)
    assert kept is not None
    hall = Contribution.objects.get(title="Hall.txt")
    restore(seen(hall, cast.author), by=cast.author)
    assert Document.objects.get(contribution=hall).folder_id is None
    folders.add_folder(cast.on_request, "Plans", by=cast.author)
    top = binning.put_back(cast.on_request, kept.id, by=cast.host)
    assert top.name == "Plans (2)"
    assert Document.objects.get(contribution=hall).folder_id is None
    assert states() == {"Hall.txt": "published", "Quai.txt": "published"}


def test_only_hosts_remove_what_is_in_use(cast: Cast, shelf: Folder) -> None:
    for person in (cast.author, cast.member):
        with pytest.raises(NotAllowed):
            binning.discard_folder(shelf, by=person)
    empty = folders.add_folder(cast.on_request, "Vide", by=cast.author)
    assert binning.discard_folder(empty, by=cast.member) is None
    actions.lock(seen(Contribution.objects.get(title="Quai.txt"), cast.author), "3", by=cast.author)
    with pytest.raises(Refused):
        binning.discard_folder(shelf, by=cast.host)
    assert set(states().values()) == {"published"}
    kept = Discarded.objects.count()
    assert kept == 0


def test_the_pages_of_it(cast: Cast, shelf: Folder) -> None:
    cast.on_request.tools.get_or_create(slug="documents")
    base, host = f"/c/{cast.on_request.slug}/documents/", client_of(cast.host)
    assert host.post(f"{base}folders/{encode(shelf.id)}/edit/", {"do": "remove"}).status_code == 303
    assert client_of(cast.member).get(base + "bin/").status_code == 403
    page = host.get(base + "bin/").content.decode()
    assert "Plans" in page
    key = encode(Discarded.objects.get().id)
    assert host.post(base + "bin/", {"folder": "0000000000000"}).status_code == 404
    assert host.post(base + "bin/", {"folder": key}).status_code == 303
    assert "Plans" in host.get(base).content.decode()
    assert "Plans" not in host.get(base + "bin/").content.decode()


def test_after_a_month_it_is_forgotten(cast: Cast, shelf: Folder, run_jobs: Any) -> None:
    kept = binning.discard_folder(shelf, by=cast.host)
    assert kept is not None
    Discarded.objects.update(removed_at=clock.now() - timedelta(days=31))
    assert binning.list_bin(cast.on_request) == []
    binning.forget_old()
    assert not Discarded.objects.exists()
