"""Pages as PDF files. Not here: the sandbox itself (kernel)."""

from __future__ import annotations

import json
from typing import Any

import pypdfium2
import pytest

from parvis.approvals import actions as approvals
from parvis.kernel.errors import Refused
from parvis.testing.cast import Cast
from parvis.tools.pages import approving, printing, typesetting
from parvis.tools.pages.tests.stage import client_of, seen, shared, text_of, write

HOSTILE = (
    '<a href="javascript:alert(1)">x</a> <font color="__import__(\'os\')">y</font> &amp; <para backColor="1/0">z\n\n'
    '[l](javascript:alert(1)) `<b>` **<i>**\n\n| <b> |\n| - |\n| ' + "mot " * 3000 + "|\n\n" + "x" * 5000 + "\n\n"
    + "> " * 40 + "profond\n\n" + "- " * 30 + "liste\n\n```\n" + "c" * 4000 + "\n```"
)  # fmt: skip


def words_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_page_is_downloaded_with_its_text(cast: Cast) -> None:
    page = shared(cast, "L’été à Łódź", "Un **œuf** à 3 €\n\n- [x] fait\n\n| a | b |\n| - | - |\n| c | d |")
    answer = client_of(cast.member).get(f"/pages/{page.key}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    text = words_of(answer.content)
    assert "L’été à Łódź" in text
    assert "Un œuf à 3 €" in text
    assert "1 / 1" in text


def test_with_those_below_it_has_a_table_of_contents(cast: Cast) -> None:
    top = shared(cast, "Haut", "Le haut")
    shared(cast, "Deuxième", "Le deuxième", under=top)
    draft = shared(cast, "Ébauche", "Pas encore", under=top, is_draft=True)
    client = client_of(cast.author)
    data = client.get(f"/pages/{top.key}/pdf/?all=1").content
    text = words_of(data)
    assert text.index("Le haut") < text.index("Le deuxième")
    assert "Pas encore" not in text
    assert len(pypdfium2.PdfDocument(data)) == 3
    assert [one.get_title() for one in pypdfium2.PdfDocument(data).get_toc()] == ["Haut", "Deuxième"]
    assert client_of(cast.member).get(f"/pages/{draft.key}/pdf/").status_code == 404


def test_hostile_texts_are_set_as_words(cast: Cast) -> None:
    page = shared(cast, "<b>T</b>", HOSTILE)
    data, _name = printing.make_pdf(
        page, with_below=False, language="fr", origin="https://a.example", site="P"
    )
    text = words_of(data)
    assert "<b>T</b>" in text
    assert "import('os')" in text
    assert b"/URI (javascript" not in data


def test_another_script_and_too_much_are_refused_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shared(cast, "Привет", "Это текст, которого нет в шрифте " * 20)
    asked: dict[str, Any] = {"with_below": False, "language": "fr", "origin": "", "site": "P"}
    with pytest.raises(Refused):
        printing.make_pdf(page, **asked)
    monkeypatch.setattr(printing, "MOST_TEXT", 10)
    with pytest.raises(Refused):
        printing.make_pdf(shared(cast), **asked)
    answer = client_of(cast.member).get(f"/pages/{page.key}/pdf/", follow=True)
    assert "PDF" in text_of(answer)


def test_what_it_loads_is_loaded_before_the_walls() -> None:
    """The warm-up has set one of everything; a second setting opens no file."""
    page = {"title": "T", "facts": "f", "depth": 0, "source": "# a\n\nb"}
    asked = {
        "title": "T", "language": "fr", "foot": "", "facts": "", "contents": "C", "pages": [page], "names": {},
        "origin": "", "pictures": {},
    }  # fmt: skip
    assert typesetting.pdf(json.dumps(asked).encode()).startswith(b"%PDF")


def test_the_approved_version_is_the_one_printed(cast: Cast) -> None:
    page = shared(cast, "Recette", "Un mot tamponné")
    review = approvals.ask(
        seen(page, cast.author), approving.current_edition, [cast.member.id], by=cast.author
    )
    approvals.answer(seen(page, cast.member), review.id, by=cast.member, is_approved=True)
    write(page, cast.author, "Un mot griffonné", 1)
    text = words_of(client_of(cast.member).get(f"/pages/{page.key}/pdf/").content)
    assert "tamponné" in text
    assert "griffonné" not in text
