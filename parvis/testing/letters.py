"""What tests of mail ask for again and again: people who get mails, a relay that takes them, mails opened.

Not here: the relay itself (testing.relay) and what is mailed (mailing).
"""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from parvis.mailing.models import Habit, Level, Rhythm
from parvis.people.models import Person
from parvis.testing.relay import Relay
from parvis.web.models import Network


def mail_at_once(*people: Person) -> None:
    """These get a mail of each thing that is for them, whatever the hour the tests run at."""
    choose(Rhythm.AT_ONCE, *people, is_any_time=True)


def choose(rhythm: Rhythm, *people: Person, level: Level = Level.WHOLE, **habit: Any) -> None:
    """These get their letters in this rhythm."""
    for person in people:
        Habit.objects.update_or_create(
            person_id=person.id, defaults={"rhythm": rhythm, "level": level, **habit}
        )


def send_through(relay: Relay) -> None:
    """Lets the network's mail leave through this relay."""
    given = {"host": "127.0.0.1", "port": relay.port, "security": "none", "sender": "fil@parvis.test"}
    Network.objects.update(mail=given)


def opened(raw: bytes) -> Any:
    """A mail as its reader's program opens it."""
    return message_from_bytes(raw, policy=policy.default)


def words_of(mail: Any) -> str:
    """Everything a mail says: every header, every part of text."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])
