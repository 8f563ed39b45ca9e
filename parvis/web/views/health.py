"""Whether this process answers, for whoever watches the site. Not here: diagnosis (bin/parvis doctor)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def show_health(request: HttpRequest) -> HttpResponse:
    """A constant answer without a query; `kb` asks for a body of that size (the bench's ceiling)."""
    size = request.GET.get("kb", "")
    body = "x" * (1000 * int(size)) if size.isdecimal() and len(size) < 4 else "ok"
    return HttpResponse(body, content_type="text/plain")
