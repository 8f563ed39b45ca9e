"""A request as pages get it: Django's, with what the door and the gate have found. Not here: finding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space


class Request(HttpRequest):
    """Never instantiated: names for types only.

    `viewer` is None for visitors, whom the gate lets in nowhere but to "site.visit" routes; `space`, `tools_on` and
    `abilities` are set where the address names a space or a contribution.
    """

    viewer: Person
    network: Any
    space: Space
    tools_on: set[str]
    abilities: frozenset[str]
    shell: Callable[[], dict[str, Any]]
