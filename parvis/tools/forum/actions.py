"""Writes on a topic: open, set its kind and category, accept an answer, conclude, close.

Not here: replies (the spine), ideas (forum.ideas), moving and splitting (forum.moving).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.ballots.actions import close_budget, open_budget, reopen_budget
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.marks import Follow
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.contributions.outcomes import write_outcome
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.spaces.models import Level
from parvis.tools.forum.models import Category, Mode, Topic

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MAX_REASON = 400


def open_topic(
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
    """Opens a topic; `options` may hold mode (see models.Mode), category (key or name) and budget (points).

    Who may: whoever may post in the space. Raises NotFound, NotAllowed, Refused.
    """
    options = options or {}
    mode = _checked_mode(options.get("mode") or Mode.DISCUSSION)
    contribution = publish(
        "topic",
        space,
        title=title,
        body=body,
        by=by,
        tags=tags,
        at=at,
        is_draft=is_draft,
        card={"mode": mode},
        may_be_empty=True,
    )
    topic = Topic(contribution=contribution, mode=mode, category=category_of(space, options.get("category")))
    _take_budget(topic, options.get("budget"))
    topic.save(force_insert=True)
    return contribution


def draft_topic(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Contribution:
    """A topic kept as its author's draft."""
    return open_topic(space, title=title, body=body, by=by, options=options, at=at, is_draft=True)


def _checked_mode(mode: str) -> Mode:
    if mode not in Mode.values:
        raise Refused(_("Choose discussion, question, debate or brainstorm."), field="mode")
    return Mode(mode)


def _take_budget(topic: Topic, typed: object) -> None:
    """Gives a brainstorm its points; the number typed, or what the topic has."""
    if topic.mode != Mode.BRAINSTORM:
        return
    text = str(typed or "").strip()
    if text:
        topic.budget = int(text) if text.isdecimal() and len(text) < 4 else 0
    open_budget(topic.contribution, topic.budget)


def category_of(space: Space, wanted: object) -> Category | None:
    """A category of this space by its 13 letters or its name; None for one of another space or none."""
    text = str(wanted or "")[:80]
    if not text:
        return None
    rows = Category.objects.filter(space=space)
    try:
        return rows.filter(id=decode(text)).first() or rows.filter(name=text).first()
    except ValueError:
        return rows.filter(name=text).first()


def topic_of(contribution: Contribution, *, lock: bool = False) -> Topic:
    """The detail of a topic, locked with its spine row when something is to be decided on it. Raises NotFound."""
    if contribution.kind != "topic":
        raise NotFound
    if lock:
        Contribution.objects.select_for_update(of=("self",)).get(id=contribution.id)
        # What the page read may be old by now: the card and its version are written back below.
        contribution.refresh_from_db(fields=["card", "version", "are_replies_open", "state"])
    topic = Topic.objects.filter(contribution=contribution).first()
    if topic is None:
        raise NotFound
    topic.contribution = contribution
    return topic


def note(contribution: Contribution, verb: str, /, *, by: Person, **payload: Any) -> None:
    """Records one fact about a topic or an idea."""
    record(
        f"{contribution.kind}.{verb}",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload=payload,
    )


def followers(contribution: Contribution, reason: str) -> dict[str, str]:
    """Whom news of a topic concerns: its author and those who follow it, unless they muted it; for `tell`."""
    levels = dict(Follow.objects.filter(contribution=contribution).values_list("person_id", "level"))
    levels.setdefault(contribution.author_id, Level.FOLLOWING)
    told = [
        key
        for key, level in levels.items()
        if level == Level.FOLLOWING or (key == contribution.author_id and level)
    ]
    return {str(key): reason for key in told}


def sort_topic(contribution: Contribution, *, mode: str, category: str, budget: str = "", by: Person) -> None:
    """Sets what a topic is, on which shelf it stands and, for a brainstorm, the points each person has.

    Who may: its author and the hosts. Raises Refused when ideas would lose their place.
    """
    require("forum.sort", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    wanted = _checked_mode(mode)
    if (
        topic.mode == Mode.BRAINSTORM
        and wanted != Mode.BRAINSTORM
        and contribution.parts.filter(kind="idea").exists()
    ):
        raise Refused(_("This brainstorm already holds ideas: it stays one."), field="mode")
    if wanted != Mode.QUESTION:
        _forget_answer(topic)
    topic.mode, topic.category = wanted, category_of(contribution.space, category)
    _take_budget(topic, budget)
    topic.save(update_fields=["mode", "category", "budget"])
    touch_card(contribution, mode=wanted)
    note(contribution, "sorted", by=by, mode=wanted)


def accept(contribution: Contribution, reply: Reply, *, by: Person) -> None:
    """Shows a reply under the question as its answer; its author is told. Another one takes its place.

    Who may: who asked, and the hosts. Raises Refused when it isn't a question or the reply isn't there to be read.
    """
    require("forum.accept", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    if topic.mode != Mode.QUESTION:
        raise Refused(_("Only a question has an accepted answer."))
    fresh = Reply.objects.filter(id=reply.id, contribution=contribution, state=ReplyState.PUBLISHED).first()
    if fresh is None:
        raise Refused(_("This reply is no longer here."))
    if topic.accepted_reply_id == fresh.id:
        return
    topic.accepted_reply = fresh
    topic.save(update_fields=["accepted_reply"])
    touch_card(contribution, answer=fresh.id)
    record(
        "topic.accepted",
        thing_kind="reply",
        thing_id=fresh.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={"contribution": contribution.id, "tell": {str(fresh.author_id): "accepted"}},
    )


def take_back_answer(contribution: Contribution, *, by: Person) -> None:
    """The question waits for an answer again. Who may: who asked, and the hosts."""
    require("forum.accept", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    if topic.accepted_reply_id is not None:
        _forget_answer(topic)
        note(contribution, "unaccepted", by=by)


def _forget_answer(topic: Topic) -> None:
    if topic.accepted_reply_id is None:
        return
    topic.accepted_reply = None
    topic.save(update_fields=["accepted_reply"])
    contribution = topic.contribution
    contribution.card.pop("answer", None)
    touch_card(contribution)


def forget_reply(reply: Reply) -> None:
    """An accepted answer that was removed, hidden or moved away is no answer any more (called by the spine)."""
    for topic in Topic.objects.select_related("contribution").filter(accepted_reply_id=reply.id):
        _forget_answer(topic)


def conclude(contribution: Contribution, *, outcome: str, by: Person) -> None:
    """Writes what came out of it on top of a topic; an empty text takes it away. Those who follow it are told.

    Who may: its author and the hosts. Raises Refused when the text is too long.
    """
    require("forum.conclude", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    if not write_outcome(contribution, topic, outcome, by=by):
        return
    is_said = bool(topic.outcome)
    tell = followers(contribution, "concluded") if is_said else {}
    note(
        contribution,
        "concluded" if is_said else "unconcluded",
        by=by,
        contribution=contribution.id,
        tell=tell,
    )


def close(contribution: Contribution, *, because: str, by: Person) -> None:
    """Ends replies, ideas and points, with a reason that everybody reads.

    Who may: its author and the hosts. Raises Refused without a reason.
    """
    require("forum.close", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    reason = " ".join(because.replace("\x00", "").split())
    if not reason:
        raise Refused(_("Say why in a sentence, so that nobody is left wondering."), field="because")
    if len(reason) > MAX_REASON:
        raise Refused(_("Keep the reason under 400 characters."), field="because")
    topic.closed_at, topic.closed_because = clock.now(), reason
    topic.save(update_fields=["closed_at", "closed_because"])
    _let_reply(contribution, False)
    close_budget(contribution)
    note(contribution, "closed", by=by)


def reopen(contribution: Contribution, *, by: Person) -> None:
    """Lets people answer again. Who may: its author and the hosts."""
    require("forum.close", contribution, by=by)
    topic = topic_of(contribution, lock=True)
    if topic.closed_at is None:
        return
    topic.closed_at, topic.closed_because = None, ""
    topic.save(update_fields=["closed_at", "closed_because"])
    _let_reply(contribution, True)
    reopen_budget(contribution)
    note(contribution, "reopened", by=by)


def _let_reply(contribution: Contribution, is_open: bool) -> None:
    contribution.are_replies_open = is_open
    contribution.version += 1
    contribution.save(update_fields=["are_replies_open", "version"])
    contribution.parts.filter(kind="idea").update(are_replies_open=is_open)
