"""Belonging: head-counts and stream sources stay true, and nobody is left without a host."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parvis.journal.models import Activity
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions, belonging, charters, groups
from parvis.membership.jobs import end_mandates
from parvis.people.models import Person, PersonState
from parvis.spaces.models import Level, Membership, Space, Subscription
from parvis.testing.cast import Cast, build_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def count_of(space: Space) -> int:
    return Space.objects.values_list("member_count", flat=True).get(id=space.id)


def assert_counts_true() -> None:
    assert belonging.recount_spaces(Space.objects.values_list("id", flat=True)) == 0


def level_of(space: Space, person: Person) -> int | None:
    return Subscription.objects.filter(space=space, person=person).values_list("level", flat=True).first()


def test_joining_makes_a_member_and_a_stream_source_and_leaving_ends_both(cast: Cast):
    before = count_of(cast.open)
    actions.join(cast.open, by=cast.stranger)
    actions.join(cast.open, by=cast.stranger)
    assert count_of(cast.open) == before + 1
    assert level_of(cast.open, cast.stranger) == Level.NORMAL
    assert (
        Activity.objects.filter(
            verb="member.joined", thing_id=cast.open.id, actor_id=cast.stranger.id
        ).count()
        == 1
    )
    actions.leave(cast.open, by=cast.stranger)
    assert count_of(cast.open) == before
    assert level_of(cast.open, cast.stranger) is None
    assert_counts_true()


def test_the_cast_has_true_head_counts_of_active_people(cast: Cast):
    assert_counts_true()
    assert count_of(cast.open) == 4  # host, member, author, cohost; the suspended one doesn't count


def test_following_an_open_community_needs_no_membership_and_muting_keeps_it(cast: Cast):
    actions.set_level(cast.open, Level.FOLLOWING, by=cast.stranger)
    assert level_of(cast.open, cast.stranger) == Level.FOLLOWING
    assert not Membership.objects.filter(space=cast.open, person=cast.stranger).exists()
    actions.unfollow(cast.open, by=cast.stranger)
    assert level_of(cast.open, cast.stranger) is None
    actions.set_level(cast.open, Level.MUTED, by=cast.member)
    assert Membership.objects.filter(space=cast.open, person=cast.member).exists()
    with pytest.raises(Refused):
        actions.unfollow(cast.open, by=cast.member)


def test_a_closed_community_is_not_followed_from_outside(cast: Cast):
    with pytest.raises(NotAllowed):
        actions.set_level(cast.on_request, Level.FOLLOWING, by=cast.stranger)
    with pytest.raises(NotFound):
        actions.set_level(cast.secret, Level.FOLLOWING, by=cast.stranger)
    assert level_of(cast.on_request, cast.stranger) is None


@pytest.mark.parametrize(
    ("name", "error"), [("secret", NotFound), ("on_request", Refused), ("archived", NotAllowed)]
)
def test_only_open_communities_are_simply_joined(cast: Cast, name: str, error: type[Exception]):
    space = getattr(cast, name)
    with pytest.raises(error):
        actions.join(space, by=cast.stranger)
    assert not Membership.objects.filter(space=space, person=cast.stranger).exists()


def test_the_last_host_names_another_before_leaving(cast: Cast):
    with pytest.raises(Refused):
        actions.leave(cast.open, by=cast.host)
    with pytest.raises(Refused):
        actions.leave(cast.open, by=cast.host, successor=cast.stranger)
    actions.leave(cast.open, by=cast.host, successor=cast.member)
    assert [row.person_id for row in belonging.running_hosts(cast.open)] == [cast.member.id]


def test_everyone_holds_all_active_people_who_may_mute_but_not_leave(cast: Cast):
    assert count_of(cast.everyone) == Person.objects.active().count()
    with pytest.raises(Refused):
        actions.leave(cast.everyone, by=cast.member)
    actions.set_level(cast.everyone, Level.MUTED, by=cast.member)
    assert level_of(cast.everyone, cast.member) == Level.MUTED
    newcomer = Person.objects.create(display_name="Nina Neuve")
    actions.welcome_person(newcomer)
    assert count_of(cast.everyone) == Person.objects.active().count()
    assert_counts_true()


def test_administrators_host_the_community_of_everyone_and_say_who_posts(cast: Cast):
    actions.set_posting(cast.everyone, "hosts", by=cast.administrator)
    from parvis.access.table import may

    assert not may("space.post", cast.everyone, by=cast.member)
    assert may("space.post", cast.everyone, by=cast.administrator)
    with pytest.raises(NotAllowed):
        actions.set_posting(cast.everyone, "members", by=cast.member)


def test_people_who_leave_the_company_stop_counting(cast: Cast):
    before = count_of(cast.open)
    cast.member.state = PersonState.LEFT
    cast.member.save()
    actions.person_changed(cast.member)
    assert count_of(cast.open) == before - 1


def test_unclaimed_people_belong_without_counting(cast: Cast):
    before = count_of(cast.open)
    actions.add_member(cast.open, cast.unclaimed, by=SYSTEM, is_silent=True)
    assert count_of(cast.open) == before
    assert Membership.objects.filter(space=cast.open, person=cast.unclaimed).exists()


def test_hosts_elsewhere_and_members_change_nobody(cast: Cast):
    for actor, error in (
        (cast.host_elsewhere, NotAllowed),
        (cast.member, NotAllowed),
        (cast.ex_member, NotAllowed),
    ):
        with pytest.raises(error):
            actions.remove_member(cast.open, cast.author, by=actor)
        with pytest.raises(error):
            actions.set_host(cast.open, actor, by=actor)
    with pytest.raises(NotFound):
        actions.remove_member(cast.secret, cast.author, by=cast.host_elsewhere)
    assert Membership.objects.filter(space=cast.open, person=cast.author, role="member").exists()


def test_a_temporary_cohost_hosts_until_the_day_and_then_is_a_member(cast: Cast):
    actions.set_host(cast.open, cast.member, by=cast.host, until=clock.today() + timedelta(days=7))
    assert len(belonging.running_hosts(cast.open)) == 2
    Membership.objects.filter(space=cast.open, person=cast.member).update(
        host_until_on=clock.today() - timedelta(days=1)
    )
    with pytest.raises(NotAllowed):
        actions.add_member(cast.open, cast.stranger, by=cast.member)
    end_mandates()
    row = Membership.objects.get(space=cast.open, person=cast.member)
    assert (row.role, row.host_until_on) == ("member", None)


def test_one_host_always_holds_the_mandate_without_end(cast: Cast):
    with pytest.raises(Refused):
        actions.set_host(cast.open, cast.host, by=cast.host, until=clock.today() + timedelta(days=7))
    with pytest.raises(Refused):
        actions.end_mandate(cast.open, cast.host, by=cast.host)


def test_administrators_name_a_host_only_where_nobody_hosts(cast: Cast):
    with pytest.raises(NotAllowed):
        actions.set_host(cast.open, cast.member, by=cast.administrator)
    cast.host.state = PersonState.LEFT
    cast.host.save()
    actions.set_host(cast.open, cast.member, by=cast.administrator)
    assert [row.person_id for row in belonging.running_hosts(cast.open)] == [cast.member.id]
    with pytest.raises(Refused):  # never themselves into a place they don't belong to
        actions.set_host(cast.secret, cast.administrator, by=cast.administrator)


def test_only_administrators_open_communities_when_the_network_says_so(cast: Cast):
    fields = {"name": "Potager", "purpose": "Semer.", "theme": "interest", "access": "open"}
    with pytest.raises(NotAllowed):
        actions.create_community(**fields, by=cast.member, who_creates="admins")
    space = actions.create_community(
        **fields, by=cast.administrator, who_creates="admins", tools={"forum": "Yammer"}
    )
    assert (space.member_count, space.tools.get().replaces) == (1, "Yammer")
    assert [row.person_id for row in belonging.running_hosts(space)] == [cast.administrator.id]


def test_a_secret_community_never_takes_a_plain_address(cast: Cast):
    fields = {"name": "Fusion", "purpose": "", "theme": "professional"}
    secret = actions.create_community(**fields, access="secret", by=cast.host)
    plain = actions.create_community(**fields, access="open", by=cast.stranger)
    assert plain.slug == "fusion"
    assert secret.slug.startswith("fusion-")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "!!!"}, "name"),
        ({"name": "a" * 200}, "name"),
        ({"purpose": "x" * 400}, "purpose"),
        ({"theme": "other"}, "theme"),
        ({"access": "public"}, "access"),
        ({"welcome": "x" * 9000}, "welcome"),
    ],
)
def test_wrong_words_are_refused_at_their_field(cast: Cast, change: dict[str, str], field: str):
    fields = {"name": "Potager", "purpose": "Semer.", "theme": "interest", "access": "open", **change}
    with pytest.raises(Refused) as caught:
        actions.create_community(**fields, by=cast.member)
    assert caught.value.field == field


def test_a_charter_is_accepted_on_joining_and_again_when_it_changes(cast: Cast):
    charter = charters.write_charter(cast.open, "- Bienveillance", by=cast.host)
    assert charter is not None
    with pytest.raises(Refused):
        actions.join(cast.open, by=cast.stranger)
    actions.join(cast.open, by=cast.stranger, charter_version=charter.version)
    assert Membership.objects.get(space=cast.open, person=cast.stranger).charter_version == 1
    charters.write_charter(cast.open, "- Bienveillance\n- Confidentialité", by=cast.host)
    with pytest.raises(Refused):
        charters.accept(cast.open, 1, by=cast.stranger)
    charters.accept(cast.open, 2, by=cast.stranger)
    assert Membership.objects.get(space=cast.open, person=cast.stranger).charter_version == 2
    assert charters.write_charter(cast.open, "- Bienveillance\n- Confidentialité", by=cast.host).version == 2
    charters.write_charter(cast.open, "", by=cast.host)
    assert charters.current(cast.open) is None


def test_a_group_gives_membership_as_long_as_people_match_its_rule(cast: Cast):
    sales = groups.save_group(
        name="Ventes à Lyon", rule={"department": ["Ventes"], "site": ["Lyon"]}, by=cast.administrator
    )
    groups.grant(cast.elsewhere, sales, by=cast.host_elsewhere)
    people = set(Membership.objects.filter(space=cast.elsewhere).values_list("person__username", flat=True))
    assert people == {"host_elsewhere", "member", "ex_member"}
    with pytest.raises(Refused):
        actions.leave(cast.elsewhere, by=cast.member)
    cast.member.site = "Nantes"
    cast.member.save()
    actions.person_changed(cast.member)
    cast.stranger.department, cast.stranger.site = "Ventes", "Lyon"
    cast.stranger.save()
    actions.person_changed(cast.stranger)
    people = set(Membership.objects.filter(space=cast.elsewhere).values_list("person__username", flat=True))
    assert people == {"host_elsewhere", "stranger", "ex_member"}
    assert_counts_true()


def test_the_hourly_job_makes_groups_true_and_keeps_who_came_alone(cast: Cast):
    actions.join(cast.open, by=cast.stranger)
    bought = groups.save_group(name="Achats", rule={"department": ["Achats"]}, by=cast.administrator)
    row = groups.grant(cast.open, bought, by=cast.host)
    Person.objects.filter(id=cast.invitee.id).update(department="Achats")  # a change that told nobody
    groups.sync_all()
    assert Membership.objects.filter(space=cast.open, person=cast.invitee, via_group=bought).exists()
    groups.revoke_grant(row, by=cast.host)
    people = set(Membership.objects.filter(space=cast.open).values_list("person__username", flat=True))
    assert "stranger" in people
    assert not people & {"invitee", "host_elsewhere"}
    assert_counts_true()


def test_groups_belong_to_administrators(cast: Cast):
    with pytest.raises(NotAllowed):
        groups.save_group(name="Tous", rule={}, by=cast.host)
    with pytest.raises(Refused):
        groups.save_group(name="Chefs", rule={"is_administrator": ["1"]}, by=cast.administrator)
