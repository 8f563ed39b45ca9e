"""The calendar's pages through a browser's requests: views, forms, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from parvis import web
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.calendar import answers, reading, showing
from parvis.tools.calendar.models import Answer, Event, Feed, Guest, Occurrence
from parvis.tools.calendar.tests.conftest import planned

ClientOf = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel("2026-11-20T12:00:00+01:00", tick=False):
        yield


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return str(answer.content.decode())


def test_the_composer_publishes_a_series_and_keeps_what_was_typed_when_refused(
    cast: Cast, client_of: ClientOf
):
    client = client_of(cast.member)
    form = {
        "space": cast.open.slug,
        "kind": "event",
        "title": "Café du jeudi",
        "body": "",
        "opt_day": "2026-12-03",
        "opt_hour": "09:00",
        "opt_end_hour": "08:00",
        "opt_end_day": "2026-12-03",
        "opt_repeat": "week",
        "opt_place": "Cantine",
    }
    refused = client.post("/publish/", form)
    assert refused.status_code == 422
    assert "It ends before it begins." in refused.content.decode()
    assert 'value="Cantine"' in refused.content.decode()
    assert client.post("/publish/", form | {"opt_end_hour": "10:00"}).status_code == 303
    event = Event.objects.get()
    assert (event.rule, event.place) == ("FREQ=WEEKLY;BYDAY=TH", "Cantine")


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_each_view_shows_the_date_with_its_community(cast: Cast, client_of: ClientOf, view: str):
    planned(cast.open, cast.author, title="Atelier du fil")
    client = client_of(cast.member)
    for address in (f"{cast.open.url}calendar/", "/calendar/"):
        page = text(client, f"{address}?view={view}&on=2026-12-01")
        assert "Atelier du fil" in page
        assert "09:00" in page
    assert cast.open.name in text(client, f"/calendar/?view={view}&on=2026-12-01")
    assert "Atelier du fil" not in text(client, f"/calendar/?view={view}&on=2027-03-01")


@pytest.mark.parametrize(
    "query", ["on=hier", "on=9999-99-99", "on=0001-01-01", "view=year", "on=2200-12-31&view=list"]
)
def test_a_strange_address_shows_a_calendar_all_the_same(cast: Cast, client_of: ClientOf, query: str):
    text(client_of(cast.member), f"/calendar/?{query}")


def test_a_whole_month_of_many_events_says_how_many_more(cast: Cast, client_of: ClientOf):
    for number in range(7):
        planned(cast.open, cast.author, title=f"Rendez-vous {number}")
    assert "3 more" in text(client_of(cast.member), "/calendar/?on=2026-12-01")


def test_a_form_changes_one_date_and_a_day_that_isnt_one_is_not_found(cast: Cast, client_of: ClientOf):
    event = planned(cast.open, cast.author)
    client = client_of(cast.author)
    form = {"day": "2026-12-02", "hour": "11:00", "end_hour": "12:00"}
    answer = client.post(f"/calendar/{event.key}/date/2026-12-01/", form)
    assert answer.status_code == 303, answer.content.decode()
    assert str(Occurrence.objects.get().first_on) == "2026-12-02"
    text(client, f"/calendar/{event.key}/date/2026-12-09/", 404)
    text(client, f"/calendar/{event.key}/date/demain/", 404)
    text(client, f"/calendar/{event.key}/?date=2026-12-09", 404)


def test_answering_by_the_page_shows_who_comes_with_their_word(cast: Cast, client_of: ClientOf):
    event = planned(cast.open, cast.author)
    form = {"date": "2026-12-01", "choice": "yes", "word": "Avec un gâteau"}
    assert client_of(cast.member).post(f"/calendar/{event.key}/answer/", form).status_code == 303
    page = text(client_of(cast.host), f"/calendar/{event.key}/")
    assert "Avec un gâteau" in page
    assert Answer.objects.get().choice == "yes"


def test_enter_in_the_word_repeats_an_answer_and_never_gives_one(cast: Cast, client_of: ClientOf):
    event = planned(cast.open, cast.author)
    client, address = client_of(cast.member), f"/calendar/{event.key}/"

    def first_button() -> str:
        form = text(client, address).partition(f'action="{address}answer/"')[2]
        return form[form.index("<button") : form.index("</button>")]

    assert " disabled" in first_button()
    client.post(f"{address}answer/", {"date": "2026-12-01", "choice": "maybe"})
    assert 'value="maybe"' in first_button()


def test_hours_of_another_zone_say_so_on_cards_and_where_they_are_changed(cast: Cast, client_of: ClientOf):
    here = planned(cast.open, cast.author, zone="Europe/Paris")
    far = planned(cast.open, cast.author, zone="America/New_York")
    client = client_of(cast.author)
    assert "(America/New York)" in showing.event_face(far)["kind_label"]
    assert "Paris" not in showing.event_face(here)["kind_label"]
    assert "(America/New York)" in text(client, f"/calendar/{far.key}/date/2026-12-01/")


def test_in_a_large_community_people_to_invite_are_found_by_name(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
):
    event = planned(cast.open, cast.author)
    client, address = client_of(cast.author), f"/calendar/{event.key}/invite/"
    assert "/people/suggest/" not in text(client, address)
    monkeypatch.setattr(showing, "MOST_LISTED", 1)
    assert f'data-url="/people/suggest/?space={cast.open.slug}"' in text(client, address)
    found = client.get(f"/people/suggest/?space={cast.open.slug}&q={cast.member.display_name[:4]}").json()
    client.post(address, {"whom": "some", "person": found[0]["id"]})
    assert Guest.objects.filter(contribution=event).exists()


def test_the_secret_of_a_subscription_is_shown_once_and_kept_nowhere(cast: Cast, client_of: ClientOf):
    client = client_of(cast.member)
    page = client.post("/calendar/subscriptions/", {"space": ""}).content.decode()
    secret = page.split("/calendar/feed/")[1].split(".ics")[0]
    assert secret not in text(client, "/calendar/subscriptions/")
    assert Feed.objects.get().token_hash != secret


def test_moving_an_event_to_another_community_takes_its_dates_along(cast: Cast):
    from parvis.contributions.actions import move

    event = planned(cast.open, cast.host)
    move(Contribution.objects.get(id=event.id), cast.secret, by=cast.host)
    row = Occurrence.objects.get()
    assert (row.space_id, row.audience) == (cast.secret.id, 1)


def test_naming_an_organiser_by_accident_is_impossible(cast: Cast, client_of: ClientOf):
    event = planned(cast.open, cast.author)
    client = client_of(cast.author)
    page = text(client, f"/calendar/{event.key}/invite/")
    assert '<option value="" selected>' in page.split('id="f-organiser"')[1]
    assert client.post(f"/calendar/{event.key}/organisers/", {"person": ""}).status_code == 422


def test_above_the_names_shown_the_others_are_counted_and_said(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "MOST_PEOPLE", 2)
    event = planned(cast.open, cast.author)
    said = {cast.host: "yes", cast.cohost: "yes", cast.author: "yes", cast.member: "yes", cast.stranger: "no"}
    for person, choice in said.items():
        answers.answer(find_contribution(event.id, person), date(2026, 12, 1), choice, by=person)
    page = text(client_of(cast.member), f"/calendar/{event.key}/").split('id="who-title"')[1]
    coming, declined = page.split("Not coming")
    assert 'count-quiet">4</span>' in coming
    assert "and 2 other people" in coming
    assert "Malik Membre" in coming, "one's own answer is among those shown"
    assert 'count-quiet">1</span>' in declined
    assert "other pe" not in declined.split("</section>")[0]


def test_a_long_title_is_cut_in_a_month_and_whole_in_a_list():
    sheet = (Path(web.__file__).parent / "static/css/agenda.css").read_text()
    rule = sheet.split(".agenda-entry:not(.is-wide) .agenda-name {")[1].split("}")[0]
    assert "line-clamp: 3" in rule
    assert "overflow: hidden" in rule
