"""Letters on their way: a person's digest when it is due, their mails at once. Run again, nothing is sent twice.

Everything is looked up when it is sent: who may read, names, languages. Not here: who is due (mailing.due), the relay
(accounts.mail).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone, translation

from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.attention.models import Notice
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode, new_id
from parvis.mailing import due
from parvis.mailing.due import HELD_FOR, Due, digests_due
from parvis.mailing.letters import Letter, Written, compose, headers_of, why_of, write
from parvis.mailing.models import Digest, Mailed, Rhythm
from parvis.mailing.picking import BACK, ForYou, Picked, for_you, pick
from parvis.mailing.rhythms import AT_ONCE, DIGEST, habit_of, rhythm_of
from parvis.people.models import Person, PersonState
from parvis.toolkit import registry

APART = 3  # things that waited together and still come as letters of their own; more of them share one
FORGOTTEN = timedelta(days=60)

CLAIM = """
INSERT INTO mailing_digest (id, person_id, period, count, created_at)
SELECT t.id, %(person)s, t.period, 0, %(now)s FROM unnest(%(ids)s::bigint[], %(periods)s::text[]) AS t (id, period)
ON CONFLICT (person_id, period) DO NOTHING RETURNING id"""
REMEMBER = """
INSERT INTO mailing_mailed (person_id, contribution_id, until)
SELECT %(person)s, t.id, %(now)s FROM unnest(%(things)s::bigint[]) AS t (id)
ON CONFLICT (person_id, contribution_id) DO UPDATE SET until = greatest(mailing_mailed.until, excluded.until)"""
MINE = f"""
SELECT n.id FROM attention_notice n LEFT JOIN mailing_habit h ON h.person_id = n.person_id
  LEFT JOIN mailing_placerhythm r ON r.person_id = n.person_id AND r.space_id = n.space_id
WHERE n.person_id = %(me)s AND n.seen_at IS NULL AND n.mailed_at IS NULL AND n.created_at > %(since)s
  AND coalesce(r.rhythm, {due.RHYTHM}) = '{Rhythm.AT_ONCE}' ORDER BY n.id LIMIT 200 FOR UPDATE OF n"""


@contextmanager
def speaking_to(person: Person) -> Iterator[None]:
    """The person's language and zone: a job has neither."""
    zone = timezone.get_default_timezone() if not person.time_zone else person.time_zone
    with translation.override(person.language):
        try:
            timezone.activate(zone)
        except ValueError:  # imported from elsewhere
            timezone.deactivate()
        try:
            yield
        finally:
            timezone.deactivate()


def send_digest(person_id: int) -> Message | None:
    """Sends a person's digest, if it is (still) due and there is enough to tell; None otherwise."""
    now = clock.now()
    person = Person.objects.filter(id=person_id, state=PersonState.ACTIVE).first()
    found = digests_due(now, person_id=person_id) if person is not None else []
    if person is None or not found:
        return None
    keys = _claim(person, found[0], now)
    if not keys:
        return None
    with speaking_to(person):
        picked = pick(person, found[0].rhythms, now)
        if not picked.is_enough:
            return None
        letter, written = write_digest(person, picked, found[0])
        headers = headers_of(person, DIGEST, f"digest.{encode(keys[0])}", reply_to=letter.reply_to)
        message = mail.send(
            person, written.subject, written.text, written.html, is_private=True, headers=headers
        )
    Digest.objects.filter(id__in=keys).update(message_id=message.id, count=letter.count)
    Notice.objects.filter(id__in=picked.notices).update(mailed_at=now)
    _remember(person, [*picked.for_you, *picked.moved], now)
    return message


def write_digest(person: Person, picked: Picked, found: Due) -> tuple[Letter, Written]:
    """The digest of what was picked, as it is sent and as it is shown before."""
    letter = compose(person, picked.for_you, picked.moved, has_more=picked.has_more)
    why = why_of(DIGEST, found.periods, is_always=habit_of(person).is_always)
    return letter, write(letter, person, kind=DIGEST, why=why, network=mail.network_row().name)


def next_digest(person: Person) -> tuple[Letter, Written] | None:
    """What the person's next digest would say if it came now; None when too little waits, or none is wanted.

    In the active language; the same code as what is sent, and nothing is kept of it.
    """
    picked = pick(person, [Rhythm.DAILY, Rhythm.WEEKLY], clock.now())
    is_daily = rhythm_of(person) == Rhythm.DAILY
    found = Due(person.id, "day" if is_daily else "", "" if is_daily else "W")
    return write_digest(person, picked, found) if picked.is_enough else None


def _claim(person: Person, found: Due, now: datetime) -> list[int]:
    values = {"person": person.id, "now": now, "periods": found.periods}
    return [row.id for row in read(CLAIM, values | {"ids": [new_id() for _period in found.periods]})]


def _remember(person: Person, told: Iterable[object], now: datetime) -> None:
    things = {one.contribution.id for one in told if getattr(one, "contribution", None)}  # type: ignore[attr-defined]
    read(REMEMBER, {"person": person.id, "now": now, "things": sorted(things)})


def send_notices(person_id: int) -> int:
    """Mails what waits to be mailed at once, oldest first; returns how many letters. Outside their hours, none.

    A few come one by one, each in the conversation of its thing; what gathered over a night comes together.
    """
    now = clock.now()
    if person_id not in due.mails_held(now, person_id=person_id):
        return 0
    person = Person.objects.get(id=person_id)
    keys = [row.id for row in read(MINE, {"me": person_id, "since": now - HELD_FOR})]
    # Of some reasons the tool that told them writes a mail of its own.
    own = {reason for tool in registry.tools() for reason in tool.own_mails}
    rows = list(Notice.objects.filter(id__in=keys).exclude(reason__in=own))
    with speaking_to(person):
        told = list(reversed(for_you(rows, person)))
        groups = [[one] for one in told] if len(told) <= APART else [told]
        for group in groups:
            _send_notices(person, group)
    Notice.objects.filter(id__in=keys).update(mailed_at=now)
    _remember(person, told, now)
    return len(groups) if told else 0


def _send_notices(person: Person, group: list[ForYou]) -> None:
    letter = compose(person, group)
    written = write(letter, person, kind=AT_ONCE, why=why_of(AT_ONCE), network=mail.network_row().name)
    alone = group[0].contribution if len(group) == 1 and letter.items else None
    key = f"notice.{encode(group[0].notice.id)}"
    headers = headers_of(person, AT_ONCE, key, alone, reply_to=letter.reply_to)
    mail.send(person, written.subject, written.text, written.html, is_private=True, headers=headers)


def forget_old() -> None:
    """Forgets which digests and things were mailed long ago: no digest looks back that far. Two statements."""
    now = clock.now()
    Digest.objects.filter(created_at__lt=now - FORGOTTEN).delete()
    Mailed.objects.filter(until__lt=now - max(FORGOTTEN, BACK)).delete()
