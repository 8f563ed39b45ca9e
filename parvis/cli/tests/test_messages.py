"""bin/messages must notice a word that nobody extracted or translated, and a placeholder that was lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parvis.cli import messages


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with one room, `garden`, holding a Python word and a template's."""
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    room = tmp_path / "garden"
    (room / "templates" / "garden").mkdir(parents=True)
    (room / "apps.py").write_text("")
    (room / "words.py").write_text('from x import gettext as _\nsay = _("A rose of %(name)s")\n')
    (room / "templates" / "garden" / "page.html").write_text("<p>{{ _('Two trees') }}</p>")
    return room


def translate(room: Path, **words: str) -> None:
    catalogue = messages.read_catalogue(room, "fr")
    for message in catalogue:
        if message.id:
            message.string = words.get(str(message.id).split()[0].lower(), "")
    messages.write_catalogue(catalogue, messages.catalogue_file(room, "fr"))


def test_words_of_code_and_templates_go_from_not_extracted_to_complete(room: Path) -> None:
    assert len([c for c in messages.check([]) if "not extracted" in c]) == 2
    assert messages.update([]) == []
    assert len([c for c in messages.check([]) if "not translated" in c]) == 2
    translate(room, a="Une rose de %(name)s", two="Deux arbres")
    assert messages.check([]) == []


def test_translations_survive_an_update_and_words_no_longer_used_go(room: Path) -> None:
    messages.update([])
    translate(room, a="Une rose de %(name)s", two="Deux arbres")
    (room / "templates" / "garden" / "page.html").write_text("<p>{{ _('A pond') }}</p>")
    messages.update([])
    text = messages.catalogue_file(room, "fr").read_text()
    assert "Une rose de" in text
    assert "Deux arbres" not in text
    assert [c for c in messages.check([]) if "A pond" in c]


def test_a_lost_placeholder_and_a_fuzzy_word_are_noticed(room: Path) -> None:
    messages.update([])
    translate(room, a="Une rose de %(nom)s", two="Deux arbres")
    assert any("nom" in complaint for complaint in messages.check([]))
    translate(room, a="Une rose de %(name)s", two="Deux arbres")
    file = messages.catalogue_file(room, "fr")
    file.write_text(file.read_text().replace('msgid "Two trees"', '#, fuzzy\nmsgid "Two trees"'))
    assert [c for c in messages.check([]) if "fuzzy" in c]


def test_words_outside_any_room_are_noticed(room: Path) -> None:
    (room.parent / "loose.py").write_text('from x import gettext as _\nsay = _("Nobody translates me")\n')
    assert any("loose.py" in complaint for complaint in messages.check([]))


def test_compiled_words_are_found_by_gettext(room: Path) -> None:
    import gettext

    messages.update([])
    translate(room, a="Une rose de %(name)s", two="Deux arbres")
    messages.compile_all()
    compiled = gettext.translation("django", str(room / "locale"), languages=["fr"])
    assert compiled.gettext("Two trees") == "Deux arbres"


def test_translating_is_never_given_a_name_that_extraction_does_not_know() -> None:
    """`gettext as _now` would work in English and stay English in French."""
    source = Path(messages.__file__).resolve().parents[1]
    names = re.compile(r"^from \S+ import .*?\b\w*gettext\w* as (\w+)", re.MULTILINE)
    found = {
        (str(file.relative_to(source)), name)
        for file in source.rglob("*.py")
        for name in names.findall(file.read_text())
        if name not in messages.KEYWORDS
    }
    assert found == set()
