"""Where programs' protocols stand among the pages: /dav/, /caldav/ and how a phone finds them. Not here: the protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from parvis.accounts.models import AppScope
from parvis.config import config
from parvis.dav import calendars_door, files_door
from parvis.dav.gate import Environment, Gate, StartResponse

Application = Callable[[Environment, StartResponse], Iterable[bytes]]

FILES = Gate(files_door.answer_files, scope=AppScope.FILES, mount=files_door.MOUNT)
CALENDARS = Gate(calendars_door.answer_calendars, scope=AppScope.CALENDAR, mount=calendars_door.MOUNT)


def mounted(pages: Application) -> Application:
    """The pages, with the protocols beside them. They are no pages: no session, no cookie, no form reaches them."""

    def application(environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        path: Any = environ["PATH_INFO"]
        if path == files_door.MOUNT or path.startswith(f"{files_door.MOUNT}/"):
            return FILES(environ, start_response)
        if path == calendars_door.MOUNT or path.startswith(f"{calendars_door.MOUNT}/"):
            return CALENDARS(environ, start_response)
        if path.rstrip("/") == "/.well-known/caldav":
            start_response(
                "301 Moved Permanently", [("Location", f"{calendars_door.MOUNT}/"), ("Content-Length", "0")]
            )
            return [b""]
        return pages(environ, start_response)

    return application


def largest(path: str) -> int | None:
    """The bytes that a path of a protocol takes; None for pages."""
    if path.startswith(files_door.MOUNT + "/"):
        return (config.max_upload_mb + 1) * 2**20
    return 2**20 if path.startswith((calendars_door.MOUNT, files_door.MOUNT)) else None
