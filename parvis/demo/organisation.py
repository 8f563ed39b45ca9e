"""The demonstration company as rows of a bundle: its people, communities, twelve weeks of texts.

The same seed and the same day give the same company. Not here: loading it (demo.seed).
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parvis.demo import content
from parvis.demo.planning import plan_event
from parvis.demo.polling import plan_poll
from parvis.kernel.words import guess_language
from parvis.transfer import rows

ORIGIN = "demo-maison-lumen"
SEED = 20
ZONE = ZoneInfo("Europe/Paris")
NAMES = {"like": 6, "bravo": 3, "useful": 5, "support": 2, "curious": 2, "smile": 2}
BLOG_NAMES = {
    "helene-marchand": ("Porte ouverte", "Ce que j'apprends de vous, un mardi sur deux."),
    "thomas-fontaine": ("Carnet d'atelier", "Ce qui se passe derrière la ligne 2, sans le casque."),
    "emily-carter": ("Notes from the dock", "Small things I notice between Bristol and everywhere else."),
    "nadia-benali": ("Qu'est-ce que tu as vu ?", "La qualité, vue d'en bas de la marche."),
}
# As their speakers write them: the directory is read in French and in English.
LANGUAGES = {
    "ar": "العربية",
    "bm": "Bamanankan",
    "br": "Brezhoneg",
    "cy": "Cymraeg",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ga": "Gaeilge",
    "gu": "ગુજરાતી",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "ur": "اردو",
    "wo": "Wolof",
    "yo": "Yorùbá",
}


@dataclass
class Organisation:
    """Builds the tables of the bundle."""

    today: date
    now: datetime
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    tables: dict[type[rows.Row], list[Any]] = field(default_factory=lambda: {kind: [] for kind in rows.ORDER})

    def __post_init__(self) -> None:
        # The texts name weekdays: day 0 is the Monday of this week, or of the last one at the weekend's end.
        self.monday = self.today - timedelta(days=self.today.weekday())
        self.handles = [person["handle"] for person in content.people()]
        self.named = {person["manager"] for person in content.people() if person.get("manager")}

    def build(self) -> dict[type[rows.Row], list[Any]]:
        """All rows, in the order of a bundle."""
        self._people()
        for community in content.communities():
            self._community(community)
        for handle in content.blogs():
            self._blog(handle)
        self._follow_sponsor()
        self.tables[rows.Object].sort(key=lambda row: (row.part_of is not None, row.published_at))
        return self.tables

    def _people(self) -> None:
        for person in content.people():
            site = person["site"]
            self.tables[rows.Person].append(
                rows.Person(
                    id=person["handle"],
                    display_name=person["name"],
                    state="active",
                    email=f"{person['handle'].replace('-', '.')}@maison-lumen.example",
                    username=person["handle"],
                    job_title=person["role"],
                    department=person["department"],
                    site=site,
                    manager=person.get("manager"),
                    languages=tuple(LANGUAGES[code] for code in person.get("languages", [])),
                    ask_about=tuple(person.get("ask_me_about", [])),
                    interests=tuple(person.get("interests", [])),
                    bio=person.get("bio", ""),
                    hello=person.get("hello", ""),
                    language=person["language"],
                    time_zone="Europe/London" if site == "Bristol" else "",
                    created_at=self._moment(-86, 8, 0),
                )
            )

    def _community(self, data: dict[str, Any]) -> None:
        slug, threads = data["slug"], content.threads(data["slug"])
        is_everyone = slug == "everyone"
        self.tables[rows.Space].append(
            rows.Space(
                id=slug,
                slug=slug,
                name=data["name"],
                purpose=data["purpose"],
                theme=data.get("theme", "professional"),
                access="open" if is_everyone else data.get("access", "open"),
                category=data.get("category", ""),
                welcome=data.get("welcome", ""),
                charter=data.get("charter", ""),
                is_everyone=is_everyone,
                tools={
                    tool: data.get("replaces", {}).get(tool, "")
                    for tool in (*data.get("tools", ["forum", "blog"]), *self._planned_in(slug))
                },
                hue=self.rng.randrange(10),
                created_at=self._moment(-85, 9, 0),
                created_by=data["hosts"][0],
            )
        )
        writers = {
            name for thread in threads for name in (thread.author, *(a.author for a in thread.answers))
        }
        members = self.handles if is_everyone else self._members(data, writers)
        self._belong(
            slug,
            data["hosts"],
            sorted(set(members) | writers | set(data["hosts"])),
            bool(data.get("charter")),
        )
        for number, thread in enumerate(threads):
            self._thread(slug, f"{slug}-{number}", thread, members)
        for number, event in enumerate(one for one in content.events() if one["community"] == slug):
            self.tables[rows.Object].append(
                plan_event(event, f"{slug}-e{number}", self.monday, self.now, members, self.rng)
            )
        for number, poll in enumerate(one for one in content.polls() if one["community"] == slug):
            self.tables[rows.Object].append(plan_poll(poll, f"{slug}-p{number}", self.now, members))
        if data.get("start_here"):
            self._start_here(slug, data)

    def _planned_in(self, slug: str) -> list[str]:
        calendar = ["calendar"] if any(one["community"] == slug for one in content.events()) else []
        return calendar + (["polls"] if any(one["community"] == slug for one in content.polls()) else [])

    def _members(self, data: dict[str, Any], writers: set[str]) -> list[str]:
        rule = data.get("member_rule", {})
        found = [
            person["handle"]
            for person in content.people()
            if (not rule.get("departments") or person["department"] in rule["departments"])
            and (
                not rule.get("managers_only")
                or person["handle"] in self.named
                or "responsable" in person["role"]
            )
        ]
        return [handle for handle in found if self.rng.random() < rule.get("share", 0.5)]

    def _belong(self, slug: str, hosts: list[str], members: list[str], has_charter: bool) -> None:
        for handle in members:
            joined = self._moment(
                -85 + min(int(self.rng.expovariate(1 / 12)), 80),
                self.rng.randrange(8, 19),
                self.rng.randrange(60),
            )
            self.tables[rows.Membership].append(
                rows.Membership(
                    id=f"{slug}.{handle}",
                    space=slug,
                    person=handle,
                    role="host" if handle in hosts else "member",
                    joined_at=min(joined, self.now),
                )
            )

    def _start_here(self, slug: str, data: dict[str, Any]) -> None:
        start = data["start_here"]
        self._object(
            f"{slug}-start",
            slug,
            "topic",
            data["hosts"][0],
            self._moment(-84, 8, 45),
            start["title"],
            start["body"],
            ["bienvenue"],
            {"mode": "discussion"},
        )

    def _blog(self, handle: str) -> None:
        name, promise = BLOG_NAMES[handle]
        space = f"blog-{handle}"
        self.tables[rows.Space].append(
            rows.Space(
                id=space,
                kind="personal",
                slug=space,
                name=name,
                purpose=promise,
                owner=handle,
                created_at=self._moment(-84, 8, 0),
                created_by=handle,
            )
        )
        self.tables[rows.Membership].append(
            rows.Membership(id=f"{space}.{handle}", space=space, person=handle, role="host")
        )
        for number, thread in enumerate(content.threads(f"blog-{handle}")):
            self._thread(space, f"{space}-{number}", thread, self.handles)

    def _follow_sponsor(self) -> None:
        for handle in content.blogs():
            share = 0.5 if handle == "helene-marchand" else 0.15
            for reader in self.handles:
                if reader != handle and self.rng.random() < share:
                    self.tables[rows.Follow].append(
                        rows.Follow(
                            id=f"f.{handle}.{reader}", person=reader, space=f"blog-{handle}", level="normal"
                        )
                    )

    def _thread(self, space: str, key: str, thread: content.Thread, readers: list[str]) -> None:
        at = self._moment(thread.day, thread.hour, thread.minute)
        replies = [answer for answer in thread.answers if answer.points is None]
        accepted = next((f"{key}-r{i}" for i, answer in enumerate(replies) if answer.is_accepted), None)
        detail: dict[str, Any] = {"mode": thread.mode} if thread.kind == "topic" else {}
        if accepted:
            detail["accepted_reply"] = accepted
        kind = {"topic": "topic", "post": "post", "note": "note"}[thread.kind]
        self._object(key, space, kind, thread.author, at, thread.title, thread.body, thread.tags, detail)
        for number, answer in enumerate(replies):
            self.tables[rows.Reply].append(
                rows.Reply(
                    id=f"{key}-r{number}",
                    object=key,
                    author=answer.author,
                    body=mentioned(answer.body),
                    side=answer.side,
                    created_at=min(at + answer.delay, self.now),
                )
            )
        for number, answer in enumerate(answer for answer in thread.answers if answer.points is not None):
            self._idea(key, space, number, answer, at, readers)
        self._react(key, thread.author, thread.reactions, readers, at)

    def _idea(
        self, host: str, space: str, number: int, answer: content.Answer, at: datetime, readers: list[str]
    ) -> None:
        voters = self.rng.sample(readers, min(len(readers), max(answer.points or 0, 1)))
        points = dict.fromkeys(voters[: answer.points or 0], 1)
        self._object(
            f"{host}-i{number}",
            space,
            "idea",
            answer.author,
            min(at + answer.delay, self.now),
            answer.title or answer.body[:80],
            answer.body or answer.title,
            [],
            {"points": points},
            part_of=host,
        )

    def _object(
        self,
        key: str,
        space: str,
        kind: str,
        author: str,
        at: datetime,
        title: str,
        body: str,
        tags: list[str],
        detail: dict[str, Any],
        part_of: str | None = None,
    ) -> None:
        self.tables[rows.Object].append(
            rows.Object(
                id=key,
                kind=kind,
                space=space,
                author=author,
                title=title,
                body=mentioned(body),
                published_at=min(at, self.now),
                tags=tuple(tags),
                detail=detail,
                part_of=part_of,
                is_listed=part_of is None,
                language=guess_language(f"{title} {body}"),
            )
        )

    def _react(self, key: str, author: str, count: int, readers: list[str], at: datetime) -> None:
        others = [handle for handle in readers if handle != author]
        for handle in self.rng.sample(others, min(count, len(others))):
            name = self.rng.choices(list(NAMES), weights=list(NAMES.values()))[0]
            later = min(at + timedelta(minutes=self.rng.randrange(5, 4000)), self.now)
            self.tables[rows.Reaction].append(
                rows.Reaction(id=f"{key}.{handle}", object=key, person=handle, name=name, created_at=later)
            )

    def _moment(self, day: int, hour: int, minute: int) -> datetime:
        local = datetime.combine(self.monday + timedelta(days=day), time(hour, minute), tzinfo=ZONE)
        return min(local.astimezone(UTC), self.now)


def mentioned(text: str) -> str:
    """Plain @handles of the roster as mentions."""
    known = {person["handle"] for person in content.people()}

    def link(match: re.Match[str]) -> str:
        return f"@[](person:{match[1]})" if match[1] in known else match[0]

    return re.sub(r"(?<![\w@])@([a-z]+(?:-[a-z]+)+)", link, text)
