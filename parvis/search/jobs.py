"""Work that time wakes: the words there are, for typos. Not here: what they are good for (search.correcting)."""

from __future__ import annotations

from datetime import timedelta

from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting, read
from parvis.kernel.ids import EPOCH_MS, RANDOM_BITS
from parvis.search import vocabulary

SMALL = 50_000  # entries: up to here all words are taken in every night


@job("search.learn", cron="*/10 * * * *")
def learn(everything: bool = False) -> None:
    """Takes in the words of what was written in the last half hour, or of everything."""
    vocabulary.learn(0 if everything else _key_at(timedelta(minutes=30)))


@job("search.learn_nightly", cron="50 2 * * *")
def learn_nightly() -> None:
    """Takes in the words of all texts of a small site, of the last two days of a large one."""
    small = read(
        "SELECT count(*) < %s AS is_small FROM (SELECT 1 FROM contributions_entry LIMIT %s) e", [SMALL, SMALL]
    )
    vocabulary.learn(0 if small[0].is_small else _key_at(timedelta(days=2)))


@job("search.tidy", cron="25 4 * * 0", is_long=True)
def tidy() -> None:
    """Every week: forgets the words that stand nowhere any more, takes in those of texts changed since."""
    with acting(SYSTEM):
        vocabulary.forget()
    with acting(SYSTEM):
        vocabulary.learn()


def _key_at(ago: timedelta) -> int:
    """The smallest key of that moment."""
    return (int((clock.now() - ago).timestamp() * 1000) - EPOCH_MS) << RANDOM_BITS
