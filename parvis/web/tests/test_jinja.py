"""What templates may rely on: escaping, our own folders only, faces, numbers, times, attributes, fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone, translation
from jinja2 import Environment

from parvis.web import jinja
from parvis.web.design.forms import wrong_form


@pytest.fixture
def env() -> Environment:
    return jinja.environment()


def test_what_people_wrote_is_escaped_also_inside_a_translated_sentence(env: Environment) -> None:
    shown = env.from_string('{{ name }}{{ _("Hosted by %(names)s", names=name) }}').render(name="<b>")
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;") == 2


def test_a_library_s_own_page_is_out_of_reach() -> None:
    with pytest.raises(TemplateDoesNotExist):
        get_template("account/email_confirm_no_such_page.html")
    with pytest.raises(TemplateDoesNotExist):
        get_template("usersessions/usersession_list.html")


def test_every_template_of_the_shell_compiles() -> None:
    for name in ("web/layout.html", "web/layout_community.html", "web/design/guide.html"):
        assert get_template(name)


def test_a_face_is_drawn_in_the_page_and_a_photo_comes_late() -> None:
    drawn = jinja.avatar({"name": "<i>", "id13": "x"}, 24)
    assert "avatar-24" in drawn
    assert "<i>" not in drawn
    assert 'aria-hidden="true"' in drawn
    photo = jinja.avatar({"name": "Ada", "photo_url": '/files/"x'}, 24)
    assert 'loading="lazy"' in photo
    assert 'alt=""' in photo
    assert "&#34;" in photo


def test_a_label_makes_a_face_speak() -> None:
    assert 'aria-label="Ada"' in jinja.avatar({"name": "Ada"}, 24, label="Ada")


def test_numbers_follow_the_reader_s_language() -> None:
    with translation.override("fr"):
        assert jinja.number(1521) == "1\u202f521"
        assert jinja.number(2.5) == "2,5"
    with translation.override("en"):
        assert jinja.number(1521) == "1,521"


def test_a_moment_is_shown_in_the_site_s_zone_and_kept_exact() -> None:
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    with timezone.override("Europe/Paris"), translation.override("fr"):
        shown = jinja.time_tag(moment)
    assert 'datetime="2026-07-01T14:00:00+02:00"' in shown
    assert "data-relative" in shown
    assert "14:00" in shown
    assert jinja.time_tag(None) == ""


def test_attributes_escape_and_leave_out_what_is_false() -> None:
    made = jinja.attributes({"hidden": True, "title": '"x"', "data_id": 3, "lang": None, "open": False})
    assert made == ' hidden title="&#34;x&#34;" data-id="3"'


def test_queries_are_added_to_an_address_that_has_some() -> None:
    assert jinja.with_query("/x/?a=1", b="é", c="", d=None) == "/x/?a=1&b=%C3%A9"


def test_a_wrong_field_is_tied_to_its_error(env: Environment) -> None:
    template = '{% from "web/components/fields.html" import field %}{{ field(form["name"]) }}'
    shown = get_template("web/layout.html").backend.env.from_string(template).render(form=wrong_form())
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="b_name_error"' in shown
    assert 'id="b_name_error"' in shown
