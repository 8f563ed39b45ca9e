"""Work of the feeds done later. Not here: what it does (fetching, alerts)."""

from __future__ import annotations

from parvis.journal.jobs import job
from parvis.tools.feeds import alerts, at_home, fetching, pictures


@job("feeds.due", cron="*/5 * * * *")
def due() -> None:
    """Every five minutes: sources whose turn has come."""
    fetching.fetch_due()


@job("feeds.fetch")
def fetch(source_id: int) -> None:
    """Calls one source."""
    fetching.fetch_source(source_id)


@job("feeds.pictures", is_long=True)
def fetch_pictures(source_id: int) -> None:
    """Copies of the pictures that a source's new items show."""
    pictures.fetch_some(source_id)


@job("feeds.alert")
def alert(items: list[int]) -> None:
    """New items with a word that somebody watches."""
    alerts.tell(items)


@job("feeds.forget", cron="20 3 * * *")
def forget() -> None:
    """Every night: what nobody keeps."""
    fetching.forget_old()
    at_home.forget_lost()
    pictures.forget_old()
