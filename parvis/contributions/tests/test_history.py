"""What a text said before: the versions that its readers saw, counted as they were."""

from __future__ import annotations

import pytest

from parvis.contributions import actions
from parvis.contributions.history import steps_of
from parvis.testing.cast import build_cast
from parvis.toolkit import registry

pytestmark = pytest.mark.django_db


def test_versions_are_counted_by_texts_and_not_by_what_else_happened() -> None:
    cast = build_cast()
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    note = kind.publish(cast.open, title="", body="One", by=cast.author)
    actions.hide(note, reason="Wait.", by=cast.host)
    actions.show_again(note, by=cast.host)
    actions.revise(note, title="", body="Two", by=cast.author, needs_title=False)
    actions.hide(note, reason="Wait again.", by=cast.host)
    actions.show_again(note, by=cast.host)

    assert [step.number for step in steps_of(note)] == [2, 1]
