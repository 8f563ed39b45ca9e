"""Where browsers reach the live process, and whether it may trust where a page says it comes from.

Not here: the process (parvis.live). Cookies belong to a host name, not to a port: so the session comes along.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from parvis.config import config


def live_origin(host: str) -> str:
    """The live process's address for a page read under this host ("name:port"), such as "http://name:8001"; "": none.

    Where the setting names the site's own host, the page's host takes its place: a site may have several names.
    """
    if not config.live_url:
        return ""
    live, own = urlsplit(config.live_url), urlsplit(config.url)
    name = urlsplit(f"//{host}").hostname if live.hostname == own.hostname else live.hostname
    name = f"[{name}]" if name and ":" in name else name
    port = f":{live.port}" if live.port else ""
    return f"{live.scheme}://{name or live.hostname}{port}"


def is_own_page(origin: str, host: str) -> bool:
    """Whether `origin` is a page of this site under the very host name that the connection asks for."""
    page, own, asked = urlsplit(origin), urlsplit(config.url), urlsplit(f"//{host}")
    try:
        same = (page.scheme, _port(page)) == (own.scheme, _port(own)) and page.hostname == asked.hostname
    except ValueError:
        return False
    return same and validate_host(page.hostname or "", settings.ALLOWED_HOSTS)


def _port(parts: object) -> int:
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)  # type: ignore[attr-defined]
