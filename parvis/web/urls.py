"""The shell's addresses, gathered from parvis.web.routes. Not here: tools' addresses (their own urls.py)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.urls import include, path

from parvis.toolkit.routing import site_urls, space_urls, thing_urls
from parvis.web import routes


def shell_urls() -> list[Any]:
    """Everything that isn't a tool's."""
    modules = [import_module(f"{routes.__name__}.{found.name}") for found in iter_modules(routes.__path__)]
    site = [item for module in modules for item in getattr(module, "SITE", [])]
    inside = [item for module in modules for item in getattr(module, "SPACE", [])]
    upon = [item for module in modules for item in getattr(module, "THING", [])]
    return [
        *site_urls(site),
        path("c/<slug:slug>/", include(space_urls(inside))),
        path("go/<key:key>/", include(thing_urls(upon))),
    ]
