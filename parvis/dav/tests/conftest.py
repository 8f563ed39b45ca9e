"""Fixtures of the tests of programs. Not here: what they show."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.config import config
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def cast(db: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Cast:
    Network.objects.get_or_create(id=1)
    monkeypatch.setattr(config, "data", tmp_path)  # the scratch of each test is its own
    return build_cast()
