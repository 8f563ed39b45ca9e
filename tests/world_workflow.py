"""What approvals and opening plans put into the world of the generated tests. Not here: the people, the places, the rest (world)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from parvis.approvals import actions as approvals
from parvis.approvals.models import Review
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.membership.models import ToolOpening
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.tools.documents import actions as documents

if TYPE_CHECKING:
    from tests.world import Words, World


def approvals_here(world: World, space: Space, words: Words) -> dict[str, str]:
    """A document put before the member and the co-host, and one that is approved, with a newer version in work."""
    cast, author = world.cast, world.cast.author
    kind = registry.kind("document")
    assert kind is not None
    assert kind.versions is not None
    current = kind.versions.current

    def seen(thing: Contribution, by: Person) -> Contribution:
        return find_contribution(thing.id, by)

    def bring(name: str) -> Contribution:
        data = SimpleUploadedFile(words(name) + ".txt", words("Étapes de recette").encode())
        return documents.upload(space, data, by=author)

    def ask(thing: Contribution, *people: Person) -> Review:
        due, keys = clock.today() + timedelta(days=7), [one.id for one in people]
        word = words("Voyez l'étape 3")
        return approvals.ask(seen(thing, author), current, keys, by=author, due_on=due, word=word)

    signing, signed = bring("Recette"), bring("Charte de lampe")
    review = ask(signing, cast.member, cast.cohost)
    given = ask(signed, cast.member)
    approvals.answer(
        seen(signed, cast.member), given.id, by=cast.member, is_approved=True, reason=words("Rien à redire")
    )
    work = SimpleUploadedFile("v2.txt", words("Étapes en chantier").encode())
    documents.add_version(seen(signed, author), work, note=words("Pas encore relu"), by=author)
    named = {"signing": signing, "signed": signed, "signing_review": review}
    return {name: encode(row.id) for name, row in named.items()}


def openings_here(space: Space, words: Words, host: Person) -> dict[str, str]:
    """A planned opening. Made directly: where every tool is open, none could be planned."""
    row = ToolOpening.objects.create(
        space=space,
        audience=space.audience,
        slug="forum",
        opens_on=clock.today() + timedelta(days=9),
        why=words("Se parler sans courriel"),
        replaces=words("La liste de diffusion"),
        planned_by=host,
    )
    return {"opening": encode(row.id)}
