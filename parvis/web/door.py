"""The door every request comes through: who reads, in one query; one transaction; refusals turned into pages.

Not here: who may do what (the gate of toolkit.routing), what pages hold (views).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from parvis.accounts.sessions import SessionStore
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import ParvisError
from parvis.web import errors, receipts
from parvis.web.headers import add_headers
from parvis.web.shell import shell_of
from parvis.web.viewer import Arrival, arrive

OUTSIDE = ("/static/", "/health")


class Door:
    """The outermost middleware. Order matters: transaction, reader, receipt of a repeated POST, view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OUTSIDE):
            return add_headers(request, self.get_response(request))
        with transaction.atomic():
            response = self._inside(request)
            # What isn't done is undone: a refused form leaves no half of itself behind.
            if response.status_code >= 400:
                transaction.set_rollback(True)
        for later in getattr(request, "afterwards", ()):  # what must be kept even of a refusal: counted tries
            with acting(SYSTEM):
                later()
        return add_headers(request, response)

    def _inside(self, request: HttpRequest) -> HttpResponse:
        arrival = arrive(request)
        _introduce(request, arrival)
        try:
            if _holds_nul(request):
                return errors.bad_request(request)
            repeated = receipts.answer_given(request)
            response = repeated or self.get_response(request)
            if repeated is None:
                receipts.keep(request, response)
                _save_session(request, response)
        finally:
            timezone.deactivate()
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The translator of this door: an action's no becomes a page with a sentence."""
        transaction.set_rollback(True)
        return errors.answer(request, error) if isinstance(error, ParvisError) else None


def _holds_nul(request: HttpRequest) -> bool:
    """Whether an address or a form holds the one character that no keyboard types and PostgreSQL can't keep."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    posted = request.POST.lists() if request.method == "POST" else ()
    return any("\x00" in value for _name, values in posted for value in values)


def _introduce(request: HttpRequest, arrival: Arrival) -> None:
    """Puts on the request what pages read: viewer, network, language, zone; Django's own names beside them."""
    person = arrival.person
    request.viewer = person
    request.network = arrival.network
    request.session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    request.user = SimpleLazyObject(lambda: person or AnonymousUser())
    request.shell = lambda: shell_of(request)
    # The first administrator was made by a command: until the first screen asks, their browser knows better.
    is_first = person is not None and person.is_administrator and arrival.network.set_up_at is None
    language = (
        person.language
        if person and not is_first
        else _visitors_language(request, person.language if person else arrival.network.language)
    )
    translation.activate(language)
    request.LANGUAGE_CODE = language
    if person is not None and person.time_zone:
        timezone.activate(person.time_zone)


def _visitors_language(request: HttpRequest, otherwise: str) -> str:
    chosen = request.COOKIES.get("language", "")
    if chosen in ("fr", "en"):
        return chosen
    accepted = request.headers.get("Accept-Language", "")[:2].lower()
    return accepted if accepted in ("fr", "en") else otherwise


def _save_session(request: HttpRequest, response: HttpResponse) -> None:
    """Sessions are written only when sign-in or its forms changed them; reading pages never does."""
    session: Any = request.session
    if not session.modified:
        return
    if session.is_empty():
        response.delete_cookie(settings.SESSION_COOKIE_NAME)
        return
    session["user_agent"] = request.headers.get("User-Agent", "")[:200]
    session.save()
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.session_key,
        max_age=settings.SESSION_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
