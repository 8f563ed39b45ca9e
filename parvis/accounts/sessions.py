"""The session engine, signing in and out, and one's own sessions: server-side rows with the person's key.

Not here: the thin read of a session for a page (web.door), passwords and links (their own modules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils.translation import gettext as _

from parvis.kernel.errors import NotFound, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from parvis.accounts.models import Session
    from parvis.people.models import Person

BACKEND = "parvis.accounts.backend.PersonBackend"


class SessionStore(DatabaseSessionStore):
    """Named so because Django looks for this name in a session engine."""

    @classmethod
    def get_model_class(cls) -> type:
        from parvis.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        person_id = data.get(SESSION_KEY)
        row.person_id = int(person_id) if person_id else None
        row.user_agent = str(data.get("user_agent", ""))[:200]
        return row

    def save(self, must_create: bool = False) -> None:
        """An update leaves the row's own dates alone, and never revives a session that was ended."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        row = self.create_model_instance(self._get_session(no_load=False))
        changed = {
            name: getattr(row, name) for name in ("session_data", "expire_date", "person_id", "user_agent")
        }
        if not self.model.objects.filter(session_key=row.session_key).update(**changed):
            raise UpdateError


def sign_in(request: HttpRequest, person: Person) -> None:
    """Opens a session for the person under a new key. Raises Refused when the account isn't active."""
    if not person.is_active:
        raise Refused(_("This account isn't open. Please ask an administrator."))
    login(request, person, backend=BACKEND)
    request.viewer = person  # type: ignore[attr-defined]


def sign_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Ends this session on the server and asks the browser to forget what it kept of us."""
    request.session.flush()
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sessions_of(person: Person) -> list[Session]:
    """Where the person is signed in, newest first."""
    from parvis.accounts.models import Session
    from parvis.kernel import clock

    rows = Session.objects.filter(person=person, expire_date__gt=clock.now())
    return list(rows.order_by("-created_at").defer("session_data"))


def end_session(public_key: str, *, by: Person) -> None:
    """Ends one of one's own sessions, named by `Session.public_key`. Raises NotFound for anyone else's."""
    for row in sessions_of(by):
        if row.public_key == public_key:
            row.delete()
            return
    raise NotFound


def end_sessions(person: Person, *, but: str = "") -> int:
    """Ends every session of a person except the one with this key; returns how many. The caller asks access."""
    from parvis.accounts.models import Session

    return Session.objects.filter(person=person).exclude(session_key=but).delete()[0]
