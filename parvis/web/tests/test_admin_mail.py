"""The mail relay as an administrator sets it: what is kept, what is shown, what the test says."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from parvis.testing.cast import Cast
from parvis.toolkit.pages import TOAST_COOKIE
from parvis.web.models import Network
from parvis.web.tests.acting_in_communities import cast, client_of, text_of

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

MAIL = {
    "host": "127.0.0.1",
    "port": "9",
    "security": "none",
    "user": "u",
    "password": "s3cret-of-mail",
    "sender": "",
}


@pytest.fixture
def admin(cast: Cast) -> Client:
    return client_of(cast.administrator)


def network() -> Network:
    return Network.objects.get(id=1)


def sentence_of(answer: Any) -> str:
    """What the next page will say."""
    return str(signing.loads(answer.cookies[TOAST_COOKIE].value, salt="toast")[0])


def test_mail_settings_keep_their_password_and_a_failed_test_says_why(admin: Client):
    assert admin.post("/admin/mail/", {**MAIL, "port": "70000"}).status_code == 422
    assert admin.post("/admin/mail/", {**MAIL, "host": "smtp://x/y"}).status_code == 422
    admin.post("/admin/mail/", MAIL)
    shown = text_of(admin.get("/admin/mail/"))
    assert "s3cret-of-mail" not in shown
    admin.post("/admin/mail/", {**MAIL, "password": "•" * 8, "sender": "reseau@example.org"})
    assert network().mail["password"] == "s3cret-of-mail"
    assert sentence_of(admin.post("/admin/mail/", {**MAIL, "host": ""})) == "Enregistré."
    assert "Envoyez un essai" in sentence_of(admin.post("/admin/mail/", MAIL))
    failed = admin.post("/admin/mail/test/", {"to": "moi@example.org"})
    assert failed.status_code == 422
    assert "moi@example.org" in text_of(failed)
    assert admin.post("/admin/mail/test/", {"to": "nowhere"}).status_code == 422
