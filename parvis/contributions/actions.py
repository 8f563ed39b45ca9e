"""Writes on the spine: publish, revise, retire, hide. Each asks access first and records one fact.

Not here: replies (contributions.replies), a reader's marks (contributions.marking), kinds' own data (tools).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions import entries, texts
from parvis.contributions.kinds import state_changed, text_written, to_tell
from parvis.contributions.link_cards import ask_for_card
from parvis.contributions.marks import Revision
from parvis.contributions.models import WAITING, Contribution, State
from parvis.journal.actions import record
from parvis.journal.jobs import enqueue
from parvis.kernel import clock, markdown
from parvis.kernel.errors import NotAllowed, Refused
from parvis.kernel.ids import new_id

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

FURTHEST_SCHEDULE = timedelta(days=730)


def publish(
    kind: str,
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    tags: list[str] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    needs_title: bool = True,
    may_be_empty: bool = False,
    is_listed: bool = True,
    part_of: Contribution | None = None,
    card: dict[str, Any] | None = None,
    are_replies_open: bool = True,
    ability: str = "space.post",
) -> Contribution:
    """Begins a contribution in a space: now, at a date, or as a draft; the caller adds its kind's detail.

    Who may: holders of `ability` in the space. Raises NotFound, NotAllowed, Refused (with the field at fault).
    """
    require(ability, space, by=by)
    title, source = texts.checked(body, title=title, needs_title=needs_title, may_be_empty=may_be_empty)
    state, moment = _state_and_moment(at, is_draft)
    contribution = Contribution(
        id=new_id(),
        kind=kind,
        space=space,
        space_audience=space.audience,
        author=by,
        title=title,
        state=state,
        published_at=moment,
        last_activity_at=moment,
        is_listed=is_listed,
        part_of=part_of,
        card=card or {},
        are_replies_open=are_replies_open,
    )
    contribution.save(force_insert=True)
    rendered = texts.write_body(contribution, source)
    contribution.save(update_fields=["excerpt", "language"])
    contribution.refresh_from_db(fields=["audience"])
    _bind(contribution, source, rendered.mentions, [*(tags or []), *rendered.tags], by=by)
    if state == State.PUBLISHED:
        announce(contribution)
    return contribution


def _bind(
    contribution: Contribution, source: str, mentions: tuple[int, ...], tags: list[str], *, by: Person
) -> None:
    texts.bind_files(contribution, source, by=by)
    texts.set_mentions(contribution, mentions)
    texts.set_tags(contribution, tags)
    entries.index(contribution)
    text_written(contribution, None, source)


def _state_and_moment(at: datetime | None, is_draft: bool) -> tuple[State, datetime | None]:
    now = clock.now()
    if is_draft:
        return State.DRAFT, at
    if at is None or at <= now:
        return State.PUBLISHED, now
    if at > now + FURTHEST_SCHEDULE:
        raise Refused(_("Choose a date within two years."), field="at")
    return State.SCHEDULED, at


def announce(contribution: Contribution) -> None:
    """Records that a contribution has been published; its author is the actor."""
    record(
        f"{contribution.kind}.published",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=contribution.author,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload=to_tell(contribution),
    )
    ask_for_card(contribution)


def publish_draft(contribution: Contribution, *, by: Person, at: datetime | None = None) -> Contribution:
    """Publishes a draft or a scheduled contribution, now or at a date. Who may: its author, if still a poster."""
    require("contribution.edit", contribution, by=by)
    require("space.post", contribution.space, by=by)
    if contribution.state not in WAITING:
        raise Refused(_("This is already published."))
    if contribution.part_of is not None and contribution.part_of.state in WAITING:
        raise Refused(_("This is published with the text that holds it."))
    contribution.state, contribution.published_at = _state_and_moment(at, is_draft=False)
    contribution.last_activity_at = contribution.published_at
    contribution.save(update_fields=["state", "published_at", "last_activity_at"])
    contribution.refresh_from_db(fields=["audience"])
    if contribution.state == State.PUBLISHED:
        _publish_parts(contribution)
        entries.redate(contribution)
        announce(contribution)
    return contribution


def _publish_parts(contribution: Contribution) -> None:
    """What waited within a text comes out with it, without a word of its own."""
    contribution.parts.filter(state=State.DRAFT).update(
        state=State.PUBLISHED,
        published_at=contribution.published_at,
        last_activity_at=contribution.published_at,
    )


def unschedule(contribution: Contribution, *, by: Person) -> None:
    """Makes a scheduled contribution a draft again. Who may: its author."""
    require("contribution.edit", contribution, by=by)
    if contribution.state == State.SCHEDULED:
        contribution.state = State.DRAFT
        contribution.save(update_fields=["state"])


def publish_due() -> int:
    """Publishes what is scheduled for now or before; called every minute by a job. Returns how many."""
    due = Contribution.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "author", "space"
    )
    rows = list(due.filter(state=State.SCHEDULED, published_at__lte=clock.now())[:200])
    for contribution in rows:
        try:
            require("space.post", contribution.space, by=contribution.author)
        except NotAllowed:
            contribution.state = State.DRAFT  # the author has left since: kept for them, shown to nobody
            contribution.save(update_fields=["state"])
            continue
        contribution.state = State.PUBLISHED
        contribution.save(update_fields=["state"])
        contribution.refresh_from_db(fields=["audience"])
        _publish_parts(contribution)
        entries.redate(contribution)
        announce(contribution)
    return len(rows)


def revise(
    contribution: Contribution,
    *,
    title: str,
    body: str,
    by: Person,
    tags: list[str] | None = None,
    version: int | None = None,
    needs_title: bool = True,
    may_be_empty: bool = False,
    ability: str = "contribution.edit",
    keeps_history: bool = True,
) -> Contribution:
    """Changes the text; what was published before is kept as a revision that readers may see.

    A kind that keeps its own versions says so (`keeps_history`). Who may: holders of `ability`. Raises Refused when `version` shows that someone saved in between.
    """
    require(ability, contribution, by=by)
    locked = (
        Contribution.objects.select_for_update(of=("self",)).select_related("body").get(id=contribution.id)
    )
    if version is not None and version != locked.version:
        raise Refused(
            _("This text has been changed since you opened it. Copy yours, reload the page, then edit again.")
        )
    title, source = texts.checked(body, title=title, needs_title=needs_title, may_be_empty=may_be_empty)
    if (title, source) != (locked.title, locked.body.source):
        if locked.state == State.PUBLISHED:
            if keeps_history:
                _keep_revision(locked, by=by)
            contribution.edited_at = clock.now()
        contribution.title, contribution.version = title, locked.version + 1
        rendered = texts.write_body(contribution, source)
        contribution.save(update_fields=["title", "version", "edited_at", "excerpt", "language"])
        _bind(contribution, source, rendered.mentions, [*(tags or []), *rendered.tags], by=by)
        record(
            f"{contribution.kind}.revised",
            thing_kind=contribution.kind,
            thing_id=contribution.id,
            by=by,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
    elif tags is not None:
        texts.set_tags(contribution, [*tags, *markdown.render(source).tags])
        entries.index(contribution)
        touch_card(contribution)
    return contribution


def _keep_revision(contribution: Contribution, *, by: Person) -> None:
    Revision.objects.create(
        contribution=contribution,
        space_id=contribution.space_id,
        audience=contribution.audience,
        version=contribution.version,
        title=contribution.title,
        source=contribution.body.source,
        editor=by,
    )


def touch_card(contribution: Contribution, **card: Any) -> None:
    """Changes what a card shows of its kind; the version makes cached fragments of it stale."""
    contribution.card = {**contribution.card, **card}
    contribution.version += 1
    contribution.save(update_fields=["card", "version"])


def set_state(contribution: Contribution, state: State, verb: str, *, by: Person) -> None:
    """Changes the state of a contribution and of its parts, and records it. The caller has asked access."""
    was = contribution.state
    contribution.state = state
    contribution.version += 1
    contribution.save(update_fields=["state", "version"])
    # A part hidden or removed for itself stays so when its host comes back.
    contribution.parts.filter(state=was).exclude(card__has_any_keys=["hidden_because", "removed_at"]).update(
        state=state
    )
    contribution.refresh_from_db(fields=["audience"])
    state_changed(contribution)
    record(
        f"{contribution.kind}.{verb}",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
    )


def retire(contribution: Contribution, *, by: Person) -> None:
    """Puts one's own contribution in the bin, from which it can be restored for 30 days."""
    require("contribution.remove", contribution, by=by)
    if contribution.state == State.HIDDEN:
        raise Refused(_("A host has hidden this. Talk to the hosts of the community first."))
    contribution.card = {
        **contribution.card,
        "state_before": contribution.state,
        "removed_at": clock.now().isoformat(),
    }
    contribution.save(update_fields=["card"])
    set_state(contribution, State.REMOVED, "removed", by=by)


def restore(contribution: Contribution, *, by: Person) -> None:
    """Takes one's own contribution out of the bin, as it was."""
    require("contribution.remove", contribution, by=by)
    if contribution.state != State.REMOVED:
        return
    before = State(contribution.card.pop("state_before", State.DRAFT))
    contribution.card.pop("removed_at", None)
    contribution.save(update_fields=["card"])
    set_state(contribution, before, "restored", by=by)


def hide(contribution: Contribution, *, reason: str, by: Person) -> None:
    """A host takes a contribution out of sight, with a reason that its author reads."""
    require("contribution.hide", contribution, by=by)
    if not reason.strip():
        raise Refused(_("Say why, in a sentence the author will read."), field="reason")
    if contribution.state != State.PUBLISHED:
        raise Refused(_("Only what is published can be hidden."))
    contribution.card = {**contribution.card, "hidden_because": reason.strip()[:400]}
    contribution.save(update_fields=["card"])
    set_state(contribution, State.HIDDEN, "hidden", by=by)


def show_again(contribution: Contribution, *, by: Person) -> None:
    """A host puts back what had been hidden."""
    require("contribution.hide", contribution, by=by)
    if contribution.state != State.HIDDEN:
        return
    contribution.card.pop("hidden_because", None)
    contribution.save(update_fields=["card"])
    set_state(contribution, State.PUBLISHED, "shown", by=by)


def move(contribution: Contribution, to: Space, *, by: Person) -> None:
    """Moves a contribution, with all that hangs on it, to another space.

    Who may: a host of the place it leaves who may also post where it goes. The database cascades the place to
    replies, reactions, files and revisions through the composite keys.
    """
    require("contribution.move", contribution, by=by)
    require("space.post", to, by=by)
    if to.id == contribution.space_id:
        raise Refused(_("It is already there."), field="space")
    if contribution.part_of_id is not None:
        raise Refused(_("This is part of another contribution and moves with it."))
    if contribution.pins.exists():
        contribution.pins.all().delete()
    came_from = contribution.space_id
    contribution.space, contribution.space_audience = to, to.audience
    contribution.version += 1
    contribution.save(update_fields=["space", "space_audience", "version"])
    contribution.refresh_from_db(fields=["audience"])
    record(
        f"{contribution.kind}.moved",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=to.id,
        audience=contribution.audience,
        payload={"from": came_from},
    )
    enqueue("contributions.recount", contribution_id=contribution.id)
