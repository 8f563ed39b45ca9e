"""Writes on replies: answer, revise, remove, hide. Not here: reading a thread (contributions.thread)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions import entries, texts
from parvis.contributions.kinds import reply_gone, text_written, to_tell
from parvis.contributions.marks import Revision
from parvis.contributions.models import Contribution, Reply, ReplyState, Side, State
from parvis.journal.actions import record
from parvis.kernel import clock, markdown
from parvis.kernel.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

# Moving an index entry for each reply would cost every reader of the stream: once a minute is enough to order it.
ACTIVITY_STEP = timedelta(minutes=1)


def reply(
    contribution: Contribution,
    *,
    body: str,
    by: Person,
    parent: Reply | None = None,
    side: int = Side.NONE,
) -> Reply:
    """Answers a contribution, or one of its replies (shown under it, one level deep).

    Who may: members (any reader in a personal space). Raises Refused when replies are closed.
    """
    require("contribution.reply", contribution, by=by)
    locked = Contribution.objects.select_for_update(of=("self",)).get(id=contribution.id)
    if locked.state != State.PUBLISHED:
        raise Refused(_("Publish it first: nobody can read replies to a draft."))
    if not locked.are_replies_open:
        raise Refused(_("Replies are closed here. Open a new topic and link to this one."), field="body")
    _title, source = texts.checked(body)
    rendered = markdown.render(source)
    if parent is not None:
        # Read under the lock: it may have been hidden, or moved to another topic, since the page was drawn.
        here = Reply.objects.select_related("parent").filter(contribution=contribution)
        parent = here.filter(id=parent.id, state=ReplyState.PUBLISHED).first()
        if parent is None:
            raise Refused(
                _("The reply you answer is no longer here. Yours can still be posted to the topic."),
                field="body",
            )
        parent = parent.parent or parent
    row = Reply.objects.create(
        contribution=contribution,
        space_id=locked.space_id,
        audience=locked.audience,
        parent=parent,
        author=by,
        source=source,
        html=rendered.html,
        text=rendered.text,
        renderer_version=markdown.RENDERER_VERSION,
        side=side,
        created_at=clock.now(),
    )
    _count(locked, row.created_at)
    contribution.reply_count = locked.reply_count + 1
    texts.bind_files(locked, source, by=by, reply=row)
    if rendered.mentions:  # (nobody was mentioned before: it is new)
        texts.set_mentions(locked, rendered.mentions, reply=row)
    entries.index_reply(row)
    text_written(locked, row, source)
    record(
        f"{contribution.kind}.replied",
        thing_kind="reply",
        thing_id=row.id,
        by=by,
        space_id=locked.space_id,
        audience=locked.audience,
        payload={"contribution": contribution.id, **to_tell(contribution, row)},
    )
    return row


def _count(locked: Contribution, at: datetime) -> None:
    changes: dict[str, object] = {"reply_count": F("reply_count") + 1}
    if locked.last_activity_at is None or at - locked.last_activity_at >= ACTIVITY_STEP:
        changes["last_activity_at"] = at
    Contribution.objects.filter(id=locked.id).update(**changes)


def revise_reply(row: Reply, *, body: str, by: Person) -> Reply:
    """Changes one's own reply, keeping what it said before as a revision."""
    _require_author(row, by)
    contribution = row.contribution
    if row.state != ReplyState.PUBLISHED:
        raise Refused(_("This reply has been removed. Restore it before editing it."))
    _title, source = texts.checked(body)
    if source == row.source:
        return row
    Revision.objects.create(
        contribution=contribution,
        reply=row,
        space_id=contribution.space_id,
        audience=contribution.audience,
        version=row.version,
        source=row.source,
        editor=by,
    )
    rendered = markdown.render(source)
    row.source, row.html, row.text = source, rendered.html, rendered.text
    row.renderer_version, row.edited_at = markdown.RENDERER_VERSION, clock.now()
    row.version += 1
    row.save(update_fields=["source", "html", "text", "renderer_version", "edited_at", "version"])
    texts.bind_files(contribution, source, by=by, reply=row)
    texts.set_mentions(contribution, rendered.mentions, reply=row)
    entries.index_reply(row)
    text_written(contribution, row, source)
    _record(row, "reply_revised", by=by)
    return row


def _require_author(row: Reply, by: Person) -> None:
    require("contribution.reply", row.contribution, by=by)
    if row.author_id != by.id:
        raise NotAllowed(_("Only the author can do this."))


def _record(row: Reply, verb: str, *, by: Person) -> None:
    contribution = row.contribution
    record(
        f"{contribution.kind}.{verb}",
        thing_kind="reply",
        thing_id=row.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={"contribution": contribution.id},
    )


def _set_state(row: Reply, state: ReplyState, verb: str, *, by: Person) -> None:
    """Counts only published replies, under the topic's lock."""
    Contribution.objects.select_for_update(of=("self",)).get(id=row.contribution_id)
    fresh = Reply.objects.get(id=row.id)
    if fresh.state == state:
        return
    step = 1 if state == ReplyState.PUBLISHED else -1 if fresh.state == ReplyState.PUBLISHED else 0
    row.state = state
    row.version += 1
    row.save(update_fields=["state", "version"])
    Contribution.objects.filter(id=row.contribution_id).update(reply_count=F("reply_count") + step)
    if state == ReplyState.PUBLISHED:
        entries.index_reply(row)
    else:
        entries.forget_reply(row)
        reply_gone(row.contribution.kind, row)
    _record(row, verb, by=by)


def remove_reply(row: Reply, *, by: Person) -> None:
    """Removes one's own reply; a placeholder stays so that the answers to it make sense."""
    _require_author(row, by)
    if row.state == ReplyState.HIDDEN:
        raise Refused(_("A host has hidden this. Talk to the hosts of the community first."))
    _set_state(row, ReplyState.REMOVED, "reply_removed", by=by)


def restore_reply(row: Reply, *, by: Person) -> None:
    """Puts one's own removed reply back."""
    _require_author(row, by)
    if row.state == ReplyState.REMOVED:
        _set_state(row, ReplyState.PUBLISHED, "reply_restored", by=by)


def hide_reply(row: Reply, *, by: Person) -> None:
    """A host takes a reply out of sight; a placeholder stays."""
    require("contribution.hide", row.contribution, by=by)
    if row.state == ReplyState.PUBLISHED:
        _set_state(row, ReplyState.HIDDEN, "reply_hidden", by=by)


def show_reply(row: Reply, *, by: Person) -> None:
    """A host puts a hidden reply back."""
    require("contribution.hide", row.contribution, by=by)
    if row.state == ReplyState.HIDDEN:
        _set_state(row, ReplyState.PUBLISHED, "reply_shown", by=by)
