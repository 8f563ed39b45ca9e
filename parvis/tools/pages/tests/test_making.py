"""A discussion becomes a page; pages leave and enter with bundles. Not here: writing (test_writing)."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.contributions.actions import revise
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode, encode
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.toolkit import registry
from parvis.tools.pages import bringing, bundle
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.tests.stage import TEXT, client_of, seen, shared, text_of, write


def discussion(cast: Cast, mode: str = "question", **more: Any) -> Contribution:
    """A discussion by whichever tool has them."""
    kind = registry.kind_for(cast.on_request, "discussion")
    assert kind is not None
    made = kind.publish(
        cast.on_request, title="Où ranger les clés ?", body="Elles traînent. #clés", by=cast.author, options={"mode": mode}, **more
    )  # fmt: skip
    return seen(made, cast.author)


def test_a_question_becomes_a_page_that_leads_to_it(cast: Cast) -> None:
    cast.on_request.tools.get_or_create(slug="pages")
    topic = discussion(cast)
    said = reply(topic, body="Au crochet **vert**.", by=cast.member)
    author = client_of(cast.author)
    assert author.post(f"/forum/{topic.key}/accept/{said.key}/").status_code == 303
    acts = text_of(author.get(f"/go/{topic.key}/more/"))
    assert f"/go/{topic.key}/pages/" in acts
    made = client_of(cast.member).post(f"/go/{topic.key}/pages/")
    assert made.status_code == 303
    page = Contribution.objects.get(kind="page")
    assert page.body.source.index("Elles traînent.") > 0
    assert f"/go/{topic.key}/" in page.body.source
    assert {tag.word for tag in page.tags.all()} == {"cles"}
    shown = text_of(author.get(f"/pages/{page.key}/"))
    assert "Aude Auteur" in shown
    assert f'href="/pages/{page.key}/"' in text_of(author.get(f"/forum/{topic.key}/"))
    assert f'href="/go/{topic.key}/"' in shown


def test_what_came_of_it_stands_first(cast: Cast) -> None:
    cast.on_request.tools.get_or_create(slug="pages")
    storm = discussion(cast, "brainstorm")
    kind = registry.kinds()["idea"][1]
    idea = kind.publish(
        cast.on_request,
        title="Un tableau",
        body="Avec des noms",
        by=cast.member,
        options={"topic": storm.key},
    )
    client_of(cast.host).post(f"/forum/{idea.key}/retain/", {"because": "Pas cher"})
    text = bringing.page_text(seen(storm, cast.author))
    assert f"(/go/{idea.key}/)" in text
    assert text.index("Un tableau") < text.index("Elles traînent.")


def picture(by: Person, **more: Any) -> Attachment:
    return Attachment.objects.create(
        uploader=by,
        sha256="0" * 64,
        name="cles.png",
        media_type="image/png",
        size=9,
        width=3,
        height=3,
        **more,
    )


def test_its_pictures_are_the_pages_own(cast: Cast) -> None:
    cast.on_request.tools.get_or_create(slug="pages")
    topic = discussion(cast)
    sent = picture(cast.author)
    revise(topic, title=topic.title, body=f"Elles traînent.\n\n![Le tableau]({sent.url})", by=cast.author)
    elsewhere = picture(
        cast.host, contribution=shared(cast), space_id=topic.space_id, audience=topic.audience
    )
    text = f"{bringing.page_text(topic)}\n\n![Ailleurs]({elsewhere.url})"
    assert elsewhere.url not in bringing.own_files(text, topic, by=cast.member)
    Attachment.objects.filter(uploader=cast.member).delete()
    made = bringing.make_page(seen(topic, cast.member), by=cast.member)
    assert sent.url not in made.body.source
    own = Attachment.objects.get(contribution=made)
    assert f"![Le tableau]({own.url})" in made.body.source
    assert (own.sha256, own.audience, own.uploader) == (sent.sha256, made.audience, cast.member)
    assert Attachment.objects.get(id=sent.id).contribution_id == topic.id


def test_only_discussions_where_pages_are_open_become_pages(cast: Cast) -> None:
    cast.on_request.tools.filter(slug="pages").delete()
    topic = discussion(cast)
    can = frozenset({"pages.write"})
    assert not bringing.may_become_page(topic, can)
    with pytest.raises(NotFound):
        bringing.make_page(topic, by=cast.author)
    cast.on_request.tools.get_or_create(slug="pages")
    assert bringing.may_become_page(topic, can)
    assert not bringing.may_become_page(shared(cast), can)
    assert client_of(cast.stranger).post(f"/go/{topic.key}/pages/").status_code in (403, 404)


def test_the_page_it_became_is_told_to_who_may_read_it(cast: Cast) -> None:
    cast.on_request.tools.get_or_create(slug="pages")
    topic = discussion(cast)
    made = bringing.make_page(topic, by=cast.author)
    again = seen(topic, cast.member)
    assert [one.links[0][1] for one in bringing.remarks(again, cast.member)] == [f"/pages/{made.key}/"]
    assert bringing.remarks(again, cast.stranger) == []


def test_tree_and_history_come_back_from_a_bundle(cast: Cast) -> None:
    top = shared(cast, "Haut")
    page = shared(cast, under=top)
    write(page, cast.member, TEXT + "\n\nMerci.", 1, note="merci", together=[cast.member.id, cast.host.id])
    detail = bundle.dump_page(seen(page, cast.author))
    assert detail["parent"] == encode(top.id)
    assert [one["number"] for one in detail["versions"]] == [1, 2]
    assert "text" not in detail["versions"][1]
    assert detail["versions"][1]["with"] == [cast.host.key]
    Version.objects.filter(contribution=page).delete()
    Page.objects.filter(contribution=page).delete()

    def resolve(_table: str, key: str) -> int | None:
        return decode(key)

    fresh = seen(page, cast.author)
    for _turn in range(2):
        bundle.load_page(fresh, detail, resolve=resolve)
    assert bundle.dump_page(seen(page, cast.author)) == detail
    assert Page.objects.get(contribution=page).changed_by == cast.member


def test_a_bundle_that_lies_is_put_right(cast: Cast) -> None:
    page, other = shared(cast), shared(cast, space=cast.open)
    for detail in (
        {"parent": encode(page.id), "position": -4, "versions": "x"},
        {"parent": encode(other.id), "position": 10**30, "versions": [{"number": 0}, {"number": "a"}, 3]},
        {"came_from": 7, "versions": [{"number": 3, "text": 5, "at": "hier", "by": None, "from": -1}]},
    ):
        bundle.load_page(page, detail, resolve=lambda _table, key: decode(key))  # type: ignore[arg-type]
        kept = Page.objects.get(contribution=page)
        assert kept.parent_id is None
        assert kept.position == 0
        assert Version.objects.filter(contribution=page, number=kept.version).exists()
