"""Beside the home stream: texts that nobody has answered yet. Not here: the blocks that administrators fill."""

from __future__ import annotations

import re

import pytest

from parvis.contributions.replies import reply
from parvis.testing.cast import Cast
from parvis.web.tests.test_things import cast, client_of, note, topic

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


def beside(cast: Cast) -> str:
    """What the member's home page says beside the stream."""
    html = client_of(cast.member).get("/").content.decode()
    return re.sub(r"(?s).*<aside", "", html)


def test_an_unanswered_text_is_offered_until_somebody_answers(cast: Cast):
    waiting = topic(cast.open, cast.author, title="Who keeps the spare key?")
    for turn in range(3):
        note(cast.open, cast.author, body=f"Further up {turn}")
    assert "Who keeps the spare key?" in beside(cast)
    reply(waiting, body="I do.", by=cast.host)
    for turn in range(3):
        note(cast.open, cast.author, body=f"Above again {turn}")
    assert "Who keeps the spare key?" not in beside(cast)


def test_what_stands_on_top_of_the_stream_and_ones_own_are_not_said_twice(cast: Cast):
    topic(cast.open, cast.member, title="My own question")
    for turn in range(3):
        note(cast.open, cast.author, body=f"Between {turn}")
    topic(cast.open, cast.author, title="On top of the stream")
    said = beside(cast)
    assert "My own question" not in said
    assert "On top of the stream" not in said
