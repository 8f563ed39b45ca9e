"""What an action's no is in WebDAV: a status, and its sentence as plain text. Not here: the sentences (the actions)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from psycopg.errors import DeadlockDetected, SerializationFailure
from wsgidav.dav_error import DAVError

from parvis.kernel.errors import NotAllowed, NotFound, ParvisError, Refused
from parvis.toolkit import files

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFound, 404),
    (files.Busy, 423),
    (files.Full, 507),
    (files.Taken, 409),
    (NotAllowed, 403),
    (Refused, 403),
)


class Again(BaseException):
    """Two writes waited for each other: this one is undone and done anew. (No Exception: WsgiDAV would swallow it.)"""


class Said(DAVError):  # type: ignore[misc]
    """A refusal in our words."""

    def get_response_page(self) -> tuple[str, bytes]:
        return "text/plain; charset=utf-8", f"{self.context_info or ''}\n".encode()


def refusal_of(error: ParvisError) -> Said:
    """The refusal of an action as WebDAV says it."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    return Said(status, str(getattr(error, "sentence", "")))


@contextmanager
def saying() -> Iterator[None]:
    """Around a call of the tree: its refusals as WebDAV's. What else goes wrong is written down, since WsgiDAV hides it."""
    try:
        yield
    except ParvisError as error:
        raise refusal_of(error) from None
    except DAVError:
        raise
    except OperationalError as error:
        if isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
            raise Again from error
        raise
    except Exception:
        log.exception("a write by DAV failed")
        raise
