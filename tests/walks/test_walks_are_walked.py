"""Walks are set up through the interface or the named cast only: no walk imports a model."""

from __future__ import annotations

import re
from pathlib import Path

MODEL = re.compile(r"^\s*(from|import)\s+\S*\bmodels\b|\bimport models\b|\.objects\b", re.MULTILINE)


def test_no_walk_imports_a_model() -> None:
    walks = [file for file in Path(__file__).parent.glob("*.py") if file.name != Path(__file__).name]
    assert len(walks) > 5
    assert [file.name for file in walks if MODEL.search(file.read_text())] == []


def test_the_search_finds_such_an_import() -> None:
    assert MODEL.search("from parvis.people.models import Person")
    assert MODEL.search("    Person.objects.update(language='fr')")
