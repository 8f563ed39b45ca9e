"""Pages and what leads to them, through a whole bundle and back. Not here: a page's own part of it (test_making)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parvis.contributions.models import Contribution, Reply
from parvis.tools.pages.actions import write_page
from parvis.transfer import rows
from parvis.transfer.dump import export_bundle
from parvis.transfer.load import import_bundle
from parvis.transfer.tests.bundles import NOON, read_from, small, write_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.PARVIS_FILES_ROOT = tmp_path / "files"


def exported(target: Path) -> dict[type[rows.Row], dict[str, Any]]:
    export_bundle(target)
    return {of_type: {row.id: row for row in found} for of_type, found in read_from(target).items()}


def test_links_lead_to_what_they_led_to_and_leave_as_they_came(tmp_path: Path) -> None:
    page = rows.Object(
        id="p1",
        kind="page",
        space="s1",
        author="ana",
        title="Accueil",
        body="[Après](/pages/p2/), [ailleurs](/pages/p9/), [12](/tags/p2/) et [un]\n\n[un]: </go/o1/>",
        published_at=NOON,
        detail={"versions": [{"number": 1, "title": "Avant", "text": "[Après](/go/p2/)", "by": "ana", "at": NOON.isoformat()},
                             {"number": 2, "by": "ana", "at": NOON.isoformat()}]},
    )  # fmt: skip
    tables = small()
    later = replace(page, id="p2", title="Après", body="[Avant](/pages/p1/)", detail={})
    tables[rows.Object] += [page, later]
    tables[rows.Reply][0] = replace(tables[rows.Reply][0], body="[Voir](/pages/p2/)")
    write_to(tmp_path / "b", tables)
    import_bundle(tmp_path / "b")
    before, after = (Contribution.objects.get(title=title) for title in ("Accueil", "Après"))
    topic = Contribution.objects.get(title="Où garer ?")
    for text in (before.body.source, before.body.html):
        assert f"/pages/{after.key}/" in text
        assert f"/go/{topic.key}/" in text
        assert "/pages/p9/" in text
        assert "/tags/p2/" in text
    assert f"/go/{after.key}/" in before.page_versions.get(number=1).source
    assert f"/pages/{after.key}/" in before.page_versions.get(number=2).source
    assert f"/pages/{before.key}/" in after.body.source
    reply = Reply.objects.get(source__contains="Voir")
    assert f"/pages/{after.key}/" in reply.html
    assert set(after.page.contribution.links_to_pages.values_list("target", flat=True)) == {before.id}
    out = exported(tmp_path / "out")
    assert out[rows.Object]["p1"].body == page.body
    assert out[rows.Object]["p1"].detail["versions"][0]["text"] == "[Après](/go/p2/)"
    assert out[rows.Reply][tables[rows.Reply][0].id].body == "[Voir](/pages/p2/)"
    # What was written here since is left alone by the same bundle.
    write_page(before, body="Autre chose", by=before.author, base_revision=2)
    import_bundle(tmp_path / "b")
    assert Contribution.objects.get(id=before.id).body.source == "Autre chose"
    assert before.page_versions.get(number=3).source == "Autre chose"
    assert Contribution.objects.get(id=before.id).page.version == 3
