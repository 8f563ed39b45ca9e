"""The search tells nobody a word that isn't theirs: results, counts, facets, suggestions, highlights, corrections; and it
answers a stranger alike whether a secret community exists or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from parvis.contributions import actions, entries, replies
from parvis.contributions.models import Contribution, Reply
from parvis.kernel.db import SYSTEM, acting
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.search import vocabulary
from parvis.search.asking import parse
from parvis.search.engine import Answer, search, suggest
from parvis.search.finding import count_known, stems_of
from parvis.toolkit import registry
from tests.planting import Planted, plant
from tests.sweeping import Sweep
from tests.world import World

ACTIVE = (
    "stranger",
    "host_elsewhere",
    "ex_member",
    "member",
    "cohost",
    "author",
    "host",
    "administrator",
    "invitee",
)
OUTSIDE = ("stranger", "ex_member", "administrator")
# Words of these can be asked for one by one: each is what the index, or the search by names, holds.
ASKED_FOR = {
    "contributions_contribution.title", "contributions_body.text", "contributions_reply.text", "contributions_tag.label",
    "documents_version.text", "spaces_space.name", "spaces_space.purpose", "feeds_item.title",
}  # fmt: skip


def said(value: Any) -> Iterator[str]:
    """Every text in an answer but those the asker typed."""
    if is_dataclass(value):
        for one in fields(value):
            if one.name not in ("question", "ask"):
                yield from said(getattr(value, one.name))
    elif isinstance(value, (tuple, list, set)):
        for one in value:
            yield from said(one)
    elif isinstance(value, dict):
        yield from said(list(value.values()))
    elif hasattr(value, "_meta"):
        yield from said([getattr(value, one.attname) for one in value._meta.concrete_fields])
    elif value is not None:
        yield str(value)


def whole_answer(text: str, person: Person) -> list[Answer]:
    """All pages of it."""
    pages = [search(parse(text), person)]
    while pages[-1].has_next:
        pages.append(search(parse(text), person, page=pages[-1].page + 1))
    return pages


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    planted = plant(world)
    entries.rebuild(
        [*Contribution.objects.values_list("id", flat=True), *Reply.objects.values_list("id", flat=True)]
    )
    vocabulary.learn()
    return planted


def everybody(world: World, names: tuple[str, ...] = ACTIVE) -> Iterator[tuple[str, Person]]:
    for name, person in world.people().items():
        if name in names and person is not None:
            yield name, person


def test_nobody_is_told_a_word_that_is_not_theirs(world: World, planted: Planted) -> None:
    found = Sweep()
    for actor, person in everybody(world):
        with acting(person):
            for text in (
                "canari",
                "lampe",
                "kind:topic",
                "kind:reply",
                "after:2000",
                "tag:canari",
                "author:canari",
            ):
                found.note("\n".join(said(whole_answer(text, person))), actor, f"search {text}")
            for text in ("canari", "can", "lam"):
                found.note("\n".join(said(suggest(text, person))), actor, f"suggest {text}")
    leaks = found.leaks(planted)
    assert not leaks, "\n".join(leaks[:40])
    wanted = {
        "contributions_contribution.title",
        "contributions_body.text",
        "contributions_reply.text",
        "spaces_space.name",
    }
    assert wanted <= found.columns(planted), sorted(wanted - found.columns(planted))


def test_whoever_guesses_a_word_that_is_not_theirs_learns_nothing(world: World, planted: Planted) -> None:
    asked = met = 0
    for actor, person in everybody(world, OUTSIDE):
        with acting(person):
            for word, column in planted.where.items():
                if column not in ASKED_FOR:
                    continue
                answer = search(parse(word), person)
                if actor in planted.readers[word]:
                    met += bool(answer.count or answer.spaces or answer.tags or answer.shelf)
                    continue
                asked += 1
                # (Names that look alike may be proposed: they are the reader's to know, and say so.)
                told = (answer.hits, answer.count, answer.facets, answer.writers, answer.tags, answer.shelf,
                        answer.corrected, answer.is_more, answer.is_loose)  # fmt: skip
                assert told == ((), 0, (), (), (), (), (), False, False), (actor, column)
                assert not any(word in text for text in said([answer, suggest(word, person)])), (
                    actor,
                    column,
                )
    assert asked > 100
    assert met > 50


def test_what_is_found_is_what_visible_to_says(world: World, planted: Planted) -> None:
    for actor, person in everybody(world):
        with acting(person):
            visible = Contribution.objects.visible_to(person).published().exclude(card__has_key="shared")
            found = {hit.contribution_id for page in whole_answer("after:1990", person) for hit in page.hits}
            assert found == set(visible.values_list("id", flat=True)), actor


def test_who_isnt_active_finds_nothing(world: World, planted: Planted) -> None:
    suspended = world.cast.suspended
    assert search(parse("canari"), suspended) == Answer(parse("canari"))
    assert suggest("canari", suspended) == []
    assert count_known(["canari"], suspended) == 0


def test_an_ex_member_finds_nothing_from_the_next_statement_on(world: World) -> None:
    cast = world.cast
    with acting(SYSTEM):
        row = actions.publish(
            "note", cast.secret, title="", body="Le tungstène arrive", by=cast.author, needs_title=False
        )
    assert [hit.contribution_id for hit in search(parse("tungstene"), cast.cohost).hits] == [row.id]
    with acting(SYSTEM):
        membership.remove_member(cast.secret, cast.cohost, by=cast.host)
    answer = search(parse("tungstene"), cast.cohost)
    assert (answer.hits, answer.count, answer.facets, suggest("tungst", cast.cohost)) == ((), 0, (), [])


QUESTIONS = (
    "lampe", "lam", "lampes", "lqmpe", "xylophoniste", "xylophonist", "xilophoniste", "xylo", "kind:topic", "after:2000",
    "in:confrerie", "author:auteur", "tag:xylophone", "confrérie", "confrerrie", '"très secret"', "réponse lampe secret",
)  # fmt: skip


def test_a_secret_community_changes_no_answer_to_a_stranger(world: World) -> None:
    """The same database before and after one is there, with words that nobody else uses and words that all use."""
    cast = world.cast
    before = {
        text: (repr(whole_answer(text, cast.stranger)), suggest(text, cast.stranger)) for text in QUESTIONS
    }
    with acting(SYSTEM):
        secret = membership.create_community(
            name="Confrérie du xylophone",
            purpose="Très secret",
            theme="professional",
            access="secret",
            by=cast.author,
        )
        topic = actions.publish(
            "note",
            secret,
            title="",
            body="Le xylophoniste cache sa lampe, lqmpe, #xylophone très secret",
            by=cast.author,
            needs_title=False,
        )
        replies.reply(topic, body="Une réponse du xylophoniste : lampe, lampes, lampe", by=cast.author)
        vocabulary.learn()
    assert "xylophoniste" in vocabulary.near("xylophonist")
    assert search(parse("xylophoniste"), cast.author).count == 1
    after = {
        text: (repr(whole_answer(text, cast.stranger)), suggest(text, cast.stranger)) for text in QUESTIONS
    }
    assert after == before


def test_a_correction_comes_from_what_its_reader_may_read(world: World) -> None:
    cast = world.cast
    with acting(SYSTEM):
        actions.publish(
            "note", cast.secret, title="", body="Le sarcophage", by=cast.author, needs_title=False
        )
        actions.publish("note", cast.open, title="", body="Le funiculaire", by=cast.author, needs_title=False)
        vocabulary.learn()
    assert search(parse("sarcofage"), cast.stranger).corrected == ()
    assert search(parse("sarcophge"), cast.stranger).corrected == ()
    assert search(parse("sarcophge"), cast.author).corrected == (("sarcophge", "sarcophage"),)
    assert search(parse("funiculare"), cast.stranger).corrected == (("funiculare", "funiculaire"),)


def test_stems_are_asked_of_no_text() -> None:
    """They are constants of the two languages: what a process remembers of them tells nothing of anybody."""
    assert set(stems_of(["réunions"])["réunions"]) == {"reunion", "reunions"}


def test_tools_that_answer_are_asked_with_their_reader() -> None:
    assert any(tool.search for tool in registry.tools())
