"""Who will read a text, said in words and number before it is published."""

from __future__ import annotations

import pytest

from parvis.spaces.models import Space
from parvis.testing.cast import build_cast
from parvis.web.audience import audience_sentence

pytestmark = pytest.mark.django_db


def test_an_open_place_counts_everybody_and_a_closed_one_its_members() -> None:
    cast = build_cast()
    Space.objects.filter(is_everyone=True).update(member_count=1521)
    Space.objects.filter(id=cast.on_request.id).update(member_count=1)
    everyone = Space.objects.get(is_everyone=True)
    cast.on_request.refresh_from_db()

    assert audience_sentence(everyone).startswith("Visible by the 1,521 people of the network.")
    assert f"1,521 people of the network, in {cast.open.name}." in audience_sentence(cast.open)
    assert f"Visible by the 1 member of {cast.on_request.name}." in audience_sentence(cast.on_request)
