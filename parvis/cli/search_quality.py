"""`python -m parvis.cli.search_quality --corpus DIR`: the judged questions, asked of the demonstration and the consultation.

It makes a site of its own in a folder (kept with --data, for a second run). Not here: the judgements and measures
(parvis.search.quality).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from parvis.cli.site import open_site, set_up_django

VIEWER_IN = ("managers", "photo-music")  # the demonstration's closed communities: the viewer belongs to both


def main() -> None:
    """Prints the figures as Markdown, then what was missed and where names were found."""
    parser = argparse.ArgumentParser(prog="python -m parvis.cli.search_quality")
    parser.add_argument("--corpus", required=True, metavar="DIR", help="the folder of the consultation")
    parser.add_argument("--data", metavar="DIR", help="where to keep the site between two runs")
    args = parser.parse_args()
    os.environ["PARVIS_DEMO"] = "1"
    with tempfile.TemporaryDirectory(prefix="parvis-quality-") as folder:
        site = args.data or f"{folder}/site"
        is_new = not (Path(site) / "postgres").exists()
        with open_site(site, must_exist=False, only_embedded=True):
            set_up_django()
            if is_new:
                fill(Path(args.corpus), Path(folder))
            report()


def fill(corpus: Path, scratch: Path) -> None:
    """The demonstration, the consultation, and the words for typos."""
    from parvis.demo.seed import seed_demo
    from parvis.kernel.db import SYSTEM, acting
    from parvis.search import vocabulary
    from parvis.transfer.consultation import convert
    from parvis.transfer.load import import_bundle

    seed_demo()
    convert(corpus, scratch / "bundle")
    import_bundle(scratch / "bundle")
    with acting(SYSTEM):
        vocabulary.learn()


def report() -> None:
    """Asks everything and prints it."""
    from parvis.search.quality import judgements, measure, table

    texts, names = answers()
    rows = measure(texts)
    print(table(rows))
    for row in rows:
        if row.missed:
            print(f"{row.typed}: first at {row.rank}, missed {', '.join(row.missed)}")
    for name in judgements()["names"]:
        found = names(name["typed"], name["kind"])
        print(f"{name['typed']}: {found.index(name['key']) + 1 if name['key'] in found else 'not found'}")


def answers() -> tuple[Callable[[str], list[str]], Callable[[str, str], list[str]]]:
    """How to ask for texts and for names, as the keys of the sources."""
    from parvis.kernel.db import acting
    from parvis.kernel.words import slugify
    from parvis.people.models import Person
    from parvis.search.asking import parse
    from parvis.search.engine import search
    from parvis.transfer.models import Source

    people = Person.objects.order_by("sort_key")
    for slug in VIEWER_IN:
        people = people.filter(memberships__space__slug=slug)
    viewer = people[0]
    keys = {row.thing_id: (row.origin.partition("-")[0], row.source_id) for row in Source.objects.all()}

    def texts(typed: str) -> list[str]:
        with acting(viewer):
            hits = search(parse(typed), viewer).hits
        return [
            ":".join(keys.get(hit.contribution_id, ("demo:title", slugify(hit.row.title)))) for hit in hits
        ]

    def names(typed: str, kind: str) -> list[str]:
        with acting(viewer):
            answer = search(parse(typed), viewer)
        if kind == "space":
            return [space.slug for space in answer.spaces]
        return [keys[person.id][1] for person in answer.people if person.id in keys]

    return texts, names


if __name__ == "__main__":
    main()
