"""How often secrets may be tried: counted in the database, so that all page processes count together.

Not here: what is tried (passwords, codes, links).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from parvis.accounts.models import Attempt
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

WINDOW = timedelta(minutes=15)
MOST = {"password": 8, "code": 6, "ask": 5, "program": 30}  # for one account in a window
MOST_FROM_ONE_PLACE = 200  # a whole office may share one address


class TooMany(Refused):
    """The limit is reached: the sentence says how long to wait."""


def check(what: str, who: str, place: str = "") -> None:
    """Raises TooMany when `who` (or everyone at `place`) has tried too often. `what` is a key of MOST."""
    limits = {_bucket(what, who): MOST[what]}
    if place:
        limits[_bucket(what, f"at {place}")] = MOST_FROM_ONE_PLACE
    rows = Attempt.objects.filter(bucket__in=limits, since__gt=clock.now() - WINDOW)
    for row in rows:
        if row.count >= limits[row.bucket]:
            left = row.since + WINDOW - clock.now()
            minutes = max(1, -(-int(left.total_seconds()) // 60))
            raise TooMany(
                ngettext(
                    "Too many tries. Please wait %(minutes)s minute, then try again.",
                    "Too many tries. Please wait %(minutes)s minutes, then try again.",
                    minutes,
                )
                % {"minutes": minutes}
            )


def count(what: str, who: str, place: str = "") -> None:
    """Notes one try."""
    for name in [who, f"at {place}"] if place else [who]:
        read(
            """INSERT INTO accounts_attempt AS a (bucket, count, since) VALUES (%(bucket)s, 1, %(now)s)
            ON CONFLICT (bucket) DO UPDATE SET
              count = CASE WHEN a.since > %(start)s THEN a.count + 1 ELSE 1 END,
              since = CASE WHEN a.since > %(start)s THEN a.since ELSE %(now)s END""",
            {"bucket": _bucket(what, name), "now": clock.now(), "start": clock.now() - WINDOW},
        )


def count_even_if_refused(request: HttpRequest, what: str, who: str, place: str = "") -> None:
    """Notes one try once the request's transaction is over: a refusal rolls back everything else."""
    later: list[Callable[[], None]] = request.__dict__.setdefault("afterwards", [])
    later.append(lambda: count(what, who, place))


def forget(what: str, who: str) -> None:
    """After a success the account starts afresh; the place doesn't."""
    Attempt.objects.filter(bucket=_bucket(what, who)).delete()


def purge() -> None:
    """Drops counts older than a day; called by a job."""
    Attempt.objects.filter(since__lt=clock.now() - timedelta(days=1)).delete()


def place_of(request: HttpRequest) -> str:
    """The network address asking. A front server on this machine is believed about whom it speaks for."""
    peer = str(request.META.get("REMOTE_ADDR", "") or "127.0.0.1")
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
    try:
        is_front = ipaddress.ip_address(peer).is_loopback
        return str(ipaddress.ip_address(forwarded)) if is_front and forwarded else peer
    except ValueError:
        return peer


def _bucket(what: str, who: str) -> str:
    """A hash: the table tells nobody which addresses were tried."""
    return salted_hmac(
        "parvis.accounts.limits", f"{what}:{who.strip().lower()}", algorithm="sha256"
    ).hexdigest()
