"""Filling an empty site with the demonstration company. Not here: the company (organisation), the texts (content)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from parvis.accounts.profile import fill_values
from parvis.accounts.profile_fields import save_field
from parvis.attention.actions import deliver
from parvis.contributions.marks import Bookmark, Draft, Pin
from parvis.contributions.models import Contribution, Reply
from parvis.demo.dating import look_for_dates
from parvis.demo.deciding import decide
from parvis.demo.filing import file_documents
from parvis.demo.organisation import ORIGIN, Organisation
from parvis.demo.polling import vote_in_secret
from parvis.demo.watching import follow_feeds
from parvis.demo.writing import write_pages
from parvis.journal.models import Activity
from parvis.kernel import clock, markdown
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.ids import new_id
from parvis.membership.charters import current
from parvis.membership.groups import save_group
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space
from parvis.toolkit import registry
from parvis.transfer import bundle
from parvis.transfer.load import import_bundle
from parvis.transfer.models import Source
from parvis.web.models import Network
from parvis.web.practice import open_practice

Progress = Callable[[str, int, int], None]
# The four people the demonstration is seen through.
ROLES = {
    "admin": "vincent-aubert",
    "host": "nadia-benali",
    "member": "camille-robin",
    "sponsor": "helene-marchand",
}
# What they began and did not dare, or had no time, to send.
UNFINISHED = {
    "member": {
        "space": "customers",
        "kind": "question",
        "title": "Quand un client rappelle pour la troisième fois",
        "body": "Je ne sais jamais s'il faut tout reprendre ou aller droit au geste. Comment faites-vous",
    },
    "host": {
        "space": "quality",
        "kind": "discussion",
        "title": "Ce que la tournée de mardi m'a appris",
        "body": "Trois postes, trois façons de compter la même rayure. J'ai pris des photos, reste à",
    },
    "sponsor": {
        "space": "managers",
        "kind": "debate",
        "title": "Faut-il garder la réunion du lundi ?",
        "body": "Elle a été créée pour une raison que plus personne ne sait dire. Avant de trancher,",
    },
}
DUTIES = ["Secouriste du travail", "Guide-file", "Tutorat", "Correspondant·e du réseau"]
FRESH = timedelta(days=21)  # what the bell of the demonstration speaks of


def seed_demo(progress: Progress | None = None) -> None:
    """Makes Maison Lumen: 120 people, nine communities, twelve weeks. A site that has people is left as it is."""
    with acting(SYSTEM):
        if Person.objects.exists():
            return
    now = clock.now()
    tables = Organisation(clock.today(), now).build()
    with tempfile.TemporaryDirectory(prefix="parvis-demo-") as folder:
        bundle.write(Path(folder) / "demo", tables, origin=ORIGIN, created_at=now, generator="demo")
        report = import_bundle(Path(folder) / "demo", progress=progress)
    if report.problems:
        raise ValueError("\n".join(report.problems[:5]))
    with acting(SYSTEM):
        _name_roles()
        _dress()
        _organise()
        vote_in_secret(but=[*ROLES.values()])
        look_for_dates(but=[*ROLES.values()])
        _write_journal()
        _leave_traces()
        follow_feeds()
        file_documents()
        write_pages()
        decide()
        open_practice(by=demo_people()["admin"], language="fr")


def demo_people() -> dict[str, Person]:
    """The four people by role; once the demonstration was ended, those who are left."""
    found = {person.username: person for person in Person.objects.filter(username__in=ROLES.values())}
    return {role: found[handle] for role, handle in ROLES.items() if handle in found}


def _name_roles() -> None:
    Person.objects.filter(username=ROLES["admin"]).update(is_administrator=True)
    Person.objects.filter(username=ROLES["sponsor"]).update(is_sponsor=True)
    Person.objects.exclude(username=ROLES["member"]).update(welcomed_at=clock.now(), claimed_at=clock.now())


def _dress() -> None:
    """The network's name, the charters accepted, what hosts keep on top."""
    Network.objects.update_or_create(
        id=1,
        defaults={
            "name": "Maison Lumen",
            "hue": 255,
            "set_up_at": clock.now(),
            "language": "fr",
            "promise": "Ce que nous savons, à portée de voix.",
            "checklist": {"is_open": True},
            "home_blocks": _home_blocks(),
        },
    )
    for space in Space.objects.communities():
        charter = current(space)
        if charter is not None:
            Membership.objects.filter(space=space).update(charter_version=charter.version)
    for source in Source.objects.filter(origin=ORIGIN, kind="objects", source_id__endswith="-start"):
        first = Contribution.objects.select_related("space").get(id=source.thing_id)
        Pin.objects.create(
            contribution=first,
            space_id=first.space_id,
            audience=first.audience,
            is_start_here=True,
            pinned_by=first.author,
        )


def _organise() -> None:
    """What the administrator made of the company: a field of the profile that HR fills, a group by a rule."""
    by = demo_people()["admin"]
    field = save_field(
        label_fr="Mission",
        label_en="Duty",
        type="choice",
        choices=DUTIES,
        is_filled_by_person=False,
        is_filter=True,
        by=by,
    )
    for number, person in enumerate(Person.objects.listed().order_by("username")[::9]):
        fill_values(person, {field: DUTIES[number % len(DUTIES)]}, by=by)
    save_group(name="Bristol", rule={"site": ["Bristol"]}, by=by)


def _home_blocks() -> list[dict[str, object]]:
    """What the administrator placed beside the stream: a dated word of welcome, links to what the company has."""
    word = (
        "Vous pouvez ne faire que lire. Le jour où quelque chose vous démange, cinq lignes suffisent : "
        "quelqu’un, à Nantes ou à Bristol, attend peut-être votre réponse. *Hélène*"
    )
    until = (clock.today() + timedelta(days=30)).isoformat()
    links = [
        {"label": label, "url": f"https://{name}.maison-lumen.example/"}
        for label, name in (("Congés", "conges"), ("Notes de frais", "frais"), ("Catalogue", "catalogue"))
    ]
    return [
        {
            "kind": "welcome",
            "title": "Douze semaines déjà",
            "source": word,
            "html": markdown.render(word).html,
            "until": until,
        },
        {"kind": "newcomers"},
        {"kind": "tools", "links": links},
    ]


def _leave_traces() -> None:
    """What somebody who has been here for weeks has of their own: things put aside, and a text not dared yet."""
    for person in demo_people().values():
        useful = Contribution.objects.visible_to(person).listed().exclude(author=person).filter(kind="topic")
        for contribution in useful.filter(reply_count__gte=2).newest()[1:4]:
            Bookmark.objects.create(person=person, contribution=contribution)
    for role, fields in UNFINISHED.items():
        Draft.objects.create(person=demo_people()[role], place="new", fields=fields)


def _write_journal() -> None:
    """The demonstration isn't an import to its readers: its facts stand in the journal at their own dates."""
    Contribution.objects.update(is_imported=False)
    facts = [
        Activity(
            id=new_id(int(row.published_at.timestamp() * 1000)),
            actor_id=row.author_id,
            verb=f"{row.kind}.published",
            space_id=row.space_id,
            audience=row.audience,
            thing_kind=row.kind,
            thing_id=row.id,
            created_at=row.published_at,
        )
        for row in Contribution.objects.published().filter(kind__in=registry.kinds())
        if row.published_at is not None
    ]
    replies = Reply.objects.select_related("contribution")
    facts += [
        Activity(
            id=new_id(int(row.created_at.timestamp() * 1000)),
            actor_id=row.author_id,
            verb=f"{row.contribution.kind}.replied",
            space_id=row.space_id,
            audience=row.audience,
            thing_kind="reply",
            thing_id=row.id,
            payload={"contribution": row.contribution_id},
            created_at=row.created_at,
        )
        for row in replies
    ]
    Activity.objects.bulk_create(facts, batch_size=2000)
    for fact in Activity.objects.filter(created_at__gte=clock.now() - FRESH).order_by("id"):
        deliver(fact.id)
