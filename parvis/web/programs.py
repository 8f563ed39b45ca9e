"""What other programs may open here, and at which addresses: for the page of app passwords. Not here: the protocols."""

from __future__ import annotations

from urllib.parse import urlsplit

from parvis.accounts.models import AppScope
from parvis.config import config
from parvis.toolkit import registry


def scopes() -> list[tuple[str, str]]:
    """What the installed tools have for programs, as choices; none, and there is no such page."""
    with_files = any(tool.files for tool in registry.tools())
    with_dates = any(tool.agendas for tool in registry.tools())
    offered = [AppScope.FILES] * with_files + [AppScope.CALENDAR] * with_dates
    if with_files and with_dates:
        offered.append(AppScope.BOTH)
    return [(scope.value, str(scope.label)) for scope in offered]


def addresses() -> dict[str, str]:
    """The addresses that programs ask for, written as each kind of program wants them."""
    site = urlsplit(config.url)
    is_safe = site.scheme == "https"
    return {
        "files": f"{config.url.rstrip('/')}/dav/",
        "linux": f"{'davs' if is_safe else 'dav'}://{site.netloc}/dav/",
        "kde": f"{'webdavs' if is_safe else 'webdav'}://{site.netloc}/dav/",
        "calendar": f"{config.url.rstrip('/')}/caldav/",
        "host": site.netloc,
    }
