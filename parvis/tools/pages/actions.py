"""Writes on shared pages: begin one, write it together, restore, protect, make it a model.

`write_page` is the one way by which a text changes, whoever types it: a form, a restore, a session of several.
Not here: the tree (placing), who has the editor open (editing), replies and the bin (the spine).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.roles import Role
from parvis.access.table import require
from parvis.contributions import texts
from parvis.contributions.actions import publish, revise
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.tools.pages import placing, telling
from parvis.tools.pages.merging import Merge, merge
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.versions import find_version, keep_version

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_VERSIONS = 20_000


class Clashed(Refused):
    """Somebody saved meanwhile and changed the same lines: `merge` holds both texts, to choose from.

    `title` is (mine, theirs) where the titles clash too; `against` the version with which it was compared.
    """

    def __init__(self, merged: Merge, title: tuple[str, str] | None, against: int) -> None:
        super().__init__(_("You both changed the same lines. Choose what stays: nothing is lost."))
        self.merge = merged
        self.title = title
        self.against = against


def publish_page(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Begins a page, last among those under `options["parent"]` (a Page, or None for the top of the community).

    `options["came_from"]` is the contribution it was made of. Who may: whoever may post in the space. Raises NotFound,
    NotAllowed, Refused.
    """
    asked = options or {}
    parent: Page | None = asked.get("parent")
    require("space.post", space, by=by)
    placing.lock_tree(space.id)
    if parent is not None and parent.space_id != space.id:
        raise NotFound
    placing.check_depth(parent)
    contribution = publish(
        "page", space, title=title, body=body, by=by, at=at, is_draft=is_draft, tags=tags, may_be_empty=True
    )
    page = Page.objects.create(
        contribution=contribution,
        space_id=contribution.space_id,
        audience=contribution.audience,
        parent=parent,
        position=placing.last_position(space.id, parent),
        changed_by=by,
        came_from=asked.get("came_from"),
    )
    keep_version(page, by=by)
    return contribution


def draft_page(space: Space, *, title: str, body: str, by: Person, **more: Any) -> Contribution:
    """A page kept as its author's draft: it takes its place in the tree once it is published."""
    return publish_page(space, title=title, body=body, by=by, is_draft=True, **more)


def page_of(contribution: Contribution) -> Page:
    """The detail of a page, its row and its contribution's locked for what is to be written. Raises NotFound.

    The contribution bears the title of the last version, which readers of an approved one aren't shown.
    """
    Contribution.objects.select_for_update(of=("self",), no_key=True).filter(id=contribution.id).first()
    page = Page.objects.select_for_update(of=("self",)).filter(contribution=contribution).first()
    if page is None:
        raise NotFound
    contribution.refresh_from_db(fields=["card", "version", "state"])
    contribution.body.refresh_from_db()
    contribution.title = last_title(contribution, page.version)
    page.contribution = contribution
    return page


def last_title(contribution: Contribution, number: int) -> str:
    """The title of the version of that number, the last: work may bear another than readers are shown."""
    rows = Version.objects.filter(contribution_id=contribution.id, number=number)
    found = rows.values_list("title", flat=True).first()
    return contribution.title if found is None else found


def require_writer(page: Page, by: Person) -> None:
    """Who may write this page: whoever may post in its community; its hosts alone where it is protected."""
    held = require("pages.write", page.contribution, by=by)
    if page.is_protected and Role.HOST not in held:
        raise NotAllowed(
            _("This page is protected: only the hosts of the community change it. Reply to it, or ask them.")
        )


def write_page(
    contribution: Contribution,
    *,
    body: str,
    by: Person,
    base_revision: int,
    title: str | None = None,
    tags: list[str] | None = None,
    note: str = "",
    restored_from: int | None = None,
    together: Sequence[int] = (),
) -> Version:
    """Saves a text that was begun from version `base_revision`, as a version of its own; returns the one now shown.

    `together` are those who wrote in it besides, by key.

    Where somebody saved meanwhile, what both changed is brought together; the same text again makes no version. None as
    `title` or `tags` leaves them. Who may: `require_writer`. Raises Clashed (both changed the same lines), Refused,
    NotFound, NotAllowed.
    """
    page = page_of(contribution)
    require_writer(page, by)
    now = page.version
    if now >= MOST_VERSIONS:
        raise Refused(_("This page has 20,000 versions: begin a new one."))
    title, source = texts.checked(
        body, title=contribution.title if title is None else title, needs_title=True, may_be_empty=True
    )
    is_merged = base_revision != now
    if is_merged:
        base = Version.objects.filter(contribution=contribution, number=min(base_revision, now)).first()
        if base is None:
            raise Refused(
                _("This form doesn't say what it began from. Copy your text, and open the page again.")
            )
        title, source = _brought_together(base, find_version(contribution, now), title, source)
    kept = tags if tags is not None else list(contribution.tags.values_list("label", flat=True))
    has_changed = (title, source) != (contribution.title, contribution.body.source)
    revise(
        contribution,
        # The same text again leaves the spine as it is, also where readers are shown another title.
        title=title if has_changed else _shown_title(contribution),
        body=source,
        by=by,
        tags=kept if has_changed or tags is not None else None,
        may_be_empty=True,
        ability="pages.write",
        keeps_history=False,
    )
    if not has_changed:
        return find_version(contribution, now)
    contribution.title = title
    contribution.body.refresh_from_db()
    version = keep_version(
        page, by=by, note=note, restored_from=restored_from, is_merged=is_merged, together=together
    )
    telling.tell_written(contribution, version, by=by)
    return version


def _shown_title(contribution: Contribution) -> str:
    return Contribution.objects.values_list("title", flat=True).get(id=contribution.id)


def _brought_together(base: Version, now: Version, title: str, source: str) -> tuple[str, str]:
    """The title and text of both. Raises Clashed."""
    merged, titles = merge_versions(base, now, title, source)
    if merged.clashes or isinstance(titles, tuple):
        raise Clashed(merged, titles if isinstance(titles, tuple) else None, now.number)
    return titles, merged.text()


def merge_versions(
    base: Version, now: Version, title: str, source: str
) -> tuple[Merge, str | tuple[str, str]]:
    """A text begun from `base` merged with what stands `now`; the title of both, or (mine, theirs) where they clash."""
    merged = merge(base.source, source, now.source)
    if now.title in (base.title, title):
        return merged, title
    return merged, now.title if title == base.title else (title, now.title)


def may_write(contribution: Contribution, can: frozenset[str]) -> bool:
    """Whether somebody with these abilities may write the page; for showing a button. One query."""
    if "pages.write" not in can or not contribution.is_published:
        return False
    return (
        "pages.protect" in can
        or not Page.objects.filter(contribution=contribution, is_protected=True).exists()
    )


def last_number(contribution: Contribution) -> int:
    """The number of a page's last version. One query. Raises NotFound."""
    found = Page.objects.filter(contribution=contribution).values_list("version", flat=True).first()
    if found is None:
        raise NotFound
    return found


def parent_of(contribution: Contribution) -> Contribution | None:
    """The page under which one stands, None at the top. One query."""
    page = Page.objects.select_related("parent__contribution").filter(contribution=contribution).first()
    return page.parent.contribution if page and page.parent else None


def restore_version(contribution: Contribution, number: int, *, by: Person) -> Version:
    """Makes an older text the last one again, as a version of its own. Who may: `require_writer`.

    Raises NotFound, Refused when it is the one in use.
    """
    old = find_version(contribution, number)
    page = page_of(contribution)
    if old.number == page.version or (old.title, old.source) == (
        contribution.title,
        contribution.body.source,
    ):
        raise Refused(_("The page already says this."))
    return write_page(
        contribution,
        body=old.source,
        title=old.title,
        by=by,
        base_revision=page.version,
        restored_from=number,
    )


def revised(contribution: Contribution, *, options: dict[str, Any], by: Person) -> None:
    """After the shell's own edit page: a draft stays at its first version, a published page gets another one."""
    page = page_of(contribution)
    contribution.title = _shown_title(contribution)  # as it was written just now
    if contribution.is_published:
        require_writer(page, by)
        last = find_version(contribution, page.version)
        if (last.title, last.source) != (contribution.title, contribution.body.source):
            keep_version(page, by=by)
        return
    Version.objects.filter(contribution=contribution, number=1).update(
        title=contribution.title, source=contribution.body.source
    )


def protect(contribution: Contribution, is_protected: bool, *, by: Person) -> None:
    """Lets only hosts write a page, or everybody who posts again. Who may: hosts."""
    require("pages.protect", contribution, by=by)
    page = page_of(contribution)
    if page.is_protected != is_protected:
        page.is_protected = is_protected
        page.save(update_fields=["is_protected"])
        telling.note(contribution, "protected" if is_protected else "opened", by=by)


def set_model(contribution: Contribution, is_model: bool, *, by: Person) -> None:
    """Offers a page as a model to begin others from, or no longer. Who may: `require_writer`."""
    page = page_of(contribution)
    require_writer(page, by)
    if page.is_model != is_model:
        page.is_model = is_model
        page.save(update_fields=["is_model"])
        telling.note(contribution, "model_made" if is_model else "model_unmade", by=by)
