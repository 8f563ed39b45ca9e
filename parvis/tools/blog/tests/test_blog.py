"""A blog through its actions and pages: what is published is read by its readers, what isn't by its author alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from parvis.contributions import actions, history, stream
from parvis.contributions.marks import Attachment, Reaction
from parvis.contributions.models import Contribution, Reply, State
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.spaces.models import Level, Space
from parvis.testing.cast import Cast
from parvis.tools.blog.actions import publish_post, set_comments
from parvis.tools.blog.bundle import dump_post, load_post
from parvis.tools.blog.models import Post
from parvis.tools.blog.tests.conftest import picture

ClientOf = Callable[[Person], Client]


def written(space: Space, by: Person, *, title: str = "Une nuit au four", **more: object) -> Contribution:
    return publish_post(space, title=title, body="Le bruit d'abord, puis la lumière.", by=by, **more)  # type: ignore[arg-type]


def test_a_post_reaches_the_stream_with_its_cover_and_reading_time(
    cast: Cast, cover_of: Callable[[Person], str]
):
    key = cover_of(cast.author)
    body = "mot " * 500
    post = publish_post(cast.open, title="Long", body=body, by=cast.author, options={"cover_id": key})
    row = stream.of_space(cast.open, cast.member, kind="post").rows[0]
    assert row.id == post.id
    assert row.card["cover"] == key
    assert row.card["minutes"] == Post.objects.get(contribution=post).reading_minutes > 1


def test_the_cover_is_read_by_whoever_reads_the_post_and_by_nobody_else(
    cast: Cast, client_of: ClientOf, cover_of: Callable[[Person], str]
):
    key = cover_of(cast.author)
    draft = written(cast.on_request, cast.author, is_draft=True, options={"cover_id": key})
    assert client_of(cast.member).get(f"/files/{key}/cover").status_code == 404
    assert client_of(cast.author).get(f"/files/{key}/cover").status_code == 200
    actions.publish_draft(draft, by=cast.author)
    assert client_of(cast.member).get(f"/files/{key}/cover").status_code == 200
    assert client_of(cast.stranger).get(f"/files/{key}/cover").status_code == 404


def test_somebody_elses_picture_cannot_become_a_cover(cast: Cast, cover_of: Callable[[Person], str]):
    with pytest.raises(Refused):
        written(cast.open, cast.author, options={"cover_id": cover_of(cast.member)})
    with pytest.raises(Refused):
        written(cast.open, cast.author, options={"cover_id": "nonsense"})
    assert not Contribution.objects.filter(kind="post").exists()


def test_a_cover_of_another_post_cannot_be_taken_over(cast: Cast, cover_of: Callable[[Person], str]):
    key = cover_of(cast.author)
    written(cast.secret, cast.author, options={"cover_id": key})
    with pytest.raises(Refused):
        written(cast.open, cast.author, options={"cover_id": key})


def test_the_index_shows_the_latest_large_then_the_others(cast: Cast, client_of: ClientOf):
    for title in ("Premier", "Deuxième", "Troisième"):
        written(cast.open, cast.author, title=title)
    page = client_of(cast.member).get(f"{cast.open.url}blog/").content.decode()
    assert (
        page.index("Troisième") < page.index("Other posts") < page.index("Deuxième") < page.index("Premier")
    )


def test_a_personal_blog_says_its_name_and_promise_and_is_followed_from_there(
    cast: Cast, client_of: ClientOf
):
    Space.objects.filter(id=cast.personal.id).update(name="Le carnet d'Aude", purpose="Ce que je vois.")
    written(cast.personal, cast.author)
    client = client_of(cast.stranger)
    address = f"{cast.personal.url}blog/"
    before = client.get(address).content.decode()
    assert "Le carnet d&#39;Aude" in before
    assert "Ce que je vois." in before
    assert "No followers yet" in before
    client.post(f"{cast.personal.url}level/", {"level": "2"})
    after = client.get(address).content.decode()
    assert "1 follower" in after
    assert "Stop following" in after
    assert stream.home(cast.stranger).rows[0].title == "Une nuit au four"


def test_an_empty_blog_invites_its_owner_and_not_its_visitors(cast: Cast, client_of: ClientOf):
    own = client_of(cast.author).get(f"{cast.personal.url}blog/").content.decode()
    other = client_of(cast.stranger).get(f"{cast.personal.url}blog/").content.decode()
    assert "Your first post can be five lines long." in own
    assert "Your first post" not in other
    assert "Nothing has been published here yet." in other


def test_a_post_leads_to_its_neighbours_of_the_same_blog_only(cast: Cast, client_of: ClientOf):
    first = written(cast.open, cast.author, title="Avant tout")
    middle = written(cast.open, cast.author, title="Au milieu")
    last = written(cast.open, cast.author, title="Pour finir")
    written(cast.on_request, cast.author, title="Zouzou lointain")
    written(cast.open, cast.author, title="Zouzou inachevé", is_draft=True)
    page = client_of(cast.member).get(f"/blog/{middle.key}/").content.decode()
    assert f"/blog/{first.key}/" in page
    assert f"/blog/{last.key}/" in page
    assert "Zouzou" not in page


# Attack case 11: drafts by id, by search, by list, by tag, by stream.
def test_a_draft_is_its_authors_alone_wherever_one_looks(cast: Cast, client_of: ClientOf):
    draft = publish_post(
        cast.open, title="Zygomorphe inédit", body="Un brouillon #zygomorphe", by=cast.author, is_draft=True
    )
    for person in (cast.member, cast.host, cast.administrator, cast.stranger):
        client = client_of(person)
        for path in (
            f"/blog/{draft.key}/",
            f"/go/{draft.key}/",
            f"/go/{draft.key}/history/",
            f"/go/{draft.key}/more/",
        ):
            assert client.get(path).status_code == 404, path
        for path in (
            "/",
            cast.open.url,
            f"{cast.open.url}blog/",
            "/search/?q=zygomorphe",
            "/tags/zygomorphe/",
            "/tags/suggest/?q=zygo",
            "/publish/similar/?q=zygomorphe",
            "/drafts/",
        ):
            assert "inédit" not in client.get(path).content.decode(), path
            assert draft.key not in client.get(path).content.decode(), path
    assert "inédit" in client_of(cast.author).get("/drafts/").content.decode()
    assert "inédit" in client_of(cast.author).get(f"{cast.open.url}blog/").content.decode()


# Attack case 12: a scheduled post before its date; only the server's clock counts.
def test_a_scheduled_post_is_absent_until_its_date(cast: Cast, client_of: ClientOf):
    later = clock.now() + timedelta(hours=2)
    post = written(cast.open, cast.author, title="Demain", at=later)
    assert post.state == State.SCHEDULED
    client = client_of(cast.member)
    assert client.get(f"/blog/{post.key}/").status_code == 404
    assert "Demain" not in client.get(f"{cast.open.url}blog/").content.decode()
    assert actions.publish_due() == 0
    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        assert actions.publish_due() == 1
        assert actions.publish_due() == 0
    post.refresh_from_db()
    assert post.state == State.PUBLISHED
    assert post.published_at == later
    assert client.get(f"/blog/{post.key}/").status_code == 200


# Attack case 13: the history tells nothing of what its reader may not read.
def test_the_history_shows_each_change_to_readers_and_to_nobody_else(cast: Cast, client_of: ClientOf):
    post = written(cast.on_request, cast.author)
    actions.revise(post, title="Une nuit au four", body="Le bruit ensuite, puis la lumière.", by=cast.author)
    page = client_of(cast.member).get(f"/go/{post.key}/history/").content.decode()
    assert "<del>d</del>" in page or "<del>d&#39;abord</del>" in page or "<del>" in page
    assert "<ins>ensuite</ins>" in page
    assert client_of(cast.stranger).get(f"/go/{post.key}/history/").status_code == 404
    actions.hide(post, reason="Une phrase de trop.", by=cast.host)
    assert client_of(cast.member).get(f"/go/{post.key}/history/").status_code == 404


def test_the_words_of_a_removed_comment_leave_its_history(cast: Cast, client_of: ClientOf):
    from parvis.contributions.replies import remove_reply, revise_reply

    post = written(cast.open, cast.author)
    row = reply(post, body="Première version", by=cast.member)
    revise_reply(row, body="Seconde version", by=cast.member)
    path = f"/go/{post.key}/replies/{row.key}/history/"
    assert "Première" in client_of(cast.author).get(path).content.decode()
    remove_reply(row, by=cast.member)
    for person in (cast.author, cast.host, cast.stranger):
        assert client_of(person).get(path).status_code == 404
        more = client_of(person).get(f"/go/{post.key}/replies/{row.key}/more/").content.decode()
        assert "version" not in more.lower().replace("versions", "")


# Attack case 14: comments on a draft, or where they are closed.
def test_nobody_comments_or_reacts_on_a_draft_or_comments_where_it_is_closed(cast: Cast, client_of: ClientOf):
    draft = written(cast.open, cast.author, is_draft=True)
    closed = written(cast.open, cast.author, title="Fermé", options={"comments": "closed"})
    client = client_of(cast.member)
    assert client.post(f"/go/{draft.key}/reply/", {"body": "bonjour"}).status_code == 404
    assert client.post(f"/go/{draft.key}/react/", {"reaction": "like"}).status_code == 404
    assert client.post(f"/go/{closed.key}/reply/", {"body": "bonjour"}).status_code == 422
    assert not Reply.objects.exists()
    assert not Reaction.objects.exists()
    assert "Comments are closed here." in client.get(f"/blog/{closed.key}/").content.decode()


def test_the_author_and_the_hosts_open_and_close_comments_and_those_written_stay(
    cast: Cast, client_of: ClientOf
):
    post = written(cast.open, cast.author)
    reply(post, body="Merci !", by=cast.member)
    assert client_of(cast.host).post(f"/blog/{post.key}/comments/", {"comments": "closed"}).status_code == 303
    post.refresh_from_db()
    assert not post.are_replies_open
    assert "Merci !" in client_of(cast.member).get(f"/blog/{post.key}/").content.decode()
    set_comments(post, True, by=cast.author)
    for person, refused in (
        (cast.member, NotAllowed),
        (cast.stranger, NotAllowed),
        (cast.host_elsewhere, NotAllowed),
    ):
        with pytest.raises(refused):
            set_comments(post, False, by=person)
    secret = written(cast.secret, cast.author)
    with pytest.raises(NotFound):
        set_comments(secret, False, by=cast.stranger)


def test_the_form_publishes_with_a_cover_sent_without_script(cast: Cast, client_of: ClientOf):
    client = client_of(cast.author)
    answer = client.post(
        "/publish/",
        {
            "space": cast.personal.slug,
            "kind": "article",
            "title": "Avec image",
            "body": "Cinq lignes.",
            "opt_comments": "closed",
            "opt_cover": picture(),
        },
    )
    assert answer.status_code == 303
    post = Contribution.objects.get(title="Avec image")
    assert Attachment.objects.get(id=decode(post.card["cover"])).contribution_id == post.id
    assert not post.are_replies_open


def test_the_edit_page_changes_text_cover_and_comments_and_keeps_what_was_typed_when_refused(
    cast: Cast, client_of: ClientOf, cover_of: Callable[[Person], str]
):
    first, second = cover_of(cast.author), cover_of(cast.author)
    post = written(cast.open, cast.author, options={"cover_id": first})
    client = client_of(cast.author)
    path = f"/go/{post.key}/edit/"
    assert first in client.get(path).content.decode()
    form = {
        "title": "Neuf",
        "body": "Neuf texte",
        "version": str(post.version),
        "opt_comments": "closed",
        "opt_cover_id": second,
    }
    assert client.post(path, form).status_code == 303
    post.refresh_from_db()
    assert (post.title, post.card["cover"], post.are_replies_open) == ("Neuf", second, False)
    assert client.post(path, {**form, "title": "", "body": "gardé quand même"}).status_code == 422
    again = client.post(path, {**form, "body": "gardé quand même"})
    assert again.status_code == 422
    assert "gardé quand même" in again.content.decode()
    form = {"title": "Neuf", "body": "Neuf texte", "version": str(post.version), "opt_cover_off": "1"}
    assert client.post(path, form).status_code == 303
    post.refresh_from_db()
    assert post.card["cover"] is None
    assert not post.are_replies_open


def test_a_draft_is_finished_on_its_edit_page_now_or_at_a_date(cast: Cast, client_of: ClientOf):
    client = client_of(cast.author)
    post = written(cast.open, cast.author, is_draft=True)
    path = f"/go/{post.key}/edit/"
    form = {"title": "Fini", "body": "Le texte fini.", "version": str(post.version)}
    assert client.post(path, {**form, "do": "draft"}).status_code == 303
    post.refresh_from_db()
    assert (post.state, post.title) == (State.DRAFT, "Fini")
    form["version"] = str(post.version)
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(path, {**form, "do": "publish", "publish_at": later}).status_code == 303
    post.refresh_from_db()
    assert post.state == State.SCHEDULED
    form["version"] = str(post.version)
    assert client.post(path, {**form, "do": "draft"}).status_code == 303
    post.refresh_from_db()
    assert post.state == State.DRAFT
    form["version"] = str(post.version)
    assert client.post(path, {**form, "do": "publish"}).status_code == 303
    post.refresh_from_db()
    assert post.state == State.PUBLISHED
    assert client_of(cast.member).post(path, form).status_code == 403


def test_every_page_of_the_blog_asks_few_queries(
    cast: Cast, client_of: ClientOf, cover_of: Callable[[Person], str]
):
    post = written(cast.personal, cast.author, options={"cover_id": cover_of(cast.author)})
    membership.set_level(cast.personal, Level.FOLLOWING, by=cast.member)
    reply(post, body="Merci", by=cast.member)
    for person in (cast.member, cast.author):
        client = client_of(person)
        for path in (
            f"{cast.personal.url}blog/",
            f"{cast.open.url}blog/",
            f"/blog/{post.key}/",
            f"/go/{post.key}/more/",
            f"/go/{post.key}/history/",
            "/drafts/",
            "/saved/",
            "/bin/",
            "/publish/",
            "/publish/?kind=article",
            "/publish/templates/",
            "/publish/?template=portrait",
        ):
            client.get(path)
            with count_statements() as seen:
                assert client.get(path).status_code == 200, path
            assert len(seen) <= 8, (path, seen.texts)


def test_a_bundle_brings_back_the_cover(cast: Cast, cover_of: Callable[[Person], str]):
    key = cover_of(cast.author)
    post = written(cast.open, cast.author, options={"cover_id": key})
    assert dump_post(post) == {"cover": key}
    Post.objects.filter(contribution=post).delete()
    load_post(
        post, dump_post(post), resolve=lambda table, source: decode(source) if table == "files" else None
    )
    load_post(
        post, dump_post(post), resolve=lambda table, source: decode(source) if table == "files" else None
    )
    assert Post.objects.get(contribution=post).cover_id == decode(key)
    load_post(post, {"cover": key}, resolve=lambda table, source: None)
    assert Post.objects.get(contribution=post).cover is None
    assert post.card["cover"] is None


def test_a_comparison_marks_words_and_bounds_its_work():
    html, changed = history.compare("Le chat noir dort.", "Le chien noir dort bien.")
    assert str(html) == "Le <del>chat</del><ins>chien</ins> noir dort<ins> bien</ins>."
    assert changed == 2
    long = "mot " * 20_000
    html, _changed = history.compare(long, long + "fin <script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
