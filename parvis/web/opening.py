"""Opening the network: five steps, each done in place and ticked by what is really there.

Not here: the first screen (web.site_settings) and the pages (web.views.admin).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import standing
from parvis.kernel.db import read
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode, encode
from parvis.membership.actions import create_community
from parvis.membership.everyone import ensure_everyone
from parvis.membership.shaping import set_tools
from parvis.membership.templates import find_template
from parvis.people.models import Person
from parvis.toolkit import registry
from parvis.toolkit.planting import plant
from parvis.web.administration import set_sponsor
from parvis.web.practice import KEPT_AS
from parvis.web.site_settings import network_row

if TYPE_CHECKING:
    from parvis.spaces.models import Space
    from parvis.web.models import Network

PIONEERS = 5
MOST_LINES = 100
STEPS = ("pioneers", "work", "interest", "sponsor", "announcement")

# Secret communities stay unknown to administrators: they tick nothing.
STATE = """
WITH homes AS (
  SELECT id, theme, slug FROM spaces_space WHERE kind = 'community' AND archived_at IS NULL AND NOT is_everyone
    AND access <> 'secret' AND id <> %(practice)s
)
SELECT
  (SELECT count(*) FROM people_person p WHERE p.id <> %(me)s AND (p.state = 'active' OR p.state = 'unclaimed'
     AND EXISTS (SELECT 1 FROM accounts_signinlink l WHERE l.person_id = p.id AND l.purpose = 'invitation'))) AS pioneers,
  (SELECT slug FROM homes WHERE theme = 'professional' ORDER BY id LIMIT 1) AS work,
  (SELECT slug FROM homes WHERE theme = 'interest' ORDER BY id LIMIT 1) AS interest,
  (SELECT p.id FROM people_person p WHERE p.is_sponsor AND p.state IN ('active', 'unclaimed') ORDER BY p.id LIMIT 1)
    AS sponsor,
  (SELECT c.id FROM contributions_contribution c JOIN people_person p ON p.id = c.author_id
     WHERE p.is_sponsor AND c.kind = ANY(%(articles)s) AND c.state = 'published' AND c.audience = 0
       AND NOT EXISTS (SELECT 1 FROM contributions_pin t WHERE t.contribution_id = c.id AND t.is_start_here)
     ORDER BY c.published_at LIMIT 1) AS first_post,
  (SELECT c.id FROM contributions_contribution c JOIN spaces_space s ON s.id = c.space_id AND s.is_everyone
     JOIN people_person p ON p.id = c.author_id
     WHERE c.state = 'published' AND c.is_listed AND NOT c.is_imported AND (p.is_administrator OR p.is_sponsor)
       AND NOT (p.is_sponsor AND c.kind = ANY(%(articles)s))
     ORDER BY c.published_at LIMIT 1) AS announcement,
  (SELECT count(*) FROM people_person WHERE state IN ('active', 'unclaimed')) AS people"""


@dataclass(frozen=True)
class Step:
    """One thing to do, whether it is done, and where the real thing stands."""

    slug: str
    title: str
    text: str
    is_done: bool
    url: str = ""
    more: str = ""


@dataclass(frozen=True)
class Opening:
    """How far the opening is. `sponsor_id` is 0 while nobody is named."""

    steps: list[Step]
    people: int
    sponsor_id: int

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)


def state_of(network: Network, viewer: Person) -> Opening:
    """Ticked by what is there, never by hand. One query."""
    articles = [kind.slug for _tool, kind in registry.kinds().values() if "article" in kind.roles]
    try:
        practice = decode(str(network.checklist.get(KEPT_AS, "")))
    except ValueError:
        practice = 0
    row = read(STATE, {"me": viewer.id, "practice": practice, "articles": articles})[0]
    return Opening(_steps(row), row.people, row.sponsor or 0)


def remember(state: Opening, network: Network) -> None:
    """Keeps in the network's row whether all is done, so that the home page needn't ask."""
    if state.is_complete != bool(network.checklist.get("is_open")):
        row = network_row()
        row.checklist = {**row.checklist, "is_open": state.is_complete}
        row.save(update_fields=["checklist"])


def _steps(row: Any) -> list[Step]:
    return [
        Step(
            "pioneers",
            _("Invite five pioneers"),
            _("People whom others listen to, from several sites and trades."),
            row.pioneers >= PIONEERS,
            "/admin/people/",
            _("%(count)s of five are here or invited.") % {"count": row.pioneers}
            if row.pioneers < PIONEERS
            else "",
        ),
        Step(
            "work",
            _("Open a community of work"),
            _("From a template: charter, welcome and first questions are ready."),
            row.work is not None,
            f"/c/{row.work}/" if row.work else "",
        ),
        Step(
            "interest",
            _("Open a community of interest"),
            _("Running, photography, cooking: people come for it, and come back."),
            row.interest is not None,
            f"/c/{row.interest}/" if row.interest else "",
        ),
        Step(
            "sponsor",
            _("Publish the sponsor's first post"),
            _("A page in the first person, with a question at the end. Nothing convinces more."),
            row.first_post is not None,
            f"/go/{encode(row.first_post)}/" if row.first_post else "",
        ),
        Step(
            "announcement",
            _("Announce it"),
            _("A few words to everyone: what it is for, and one first thing to do."),
            row.announcement is not None,
            f"/go/{encode(row.announcement)}/" if row.announcement else "",
        ),
    ]


def prepare_everyone(*, by: Person) -> Space:
    """The community of everyone, with its tools on, so that the sponsor and the announcement have a place."""
    require("site.administer", by=by)
    space = ensure_everyone(language=network_row().language)
    if not space.tools.exists():
        set_tools(space, {tool.slug: "" for tool in registry.switchable()}, by=by)
    return space


def people_in(text: str) -> list[tuple[str, str]]:
    """Names and addresses of lines such as "Claire Moreau <claire@example.org>" or "claire.moreau@example.org".

    Raises Refused (people) naming the first line that can't be read.
    """
    lines = [line.strip(" ,;\t") for line in re.split(r"[\n;]", text) if line.strip(" ,;\t")]
    if not lines:
        raise Refused(_("Give at least one address."), field="people")
    if len(lines) > MOST_LINES:
        raise Refused(_("At most 100 at once. For more, import a CSV file."), field="people")
    return [_person_in(line) for line in lines]


def _person_in(line: str) -> tuple[str, str]:
    name, address = parseaddr(line)
    if "@" not in address or " " in address:
        raise Refused(_("“%(line)s” isn't an e-mail address.") % {"line": line[:80]}, field="people")
    guess = " ".join(part.capitalize() for part in re.split(r"[._-]+", address.split("@")[0]) if part)
    return (name.strip() or guess)[:120], address


def invite_all(people: Sequence[tuple[str, str]], *, by: Person, word: str = "", language: str = "") -> int:
    """Makes the accounts of people by name and address, and writes to each; who is here already is left alone.

    Who may: administrators. Raises Refused (people) for an address that can't be: nobody is then invited.
    """
    require("site.administer", by=by)
    count = 0
    for name, address in people:
        if Person.objects.filter(email__iexact=address).exists():
            continue
        try:
            person = standing.add_person(name=name, email=address, language=language or by.language, by=by)
        except Refused as refusal:
            raise Refused(f"{address[:80]} — {refusal.sentence}", field="people") from None
        standing.invite(person, by=by, word=word)
        count += 1
    return count


def open_from_template(*, theme: str, template: str, name: str, by: Person) -> Space:
    """Opens a community of work or of interest from a template, with its first texts. Who may: administrators."""
    require("site.administer", by=by)
    found = find_template(template[:80], by)
    if found is None or found.theme != theme:
        raise Refused(_("Choose one of those offered."), field="template")
    space = create_community(
        name=name or found.text("name", by.language),
        purpose="",
        theme=theme,
        access=found.access,
        by=by,
        template=found,
        hue=len(name) % 10,
    )
    plant(space, found, by=by)
    return space


def name_sponsor(*, is_me: bool, name: str, email: str, by: Person) -> Person:
    """Says who the sponsor is: oneself, someone here by address, or someone invited now. Raises Refused (email)."""
    require("site.administer", by=by)
    prepare_everyone(by=by)  # where the first post will stand
    if is_me:
        set_sponsor(by, True, by=by)
        return by
    address = email.strip()
    person = Person.objects.filter(email__iexact=address).first() if address else None
    if person is None:
        person = standing.add_person(
            name=name or address.split("@")[0], email=address, language=by.language, by=by
        )
        standing.invite(person, by=by)
    set_sponsor(person, True, by=by)
    return person


def announce(text: str, *, by: Person) -> Any:
    """Publishes a few words to everyone, now. Who may: administrators. Raises Refused (text)."""
    require("site.administer", by=by)
    if not text.strip():
        raise Refused(_("Write a few words first."), field="text")
    space = prepare_everyone(by=by)
    kind = registry.kind_for(space, "note")
    if kind is None:
        raise Refused(_("No tool here holds a short text."), field="text")
    return kind.publish(space, title="", body=text, by=by, options={})
