"""What Django asks of an authentication backend: the person behind a session. Not here: checking passwords."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from parvis.people.models import Person


class PersonBackend(BaseBackend):
    """Named in the session by sign_in; only people whose account is active come back from it."""

    def get_user(self, user_id: Any) -> Person | None:
        return Person.objects.active().filter(pk=user_id).first()
