"""What contributions of a bundle, and what hangs on them, become. Called by transfer.load through transfer.landing.

Not here: people, files, spaces and memberships (landing).
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q

from parvis.contributions import entries, texts
from parvis.contributions.kinds import text_written
from parvis.contributions.marks import REACTIONS, Attachment, Follow, Mention, Reaction, Tag, TagFollow, Total
from parvis.contributions.models import Body, Contribution, Reply, ReplyState, Side, State
from parvis.kernel import markdown
from parvis.kernel.words import fold
from parvis.people.models import Person, PersonState
from parvis.spaces.models import Audience, Level, Space, Subscription
from parvis.toolkit import registry
from parvis.transfer import bundle, rows
from parvis.transfer.landing import Landing, Made, key_at

LEVELS = {"muted": Level.MUTED, "normal": Level.NORMAL, "following": Level.FOLLOWING}
SIDES = {None: Side.NONE, "for": Side.FOR, "against": Side.AGAINST}


def land_objects(landing: Landing, batch: list[rows.Object]) -> Made:
    """Contributions with their text, tags, mentions, files and their kind's detail."""
    made: Made = {}
    for row in batch:
        space_id = landing.key("spaces", row.space)
        part_of = made.get(row.part_of or "") or landing.key("objects", row.part_of)
        source = landing.text(row.body)
        rendered = markdown.render(source)
        contribution = Contribution(
            id=key_at(row.published_at),
            kind=row.kind,
            space_id=space_id,
            space_audience=_audience(landing, space_id),
            author_id=landing.key("people", row.author),
            title=row.title,
            state=State(row.state),
            is_listed=row.is_listed,
            are_replies_open=row.are_replies_open,
            part_of_id=part_of,
            published_at=row.published_at,
            last_activity_at=row.published_at,
            edited_at=row.edited_at,
            language=row.language,
            is_imported=True,
            excerpt=rendered.excerpt[:320],
        )
        contribution.save(force_insert=True)
        contribution.refresh_from_db(fields=["audience"])
        Body.objects.create(
            contribution=contribution,
            source=source,
            html=rendered.html,
            text=rendered.text,
            renderer_version=markdown.RENDERER_VERSION,
        )
        _hang(landing, contribution, row, rendered)
        _load_detail(landing, contribution, row.detail)
        entries.index(contribution)
        text_written(contribution, None, source)
        made[row.id] = contribution.id
    return made


def _audience(landing: Landing, space_id: int | None) -> int:
    if not landing.audiences:
        landing.audiences = dict(Space.objects.values_list("id", "audience"))
    if space_id not in landing.audiences:
        landing.audiences.update(Space.objects.filter(id=space_id).values_list("id", "audience"))
    return landing.audiences.get(space_id or 0, Audience.MEMBERS)


def _hang(landing: Landing, contribution: Contribution, row: rows.Object, rendered: Any) -> None:
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    labels = {fold(label)[:60]: label[:60] for label in row.tags}
    Tag.objects.bulk_create(Tag(word=word, label=label, **place) for word, label in labels.items() if word)
    _mention(rendered.mentions, place)
    _attach(landing, row.attachments, place)


def _mention(ids: tuple[int, ...], place: dict[str, Any]) -> None:
    real = (
        Person.objects.filter(id__in=ids, state=PersonState.ACTIVE).values_list("id", flat=True)
        if ids
        else []
    )
    Mention.objects.bulk_create(Mention(person_id=key, **place) for key in real)


def _attach(landing: Landing, files: tuple[str, ...], place: dict[str, Any]) -> None:
    for source_id in files:
        Attachment.objects.filter(id=landing.key("files", source_id), contribution=None).update(**place)


def _load_detail(landing: Landing, contribution: Contribution, detail: dict[str, Any]) -> None:
    """By the kind's own tool; a kind that isn't installed keeps its detail for the day it is."""
    kind, detail = registry.kind(contribution.kind), landing.texts(detail)
    if kind is None:
        Contribution.objects.filter(id=contribution.id).update(card={"detail": detail} if detail else {})
        return
    kind.load(contribution, detail, resolve=landing.find)


def complete_objects(landing: Landing, batch: list[rows.Object]) -> None:
    """Once replies are here: details that name them, links to what came later, counters and last activity.

    Run again, it changes nothing.
    """
    ids = {landing.key("objects", row.id): row for row in batch}
    found = Contribution.objects.select_related("body").in_bulk([key for key in ids if key is not None])
    counted = {
        row["contribution_id"]: row
        for row in Reply.objects.filter(contribution_id__in=found)
        .values("contribution_id")
        .annotate(
            n=Count("id", filter=Q(state=ReplyState.PUBLISHED)),
            last=Max("created_at", filter=Q(state=ReplyState.PUBLISHED)),
        )
    }
    for key, contribution in found.items():
        row = ids[key]
        is_led = _lead_on(landing, contribution, row.body)
        if is_led or any(_names_another(landing, value) for value in row.detail.values()):
            _load_detail(landing, contribution, row.detail)
        counts = counted.get(key, {"n": 0, "last": None})
        moments = [moment for moment in (contribution.published_at, counts["last"]) if moment]
        Contribution.objects.filter(id=key).update(
            reply_count=counts["n"],
            last_activity_at=max(moments) if moments else None,
            reaction_counts=_reaction_counts(key, None),
        )


def _lead_on(landing: Landing, contribution: Contribution, body: str) -> bool:
    """Links of a text to what the bundle held after it: whether there were any. A text changed here since it came is
    left as it is."""
    if not bundle.leads_to_things(body) or contribution.version != 1:
        return False
    source = landing.text(body)
    if source == contribution.body.source:
        return False
    texts.write_body(contribution, source)
    contribution.body.refresh_from_db()
    entries.index(contribution)
    text_written(contribution, None, source)
    return True


def complete_replies(landing: Landing, batch: list[rows.Reply]) -> None:
    """Links of replies to what is known now. Run again, it changes nothing."""
    ids = {landing.key("replies", row.id): row for row in batch if bundle.leads_to_things(row.body)}
    found = Reply.objects.select_related("contribution").in_bulk([key for key in ids if key is not None])
    for key, reply in found.items():
        source = landing.text(ids[key].body)
        if source != reply.source and reply.version == 1:
            rendered = markdown.render(source)
            reply.source, reply.html, reply.text = source, rendered.html, rendered.text
            reply.save(update_fields=["source", "html", "text"])
            text_written(reply.contribution, reply, source)


def _names_another(landing: Landing, value: Any) -> bool:
    """Whether a part of a detail is a reply, or an object that may have come after: known only now."""
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        return any(_names_another(landing, part) for part in parts)
    if not isinstance(value, str):
        return False
    if bundle.leads_to_things(value):
        return True
    return landing.find("replies", value) is not None or landing.find("objects", value) is not None


def _reaction_counts(contribution_id: int, reply_id: int | None) -> dict[str, int]:
    rows_ = (
        Reaction.objects.filter(contribution_id=contribution_id, reply_id=reply_id)
        .values("name")
        .annotate(n=Count("id"))
    )
    found = {row["name"]: row["n"] for row in rows_}
    return {name: found[name] for name in REACTIONS if name in found}


def land_replies(landing: Landing, batch: list[rows.Reply]) -> Made:
    """Replies at their own dates; nobody is told."""
    made: Made = {}
    hosts = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    for row in batch:
        contribution = hosts[landing.key("objects", row.object) or 0]
        source = landing.text(row.body)
        rendered = markdown.render(source)
        place = {
            "contribution": contribution,
            "space_id": contribution.space_id,
            "audience": contribution.audience,
        }
        reply = Reply.objects.create(
            id=key_at(row.created_at),
            parent_id=made.get(row.parent or "") or landing.key("replies", row.parent),
            author_id=landing.key("people", row.author),
            source=source,
            html=rendered.html,
            text=rendered.text,
            renderer_version=markdown.RENDERER_VERSION,
            side=SIDES[row.side],
            state=ReplyState(row.state),
            created_at=row.created_at,
            edited_at=row.edited_at,
            **place,
        )
        _mention(rendered.mentions, {**place, "reply": reply})
        _attach(landing, row.attachments, {**place, "reply": reply})
        entries.index_replies([reply.id])
        text_written(contribution, reply, source)
        made[row.id] = reply.id
    return made


def land_reactions(landing: Landing, batch: list[rows.Reaction]) -> Made:
    """Reactions with their people, and the counts they make."""
    places = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    fresh, marks = {}, {}
    for row in batch:
        contribution = places[landing.key("objects", row.object) or 0]
        mark = (contribution.id, landing.key("replies", row.reply), landing.key("people", row.person))
        marks[row.id] = mark
        fresh[row.id] = Reaction(
            contribution=contribution,
            reply_id=mark[1],
            person_id=mark[2],
            name=row.name,
            space_id=contribution.space_id,
            audience=contribution.audience,
            created_at=row.created_at or landing.date,
        )
    Reaction.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    here = Reaction.objects.filter(contribution_id__in=places).values_list(
        "id", "contribution_id", "reply_id", "person_id"
    )
    found = {(thing, reply, person): key for key, thing, reply, person in here}
    for thing, reply in {(thing, reply) for thing, reply, _person in marks.values() if reply is not None}:
        Reply.objects.filter(id=reply).update(reaction_counts=_reaction_counts(thing, reply))
    return {source_id: found[mark] for source_id, mark in marks.items()}


def land_follows(landing: Landing, batch: list[rows.Follow]) -> Made:
    """What people follow: a space (or a person, by their own space), a thread, a tag."""
    made: Made = {}
    for row in batch:
        person_id, level = landing.key("people", row.person), LEVELS[row.level]
        if row.space is not None:
            space_id = landing.key("spaces", row.space)
            one, _new = Subscription.objects.update_or_create(
                person_id=person_id, space_id=space_id, defaults={"level": level}
            )
            made[row.id] = one.id
        elif row.object is not None:
            thing_id = landing.key("objects", row.object)
            two, _new = Follow.objects.update_or_create(
                person_id=person_id, contribution_id=thing_id, defaults={"level": level}
            )
            made[row.id] = two.id
        else:
            word = fold(row.tag)[:60]
            three, _new = TagFollow.objects.update_or_create(
                person_id=person_id, word=word, defaults={"level": level}
            )
            made[row.id] = three.id
    return made


def land_totals(landing: Landing, batch: list[rows.Total]) -> Made:
    """Counts that came without voters: shown as "at the source", never as reactions."""
    places = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    made: Made = {}
    fresh = []
    for row in batch:
        contribution = places[landing.key("objects", row.object) or 0]
        total = Total(
            contribution=contribution,
            reply_id=landing.key("replies", row.reply),
            name=row.name,
            count=row.count,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
        made[row.id] = total.id
        fresh.append(total)
    Total.objects.bulk_create(fresh)
    return made
