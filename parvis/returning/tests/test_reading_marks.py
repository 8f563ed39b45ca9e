"""Read is what was shown for some seconds: opening clears the bell and marks nothing, where the page's script tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from parvis.attention.models import Notice
from parvis.contributions.marks import ReadMark
from parvis.contributions.models import Contribution, Reply
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.forum.actions import open_topic

Login = Callable[[Person], Client]
pytestmark = pytest.mark.django_db


def talk_of(cast: Cast, replies: int = 3) -> tuple[Contribution, list[Reply]]:
    """A discussion by the author with replies of the host, one a minute, the last a minute ago."""
    talk = open_topic(cast.open, title="Lampes", body="Texte", by=cast.author, options={"mode": "discussion"})
    rows = [reply(talk, body=f"Réponse {n}", by=cast.host) for n in range(replies)]
    for n, row in enumerate(rows):
        Reply.objects.filter(id=row.id).update(created_at=clock.now() - timedelta(minutes=replies - n))
    return talk, list(Reply.objects.filter(contribution=talk).order_by("created_at"))


def told(client: Client) -> Client:
    client.cookies["marks"] = "1"
    return client


def until(cast: Cast, talk: Contribution) -> datetime | None:
    return (
        ReadMark.objects.filter(person=cast.member, contribution=talk)
        .values_list("read_until", flat=True)
        .first()
    )


def test_opening_marks_nothing_where_the_script_tells_and_all_where_none_can(
    cast: Cast, client_of: Login
) -> None:
    talk, _rows = talk_of(cast)
    told(client_of(cast.member)).get(f"/forum/{talk.key}/")
    assert until(cast, talk) is None
    client_of(cast.member).get(f"/forum/{talk.key}/")
    assert until(cast, talk) is not None


def test_opening_clears_the_notices_all_the_same(
    cast: Cast, run_jobs: Callable[[], int], client_of: Login
) -> None:
    talk, _rows = talk_of(cast)
    run_jobs()
    assert Notice.objects.filter(person=cast.author, seen_at=None, contribution_id=talk.id).exists()
    told(client_of(cast.author)).get(f"/forum/{talk.key}/")
    assert not Notice.objects.filter(person=cast.author, seen_at=None, contribution_id=talk.id).exists()


def test_read_is_up_to_the_first_reply_that_was_not_shown(cast: Cast, client_of: Login) -> None:
    talk, rows = talk_of(cast)
    client = told(client_of(cast.member))
    address = f"/go/{talk.key}/read/"
    assert client.post(address, {"shown": ""}).status_code == 200
    assert until(cast, talk) < rows[0].created_at
    client.post(address, {"shown": f"{rows[0].key} {rows[2].key} nonsense"})
    assert rows[0].created_at < until(cast, talk) < rows[1].created_at
    page = client.get(f"/forum/{talk.key}/").content.decode()
    assert page.index(f'id="r-{rows[0].key}"') < page.index('id="new"') < page.index(f'id="r-{rows[1].key}"')
    client.post(address, {"shown": " ".join(row.key for row in rows)})
    assert until(cast, talk) > rows[2].created_at


def test_a_late_report_of_another_page_takes_nothing_back(cast: Cast, client_of: Login) -> None:
    talk, rows = talk_of(cast)
    client = told(client_of(cast.member))
    client.post(f"/go/{talk.key}/read/", {"shown": " ".join(row.key for row in rows)})
    before = until(cast, talk)
    client.post(f"/go/{talk.key}/read/", {"shown": ""})
    assert until(cast, talk) >= before


def test_the_whole_thread_is_read_on_demand(cast: Cast, client_of: Login) -> None:
    talk, rows = talk_of(cast)
    answer = told(client_of(cast.member)).post(f"/go/{talk.key}/read/", {"all": "1"})
    assert answer.status_code == 303
    assert until(cast, talk) > rows[2].created_at


def test_who_cannot_read_it_marks_nothing(cast: Cast, client_of: Login) -> None:
    talk = open_topic(cast.secret, title="Plan", body="Texte", by=cast.author, options={"mode": "discussion"})
    assert told(client_of(cast.stranger)).post(f"/go/{talk.key}/read/", {"shown": ""}).status_code == 404
    assert not ReadMark.objects.filter(person=cast.stranger).exists()
    assert find_contribution(talk.id, cast.member).marks.read_until is None
