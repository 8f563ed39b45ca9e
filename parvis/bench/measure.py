"""The bench from end to end: an embedded server of its own, the data, page processes, the load, the report.

Not here: how data are made (bench.build) and how load is made (bench.load).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from parvis.bench import load
from parvis.kernel.ids import encode
from parvis.kernel.postgres import Server
from parvis.serving import MEMORY, page_server

PORT = 8791


def run(
    size: int = 1_000_000,
    *,
    as_json: bool = False,
    folder: Path | None = None,
    seconds: int = 5,
    against: int | None = None,
) -> dict[str, Any]:
    """Builds (once) and measures a network of `size` contributions; prints the rows, and returns them.

    `against` is a smaller size measured before it in the same way, to see how flat the cost stays. The folder keeps
    the data for a second run. Raises RuntimeError when there is no wrk to make the load.
    """
    if load.find_client() is None:
        raise RuntimeError("The bench needs `wrk` (Debian: apt install wrk).")
    kept = folder or Path(tempfile.gettempdir()) / "parvis-bench"
    smaller = _measured(kept, against, seconds) if against else None
    report = _measured(kept, size, seconds)
    if smaller is not None:
        report["flatness"] = flatness(report, smaller)
        report["smaller"] = smaller
    sys.stdout.write((json.dumps(report) if as_json else _table(report)) + "\n")
    return report


def _measured(kept: Path, size: int, seconds: int) -> dict[str, Any]:
    place = kept / str(size)
    place.mkdir(parents=True, exist_ok=True)
    with Server(place) as server:
        environment = _prepare(server, place)
        built = _data(server, place, size, environment)
        report = _measure(server, place, built, environment, seconds)
    report["size"] = size
    (place / "report.json").write_text(json.dumps(report, indent=1))
    return report


def _prepare(server: Server, place: Path) -> dict[str, str]:
    server.ensure_roles_and_database("parvis")
    environment = {
        **os.environ,
        "PARVIS_DATA": str(place),
        "PARVIS_DATABASE_URL_APP": server.url("app"),
        "PARVIS_DATABASE_URL_OWNER": server.url("owner"),
        "DJANGO_SETTINGS_MODULE": "parvis.settings",
        "PARVIS_URL": f"http://127.0.0.1:{PORT}",
        "PARVIS_WORKERS": "2",
    }
    owner = {**environment, "PARVIS_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=owner, check=True)
    return environment


def _data(server: Server, place: Path, size: int, environment: dict[str, str]) -> dict[str, Any]:
    kept = place / "built.json"
    if kept.exists():
        return json.loads(kept.read_text())  # type: ignore[no-any-return]
    os.environ.update(environment)
    import django

    django.setup()
    from parvis.bench.build import Size, build

    with server.superuser("parvis") as connection:
        connection.autocommit = False
        built = build(connection, Size(size), _progress)
    kept.write_text(json.dumps(built.__dict__))
    return built.__dict__


def _progress(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r{what}: {done:,} / {total:,}      ")
    sys.stderr.flush()


def _measure(
    server: Server, place: Path, built: dict[str, Any], environment: dict[str, str], seconds: int
) -> dict[str, Any]:
    pages = _serve(environment)
    base = f"http://127.0.0.1:{PORT}"
    try:
        _wait(f"{base}/health", pages)
        db_pid = int((server.cluster / "postmaster.pid").read_text().split()[0])
        pids = _workers(pages.pid)
        common: dict[str, Any] = {
            "base": base,
            "cookies": built["sessions"],
            "folder": place,
            "pids": pids,
            "db_pid": db_pid,
            "seconds": seconds,
        }
        memory_idle = load.memory([*pids, *load.family(db_pid)])
        paths = _paths(server, built)
        rows = [load.run("ceiling", paths=["/health?kb=45"], **common)]
        rows += [load.run("home_cold", paths=["/"], **{**common, "seconds": 2}, runs=1)]
        rows += [load.run(name, paths=some, **common) for name, some in paths.items()]
        counts = _statements(
            environment, built["sessions"][1], {name: some[0] for name, some in paths.items()}
        )
        for row in rows:
            row.queries = counts.get(row.name)
        rows.append(_replies(server, built, common))
        return {
            "rows": [row.__dict__ for row in rows],
            "memory_mb": {
                "idle": memory_idle,
                "loaded": load.memory([*_workers(pages.pid), *load.family(db_pid)]),
            },
            "stream_query": _stream_query(environment),
            "cores": os.cpu_count(),
            "connections": load.CONNECTIONS,
            "viewers": len(built["sessions"]),
            "date": time.strftime("%Y-%m-%d"),
        }
    finally:
        os.killpg(pages.pid, signal.SIGTERM)
        try:
            pages.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(pages.pid, signal.SIGKILL)


def _paths(server: Server, built: dict[str, Any]) -> dict[str, list[str]]:
    """The addresses each row asks for in turn."""
    topics, posts = _open(server, built["topics"])[:2000], _open(server, built["posts"])[:1000]
    return {
        "home": ["/"],
        "community": [f"/c/{slug}/" for slug in built["spaces"] if int(slug[1:]) % 5],
        "topic": [f"/forum/{encode(key)}/" for key in topics],
        "post": [f"/blog/{encode(key)}/" for key in posts],
        "people": [f"/people/?q=personne+00{n:02d}" for n in range(100)],
    }


def _statements(environment: dict[str, str], session: str, paths: dict[str, str]) -> dict[str, int]:
    """Statements of one reading of each row's first address."""
    done = subprocess.run(
        [sys.executable, "-m", "parvis.bench.statements"],
        input=json.dumps({"session": session, "paths": paths}),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _serve(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The page server as a site starts it."""
    return subprocess.Popen(
        page_server("127.0.0.1", PORT), env={**environment, **MEMORY}, start_new_session=True
    )


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(200):
        if process.poll() is not None:
            raise RuntimeError("the page server ended at once")
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the page server doesn't answer")


def _workers(pid: int) -> list[int]:
    """The page server's processes, its own included."""
    found = [pid]
    for child in load.family(pid)[1:]:
        found += _workers(child)
    return found


def _open(server: Server, keys: list[int]) -> list[int]:
    """Those everybody may read: each viewer then gets a page, not a refusal."""
    with server.superuser("parvis") as connection:
        rows = connection.execute(
            "SELECT id FROM contributions_contribution WHERE id = ANY(%s) AND audience = 0", [keys]
        ).fetchall()
    return [row[0] for row in rows]


def _replies(server: Server, built: dict[str, Any], common: dict[str, Any]) -> load.Row:
    """Posting: everybody belongs to one more community here, so that each reply is allowed."""
    with server.superuser("parvis") as connection:
        space = connection.execute("SELECT id FROM spaces_space WHERE slug = 'c1'").fetchone()[0]  # type: ignore[index]
        connection.execute(
            "INSERT INTO spaces_membership (id, space_id, person_id, role, charter_version, joined_at) "
            "SELECT s.person_id + 1, %s, s.person_id, 'member', 0, now() FROM accounts_session s ON CONFLICT DO NOTHING",
            [space],
        )
        rows = connection.execute(
            "SELECT id FROM contributions_contribution WHERE space_id = %s AND kind = 'topic' ORDER BY id DESC LIMIT 400",
            [space],
        ).fetchall()
        connection.commit()
    paths = [f"/go/{encode(row[0])}/reply/" for row in rows]
    return load.run("reply", paths=paths, method="POST", **common)


def _stream_query(environment: dict[str, str]) -> dict[str, Any]:
    """The bare feed query of fifty members: median time in ms, and buffers touched."""
    done = subprocess.run(
        [sys.executable, "-m", "parvis.bench.stream"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _table(report: dict[str, Any]) -> str:
    lines = [
        f"{'':12}{'req/s':>8}{'of ceil.':>9}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu ms':>8}{'db ms':>7}{'kB':>7}{'queries':>9}{'errors':>8}"
    ]
    ceiling = report["rows"][0]["rps"] or 1
    for row in report["rows"]:
        queries = "" if row["queries"] is None else row["queries"]
        lines.append(
            f"{row['name']:12}{row['rps']:8.0f}{row['rps'] / ceiling:9.1%}{row['p50']:8.1f}{row['p95']:8.1f}{row['p99']:8.1f}"
            f"{row['cpu_ms']:8.2f}{row['db_cpu_ms']:7.2f}{row['bytes'] / 1000:7.1f}{queries:>9}{row['errors']:8d}"
        )
    lines += [f"memory MB: {report['memory_mb']}", f"home stream's bare query: {report['stream_query']}"]
    if "flatness" in report:
        lines.append(f"times the figures at {report['flatness'].pop('against'):,}: {report['flatness']}")
    return "\n".join(lines)


def flatness(report: dict[str, Any], smaller: dict[str, Any]) -> dict[str, Any]:
    """How much a page's median time and the stream's buffers grew from a smaller network to this one."""
    before = {row["name"]: row["p50"] for row in smaller["rows"]}
    grown = {
        row["name"]: round(row["p50"] / before[row["name"]], 2)
        for row in report["rows"]
        if before.get(row["name"]) and row["name"] != "home_cold"
    }
    buffers = report["stream_query"]["buffers"] / max(smaller["stream_query"]["buffers"], 1)
    return {"against": smaller["size"], **grown, "stream's buffers": round(buffers, 2)}
