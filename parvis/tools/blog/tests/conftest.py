"""The cast and their browsers, for the blog's tests."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parvis.accounts.sessions import BACKEND
from parvis.contributions.attachments import keep_upload
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def cast(db: None) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    def make(person: Person) -> Client:
        client = Client(headers={"accept-language": "en"})
        Person.objects.filter(id=person.id).update(language="en")
        client.force_login(person, backend=BACKEND)
        return client

    return make


def picture() -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (320, 160), (200, 90, 40)).save(kept, "PNG")
    return SimpleUploadedFile("cover.png", kept.getvalue(), "image/png")


@pytest.fixture
def cover_of() -> Callable[[Person], str]:
    """The key of a picture that a person has just sent."""
    return lambda person: encode(keep_upload(picture(), alt="", by=person).id)
