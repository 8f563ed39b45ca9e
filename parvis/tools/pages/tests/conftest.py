"""Fixtures of the tests of shared pages. Not here: what they show."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def cast(db: Any) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()
