"""What `up` and `demo` need of people, run inside the application in a process of its own that soon ends.

Run as `python -m parvis.cli.people_inside first-link | seed-demo | demo-links`; the site is open.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from parvis.cli.progress import Progress
from parvis.cli.site import set_up_django

if TYPE_CHECKING:
    from parvis.people.models import Person

A_DAY = 24 * 60


def first_link() -> None:
    """On a site where nobody is yet: makes the first administrator and prints the path of their link."""
    from parvis.accounts.links import issue_link
    from parvis.cli.words import gettext as _
    from parvis.cli.words import language
    from parvis.kernel.db import SYSTEM, acting
    from parvis.membership.actions import ensure_everyone
    from parvis.people.models import Person

    with acting(SYSTEM):
        if Person.objects.filter(is_administrator=True, claimed_at=None).exists():
            administrator = Person.objects.filter(is_administrator=True, claimed_at=None).order_by("id")[0]
        elif Person.objects.filter(is_administrator=True).exists():
            return
        else:
            administrator = Person(
                display_name=_("Administrator"), is_administrator=True, language=language()
            )
            administrator.set_unusable_password()
            administrator.save()
        ensure_everyone(language=language())
        print(issue_link(administrator, minutes=A_DAY))


def seed_demo() -> None:
    """Fills an empty demonstration site; does nothing where it was filled before."""
    from parvis.demo.seed import seed_demo as seed

    progress = Progress()
    seed(progress)
    progress.close()


def demo_links() -> None:
    """Prints {"admin": path, …} for the four people of the demonstration; once it was wiped, for who is left."""
    from parvis.accounts.links import issue_link
    from parvis.demo.seed import demo_people
    from parvis.kernel.db import SYSTEM, acting
    from parvis.people.models import Person

    with acting(SYSTEM):
        try:
            people: dict[str, Person] = demo_people()
        except KeyError:
            people = {"admin": Person.objects.active().filter(is_administrator=True).order_by("id")[0]}
        print(json.dumps({role: issue_link(person, minutes=A_DAY) for role, person in people.items()}))


if __name__ == "__main__":
    set_up_django()
    {"first-link": first_link, "seed-demo": seed_demo, "demo-links": demo_links}[sys.argv[1]]()
