"""Pages of polls as people of the cast get them. Not here: the rules (test_polls), the browser (test_browser)."""

from __future__ import annotations

import csv
import io
from typing import Any

from parvis.contributions.actions import publish
from parvis.contributions.models import Contribution
from parvis.journal.models import Receipt
from parvis.kernel.ids import encode
from parvis.testing.cast import Cast
from parvis.tools.polls import actions
from parvis.tools.polls.tests.stage import client_of, keys, poll, say


def text_of(response: Any) -> str:
    return response.content.decode()


def test_a_vote_through_its_form_and_the_result_after_it(cast: Cast) -> None:
    one = poll(cast)
    client = client_of(cast.member)
    page = text_of(client.get(f"/polls/{one.key}/"))
    assert "Quel jour ?" in page
    assert 'type="radio"' in page
    assert "x-token" not in page
    field = f"sealed_{one.key}"
    answer = client.post(f"/polls/{one.key}/vote/", {field: encode(keys(one)[1])})
    assert answer.status_code == 303
    page = text_of(client.get(f"/polls/{one.key}/"))
    assert "100" in page
    assert "<caption" in page


def test_a_refused_vote_comes_back_as_it_was_typed(cast: Cast) -> None:
    one = poll(cast, method="points", points="5")
    first, second, _third = keys(one)
    answer = client_of(cast.member).post(
        f"/polls/{one.key}/vote/", {f"sealed_{encode(first)}": "4", f"sealed_{encode(second)}": "3"}
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert f'name="sealed_{encode(first)}" value="4"' in page
    assert 'role="alert"' in page


def test_the_composer_opens_a_poll_and_shows_again_what_was_refused(cast: Cast) -> None:
    client = client_of(cast.author)
    form = {
        "space": cast.on_request.slug, "kind": "poll", "title": "Quel nom ?", "body": "",
        "opt_choices": "Atrium\nPatio", "opt_method": "multiple", "opt_secret": "", "opt_results": "always",
    }  # fmt: skip
    refused = client.post("/publish/", {**form, "opt_closes": "2001-01-01T10:00"})
    assert refused.status_code == 422
    assert "Atrium\nPatio" in text_of(refused)
    assert client.post("/publish/", form).status_code == 303
    made = Contribution.objects.get(title="Quel nom ?")
    assert made.ballot_box.method == "multiple"
    assert made.poll.results == "always"


def test_a_poll_inside_a_text_is_voted_there(cast: Cast) -> None:
    note = publish("note", cast.on_request, title="", body="Un texte", by=cast.author, needs_title=False)
    author = client_of(cast.author)
    assert f"/go/{note.key}/polls/" in text_of(author.get(f"/go/{note.key}/more/"))
    answer = author.post(f"/go/{note.key}/polls/", {"title": "Et vous ?", "opt_choices": "Oui\nNon"})
    assert answer.status_code == 303
    inner = Contribution.objects.get(title="Et vous ?")
    member = client_of(cast.member)
    page = text_of(member.get(f"/notes/{note.key}/"))
    assert f'action="/polls/{inner.key}/vote/"' in page
    assert "csrfmiddlewaretoken" in page.split(f'action="/polls/{inner.key}/vote/"')[1].split("</form>")[0]
    answer = member.post(f"/polls/{inner.key}/vote/", {f"sealed_{inner.key}": encode(keys(inner)[0])})
    assert answer["Location"] == f"/go/{note.key}/#poll-{inner.key}"


def test_the_lists_show_open_and_closed_polls(cast: Cast) -> None:
    client = client_of(cast.member)
    cast.on_request.tools.get_or_create(slug="polls")
    base = f"/c/{cast.on_request.slug}/polls/"
    assert "/publish/" in text_of(client.get(base))
    one, other = poll(cast), poll(cast, title="Ancien ?")
    actions.close_poll(other, by=cast.author)
    assert (one.key in text_of(client.get(base)), other.key in text_of(client.get(base))) == (True, False)
    closed = text_of(client.get(base + "?state=closed"))
    assert (one.key in closed, other.key in closed) == (False, True)
    assert one.key in text_of(client.get("/polls/"))
    assert one.key in text_of(client.get("/mine/"))
    assert one.key not in text_of(client_of(cast.stranger).get("/polls/"))
    cast.on_request.tools.filter(slug="polls").delete()
    for address in ("/polls/", "/mine/"):
        assert one.key not in text_of(client.get(address)), "the tool is switched off there"


def test_the_table_to_download_holds_no_formula(cast: Cast) -> None:
    one = poll(cast, choices=["=HYPERLINK(1)", "  +1", "Oui"], results="always")
    type(cast.member).objects.filter(id=cast.member.id).update(display_name="@SUM(A1)")
    say(one, cast.member, 1)
    answer = client_of(cast.author).get(f"/polls/{one.key}/result.csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_names_are_told_of_named_polls_to_who_sees_the_result(cast: Cast) -> None:
    one = poll(cast, results="closed")
    say(one, cast.author, 1)
    member = client_of(cast.member)
    assert member.get(f"/polls/{one.key}/voters/").status_code == 422
    assert member.get(f"/polls/{one.key}/result.csv").status_code == 422
    actions.close_poll(one, by=cast.author)
    assert cast.author.display_name in text_of(member.get(f"/polls/{one.key}/voters/"))


def test_closing_and_deciding_through_the_pages(cast: Cast) -> None:
    one = poll(cast)
    say(one, cast.member, 1)
    author, member = client_of(cast.author), client_of(cast.member)
    assert member.post(f"/polls/{one.key}/close/").status_code == 403
    assert author.get(f"/polls/{one.key}/close/").status_code == 200
    assert author.post(f"/polls/{one.key}/close/").status_code == 303
    assert f"/polls/{one.key}/conclude/" in text_of(author.get(f"/polls/{one.key}/"))
    assert f"/polls/{one.key}/conclude/" not in text_of(member.get(f"/polls/{one.key}/"))
    assert author.post(f"/polls/{one.key}/conclude/", {"outcome": "Ce sera **lundi**."}).status_code == 303
    assert "<strong>lundi</strong>" in text_of(member.get(f"/polls/{one.key}/"))


def test_a_receipt_is_the_same_whatever_is_chosen(cast: Cast) -> None:
    one = poll(cast, secret="1")
    seen = []
    for n, person in enumerate((cast.member, cast.author)):
        choice = encode(keys(one)[n])
        data = {f"sealed_{one.key}": choice, "receipt": "r" * 20}
        assert client_of(person).post(f"/polls/{one.key}/vote/", data).status_code == 303
        seen.append(Receipt.objects.get(person_id=person.id).key)
    assert seen[0] == seen[1]


def test_the_same_form_sent_twice_is_one_vote(cast: Cast) -> None:
    one = poll(cast, secret="1")
    client = client_of(cast.member)
    data = {f"sealed_{one.key}": encode(keys(one)[0]), "receipt": "r" * 20}
    assert [client.post(f"/polls/{one.key}/vote/", data).status_code for _ in range(2)] == [303, 303]
    assert Contribution.objects.get(id=one.id).card["count"] == 1
