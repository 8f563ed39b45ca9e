"""How many statements a page sends to the database, counted at the driver. Run by bench.measure, apart from the load."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Reads {"session", "paths": {row: path}} from standard input; prints {row: statements} of the second reading."""
    import django

    django.setup()
    from django.test import Client

    from parvis.kernel.db import count_statements

    asked = json.load(sys.stdin)
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session"] = asked["session"]
    found = {}
    for name, path in asked["paths"].items():
        client.get(path)  # fills what a page process keeps in memory
        with count_statements() as seen:
            response = client.get(path)
        found[name] = len(seen) if response.status_code == 200 else None
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
