"""Addresses of the style guide and of the brand's stylesheet. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web import brand
from parvis.web.design import views

GET = ("GET",)

SITE: list[Route] = [
    route("brand.css", brand.stylesheet, ability="site.visit", name="brand", methods=GET),
    route("design/", views.show_guide, ability="site.use", name="design", methods=GET),
    route(
        "design/pages/<slug:name>/", views.show_sample, ability="site.use", name="design_page", methods=GET
    ),
]
