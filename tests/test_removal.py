"""The house without each of its tools in turn: it starts and serves, and what the tool had made is read by nobody.

The rows stay; putting the tool back shows them again. Not here: the tools themselves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.world import build_world

ROOT = Path(__file__).resolve().parents[1]
INSIDE = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
import parvis.urls
from parvis.contributions.models import Contribution
from parvis.kernel.db import SYSTEM, acting
asked = json.loads(sys.argv[1])
found = {}
for actor, session in asked["sessions"].items():
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    for address in asked["addresses"]:
        found[f"{actor} {address}"] = client.get(address, follow=True).status_code
from parvis.contributions.doctor import examine
with acting(SYSTEM):
    said = list(examine())
print(json.dumps({"answers": found, "doctor": said, "rows": Contribution.objects.count()}))
"""


@pytest.fixture
def asked(fresh_database: str) -> dict[str, dict[str, str] | list[str]]:
    """A world that is really there, and what to ask of it."""
    with transaction.atomic():
        world = build_world()
    names = world.names_for("author", "on_request")
    pages = ["/", "/communities/", "/c/{slug}/", "/search/?q=lampe", "/people/{author_key}/", "/publish/", "/notifications/",
             "/saved/", "/drafts/", "/bin/", "/tags/lampes/", "/c/{slug}/members/", "/help/"]  # fmt: skip
    things = {
        "forum": "question",
        "blog": "post",
        "notes": "note",
        "shares": "share",
        "polls": "survey",
        "documents": "paper",
        "pages": "leaf",
        "calendar": "event",
    }
    connection.close()
    return {
        "sessions": {name: world.sessions[name] for name in ("author", "host")},
        "addresses": [page.format_map(names) for page in pages],
        "things": {tool: names[thing] for tool, thing in things.items()},
    }  # type: ignore[dict-item]


def run_without(slug: str, asked: dict, addresses: list[str]) -> dict:
    """A process of its own, in which that tool isn't installed."""
    rest = ",".join(tool for tool in settings.SHIPPED_TOOLS if tool != slug)
    url = settings.DATABASES["default"]
    assert url["NAME"] == connection.settings_dict["NAME"]
    named = os.environ["PARVIS_DATABASE_URL_APP"]
    base = os.environ["PARVIS_DATABASE_URL_APP"].partition("?")[0].rpartition("/")[2]
    environment = os.environ | {
        "PARVIS_TOOLS": rest,
        "PARVIS_DATABASE_URL_APP": named.replace(f"/{base}", f"/{connection.settings_dict['NAME']}", 1),
        "PYTHONPATH": str(ROOT),
    }
    question = json.dumps({"sessions": asked["sessions"], "addresses": addresses})
    done = subprocess.run(
        [sys.executable, "-c", INSIDE, question],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_the_house_lives_without_each_tool(asked: dict) -> None:
    for slug in settings.SHIPPED_TOOLS:
        things = [f"/go/{key}/" for key in asked["things"].values()]
        answer = run_without(slug, asked, [*asked["addresses"], *things])
        wrong = {
            where: status
            for where, status in answer["answers"].items()
            if "/go/" not in where and status != 200
        }
        assert wrong == {}, f"without {slug}"
        gone = {
            tool
            for tool, key in asked["things"].items()
            for actor in asked["sessions"]
            if answer["answers"][f"{actor} /go/{key}/"] != 200
        }
        # A tool without kinds of its own takes no contribution with it; this share shows a note.
        expected = ({slug} & asked["things"].keys()) | ({"shares"} if slug == "notes" else set())
        assert gone == expected, f"without {slug}"
        is_said = any("isn't installed" in line or "pas installé" in line for line in answer["doctor"])
        assert is_said == (slug in asked["things"]), f"without {slug}"
