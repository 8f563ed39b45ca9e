"""The load: a native client (wrk) with many signed-in readers, and what the processes spent meanwhile.

Not here: the data (bench.build) and the report (bench.report). Loopback only, bounded in time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 16
RUNS = 5
TICK = os.sysconf("SC_CLK_TCK")
CSRF = "b" * 32

SCRIPT = """
local cookies, paths = {}, {}
for line in io.lines("%(cookies)s") do cookies[#cookies + 1] = line end
for line in io.lines("%(paths)s") do paths[#paths + 1] = line end
local n, id, threads = 0, 0, 1
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function init() math.randomseed(id * 7919 + os.time()); n = math.random(100000) end
function request()
  n = n + 1
  local headers = { Cookie = "session=" .. cookies[n %% #cookies + 1] .. "; csrf=%(csrf)s", ["Accept-Encoding"] = "identity" }
  local path = paths[(n * 31) %% #paths + 1]
  if "%(method)s" == "POST" then
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return wrk.format("POST", path, headers, "csrfmiddlewaretoken=%(csrf)s&body=Une+r%%C3%%A9ponse+num%%C3%%A9ro+" .. n .. "&receipt=" .. id .. "x" .. n .. "x" .. os.time())
  end
  return wrk.format("GET", path, headers)
end
local bad, seen = 0, {}
function response(status, headers, body)
  if status >= 400 then bad = bad + 1; seen[#seen + 1] = status end
end
function done(summary, latency, requests)
  io.write(string.format('JSON {"requests":%%d,"us":%%d,"bytes":%%d,"errors":%%d,"p50":%%d,"p95":%%d,"p99":%%d}\\n',
    summary.requests, summary.duration, summary.bytes, summary.errors.status + summary.errors.timeout + summary.errors.read,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass
class Row:
    """One line of the report; times in milliseconds, sizes in bytes, memory in megabytes."""

    name: str
    rps: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    cpu_ms: float = 0.0
    db_cpu_ms: float = 0.0
    bytes: int = 0
    errors: int = 0
    queries: int | None = None
    runs: list[float] = field(default_factory=list)


def find_client() -> str | None:
    """wrk, when this machine has it."""
    return shutil.which("wrk")


def run(
    name: str,
    *,
    base: str,
    paths: list[str],
    cookies: list[str],
    folder: Path,
    pids: list[int],
    db_pid: int,
    seconds: int = 5,
    method: str = "GET",
    runs: int = RUNS,
) -> Row:
    """The median of some runs against these addresses, each by another reader in turn."""
    script = _write_script(folder, name, paths, cookies, method)
    samples = []
    for _number in range(runs):
        before, db_before = _cpu(pids), _cpu(_family(db_pid))
        found = _wrk(base, script, seconds)
        spent = _cpu(pids) - before
        db_spent = max(_cpu(_family(db_pid)) - db_before, 0.0)
        served = max(found["requests"], 1)
        samples.append(
            (found["requests"] / (found["us"] / 1e6), found, 1000 * spent / served, 1000 * db_spent / served)
        )
    samples.sort(key=lambda sample: sample[0])
    rps, found, cpu, db_cpu = samples[len(samples) // 2]
    return Row(
        name,
        round(rps, 1),
        found["p50"] / 1000,
        found["p95"] / 1000,
        found["p99"] / 1000,
        round(cpu, 2),
        round(db_cpu, 2),
        found["bytes"] // max(found["requests"], 1),
        sum(sample[1]["errors"] for sample in samples),
        runs=[round(sample[0], 1) for sample in samples],
    )


def _write_script(folder: Path, name: str, paths: list[str], cookies: list[str], method: str) -> Path:
    (folder / f"{name}.cookies").write_text("\n".join(cookies) + "\n")
    (folder / f"{name}.paths").write_text("\n".join(paths) + "\n")
    script = folder / f"{name}.lua"
    script.write_text(
        SCRIPT
        % {
            "cookies": folder / f"{name}.cookies",
            "paths": folder / f"{name}.paths",
            "csrf": CSRF,
            "method": method,
        }
    )
    return script


def _wrk(base: str, script: Path, seconds: int) -> dict[str, int]:
    client = find_client() or "wrk"
    done = subprocess.run(
        [client, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), base],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    match = re.search(r"^JSON (.*)$", done.stdout, re.M)
    if match is None:
        raise RuntimeError(f"wrk said nothing we understand: {done.stdout[-400:]} {done.stderr[-400:]}")
    return json.loads(match[1])  # type: ignore[no-any-return]


def _cpu(pids: list[int]) -> float:
    """Seconds of processor these processes have used, finished children included."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICK


def _family(pid: int) -> list[int]:
    """A process and its direct children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *map(int, children)]


def memory(pids: list[int]) -> int:
    """Proportional resident memory of these processes in megabytes: pages they share are counted once."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        match = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
        total += int(match[1]) if match else 0
    return total // 1024


family = _family
