"""Nothing typed is lost: each form of the matrix, refused for one wrong field after the other, comes back with every word.

What comes back is read from the form's own controls. Not here: hand-written cases and what must not fail (test_bad_input).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.matrix.rows import Row, filled
from tests.sweeping import POSTS
from tests.test_bad_input import is_file, whoever_may
from tests.trial import address_of, attempt, find_route
from tests.world import World

LONG = "mot gardé " * 20_000
# Never given back, or nothing that anybody typed. Each with its reason.
NOT_GIVEN_BACK = {
    "password": "a secret is typed again",
    "code": "a secret is typed again",
}
NO_FORM = {
    "draft": "a script sends it while the form stays where it is",
    "admin_mail_test": "its form is on the page only where mail is set",
    "push_add": "keys that a browser gave to a script, not words",
    "community_groups": "a choice in a list, not a word",
}


# Where whoever comes first in the table has done it already, and has no form.
ASKED_BY = {"community_ask": ("ex_member", "on_request")}


class Controls(HTMLParser):
    """What the controls of a page hold, by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "textarea":
            self._area = given.get("name", "")
            self.held.setdefault(self._area, []).append("")
        elif tag == "input" and (
            given.get("type", "text") not in ("checkbox", "radio") or "checked" in given
        ):
            self.held.setdefault(given.get("name", ""), []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.held[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


def typed(row: Row, names: dict[str, str]) -> dict[str, str]:
    """The fields of a row that hold words of a person, not a key, a choice or a file."""
    plain = {name: value for name, value in filled(row.data, names).items() if not is_file(row, name)}
    return {
        name: value
        for name, value in plain.items()
        if isinstance(value, str) and re.search(r"[A-ZÀ-Ý @]", value) and name not in NOT_GIVEN_BACK
        and "{" not in str(row.data[name])
    }  # fmt: skip


def clean(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("row", [row for row in POSTS if row.data and row.name not in NO_FORM], ids=str)
def test_a_refused_form_gives_back_every_word(row: Row, world: World) -> None:
    actor, space = ASKED_BY.get(row.name) or whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space)
    words = typed(row, names)
    lost: list[str] = []
    for wrong in [*row.data]:
        if is_file(row, wrong):
            continue
        for value in ("", LONG, "?"):
            sent = {**filled(row.data, names), wrong: value}
            address = address_of(find_route(row.name), names, given=row.given, on=row.on)
            answer = attempt(world, actor, "POST", address, sent)
            if answer.status != 422 or "json" in answer.response.headers["Content-Type"]:
                continue
            held = Controls(answer.text).held
            kept = {name: value if name == wrong else word for name, word in words.items()}
            for name, word in kept.items():
                if word and clean(word) not in map(clean, held.get(name, [])):
                    lost.append(f"{name} is lost when {wrong} is {value[:10]!r}")
    assert not lost, "\n".join(lost)
