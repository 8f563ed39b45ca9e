"""The living style guide: every component in both schemes, and whole pages with sample data.

Not here: the components (templates/web/components). Nothing is read from the database.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from parvis.kernel.errors import NotFound
from parvis.toolkit.pages import page
from parvis.web.design import forms, samples
from parvis.web.icons import drawings
from parvis.web.js_strings import BODY, COMPOSER, js_strings

# page name: template, context
PAGES: dict[str, str] = {
    "home": "A home with a stream",
    "home-empty": "An empty home",
    "community": "A community",
    "topic": "A question with its answer",
    "article": "An article",
    "people": "The directory of people",
    "communities": "The directory of communities",
    "profile": "A profile",
    "settings": "A form of settings",
    "setup": "The administrator's checklist",
    "notifications": "What is for you",
    "write": "Writing",
    "sign-in": "Signing in",
}


def show_guide(request: HttpRequest) -> HttpResponse:
    """Every component, in light and dark."""
    return page(request, "web/design/guide.html", icons=sorted(drawings()), pages=PAGES, **_context())


def show_sample(request: HttpRequest, name: str) -> HttpResponse:
    """One whole page with sample data; `?theme=light|dark` and `?size=112` as the reader's own settings."""
    if name not in PAGES:
        raise NotFound
    context = _context()
    theme, size = request.GET.get("theme", ""), request.GET.get("size", "")
    if context["viewer"] and (theme or size):
        context["viewer"] = samples.viewer(theme, size)
    if name == "sign-in":
        context["viewer"] = None
    return page(request, f"web/design/pages/{name}.html", **context)


def _context() -> dict[str, Any]:
    return {
        **samples.everything(),
        "language": translation.get_language() or "fr",
        "form": forms.sample_form(),
        "wrong_form": forms.wrong_form(),
        "body_strings": js_strings(BODY),
        "composer_strings": js_strings(COMPOSER),
        "csrf_input": "",
    }
