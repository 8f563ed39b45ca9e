"""Refusals as pages with a sentence that says what to do next. Not here: when to refuse (access, actions)."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from parvis.kernel.errors import NotAllowed, NotFound, ParvisError, Refused, TryAgain
from parvis.toolkit.pages import page
from parvis.web.assets import asset


def answer(request: HttpRequest, error: ParvisError) -> HttpResponse:
    """404 for what doesn't exist for this reader, 403 with whom to ask, 422 with what to change."""
    if isinstance(error, NotFound):
        return not_found(request)
    if isinstance(error, Refused):
        status = 503 if isinstance(error, TryAgain) else 422
        return _error(request, status, _("That can't be done"), error.sentence)
    if isinstance(error, NotAllowed) and request.viewer is None:
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(f"/accounts/login/?next={quote(request.get_full_path())}")
        return _error(
            request, 401, _("Please sign in"), _("Sign in, then try again: nothing has been changed.")
        )
    return _error(request, 403, _("That isn't yours to do"), getattr(error, "sentence", ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also Django's handler404: a private thing and a missing one give the very same page."""
    sentence = _(
        "There's nothing at this address, or it isn't open to you. It may have been moved or removed."
    )
    return _error(request, 404, _("Nothing here"), sentence)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return _error(
        request, 400, _("We couldn't read that"), _("Go back and try again; nothing has been changed.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stayed open too long, or came from another site."""
    sentence = _("This page stayed open too long to be sent safely. Go back, reload it, and send again.")
    return _error(request, 403, _("Please reload the page"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: no query, no template that could fail again."""
    return HttpResponse(
        f"<!doctype html><html lang='fr'><meta charset='utf-8'><title>Erreur / Error</title>"
        f"<meta name='viewport' content='width=device-width'>{_sheet()}"
        "<main class='bare'><div class='bare-box empty'><h1>Une erreur est survenue</h1><p class='empty-text'>Elle a été "
        "notée. Réessayez dans un instant ; rien de ce que vous aviez écrit avant n’est perdu.</p>"
        "<div class='cluster'><a class='button primary' href='/'>Accueil / Home</a></div>"
        "<p class='small muted' lang='en'>Something went wrong. It has been logged: please try again in a moment.</p>"
        "</div></main></html>",
        status=500,
    )


def _sheet() -> str:
    """The stylesheet's link, where its address can be had."""
    with suppress(Exception):
        return f"<link rel='stylesheet' href='{asset('parvis.css')}'>"
    return ""


def _error(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        from django.http import JsonResponse

        return JsonResponse({"error": sentence}, status=status)
    return page(request, "web/error.html", status=status, title=title, sentence=sentence, code=status)
