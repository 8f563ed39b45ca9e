"""The events of the demonstration as rows of a bundle. Not here: their texts (content/events.json)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from parvis.kernel.words import guess_language
from parvis.tools.calendar.rules import rule_of
from parvis.transfer import rows

WORDS = (
    "",
    "",
    "",
    "J'apporte le café.",
    "Avec plaisir !",
    "I'll be a bit late.",
    "Si le train est à l'heure.",
)


def plan_event(
    event: dict[str, Any], key: str, monday: date, now: datetime, members: list[str], rng: random.Random
) -> rows.Object:
    """One event, answered by colleagues of its community."""
    first_on = monday + timedelta(days=event["day"])
    starts, ends = _hours(event.get("hours"))
    rule = rule_of(event.get("repeat", ""), first_on)
    last_on = first_on + timedelta(days=event.get("days", 1) - 1)
    told = min(now, datetime.combine(first_on, time(9), tzinfo=now.tzinfo))
    announced = told - timedelta(days=rng.randrange(3, 12), hours=rng.randrange(8))
    detail = {
        "first_on": first_on.isoformat(),
        "last_on": last_on.isoformat(),
        "starts": starts,
        "ends": ends,
        "zone": event.get("zone", "Europe/Paris"),
        "place": event.get("place", ""),
        "link": event.get("link", ""),
        "rule": rule,
        "capacity": event.get("capacity"),
        "remind": 1440,
        "exceptions": _exceptions(event, first_on),
        "answers": _answers(event, first_on, announced, members, rng),
        **_notes(event, last_on, now),
    }
    return rows.Object(
        id=key,
        kind="event",
        space=event["community"],
        author=event["author"],
        title=event["title"],
        body=event["body"],
        published_at=announced.astimezone(UTC),
        detail={name: value for name, value in detail.items() if value not in (None, "", [])},
        language=guess_language(f"{event['title']} {event['body']}"),
    )


def _notes(event: dict[str, Any], last_on: date, now: datetime) -> dict[str, Any]:
    """What was written the day after."""
    if "notes" not in event:
        return {}
    at = datetime.combine(last_on + timedelta(days=1), time(10), tzinfo=now.tzinfo)
    return {"notes": event["notes"], "notes_by": event["author"], "notes_at": at.isoformat()}


def _hours(text: str | None) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    starts, ends = (time.fromisoformat(part).isoformat() for part in text.split("-"))
    return starts, ends


def _exceptions(event: dict[str, Any], first_on: date) -> list[dict[str, Any]]:
    found = []
    if moved := event.get("moved"):
        day = first_on + timedelta(weeks=moved["week"])
        starts, ends = _hours(moved["hours"])
        to = (day - timedelta(days=day.weekday()) + timedelta(days=moved["to"])).isoformat()
        found.append(
            {"on": day.isoformat(), "first_on": to, "starts": starts, "ends": ends, "word": moved["word"]}
        )
    if gone := event.get("cancelled"):
        day = first_on + timedelta(weeks=gone["week"])
        found.append({"on": day.isoformat(), "cancelled": True, "word": gone["word"]})
    return found


def _answers(
    event: dict[str, Any], first_on: date, announced: datetime, members: list[str], rng: random.Random
) -> list[dict[str, Any]]:
    """The next date's, of a series too: yes, waiting, maybe, in the order of coming in."""
    wanted = [("yes", False)] * event.get("coming", 0) + [("yes", True)] * event.get("waiting", 0)
    wanted += [("maybe", False)] * event.get("maybe", 0)
    others = [handle for handle in members if handle != event["author"]]
    people = rng.sample(others, min(len(wanted), len(others)))
    return [
        {
            "on": first_on.isoformat(),
            "person": person,
            "choice": choice,
            "waits": waits,
            "word": rng.choice(WORDS),
            "at": (announced + timedelta(hours=number + 1)).isoformat(),
        }
        for number, (person, (choice, waits)) in enumerate(zip(people, wanted, strict=False))
    ]
