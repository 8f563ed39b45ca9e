"""Thousands of open streams, pages asked meanwhile: how soon an event arrives, and whether any is missed after a break.

Loopback only, bounded in time: the live process and the page server as a site starts them, people by the thousand in a
database of its own, which is deleted afterwards. Not here: the pages under load (bench.measure).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parvis.kernel.postgres import Server

STREAMS, PAGES_A_SECOND, EVENTS_A_SECOND, SECONDS = 5_000, 50, 2, 20
COMMUNITIES, EACH = 12, 3  # of the network, of each person
WHILE_AWAY = 20
COME_BACK_S = 15.0


@dataclass
class Listening:
    """One stream as a browser holds it: what it heard, and when."""

    person_id: int
    session: str
    last: str = ""
    heard: dict[str, float] = field(default_factory=dict)
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    asked_again: int = 0

    async def run(self, port: int, site: str) -> None:
        """Reads until the other side ends it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        after = f"&after={self.last}" if self.last else ""
        writer.write(
            f"GET /live/events?open=home{after} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {site}\r\n"
            f"Cookie: session={self.session}\r\n\r\n".encode()
        )
        key = ""
        try:
            async for line in reader:
                if line.startswith(b"id: "):
                    key = line[4:-1].decode()
                elif line.startswith(b"event: ready"):
                    self.is_ready.set()
                elif line.startswith(b"event: again"):
                    self.asked_again += 1
                elif line.startswith(b"data: ") and key:
                    self.last, key = key, ""
                    thing = json.loads(line[6:]).get("thing")
                    self.heard.setdefault(thing, time.time())
        except ConnectionError:
            pass
        finally:
            writer.close()


def run(*, as_json: bool = False) -> dict[str, Any]:
    """Measures in a folder of its own, which is then deleted; prints the rows, and returns them."""
    from parvis.bench.measure import PORT, _prepare, _serve, _wait

    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536) if most > 0 else 65_536, most))
    with tempfile.TemporaryDirectory(prefix="parvis-bench-") as folder, Server(Path(folder)) as server:
        environment = _prepare(server, Path(folder))
        environment["PARVIS_LIVE_URL"] = f"http://127.0.0.1:{PORT + 1}"
        os.environ.update(environment)
        import django

        django.setup()
        people = _people()
        pages = _serve(environment)
        try:
            _wait(f"http://127.0.0.1:{PORT}/health", pages)
            report = asyncio.run(_measured(environment, people, PORT))
        finally:
            os.killpg(pages.pid, signal.SIGTERM)
            try:
                pages.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(pages.pid, signal.SIGKILL)
    report["cores"], report["date"] = os.cpu_count(), time.strftime("%Y-%m-%d")
    sys.stdout.write((json.dumps(report) if as_json else _table(report)) + "\n")
    return report


def _people() -> list[Listening]:
    """So many people with a session each, three communities of twelve each, followed as members follow."""
    from django.contrib.auth import SESSION_KEY

    from parvis.accounts.models import Session
    from parvis.accounts.sessions import SessionStore
    from parvis.kernel import clock
    from parvis.kernel.db import SYSTEM, acting, read
    from parvis.membership.actions import create_community
    from parvis.people.models import Person
    from parvis.spaces.models import Membership, Subscription
    from parvis.web.models import Network

    with acting(SYSTEM):
        Network.objects.create(id=1, name="Banc", set_up_at=clock.now())
        host = Person.objects.create(email="hote@banc.example", display_name="Hôte")
        made = [Person(email=f"b{n}@banc.example", display_name=f"Banc {n}") for n in range(STREAMS)]
        people = [one.id for one in Person.objects.bulk_create(made, 2000)]
        spaces = [
            create_community(
                name=f"Fil {number}", purpose="Mesurer.", theme="professional", access="on_request", by=host,
                tools=(), is_silent=True,
            )
            for number in range(COMMUNITIES)
        ]  # fmt: skip
        rng = random.Random(1)
        belongs = [(person, space) for person in people for space in rng.sample(spaces, EACH)]
        now = clock.now()
        Membership.objects.bulk_create(
            [Membership(person_id=person, space=space, joined_at=now) for person, space in belongs], 2000
        )
        Subscription.objects.bulk_create(
            [Subscription(person_id=person, space=space) for person, space in belongs], 2000
        )
        store = SessionStore()
        rows = [
            Session(
                session_key=f"{number:05d}{os.urandom(8).hex()}", person_id=person,
                session_data=store.encode({SESSION_KEY: str(person)}), expire_date=now.replace(year=now.year + 1),
            )
            for number, person in enumerate(people)
        ]  # fmt: skip
        Session.objects.bulk_create(rows, 2000)
        read("ANALYZE")
    return [Listening(row.person_id or 0, str(row.session_key)) for row in rows]


async def _measured(environment: dict[str, str], people: list[Listening], port: int) -> dict[str, Any]:
    site = f"http://127.0.0.1:{port}"
    live = await _start_live(environment, port + 1)
    begun = time.monotonic()
    tasks = await _connect(people, port + 1, site, spread=0)
    opened = time.monotonic() - begun
    before = _used(live.pid)
    await asyncio.sleep(5)
    idle = (_used(live.pid) - before) / 5
    asking = asyncio.create_task(_ask_pages(people, port))
    at = await _publish(SECONDS * EVENTS_A_SECOND, 1 / EVENTS_A_SECOND)
    await asyncio.sleep(3)
    asking.cancel()
    quiet = await asyncio.to_thread(_late, people, at)
    memory = _resident(live.pid)
    live.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    said = await asyncio.to_thread(live.communicate)
    ended = time.monotonic() - begun
    await asyncio.gather(*tasks)
    away = await _publish(WHILE_AWAY, 0.05)
    live = await _start_live(environment, port + 1)
    tasks = await _connect(people, port + 1, site, spread=COME_BACK_S)
    later = await _publish(5, 0.2)
    await asyncio.sleep(5)
    missed = await asyncio.to_thread(_late, people, {**away, **later})
    live.terminate()
    await asyncio.to_thread(live.communicate)
    for task in tasks:
        task.cancel()
    return {
        "streams": len(people), "opened_s": round(opened, 1), "idle_core": round(idle, 3), "memory_mb": memory,
        "events": quiet, "pages": dict(PAGES), "stopped_s": round(ended, 1), "stop_lines": said[1].splitlines(),
        "after_a_break": missed, "asked_everything": sum(one.asked_again for one in people),
    }  # fmt: skip


PAGES: dict[str, float] = {}


async def _start_live(environment: dict[str, str], port: int) -> subprocess.Popen[str]:
    from parvis.serving import live_server

    process = subprocess.Popen(
        live_server("127.0.0.1", port), env=environment, stderr=subprocess.PIPE, text=True
    )
    for _attempt in range(200):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return process
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("the live process doesn't answer")


async def _connect(
    people: list[Listening], port: int, site: str, *, spread: float
) -> list[asyncio.Task[None]]:
    """Opens every stream, as many at once as a browser's jitter lets come; returns when all are ready."""
    tasks = []
    for number, one in enumerate(people):
        one.is_ready.clear()
        tasks.append(asyncio.create_task(one.run(port, site)))
        if number % 50 == 49:
            await asyncio.sleep(50 * spread / len(people) or 0.02)
    await asyncio.wait_for(asyncio.gather(*(one.is_ready.wait() for one in people)), 120)
    return tasks


async def _publish(count: int, pause: float) -> dict[str, tuple[int, float]]:
    """Notes in all the communities in turn: key → (place, when its transaction had ended)."""
    written: dict[str, tuple[int, float]] = {}
    for number in range(count):
        key, space = await asyncio.to_thread(_write, number)
        written[key] = (space, time.time())
        await asyncio.sleep(pause)
    return written


def _write(number: int) -> tuple[str, int]:
    from parvis.kernel.db import acting
    from parvis.people.models import Person
    from parvis.spaces.models import Space
    from parvis.toolkit import registry

    space = Space.objects.communities().order_by("id")[number % COMMUNITIES]
    author = Person.objects.get(email="hote@banc.example")
    kind = registry.kind_for(space, "note")
    assert kind is not None
    with acting(author):
        made = kind.publish(space, body=f"Note {number}", by=author)
    return made.key, space.id


async def _ask_pages(people: list[Listening], port: int) -> None:
    """Fifty pages a second, half home, half what scripts ask."""
    import httpx

    took: list[float] = []
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=30) as client:
        waiting: set[asyncio.Task[None]] = set()

        async def ask(number: int) -> None:
            begun = time.perf_counter()
            cookies = {"Cookie": f"session={people[number % len(people)].session}"}
            answer = await client.get("/" if number % 2 else "/now/", headers=cookies)
            assert answer.status_code == 200, answer.status_code
            took.append(1000 * (time.perf_counter() - begun))

        begun, number = time.monotonic(), 0
        try:
            while True:
                number += 1
                task = asyncio.create_task(ask(number * 7))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
                await asyncio.sleep(max(0, begun + number / PAGES_A_SECOND - time.monotonic()))
        finally:
            PAGES.update(
                a_second=round(len(took) / (time.monotonic() - begun), 1),
                p50=round(statistics.median(took), 1), p99=round(statistics.quantiles(took, n=100)[-1], 1),
            )  # fmt: skip


def _late(people: list[Listening], at: dict[str, tuple[int, float]]) -> dict[str, Any]:
    """How long after its transaction each person heard what concerns them, in milliseconds; how many never did."""
    from parvis.spaces.models import Membership

    places: dict[int, set[int]] = {}
    for person, space in Membership.objects.values_list("person_id", "space_id"):
        places.setdefault(person, set()).add(space)
    due = [(one, key) for one in people for key, (space, _at) in at.items() if space in places[one.person_id]]
    late = [1000 * (one.heard[key] - at[key][1]) for one, key in due if key in one.heard]
    cut = statistics.quantiles(late, n=100) if len(late) > 1 else [0.0] * 99
    extra = sum(
        1 for one in people for key in one.heard if key in at and at[key][0] not in places[one.person_id]
    )
    return {
        "due": len(due), "heard": len(late), "missed": len(due) - len(late), "not_theirs": extra,
        "p50_ms": round(statistics.median(late), 1), "p99_ms": round(cut[98], 1), "max_ms": round(max(late), 1),
    }  # fmt: skip


def _used(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) // 1000


def _table(report: dict[str, Any]) -> str:
    return "\n".join(f"{name:18}{value}" for name, value in report.items())
