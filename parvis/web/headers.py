"""The headers that keep the perimeter: nothing is loaded from, sent to or framed by another host.

Not here: headers of files (kernel.files sets stricter ones itself).
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from parvis.toolkit.live_address import live_origin

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'none'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def policy_for(request: HttpRequest, *, frames: str = "'none'") -> str:
    """The policy of a page: its own origin, and the live process's (the same host, another port), nothing else.

    `frames`: what it may frame.
    """
    policy = CSP.replace("frame-src 'none'", f"frame-src {frames}")
    try:
        live = live_origin(request.get_host())
    except DisallowedHost:  # the error page itself comes through here
        live = ""
    return policy.replace("connect-src 'self'", f"connect-src 'self' {live} ws{live[4:]}") if live else policy


def add_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Adds what the answer doesn't already say; a file's own stricter policy stays."""
    if "Content-Security-Policy" not in response.headers:
        response.headers["Content-Security-Policy"] = policy_for(request)
    for name, value in HEADERS.items():
        if name not in response.headers:
            response.headers[name] = value
    if settings.SESSION_COOKIE_SECURE:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
