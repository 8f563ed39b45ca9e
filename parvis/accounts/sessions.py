"""The session engine: Django's database sessions with the person's key on the row.

Not here: the thin read of a session for a page (web.door).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


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
