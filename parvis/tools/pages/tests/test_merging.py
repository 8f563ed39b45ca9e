"""Two texts begun from the same one. Not here: who saves them (test_writing)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.tools.pages.merging import merge

BASE = "Un\n\nDeux. Trois.\n\nQuatre"
LINES = st.lists(st.sampled_from(["", "un", "deux", "trois", "quatre. cinq. six"]), max_size=8).map("\n".join)


def test_what_stands_apart_is_merged() -> None:
    found = merge(BASE, BASE.replace("Un", "Un !"), BASE.replace("Quatre", "Quatre !"))
    assert not found.clashes
    assert found.text() == "Un !\n\nDeux. Trois.\n\nQuatre !"


def test_two_sentences_of_one_paragraph_are_merged() -> None:
    text = "Le lundi. On range. Le mardi. On lave. Le soir."
    found = merge(text, text.replace("On range.", "On trie."), text.replace("On lave.", "On sèche."))
    assert found.text() == "Le lundi. On trie. Le mardi. On sèche. Le soir."
    assert not found.clashes


def test_a_line_added_at_the_end_by_both_is_asked() -> None:
    found = merge("Un", "Un\nmoi", "Un\nelle")
    assert len(found.clashes) == 1
    assert found.text(["both"]) == "Un\nelle\n\nmoi"
    listed = merge("- a", "- a\n- moi", "- a\n- elle")
    assert listed.text() == "- a\n- elle\n- moi"
    assert found.text(["mine"]) == "Un\nmoi"
    assert found.text(["theirs"]) == "Un\nelle"


def test_what_one_took_out_and_the_other_changed_is_asked() -> None:
    found = merge("a\nb\nc", "a\nc", "a\nB\nc")
    assert [(one.mine, one.theirs) for one in found.clashes] == [("", "B\n")]
    assert found.text(["mine"]) == "a\nc"


def test_the_same_change_by_both_is_no_question() -> None:
    assert merge("a\nb", "a\nB", "a\nB").text() == "a\nB"


@settings(max_examples=150, deadline=None)
@given(LINES, LINES, LINES)
def test_nothing_that_one_alone_wrote_is_lost(base: str, mine: str, theirs: str) -> None:
    """A line that neither the base nor the other has is in the merged text, or in a clash; one-sided merges are exact."""
    assert merge(base, mine, base).text() == mine
    assert merge(base, base, theirs).text() == theirs
    own = f"{mine}\nPROPRE" if mine else "PROPRE"
    other = f"AUTRE\n{theirs}" if theirs else "AUTRE"
    found = merge(base, own, other)
    text = found.text()
    assert "PROPRE" in text
    assert "AUTRE" in text
    assert "PROPRE" in found.text(["mine"] * 9)
    assert "AUTRE" in found.text(["theirs"] * 9)


def test_long_texts_of_like_lines_take_no_time() -> None:
    base = "x\n" * 3000
    found = merge(base, base + "moi", "elle\n" + base)
    assert "moi" in found.text()
    assert "elle" in found.text()
