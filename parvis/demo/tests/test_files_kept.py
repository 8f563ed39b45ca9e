"""Which files outlive the demonstration: the logo and the portrait of the account that stays, and no other."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.db import models
from django.test import Client
from PIL import Image

from parvis.accounts import profile
from parvis.accounts.sessions import BACKEND
from parvis.config import config
from parvis.kernel import clock
from parvis.kernel.errors import NotFound
from parvis.kernel.files import local_store
from parvis.people.models import Person
from parvis.testing.cast import build_cast
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


def picture(colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(data, "PNG")
    return data.getvalue()


def test_the_portrait_of_who_stays_and_the_logo_outlive_the_demonstration(
    monkeypatch: pytest.MonkeyPatch,
    run_jobs: Callable[[], int],
    django_capture_on_commit_callbacks: Callable[..., object],
):
    monkeypatch.setattr(config, "demo", True)
    store = local_store()
    logo = store.store(io.BytesIO(picture("#204080")), name="logo.png", max_bytes=10**6).sha256
    Network.objects.update_or_create(
        id=1, defaults={"name": "Maison Lumen", "logo": logo, "set_up_at": clock.now(), "language": "fr"}
    )
    cast = build_cast()
    staying, leaving = cast.administrator, cast.member
    profile.set_photo(staying, picture("#a03050"), by=staying)
    profile.set_photo(leaving, picture("#30a050"), by=leaving)
    client = Client()
    client.force_login(staying, backend=BACKEND)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        answer = client.post("/demo/wipe/", {"typed": "Maison Lumen", "own_name": "Rosa Kern"})
    assert answer.headers["Location"] == "/admin/"
    left = Person.objects.get()
    assert left.photo == staying.photo
    assert store.path(left.photo).is_file()
    assert client.get(left.photo_url).status_code == 200
    assert store.path(Network.objects.get(id=1).logo).is_file()
    with pytest.raises(NotFound):
        store.path(leaving.photo)


def test_the_tables_that_stay_keep_files_in_no_other_column():
    """A new column of files on either of them must be kept by the wipe too."""
    hashes = {
        f"{model.__name__}.{field.name}"
        for model in (Person, Network)
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.max_length == 64
    }
    assert hashes == {"Person.photo", "Network.logo"}
