"""`parvis person`: create somebody, give a one-time link, list people; for whoever has the machine's key."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from parvis.cli.site import CommandFailed, add_data_option, last_address, open_site, set_up_django
from parvis.cli.words import gettext as _
from parvis.cli.words import language

if TYPE_CHECKING:
    from parvis.people.models import Person


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command and its three verbs."""
    parser = commands.add_parser("person", help=_("create a person, give a sign-in link, list people"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|link|list")
    create = verbs.add_parser("create", help=_("create a person and print their link"))
    create.add_argument("name")
    create.add_argument("--email", default="")
    create.add_argument("--username", default="")
    create.add_argument("--admin", action="store_true", help=_("as an administrator"))
    link = verbs.add_parser("link", help=_("print a link that signs the person in once"))
    link.add_argument("who", metavar="EMAIL_OR_USERNAME")
    listing = verbs.add_parser("list", help=_("list people"))
    for verb, function in ((create, run_create), (link, run_link), (listing, run_list)):
        add_data_option(verb)
        verb.set_defaults(run=function)


def run_create(args: argparse.Namespace) -> int:
    """A new active person who belongs to the community of everyone."""
    with open_site(args.data):
        set_up_django()
        from django.db import IntegrityError

        from parvis.kernel.db import SYSTEM, acting
        from parvis.membership.everyone import welcome_person
        from parvis.people.models import Person

        person = Person(
            display_name=args.name,
            email=args.email or None,
            username=args.username or None,
            is_administrator=args.admin,
            language=language(),
        )
        person.set_unusable_password()
        try:
            with acting(SYSTEM):
                person.save()
                welcome_person(person)
        except IntegrityError:
            raise CommandFailed(_("Somebody has this e-mail or user name already."))
        print_link(person, last_address(args.data))
    return 0


def run_link(args: argparse.Namespace) -> int:
    """A link for an active person, good once and for a day."""
    with open_site(args.data):
        set_up_django()
        from parvis.people.models import Person

        try:
            person = Person.objects.get_by_natural_key(args.who)
            if not person.is_active:
                raise Person.DoesNotExist
        except Person.DoesNotExist:
            raise CommandFailed(_("No active person is called %(who)s.") % {"who": args.who})
        print_link(person, last_address(args.data))
    return 0


def run_list(args: argparse.Namespace) -> int:
    """One line a person: name, e-mail or user name, state."""
    with open_site(args.data):
        set_up_django()
        from parvis.people.models import Person

        for person in Person.objects.order_by("sort_key", "id").iterator():
            rank = _("administrator") if person.is_administrator else ""
            print(
                "\t".join(
                    [person.display_name, person.email or person.username or "—", person.state, rank]
                ).rstrip()
            )
    return 0


def print_link(person: Person, known: str) -> None:
    """The whole address of a new one-time link; `known` is where the site runs or ran, unless a setting says more."""
    from parvis.accounts.links import issue_link
    from parvis.config import config
    from parvis.kernel.db import SYSTEM, acting

    with acting(SYSTEM):
        path = issue_link(person, minutes=24 * 60)
    base = os.environ.get("PARVIS_URL") or known or config.url
    print(f"{base.rstrip('/')}{path}")
