"""Publishing, revising, retiring, hiding, moving; replying; marking. Each write and each refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from parvis.attention.models import Notice
from parvis.contributions import actions, marking, replies
from parvis.contributions.jobs import empty_bin
from parvis.contributions.marks import Attachment, Reaction, Revision, Tag
from parvis.contributions.models import Contribution, Reply, State
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.spaces.models import Level, Membership
from parvis.testing.cast import Cast, build_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


def publish(cast: Cast, space: str = "open", **more: object) -> Contribution:
    return actions.publish(
        "note",
        getattr(cast, space),
        by=cast.author,
        **{"title": "", "body": "Un mot #Vélo", "needs_title": False, **more},
    )


def test_publishing_keeps_the_text_its_tags_and_its_audience(cast: Cast):
    row = publish(cast, "on_request", body=f"Bonjour @[Le membre](person:{cast.member.key}) #Vélo")
    assert row.body.source == f"Bonjour @[](person:{cast.member.key}) #Vélo"
    assert list(Tag.objects.filter(contribution=row).values_list("word", "audience")) == [("velo", 1)]
    assert row.audience == 1


def test_what_is_scheduled_is_read_by_nobody_else_until_its_date(cast: Cast):
    row = publish(cast, at=clock.now() + timedelta(days=1))
    assert row.state == State.SCHEDULED
    with pytest.raises(NotFound):
        find_contribution(row.id, cast.member)
    Contribution.objects.filter(id=row.id).update(published_at=clock.now() - timedelta(minutes=1))
    assert actions.publish_due() == 1
    assert find_contribution(row.id, cast.member).state == State.PUBLISHED


def test_what_was_scheduled_by_someone_who_left_stays_a_draft(cast: Cast):
    row = publish(cast, at=clock.now() + timedelta(days=1))
    Contribution.objects.filter(id=row.id).update(published_at=clock.now() - timedelta(minutes=1))
    Membership.objects.filter(space=cast.open, person=cast.author).delete()
    actions.publish_due()
    row.refresh_from_db()
    assert row.state == State.DRAFT


def test_an_edit_keeps_what_was_read_before_and_refuses_to_overwrite_another(cast: Cast):
    row = publish(cast)
    actions.revise(row, title="", body="Autre chose", by=cast.author, version=1, needs_title=False)
    assert Revision.objects.get(contribution=row).source == "Un mot #Vélo"
    with pytest.raises(Refused, match=r"changed|changé|modifié"):
        actions.revise(row, title="", body="Trop tard", by=cast.author, version=1, needs_title=False)
    with pytest.raises(NotAllowed):
        actions.revise(row, title="", body="Pas moi", by=cast.member, needs_title=False)


def test_the_bin_gives_back_for_thirty_days_then_forgets(cast: Cast):
    row = publish(cast)
    actions.retire(row, by=cast.author)
    with pytest.raises(NotFound):
        find_contribution(row.id, cast.member)
    actions.restore(row, by=cast.author)
    assert find_contribution(row.id, cast.member).state == State.PUBLISHED
    actions.retire(row, by=cast.author)
    empty_bin()
    assert Contribution.objects.filter(id=row.id).exists()
    row.card["removed_at"] = (clock.now() - timedelta(days=31)).isoformat()
    row.save(update_fields=["card"])
    empty_bin()
    assert not Contribution.objects.filter(id=row.id).exists()


def test_a_host_hides_with_a_reason_and_its_author_is_told(cast: Cast, run_jobs: Callable[[], int]):
    row = publish(cast)
    with pytest.raises(Refused):
        actions.hide(row, reason=" ", by=cast.host)
    with pytest.raises(NotAllowed):
        actions.hide(row, reason="non", by=cast.member)
    actions.hide(row, reason="Hors sujet ici", by=cast.host)
    run_jobs()
    assert Notice.objects.filter(person=cast.author, reason="hidden").exists()
    with pytest.raises(NotFound):
        find_contribution(row.id, cast.member)
    actions.show_again(row, by=cast.host)
    assert find_contribution(row.id, cast.member).state == State.PUBLISHED


def test_moving_takes_all_that_hangs_on_it_to_the_new_place(cast: Cast):
    row = publish(cast)
    answer = replies.reply(row, body="Oui", by=cast.member)
    marking.react(row, "like", by=cast.member)
    Membership.objects.filter(space=cast.on_request, person=cast.host).update(role="host")
    actions.move(row, cast.on_request, by=cast.host)
    for model, key in ((Reply, answer.id), (Tag, None), (Reaction, None)):
        found = model.objects.get(id=key) if key else model.objects.get(contribution=row)
        assert (found.space_id, found.audience) == (cast.on_request.id, 1)
    with pytest.raises(NotFound):
        find_contribution(row.id, cast.stranger)


def test_moving_needs_rights_at_both_ends(cast: Cast):
    row = publish(cast)
    with pytest.raises(NotAllowed):
        actions.move(row, cast.on_request, by=cast.member)
    with pytest.raises((NotAllowed, NotFound)):
        actions.move(row, cast.elsewhere, by=cast.host)


def test_replies_are_counted_truly_and_removed_ones_leave_a_place(cast: Cast):
    row = publish(cast)
    first = replies.reply(row, body="Un", by=cast.member)
    second = replies.reply(row, body="Deux", by=cast.author, parent=first)
    third = replies.reply(row, body="Trois", by=cast.member, parent=second)
    assert third.parent_id == first.id  # one level deep, never two
    replies.remove_reply(first, by=cast.member)
    row.refresh_from_db()
    assert row.reply_count == 2
    replies.restore_reply(first, by=cast.member)
    replies.hide_reply(first, by=cast.host)
    with pytest.raises(Refused):
        replies.remove_reply(first, by=cast.member)
    row.refresh_from_db()
    assert row.reply_count == 2


def test_strangers_do_not_reply_in_a_community_and_do_in_somebodys_own_space(cast: Cast):
    with pytest.raises(NotAllowed):
        replies.reply(publish(cast), body="Moi aussi", by=cast.stranger)
    assert replies.reply(publish(cast, "personal"), body="Merci", by=cast.stranger).id


def test_closed_replies_are_refused_with_the_field(cast: Cast):
    row = publish(cast, are_replies_open=False)
    with pytest.raises(Refused) as refusal:
        replies.reply(row, body="Trop tard", by=cast.member)
    assert refusal.value.field == "body"


def test_one_reaction_each_the_same_again_takes_it_back(cast: Cast):
    row = publish(cast)
    assert marking.react(row, "like", by=cast.member) == "like"
    assert marking.react(row, "bravo", by=cast.member) == "bravo"
    row.refresh_from_db()
    assert row.reaction_counts == {"bravo": 1}
    assert marking.react(row, "bravo", by=cast.member) == ""
    with pytest.raises(Refused):
        marking.react(row, "dislike", by=cast.member)


def test_a_file_of_another_text_gives_nobody_access(cast: Cast):
    theirs = publish(cast, "secret")
    file = Attachment.objects.create(
        contribution=theirs,
        space_id=theirs.space_id,
        audience=theirs.audience,
        uploader=cast.author,
        sha256="0" * 64,
        name="plan.png",
        media_type="image/png",
        size=1,
    )
    with pytest.raises(Refused):
        actions.publish(
            "note",
            cast.open,
            title="",
            body=f"![](/files/{file.url.split('/')[2]}/plan.png)",
            by=cast.member,
            needs_title=False,
        )


def test_who_is_told_of_a_reply(cast: Cast, run_jobs: Callable[[], int]):
    row = publish(cast)
    marking.follow(row, Level.FOLLOWING, by=cast.cohost)
    replies.reply(
        row, body=f"@[](person:{cast.host.key}) @[](person:{cast.stranger.key}) voyez", by=cast.member
    )
    run_jobs()
    told = dict(Notice.objects.filter(thing_kind="reply").values_list("person_id", "reason"))
    assert told == {
        cast.author.id: "reply",
        cast.cohost.id: "followed",
        cast.host.id: "mention",
        cast.stranger.id: "mention",
    }


def test_a_mention_in_a_secret_place_tells_no_outsider(cast: Cast, run_jobs: Callable[[], int]):
    publish(cast, "secret", body=f"@[](person:{cast.stranger.key}) @[](person:{cast.member.key})")
    run_jobs()
    assert list(Notice.objects.filter(reason="mention").values_list("person_id", flat=True)) == [
        cast.member.id
    ]


def test_a_muted_thread_tells_nothing_but_mentions(cast: Cast, run_jobs: Callable[[], int]):
    row = publish(cast)
    marking.follow(row, Level.MUTED, by=cast.author)
    replies.reply(row, body="Encore", by=cast.member)
    run_jobs()
    assert not Notice.objects.filter(person=cast.author, contribution_id=row.id).exists()
    replies.reply(row, body=f"@[](person:{cast.author.key}) tout de même", by=cast.member)
    run_jobs()
    assert Notice.objects.get(person=cast.author, contribution_id=row.id).reason == "mention"
