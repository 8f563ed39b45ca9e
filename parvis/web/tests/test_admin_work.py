"""What runs behind the pages, seen and steered by administrators: imports, failed work, health; and what is stored of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from markupsafe import escape

from parvis.accounts.sessions import BACKEND
from parvis.config import config
from parvis.contributions.marks import Bookmark
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.people.models import Person, Subject
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.transfer import bundle, rows
from parvis.transfer.models import Run
from parvis.web import stored
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen", "set_up_at": clock.now()})
    return build_cast()


@pytest.fixture
def admin(cast: Cast) -> Client:
    return client_of(cast.administrator)


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def bundle_of(folder: Path, *, email: str = "rosa@example.org") -> SimpleUploadedFile:
    """A zip with one person and one community."""
    target = folder / f"{email}.zip"
    now = clock.now()
    tables = {
        rows.Person: [
            rows.Person.read(
                {"id": "p1", "display_name": "Rosa Import", "email": email, "state": "unclaimed"}
            )
        ],
        rows.Space: [
            rows.Space.read(
                {
                    "id": "s1",
                    "kind": "community",
                    "slug": "potager",
                    "name": "Potager",
                    "theme": "interest",
                    "access": "open",
                    "created_at": now.isoformat(),
                }
            )
        ],
    }
    bundle.write(target, tables, origin="test", created_at=now)
    return SimpleUploadedFile("bundle.zip", target.read_bytes(), "application/zip")


def newest() -> Run:
    return Run.objects.order_by("-id")[0]


def test_an_import_is_tried_then_loaded_then_changes_nothing(
    admin: Client, tmp_path: Path, run_jobs: Callable[[], int]
):
    answer = admin.post("/admin/imports/", {"bundle": bundle_of(tmp_path)})
    run = newest()
    address = f"/admin/imports/{encode(run.id)}/"
    assert answer.headers["Location"] == address
    waiting = text_of(admin.get(address, headers={"HX-Request": "true"}))
    assert 'hx-trigger="every 1s"' in waiting
    assert "<html" not in waiting
    assert admin.post(address + "load/").status_code == 422  # not tried yet
    run_jobs()
    run.refresh_from_db()
    assert run.state == "done", run.report
    assert not Person.objects.filter(display_name="Rosa Import").exists()
    page = text_of(admin.get(address))
    assert address + "load/" in page
    assert "every 1s" not in page
    admin.post(address + "load/")
    run_jobs()
    assert newest().state == "done", newest().report
    assert Person.objects.get(display_name="Rosa Import").state == "unclaimed"
    assert Space.objects.filter(name="Potager").count() == 1
    assert not Path(newest().path).exists()
    admin.post("/admin/imports/", {"bundle": bundle_of(tmp_path)})
    run_jobs()
    admin.post(f"/admin/imports/{encode(newest().id)}/load/")
    run_jobs()
    assert Person.objects.filter(display_name="Rosa Import").count() == 1
    admin.post(address + "forget/")
    assert admin.get(address).status_code == 404


def test_what_is_no_bundle_is_refused_with_a_sentence(admin: Client, run_jobs: Callable[[], int]):
    assert admin.post("/admin/imports/").status_code == 422
    assert admin.post("/admin/imports/", {"bundle": SimpleUploadedFile("x.zip", b"hello")}).status_code == 422
    assert not Run.objects.exists()
    admin.post("/admin/imports/", {"bundle": SimpleUploadedFile("x.zip", b"PK\x05\x06" + b"\x00" * 18)})
    run_jobs()
    run = newest()
    assert run.state == "failed"
    address = f"/admin/imports/{encode(run.id)}/"
    assert run.report["sentences"][0] in text_of(admin.get(address)).replace("&#39;", "'")
    assert admin.post(address + "load/").status_code == 422


def test_reports_and_settings_speak_the_administrator_s_language(
    cast: Cast, admin: Client, tmp_path: Path, run_jobs: Callable[[], int]
):
    Person.objects.filter(id=cast.administrator.id).update(language="fr")
    admin.post("/admin/imports/", {"bundle": bundle_of(tmp_path)})
    run_jobs()
    said = newest().report["sentences"]
    assert said[1:] == [
        "personnes\u00a0: 1 de plus, 0 déjà là",
        "communautés et blogs\u00a0: 1 de plus, 0 déjà là",
    ]
    settings = text_of(admin.get("/admin/checks/"))
    for field, info in type(config).model_fields.items():
        assert f"PARVIS_{field}".upper() in settings
        assert info.description
        assert escape(info.description) not in settings, info.description


def test_only_administrators_import(cast: Cast, tmp_path: Path):
    assert client_of(cast.host).post("/admin/imports/", {"bundle": bundle_of(tmp_path)}).status_code == 403
    assert not Run.objects.exists()


def fail_one(name: str = "membership.sync_groups") -> int:
    enqueue(name)
    row = read("SELECT max(id) AS id FROM procrastinate_jobs")[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [row.id])
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed', attempts = 3 WHERE id = %s", [row.id]
        )
    return int(row.id)


def statuses() -> list[str]:
    return [
        row.status
        for row in read(
            "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'membership.sync_groups'"
        )
    ]


def test_failed_work_is_tried_again_or_forgotten(cast: Cast, admin: Client, run_jobs: Callable[[], int]):
    run_jobs()
    job = fail_one()
    assert "membership.sync_groups" in text_of(admin.get("/admin/jobs/"))
    assert client_of(cast.host).post(f"/admin/jobs/{job}/retry/").status_code == 403
    admin.post(f"/admin/jobs/{job}/retry/")
    assert statuses() == ["todo"]
    assert admin.post(f"/admin/jobs/{job}/forget/").status_code == 404  # it isn't a failed one any more
    run_jobs()
    admin.post(f"/admin/jobs/{fail_one()}/forget/")
    assert statuses() == []
    fail_one()
    fail_one()
    admin.post("/admin/jobs/retry/")
    assert statuses() == ["todo", "todo"]


def test_waiting_work_can_not_be_dropped_by_its_number(admin: Client):
    enqueue("membership.sync_groups")
    job = read("SELECT max(id) AS id FROM procrastinate_jobs")[0].id
    assert admin.post(f"/admin/jobs/{job}/forget/").status_code == 404
    assert statuses() == ["todo"]


def test_the_health_page_finds_what_is_wrong_and_shows_no_secret(cast: Cast, admin: Client):
    fail_one()
    cast.everyone.memberships.filter(person=cast.member).delete()
    page = text_of(admin.get("/admin/checks/"))
    assert "PARVIS_SECRET_KEY" in page
    assert "only-for-tests" not in page
    for path in ("/admin/jobs/", "/admin/mail/", "/c/everyone/", "/admin/people/?state=administrator"):
        assert path in page.split("<main")[1]


def count_of(person: Person, place: str) -> int:
    return next(row.rows for row in stored.counts_of(person) if row.place == place)


def test_what_is_stored_is_counted_from_every_table(cast: Cast):
    Subject.objects.create(person=cast.member, kind="ask", label="Miel", folded="miel")
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    note = kind.publish(cast.open, body="Bonjour", by=cast.member)
    Bookmark.objects.create(person=cast.member, contribution=note)
    assert count_of(cast.member, "people_subject.person_id") == 1
    assert count_of(cast.member, "contributions_contribution.author_id") == 1
    assert count_of(cast.member, "contributions_bookmark.person_id") == 1
    assert count_of(cast.stranger, "contributions_bookmark.person_id") == 0
    pointing = {
        f"{field.model._meta.db_table}.{field.column}"
        for relation in Person._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
        for field in [relation.field]
        if isinstance(field, ForeignKey) and field.model.__module__.startswith("parvis.")
    }
    assert pointing
    assert pointing <= {row.place for row in stored.counts_of(cast.member)}


def test_the_page_shows_one_s_own_rows_and_nobody_else_s(cast: Cast):
    page = text_of(client_of(cast.member).get("/about/data/"))
    assert "spaces_membership.person_id" in page
    assert cast.member.email in page
    assert cast.author.email not in page
    assert "argon2" not in page


def test_the_hour_of_a_sign_in_is_not_kept_on_the_account(cast: Cast):
    client_of(cast.member)
    assert Person.objects.get(id=cast.member.id).last_login is None


def test_a_count_tells_nothing_of_places_that_one_may_not_read(cast: Cast) -> None:
    text = f"@[](person:{cast.stranger.key})"
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    before = count_of(cast.stranger, "contributions_mention.person_id")
    for space in (cast.secret, cast.on_request, cast.everyone):
        kind.publish(space, body=text, by=cast.author)
    assert count_of(cast.stranger, "contributions_mention.person_id") == before + 1
