"""What `parvis doctor` asks of the search: an index that says what is written, and the words for typos.

Not here: the command (cli.doctor).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from parvis.contributions import entries
from parvis.contributions.kinds import kinds_with_words
from parvis.contributions.models import Contribution
from parvis.search import vocabulary


def examine() -> Iterator[str]:
    """Writes anew what is missing, what shouldn't be found, and what files say. Called in a transaction of its own."""
    lost = entries.astray()
    entries.rebuild(lost)
    for contribution in Contribution.objects.filter(kind__in=kinds_with_words()).iterator():
        entries.index(contribution)
    vocabulary.learn()
    if lost:
        yield ngettext(
            "%(n)s text was missing from the search, or found though it is hidden: mended.",
            "%(n)s texts were missing from the search, or found though they are hidden: mended.",
            len(lost),
        ) % {"n": len(lost)}
