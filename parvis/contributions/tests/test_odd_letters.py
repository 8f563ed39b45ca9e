"""Texts whose words are nothing but accents, or hold letters that turn into quotes, are saved and found."""

from __future__ import annotations

import pytest
from django.db import connection

from parvis.contributions.actions import publish
from parvis.contributions.models import Contribution
from parvis.testing.cast import Cast, build_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


@pytest.mark.parametrize("text", ["¸", "¯\\_(ツ)_/¯ rivage", "´ ¨ rivage", "c\u02bchoazh rivage", "l´été"])
def test_a_lone_accent_keeps_no_text_from_being_saved(cast: Cast, text: str) -> None:
    made = publish("note", cast.open, title="Un mot", body=text, by=cast.author)
    assert Contribution.objects.filter(id=made.id).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT words::text FROM contributions_entry WHERE contribution_id = %s", [made.id])
        assert ("rivag" in cursor.fetchone()[0]) == ("rivage" in text)
