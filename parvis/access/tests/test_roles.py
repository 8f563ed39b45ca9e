"""Who may: facts of a person at a place, and the refusals they lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parvis.access.roles import Role, roles
from parvis.access.table import RULES, may, require
from parvis.contributions.models import Contribution, Reader, State
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound
from parvis.spaces.models import Membership
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def note(cast: Cast, space_name: str = "open", *, is_draft: bool = False) -> Contribution:
    kind = registry.kind_for(getattr(cast, space_name), "note")
    assert kind is not None
    return kind.publish(getattr(cast, space_name), title="", body="Un mot", by=cast.author, is_draft=is_draft)


def test_a_suspended_account_is_a_visitor_everywhere(cast: Cast):
    assert roles(cast.suspended, cast.open) == {Role.VISITOR}


def test_a_secret_place_does_not_exist_for_strangers_and_administrators(cast: Cast):
    for person in (cast.stranger, cast.administrator, cast.ex_member, cast.host_elsewhere):
        with pytest.raises(NotFound):
            require("space.read", cast.secret, by=person)


def test_a_place_on_request_is_known_but_its_content_is_its_members(cast: Cast):
    with pytest.raises(NotAllowed):
        require("space.read", cast.on_request, by=cast.stranger)
    assert may("space.read", cast.on_request, by=cast.member)
    assert not may("space.read", cast.on_request, by=cast.administrator)


def test_a_mandate_that_has_ended_makes_a_host_a_member(cast: Cast):
    assert Role.HOST not in roles(cast.cohost, cast.open)
    Membership.objects.filter(space=cast.open, person=cast.cohost).update(
        host_until_on=clock.today() + timedelta(days=1)
    )
    assert Role.HOST in roles(cast.cohost, cast.open)


def test_an_archived_place_can_be_read_and_not_written(cast: Cast):
    assert may("space.read", cast.archived, by=cast.member)
    with pytest.raises(NotAllowed, match="archived|archivée"):
        require("space.post", cast.archived, by=cast.member)


def test_a_draft_is_its_authors_and_its_named_readers_while_it_is_one(cast: Cast):
    draft = note(cast, is_draft=True)
    for person in (cast.member, cast.host, cast.administrator):
        with pytest.raises(NotFound):
            require("contribution.read", draft, by=person)
    Reader.objects.create(contribution=draft, person=cast.stranger)
    assert may("contribution.read", draft, by=cast.stranger)
    assert not may("contribution.reply", draft, by=cast.stranger)
    draft.state = State.HIDDEN
    draft.save(update_fields=["state"])
    assert not may("contribution.read", draft, by=cast.stranger)


def test_an_author_who_left_no_longer_reads_what_waits_in_a_closed_place(cast: Cast):
    draft = note(cast, "on_request", is_draft=True)
    Membership.objects.filter(space=cast.on_request, person=cast.author).delete()
    with pytest.raises(NotFound):
        require("contribution.read", draft, by=cast.author)


def test_a_refusal_says_whom_to_ask(cast: Cast):
    published = note(cast)
    for ability in ("contribution.hide", "contribution.edit", "contribution.reply"):
        with pytest.raises(NotAllowed) as refusal:
            require(ability, published, by=cast.stranger)
        assert len(refusal.value.sentence) > 15


def test_every_ability_names_who_may():
    assert all(rule.roles for rule in RULES.values())
