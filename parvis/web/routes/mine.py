"""The address of the page where everything of one reader meets. Not here: the view."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import mine

SITE: list[Route] = [route("mine/", mine.show_mine, ability="site.use", name="mine", methods=("GET",))]
