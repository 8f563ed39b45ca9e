"""What people look for is theirs alone: nothing that counts, compares, exports or administers looks at saved searches."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1] / "parvis"
SAID = re.compile(r"savedsearch|saved_search|search_heard|search\.saved\b|search import saved", re.IGNORECASE)
# The room itself, the pages of their owner, and the page that tells everybody how much is stored about them.
OWN = ("search", "web/views/searches.py", "web/views/searching.py", "web/stored.py")


def test_nothing_but_their_owners_pages_names_them() -> None:
    found = []
    for path in HOUSE.rglob("*.py"):
        name = str(path.relative_to(HOUSE))
        text = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text())
        if "tests" not in path.parts and not name.startswith(OWN) and SAID.search(text):
            found.append(name)
    assert found == []


def test_every_read_of_them_is_bound_to_one_person_or_to_the_job_that_tells() -> None:
    for path in (HOUSE / "search").glob("*.py"):
        for found in re.finditer(r"SavedSearch\.objects\s*\.filter\(([^)]*)", path.read_text()):
            is_job = path.name == "telling.py"
            assert is_job or "person=by" in found[1] or "person=person" in found[1], (
                f"{path.name}: {found[0]}"
            )
