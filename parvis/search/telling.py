"""Telling people of what is new to the searches they keep: a few statements for everybody, then the engine's own answer.

Not here: keeping searches (search.saved) and writing notices (attention, which asks once more who may read).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from parvis.contributions.models import Contribution, State
from parvis.journal.actions import record
from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, read
from parvis.kernel.ids import EPOCH_MS, RANDOM_BITS
from parvis.search import finding
from parvis.search.asking import Question, parse
from parvis.search.narrowing import narrow
from parvis.search.saved import Heard, SavedSearch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.people.models import Person

AT_ONCE = 2000  # searches looked at in one run, those that waited longest first
NEWS = 100  # of what answers one search among the new
THINGS = 2000  # new things looked at in one run
BACK = timedelta(days=7)  # nothing older is news, however long the worker slept
# A fact gets its key when it is written, and is seen once its transaction ends: a run looks back over the last ones.
OVERLAP = timedelta(minutes=15)

Came = dict[int, list[tuple[int, int]]]  # by contribution: who wrote, and when, in milliseconds

# What came: things published, answered or rewritten since, with who did it.
CAME = """
SELECT a.id, a.actor_id, COALESCE((a.payload ->> 'contribution')::bigint, a.thing_id) AS contribution_id
FROM journal_activity a
WHERE a.id > %(since)s AND split_part(a.verb, '.', 2) IN ('published', 'replied', 'revised', 'reply_revised')
ORDER BY a.id LIMIT %(limit)s"""

# Which words those things hold at all, so that most searches are answered without being asked.
HOLDING = """
SELECT asked.word, array_agg(DISTINCT e.contribution_id) AS things
FROM unnest(%(words)s::text[]) AS asked (word)
  CROSS JOIN LATERAL unnest(contributions_asked(asked.word)) AS stem (form)
  JOIN contributions_entry e ON e.contribution_id = ANY(%(things)s)
    AND e.words @@ ('''' || replace(replace(stem.form, '\\', '\\\\'), '''', '''''') || ''':*')::tsquery
GROUP BY asked.word"""


@job("search.tell", cron="*/10 * * * *")
def tell() -> None:
    """Tells of each new thing once. Run again, it tells nothing twice."""
    now = clock.now()
    rows = list(
        SavedSearch.objects.filter(tells=True, person__state="active")
        .select_related("person")
        .order_by("heard_until", "id")[:AT_ONCE]
    )
    if not rows:
        return
    came, until = _what_came(max(rows[0].heard_until, now - BACK) - OVERLAP, now)
    if came:
        _tell_of(_found(rows, came))
    SavedSearch.objects.filter(id__in=[row.id for row in rows]).update(heard_until=until)


def _what_came(since: datetime, now: datetime) -> tuple[Came, datetime]:
    """Each new thing with who wrote there and when, and up to when this is all of them."""
    after = (int(since.timestamp() * 1000) - EPOCH_MS) << RANDOM_BITS
    rows = read(CAME, {"since": after, "limit": THINGS})
    came: Came = defaultdict(list)
    for row in rows:
        came[row.contribution_id].append((row.actor_id, (row.id >> RANDOM_BITS) + EPOCH_MS))
    if len(rows) < THINGS:
        return came, now
    return came, datetime.fromtimestamp(((rows[-1].id >> RANDOM_BITS) + EPOCH_MS) / 1000, tz=now.tzinfo)


def _found(rows: list[SavedSearch], came: Came) -> dict[int, list[Person]]:
    """Whom each thing is to be told to: those whose search the engine answers with it, who weren't told before."""
    asked = {row.text: parse(row.text) for row in rows}
    holding = _holding(asked.values(), list(came))
    found: dict[int, list[Person]] = defaultdict(list)
    for row in rows:
        question = asked[row.text]
        near = {key for key in _near(question, holding, set(came)) if _is_news(came[key], row)}
        for key in _answering(question, row.person, near) if near else ():
            if row.person not in found[key]:
                found[key].append(row.person)
    return found


def _is_news(facts: list[tuple[int, int]], row: SavedSearch) -> bool:
    """Whether somebody else wrote there since the search was kept."""
    since = int(row.since.timestamp() * 1000)
    return any(actor != row.person_id and moment >= since for actor, moment in facts)


def _answering(question: Question, person: Person, among: set[int]) -> set[int]:
    """Which of these things the person may read and the engine finds, by the words as they stand: no guesses."""
    first = (clock.now() - BACK - OVERLAP).date()
    recent = replace(question, after=max(question.after or first, first), is_open=False)
    within, asked = narrow(recent, person), finding.ask(recent)
    if within.is_void or (asked.is_empty and (question.words or question.phrases)):
        return set()
    row = finding.find(asked, within, person, least=len(asked.terms), page=1, limit=NEWS, newest=True)
    return among & {int(hit["id"]) for hit in row.hits}


def _near(question: Question, holding: dict[str, set[int]], every: set[int]) -> set[int]:
    words = [*question.words, *(word for phrase in question.phrases for word in phrase)]
    return set.union(*(holding.get(word, set()) for word in words)) if words else every


def _holding(questions: Iterable[Question], things: list[int]) -> dict[str, set[int]]:
    words = {
        word
        for question in questions
        for word in (*question.words, *(one for phrase in question.phrases for one in phrase))
    }
    rows: list[Any] = read(HOLDING, {"words": sorted(words), "things": things}) if words else []
    return {row.word: set(row.things) for row in rows}


def _tell_of(found: dict[int, list[Person]]) -> None:
    told = Heard.objects.filter(contribution_id__in=list(found)).values_list("contribution_id", "person_id")
    known = set(told)
    rows = Contribution.objects.filter(state=State.PUBLISHED, is_imported=False)
    things = rows.in_bulk(list(found))
    for key, people in found.items():
        new = [person for person in people if (key, person.id) not in known]
        thing = things.get(key)
        if thing is None or not new:
            continue
        Heard.objects.bulk_create(
            [Heard(person=person, contribution=thing) for person in new], ignore_conflicts=True
        )
        record(
            "search.found", thing_kind=thing.kind, thing_id=key, by=SYSTEM, space_id=thing.space_id,
            audience=thing.audience,
            payload={"contribution": key, "tell": {str(person.id): "search" for person in new}},
        )  # fmt: skip
