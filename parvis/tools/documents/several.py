"""Several files brought at once: the sound ones are kept, each of the others is named with why. Not here: one file (actions)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.models import Contribution
from parvis.kernel.errors import Refused, TryAgain
from parvis.tools.documents import actions, names

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space
    from parvis.tools.documents.models import Folder


@dataclass
class Brought:
    """What came of files sent together."""

    made: list[Contribution] = field(default_factory=list)
    left: list[tuple[str, Refused]] = field(default_factory=list)  # the file's name, and why it isn't kept

    def sentence(self) -> str:
        """What is kept, then what isn't, in one sentence each."""
        count = len(self.made)
        kept = ngettext("%(n)s file is here.", "%(n)s files are here.", count) % {"n": count}
        if not self.left:
            return kept
        head = kept if count else _("None of these files is kept.")
        return f"{head} {self.told_left()}"

    def told_left(self) -> str:
        """The files that aren't kept, by why: those with the same reason stand together."""
        reasons: dict[str, list[str]] = {}
        for name, refusal in self.left:
            reasons.setdefault(refusal.sentence, []).append(_("“%(name)s”") % {"name": name})
        said = _("Not kept: %(names)s. %(why)s")
        return " ".join(said % {"names": ", ".join(those), "why": why} for why, those in reasons.items())


def bring_all(
    space: Space,
    given: Sequence[Any],
    *,
    by: Person,
    folder: Folder | None = None,
    after: Contribution | None = None,
) -> Brought:
    """Brings files that were sent together as one card; one that can't be kept takes nothing from the others.

    Who may: whoever may post in the space. Raises NotFound, NotAllowed.
    """
    found, stopped = Brought(), None
    for one in given:
        name = names.document_name(one.name or "")
        if stopped is not None:
            found.left.append((name, stopped))
            continue
        try:
            with transaction.atomic():
                made = actions.upload(space, one, by=by, folder=folder, after=after)
        except Refused as refusal:
            found.left.append((name, refusal))
            # What may do later (the virus scanner is away) would keep each of the others waiting in vain.
            stopped = refusal if isinstance(refusal, TryAgain) else None
        else:
            found.made.append(made)
            after = after or made
    return found
