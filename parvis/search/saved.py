"""Searches kept by name, each its owner's alone: keeping, changing, forgetting, and telling of what is new.

Nothing that counts or compares people may read these rows (tests/test_saved_searches.py). What is asked without being
saved is kept nowhere. Not here: finding (search.engine) and the pages (web.views.searches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import Keyed
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.search.asking import parse

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST = 20  # for one person
LONGEST_NAME = 80
LONGEST_TEXT = 300


class SavedSearch(Keyed):
    """A question under a name; with `tells`, its owner hears of what comes to answer it after `since`.

    `heard_until` is how far the job has looked.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    text = models.CharField(max_length=LONGEST_TEXT)
    tells = models.BooleanField(default=True)
    heard_until = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "search"
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="search_saved_once")]
        indexes = [
            models.Index(fields=["heard_until"], condition=models.Q(tells=True), name="search_saved_telling")
        ]

    @property
    def key(self) -> str:
        return encode(self.id)


class Heard(Keyed):
    """A thing its person has been told of by a saved search: never twice, whatever becomes of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "search"
        constraints = [models.UniqueConstraint(fields=["person", "contribution"], name="search_heard_once")]


def saved_of(person: Person) -> list[SavedSearch]:
    """One's own saved searches, by name."""
    return list(SavedSearch.objects.filter(person=person).order_by("name", "id"))


def find_saved(key: int, *, by: Person) -> SavedSearch:
    """One of one's own. Raises NotFound for anybody else's."""
    found = SavedSearch.objects.filter(id=key, person=by).first()
    if found is None:
        raise NotFound
    return found


def save_search(text: str, *, name: str, by: Person, tells: bool = True) -> SavedSearch:
    """Keeps a question under a name. Raises Refused when it asks nothing, has no name, or there are twenty already."""
    text = " ".join(text.split())
    if parse(text).is_empty:
        raise Refused(_("There is nothing to look for yet: write a word first."), field="q")
    if len(text) > LONGEST_TEXT:
        raise Refused(_("This search is too long to be kept."), field="q")
    if SavedSearch.objects.filter(person=by).count() >= MOST:
        raise Refused(_("You keep twenty searches already: remove one first."), field="name")
    name = _named(name or parse(text).plain or text, by=by)
    now = clock.now()
    return SavedSearch.objects.create(
        person=by, name=name, text=text, tells=tells, heard_until=now, since=now
    )


def change_search(key: int, *, name: str, tells: bool, by: Person) -> SavedSearch:
    """Renames one's own search, and says whether it tells. What came while it was silent isn't told later."""
    found = find_saved(key, by=by)
    found.name = _named(name, by=by, but=found)
    if tells and not found.tells:
        found.heard_until = found.since = clock.now()
    found.tells = tells
    found.save(update_fields=["name", "tells", "heard_until", "since"])
    return found


def forget_search(key: int, *, by: Person) -> None:
    """Removes one's own search. Raises NotFound for anybody else's."""
    find_saved(key, by=by).delete()


def _named(name: str, *, by: Person, but: SavedSearch | None = None) -> str:
    name = " ".join(name.split())[:LONGEST_NAME].strip()
    if not name:
        raise Refused(_("Give it a name, so that you know it again."), field="name")
    others = SavedSearch.objects.filter(person=by, name__iexact=name)
    if others.exclude(id=but.id if but else 0).exists():
        raise Refused(_("You already keep a search of this name."), field="name")
    return name
