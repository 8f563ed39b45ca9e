"""The site as an installed app: manifest, icons, worker, the page shown without a connection. For everybody alike.

Not here: what they hold (web.installed).
"""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils import translation

from parvis.kernel.errors import NotFound
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.web import installed

LANGUAGES = ("fr", "en")


def show_manifest(request: Request) -> HttpResponse:
    """The manifest, in the language its address names (browsers ask it without cookies)."""
    language = _language(request)
    with translation.override(language):
        found = installed.manifest_of(request.network, language)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/manifest+json; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def show_icon(request: Request, name: str) -> HttpResponse:
    """One icon of the app."""
    found = installed.icon_of(request.network, name.removesuffix(".png")) if name.endswith(".png") else None
    if found is None:
        raise NotFound
    response = HttpResponse(found, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def show_worker(request: Request) -> HttpResponse:
    """The service worker. Standing at the root, it may see to the whole site; it is asked anew at each visit."""
    text = installed.worker_of(request.network, _language(request))
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def show_offline(request: Request) -> HttpResponse:
    """That there is no connection: the one page a browser keeps. It names nobody."""
    language = _language(request)
    request.LANGUAGE_CODE = language
    with translation.override(language):
        return page(request, "web/offline.html")


def _language(request: Request) -> str:
    asked = request.GET.get("l", "")
    return asked if asked in LANGUAGES else request.LANGUAGE_CODE
