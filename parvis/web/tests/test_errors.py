"""What goes wrong by our fault gives a page with a sentence, and a trace to whoever keeps the site running."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the lamp fell")


urlpatterns = [path("fall/", fail)]
handler404 = "parvis.web.errors.not_found"
handler500 = "parvis.web.errors.server_error"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What reaches the site's own log from now on."""
    ours = next(h for h in logging.getLogger().handlers if h.get_name() == "stderr")
    assert isinstance(ours, logging.StreamHandler)
    heard = io.StringIO()
    before = ours.setStream(heard)
    yield heard
    ours.setStream(before)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_an_error_of_ours_is_a_page_with_a_sentence_and_a_trace_in_the_log(said: io.StringIO) -> None:
    answer = Client(raise_request_exception=False).get("/fall/")

    assert answer.status_code == 500
    assert "It has been logged" in answer.content.decode()
    assert "/parvis." in answer.content.decode()  # in our own clothes, even then
    assert "RuntimeError: the lamp fell" in said.getvalue()
    assert "/fall/" in said.getvalue()


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_missing_page_is_no_news_for_the_log(said: io.StringIO) -> None:
    assert Client().get("/nothing/").status_code == 404
    assert said.getvalue() == ""
