"""Every address answers with the strict headers, and names no other host to load from.

Not here: the same in a browser (test_seal_browser).
"""

from __future__ import annotations

import re

import pytest

from parvis.web.headers import HEADERS
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, read_answers
from tests.matrix.site import ADMINISTRATION, SIGNED_IN, VISITORS
from tests.trial import address_of, attempt, find_route
from tests.world import World

GETS = [row for row in (*VISITORS, *SIGNED_IN, *ADMINISTRATION, *SPACE, *THING) if row.method == "GET"]
ANSWERS = read_answers()
LOADED = re.compile(
    r"""<(?:img|script|iframe|source|video|audio|embed|object|input)\b[^>]*\b(?:src|data|srcset)\s*=\s*["']?(?:https?:)?//"""
)
SHEETS = re.compile(r"""<link\b[^>]*href\s*=\s*["']?(?:https?:)?//""")
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>\s*\S|<style\b|\son[a-z]+\s*=\s*["']|\sstyle\s*=\s*["']"""
)

# A letter as it would be sent has its styles in itself, as mail needs them. It stands in a frame, loads nothing, runs
# nothing and is an origin of its own; what frames it may frame our own addresses only.
LETTERS = {"mail_next_letter", "admin_letters_sample"}
FRAMING = {"mail_next", "admin_letters"}
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"


def someone_with(row: Row) -> tuple[str, str] | None:
    for space, cells in ANSWERS[row.pattern].items():
        for actor, word in cells.items():
            if word == "ok":
                return actor, space
    return None


@pytest.mark.parametrize("row", GETS, ids=str)
def test_every_answer_carries_the_strict_headers_and_loads_nothing_from_elsewhere(
    row: Row, world: World
) -> None:
    found = someone_with(row)
    if found is None:
        pytest.skip("nobody may read it here")
    actor, space = found
    names = world.names_for(actor, "" if space == "site" else space)
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    address += f"?{row.query.format_map(names)}" if row.query else ""
    outcome = attempt(world, actor, "GET", address)
    headers = outcome.response.headers
    policy = headers["Content-Security-Policy"]
    if row.name in LETTERS:
        assert policy == LETTER_POLICY
        return
    if row.name in FRAMING:
        policy = policy.replace("frame-src 'self'", "frame-src 'none'")
    assert (
        policy == HEADERS["Content-Security-Policy"] or "default-src 'none'" in policy or "sandbox" in policy
    )
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    if "text/html" in headers.get("Content-Type", ""):
        for wrong in (LOADED, SHEETS, INLINE):
            assert not wrong.search(outcome.text), wrong.search(outcome.text)
