"""The rows of the matrix that another network answers otherwise: a demonstration, and one whose mail leaves by a relay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core import signing

from parvis.config import config
from parvis.demo.seed import ROLES
from parvis.people.models import Person
from parvis.testing.relay import Relay, listening
from parvis.web import demo_roles
from parvis.web.models import Network
from tests import test_matrix
from tests.matrix.rows import Row, read_answers
from tests.matrix.site import DEMONSTRATION, RELAYED
from tests.trial import Marks, attempt, fingerprint, undone
from tests.world import World

CAST = {"admin": "administrator", "host": "host", "member": "member", "sponsor": "author"}


@pytest.fixture(scope="module")
def demonstration(world: World) -> Iterator[World]:
    """The world as a demonstration: the four are its administrator, host, member and author."""
    with undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "demo", True)
        for role, actor in CAST.items():
            person = world.people()[actor]
            assert person is not None
            Person.objects.filter(id=person.id).update(username=ROLES[role])
        world.site["window"] = signing.dumps(["admin", world.cast.member.id], salt=demo_roles.SALT)
        yield world


@pytest.fixture(scope="module")
def before(demonstration: World) -> Marks:
    return fingerprint()


@pytest.mark.parametrize("row", DEMONSTRATION, ids=str)
def test_each_actor_of_a_demonstration_gets_what_the_table_says(
    row: Row, demonstration: World, before: Marks
) -> None:
    test_matrix.test_each_actor_gets_what_the_table_says(row, demonstration, before)


@pytest.mark.parametrize("row", DEMONSTRATION, ids=str)
def test_a_demonstration_that_was_ended_answers_as_any_network(
    row: Row, demonstration: World, before: Marks
) -> None:
    with undone():
        Network.objects.update(checklist={demo_roles.FOR_REAL: "2026-01-01T00:00:00+00:00"})
        ended = [other for other in test_matrix.ROWS if str(other) == str(row)]
        assert len(ended) == 1
        for actor, expected in read_answers()[ended[0].pattern]["site"].items():
            assert test_matrix.ask(demonstration, row, actor, "site", None).word == expected, actor


def test_the_wrong_name_ends_no_demonstration(demonstration: World, before: Marks) -> None:
    outcome = attempt(
        demonstration, "administrator", "POST", "/demo/wipe/", {"typed": "Autre"}, before=before
    )
    assert (outcome.word, outcome.changes) == ("422", {})


@pytest.fixture
def relay(world: World) -> Iterator[Relay]:
    with undone(), listening() as relay:
        Network.objects.update(mail={"host": "127.0.0.1", "port": relay.port, "security": "none"})
        yield relay


@pytest.mark.parametrize("row", RELAYED, ids=str)
def test_each_actor_of_a_network_with_mail_gets_what_the_table_says(
    row: Row, world: World, relay: Relay
) -> None:
    test_matrix.test_each_actor_gets_what_the_table_says(row, world, fingerprint())
    assert len(relay.received) == (row.name == "admin_mail_test")
