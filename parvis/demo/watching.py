"""What the demonstration reads: feeds read from its own files by the same parser as any other, without a network.

Not here: the articles (content/feeds, in which `[[days hour]]` is a moment before today).
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.utils import timezone

from parvis.demo.content import FOLDER
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceTool
from parvis.tools.feeds import actions, at_home, bringing
from parvis.tools.feeds.fetching import keep
from parvis.tools.feeds.models import Item, Source, Subscription
from parvis.tools.feeds.reading_feed import read_feed

FILES = {
    "le-courrier-de-la-lumiere.rss": "https://courrier-lumiere.example/flux.rss",
    "carnets-de-la-qualite.atom": "https://carnets-qualite.example/flux.atom",
    "le-potager-de-poche.json": "https://potager-de-poche.example/flux.json",
}
SHELVES = {
    "quality": ["le-courrier-de-la-lumiere.rss", "carnets-de-la-qualite.atom"],
    "kitchen-garden": ["le-potager-de-poche.json"],
}
OWN = {
    "camille-robin": ["le-courrier-de-la-lumiere.rss", "le-potager-de-poche.json"],
    "nadia-benali": ["le-courrier-de-la-lumiere.rss"],
    "helene-marchand": ["le-courrier-de-la-lumiere.rss", "carnets-de-la-qualite.atom"],
    "vincent-aubert": ["carnets-de-la-qualite.atom"],
}
# One person of the demonstration sees articles at home too; the others see people alone.
AT_HOME = {
    "person": "camille-robin",
    "sources": ["le-courrier-de-la-lumiere.rss", "le-potager-de-poche.json"],
}
BROUGHT = (
    "Réparer plutôt que remplacer",
    "quality",
    "nadia-benali",
    "Sept lampes sur dix pour moins de cinq euros : et chez nous, que disent les retours ?",
)
MOMENT = re.compile(r"\[\[(\d+) (\d\d):(\d\d)\]\]")


def follow_feeds() -> None:
    """Fills the shelves of two communities and four people, and has one article brought to the discussion."""
    if "feeds" not in settings.TOOLS:
        return
    sources = {name: _load(name, url) for name, url in FILES.items()}
    for slug, names in SHELVES.items():
        space = Space.objects.get(slug=slug)
        SpaceTool.objects.get_or_create(space=space, slug="feeds")
        _shelve([sources[name] for name in names], space=space)
    for handle, names in OWN.items():
        _shelve([sources[name] for name in names], person=Person.objects.get(username=handle))
    for name in AT_HOME["sources"]:
        at_home.show_source(sources[name].id, True, by=Person.objects.get(username=AT_HOME["person"]))
    actions.add_word("réparation", is_mute=False, by=Person.objects.get(username="camille-robin"))
    title, slug, handle, sentence = BROUGHT
    item = Item.objects.filter(title__startswith=title).order_by("source__url").last()
    if item is not None:
        by = Person.objects.get(username=handle)
        bringing.bring_item(item.id, slug, sentence=sentence, role="discussion", by=by)


def _shelve(sources: list[Source], **shelf: Space | Person) -> None:
    for source in sources:
        Subscription.objects.create(source=source, **shelf)


def _load(name: str, url: str) -> Source:
    """A source as if it had just been called; no job will call it, since its address is nobody's."""
    source = Source.objects.create(url=url)
    text = MOMENT.sub(
        lambda found: _moment(found, is_rss=name.endswith(".rss")), (FOLDER / "feeds" / name).read_text()
    )
    keep(source, read_feed(text.encode(), url=url))
    Source.objects.filter(id=source.id).update(next_at=clock.now() + timedelta(days=3650))
    return source


def _moment(found: re.Match[str], *, is_rss: bool) -> str:
    day = clock.today() - timedelta(days=int(found[1]))
    moment = timezone.make_aware(datetime.combine(day, time(int(found[2]), int(found[3]))))
    return format_datetime(moment) if is_rss else moment.isoformat()
