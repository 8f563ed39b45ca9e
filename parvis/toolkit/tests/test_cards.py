"""What a card says of its contribution. Not here: the stream that chose it (contributions)."""

from __future__ import annotations

import pytest
from django.utils import translation

from parvis.contributions import stream
from parvis.contributions.replies import reply
from parvis.testing.cast import build_cast
from parvis.toolkit import cards, registry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("count", "word"), [(1, "réponse"), (2, "réponses")])
def test_a_card_counts_its_replies_in_the_readers_grammar(count: int, word: str) -> None:
    cast = build_cast()
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    note = kind.publish(cast.open, title="", body="Un mot", by=cast.author)
    for number in range(count):
        reply(note, body=f"Réponse {number}", by=cast.member)
    with translation.override("fr"):
        drawn = cards.draw(stream.by_ids([note.id], cast.member), cast.member)[0]
    assert f'{count}<span class="visually-hidden"> {word}</span>' in drawn
