"""Answering with a page: one function that every view uses, and the sentence shown after a redirect.

Not here: the templates, and what the shell adds around them (request.shell, set by the door).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme

TOAST_COOKIE = "toast"


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """The rendered template with the shell's context. 4xx answers roll the transaction back (web.door)."""
    shell = getattr(request, "shell", None)
    full = {**(shell() if shell else {}), **context}
    # Without the request: Django's engine would put its own csrf_input over ours, which also carries the receipt.
    response = HttpResponse(get_template(template).render(full), status=status)
    if TOAST_COOKIE in request.COOKIES and not _is_part(request):
        response.delete_cookie(TOAST_COOKIE, samesite="Lax")  # said once
    return response


def _is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a piece of a page, where the sentence wouldn't be seen."""
    return "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "fetch"


def go(request: HttpRequest, address: str, sentence: str = "", *, undo: str = "") -> HttpResponse:
    """A redirect after a write, with a sentence to show there; `undo` is the address that takes it back."""
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    response = HttpResponseRedirect(address if safe else "/")
    response.status_code = 303
    if sentence:
        response.set_cookie(
            TOAST_COOKIE,
            signing.dumps([str(sentence), undo], salt="toast"),
            max_age=60,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def toast_of(request: HttpRequest) -> tuple[str, str] | None:
    """The (sentence, undo address) left by the page before, if any."""
    try:
        sentence, undo = signing.loads(request.COOKIES[TOAST_COOKIE], salt="toast", max_age=120)
    except (KeyError, ValueError, signing.BadSignature):
        return None
    return sentence, undo


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """The address a form names in `next`, when it is one of ours."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else otherwise
