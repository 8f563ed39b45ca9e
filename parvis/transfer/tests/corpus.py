"""Where the tests find the consultation: the whole corpus beside the repository, and the excerpt within it."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

EXCERPT = Path(__file__).parent / "excerpt"
REPOSITORY = Path(__file__).parents[3]


def whole_corpus() -> Path:
    """The folder of the corpus. Where it can't be found the test is skipped loudly, and fails under CI=true."""
    named = os.environ.get("PARVIS_CORPUS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data" / "consultation"
    if (folder / "proposals.jsonl").is_file():
        return folder
    sentence = f"The consultation corpus is missing ({folder}); set PARVIS_CORPUS to its folder."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    warnings.warn(sentence, stacklevel=2)
    pytest.skip(sentence)


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one file of the corpus."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]
