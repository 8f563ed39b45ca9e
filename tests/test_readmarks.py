"""How far somebody has read is theirs alone: nothing that counts, compares or exports people looks at it."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1] / "parvis"
SAID = re.compile(
    r"readmark|read_mark|read_until|last_visit|returning_(?:stay|reminder|caughtup)|parvis\.returning",
    re.IGNORECASE,
)


def test_statistics_adoption_governance_and_export_never_mention_it() -> None:
    rooms = ("adoption", "governance", "transfer", "journal", "membership", "api")
    found = [
        str(path.relative_to(HOUSE))
        for room in rooms
        for path in (HOUSE / room).rglob("*.py")
        if "tests" not in path.parts and "migrations" not in path.parts and SAID.search(_code(path))
    ]
    assert found == []


def _code(path: Path) -> str:
    """Without comments and docstrings, where it may be said that it isn't used."""
    text = re.sub(r'"""[\s\S]*?"""', "", path.read_text())
    return re.sub(r"#.*", "", text)


def test_no_query_joins_the_marks_of_other_people() -> None:
    """Every SQL text that names the table binds it to one person."""
    for path in HOUSE.rglob("*.py"):
        if (
            "migrations" in path.parts
            or "tests" in path.parts
            or "bench" in path.parts
            or "demo" in path.parts
        ):
            continue
        text = _code(path)
        for found in re.finditer(r"(?:FROM|JOIN) contributions_readmark (\w+)([\s\S]{0,200})", text):
            assert re.search(rf"{found[1]}\.person_id = %\(", found[2]), f"{path}: {found[0][:120]}"
