"""What the pages of the forum show, as their templates read it. Not here: the reads, the markup, the acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext as _

from parvis.kernel import markdown
from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import excerpt, fill_names, fill_names_in_text, mentions_in_text
from parvis.kernel.words import fold
from parvis.people.models import names_of
from parvis.spaces.models import Level
from parvis.toolkit.cards import author_of
from parvis.tools.forum import reading
from parvis.tools.forum.models import MODES, Mode
from parvis.tools.forum.reading import VIEWS, Wanted

if TYPE_CHECKING:
    from django.http import QueryDict

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def wanted_of(query: QueryDict) -> Wanted:
    """What an address asks of the list; unknown values are as if absent."""
    try:
        category = decode(query.get("category", ""))
    except ValueError:
        category = None
    view, mode, order = query.get("view", ""), query.get("mode", ""), query.get("order", "")
    return Wanted(
        view=view if view in VIEWS else "",
        mode=mode if mode in Mode.values else "",
        category=category,
        tag=fold(query.get("tag", "").lstrip("#"))[:60],
        order="date" if order == "date" else "activity",
    )


def index_context(space: Space, viewer: Person, wanted: Wanted, rows: list[Any], path: str) -> dict[str, Any]:
    """The list, its filters with their addresses, and the empty place's words. Two more queries."""
    categories = reading.categories_of(space)
    filters = {
        "mode": wanted.mode,
        "category": encode(wanted.category) if wanted.category else "",
        "tag": wanted.tag,
        "order": "date" if wanted.order == "date" else "",
        "view": wanted.view,
    }
    return {
        "topics": [describe(row) for row in rows],
        "wanted": wanted,
        "filters": filters,
        "views": [(key, label, key == wanted.view) for key, label in view_words()],
        "modes": [
            {"value": mode, "label": str(MODES[mode][0]).capitalize(), "is_current": mode == wanted.mode}
            for mode in MODES
        ],
        "categories": [
            {
                "key": encode(row.id),
                "name": row.name,
                "topics": row.topics,
                "is_current": row.id == wanted.category,
            }
            for row in categories
        ],
        "tags": reading.tags_of(space),
        "path": path,
    }


def view_words() -> list[tuple[str, str]]:
    """The filters that a reader wants most, in words."""
    return [
        ("", _("All topics")),
        ("unread", _("Unread")),
        ("unanswered", _("Without an answer")),
        ("decided", _("With an outcome")),
        ("mine", _("Where I wrote")),
    ]


def describe(row: Any) -> dict[str, Any]:
    """One line of the list."""
    label, icon = MODES[row.mode]
    return {
        "url": f"/forum/{encode(row.id)}/",
        "id13": encode(row.id),
        "title": row.title,
        "language": row.language,
        "mode": row.mode,
        "mode_label": label,
        "mode_icon": icon,
        "author": author_of(row),
        "category": row.category,
        "published_at": row.published_at,
        "last_activity_at": row.last_activity_at,
        "reply_count": row.reply_count,
        "idea_count": row.idea_count,
        "is_answered": row.is_answered,
        "is_decided": row.is_decided,
        "is_closed": row.is_closed,
        "is_unread": row.is_unread,
        "unread_count": row.unread_count,
    }


def topic_context(request: HttpRequest, contribution: Contribution) -> dict[str, Any]:
    """What a topic's page shows beyond its text and replies. One query; one more in a debate or a brainstorm."""
    topic = reading.read_topic(contribution)
    if topic is None:
        raise NotFound
    can = request.abilities
    base = f"/forum/{contribution.key}/"
    label, icon = MODES[topic.mode]
    context = {
        "topic": topic,
        "mode_label": label,
        "mode_icon": icon,
        "forum": base,
        "levels": level_words(contribution),
        "outcome_html": outcome_html(topic.outcome_html),
        "accepted_id": topic.accepted_reply_id,
        "accept_at": _accept_at(contribution, topic, can, base),
        "care": care_links(contribution, topic, can, base),
        "category_key": encode(topic.category_id) if topic.category_id else "",
    }
    if topic.mode == Mode.DEBATE:
        context |= debate_context(contribution, "" if "reply" in request.GET else request.GET.get("side", ""))
    if topic.mode == Mode.BRAINSTORM:
        context |= ideas_context(request, contribution, topic)
    return context


def _accept_at(contribution: Contribution, topic: Any, can: frozenset[str], base: str) -> str:
    may_accept = topic.mode == Mode.QUESTION and "forum.accept" in can and contribution.is_published
    return base + "accept/{reply}/" if may_accept else ""


def outcome_html(html: str) -> str:
    """The outcome with the names of those it mentions."""
    return fill_names(html, names_of(mentions_in_text(html))) if "data-person" in html else html


def with_names(source: str) -> str:
    """A Markdown source as its writer edits it: those it mentions by name."""
    return markdown.with_names(source, names_of(markdown.mentions_in(source)))


def level_words(contribution: Contribution) -> tuple[tuple[int, str, str, bool], ...]:
    """How closely one may follow a topic: (level, words, icon, whether it is the reader's)."""
    own = abs(contribution.marks.level)  # type: ignore[attr-defined]  # negative: gone quiet by itself
    return (
        (Level.MUTED, _("Muted"), "bell-off", own == Level.MUTED),
        (Level.NORMAL, _("Normal"), "bell", own == Level.NORMAL),
        (Level.FOLLOWING, _("Following"), "eye", own == Level.FOLLOWING),
    )


def care_links(
    contribution: Contribution, topic: Any, can: frozenset[str], base: str
) -> list[tuple[str, str, str]]:
    """What the reader may do to keep a topic in order: (address, words, icon)."""
    links = edit_links(contribution, can)
    if "forum.conclude" in can and contribution.is_published:
        words = _("Change what was decided") if topic.outcome_html else _("Say what was decided")
        links.append((base + "conclude/", words, "gavel"))
    if "forum.group" in can and topic.mode == Mode.BRAINSTORM:
        links.append((base + "ideas/group/", _("Group or merge ideas"), "git-merge"))
    if "forum.sort" in can:
        links.append((base + "sort/", _("Kind and category"), "sliders-horizontal"))
    if "contribution.move" in can and contribution.is_published:
        links.append((base + "move/", _("Move elsewhere"), "corner-down-right"))
        if contribution.reply_count:
            links.append((base + "split/", _("Split off replies"), "split"))
    if "forum.close" in can and contribution.is_published and topic.closed_at is None:
        links.append((base + "close/", _("Close with a reason"), "lock"))
    return links


def edit_links(contribution: Contribution, can: frozenset[str]) -> list[tuple[str, str, str]]:
    """The way to one's own text."""
    return (
        [(f"/go/{contribution.key}/edit/", _("Edit the text"), "pencil")]
        if "contribution.edit" in can
        else []
    )


def debate_context(contribution: Contribution, asked: str) -> dict[str, Any]:
    """Both sides in numbers, the one asked for, and the sides one may take when answering."""
    count_for, count_against = reading.count_sides(contribution)
    side, base = asked if asked in ("for", "against") else "", f"/forum/{contribution.key}/"
    words = [
        ("", _("All replies"), contribution.reply_count),
        ("for", _("For"), count_for),
        ("against", _("Against"), count_against),
    ]
    return {
        "count_for": count_for,
        "count_against": count_against,
        "side": side,
        "side_choices": [
            (f"{base}?side={value}" if value else base, label, count, value == side)
            for value, label, count in words
        ],
        "sides": [
            ("", _("No side"), "message-circle"),
            ("for", _("For"), "thumbs-up"),
            ("against", _("Against"), "thumbs-down"),
        ],
    }


def ideas_context(request: HttpRequest, contribution: Contribution, topic: Any) -> dict[str, Any]:
    """A page of the ideas of a brainstorm in groups, and the points the reader has left. Two queries, three at most."""
    is_open = topic.closed_at is None
    asked = request.GET.get("ideas", "")
    # By points only once nothing changes any more, unless asked: nothing should move while one votes.
    order = asked if asked in reading.IDEA_ORDERS else ("newest" if is_open else "points")
    told = reading.tell_ideas(contribution, request.viewer)
    pages = max((told.ideas + reading.IDEAS_A_PAGE - 1) // reading.IDEAS_A_PAGE, 1)
    number = min(ideas_page(request, contribution, order), pages)
    limit = reading.IDEAS_A_PAGE
    rows = reading.list_ideas(contribution, request.viewer, order, page=number, limit=limit)
    may_join = is_open and "contribution.reply" in request.abilities and contribution.is_published
    base = f"/forum/{contribution.key}/"
    return {
        "ideas": (ideas := [describe_idea(row, may_join) for row in rows]),
        "groups": grouped(ideas),
        "has_groups": told.groups > 1,
        "idea_count": told.ideas,
        "idea_order": order,
        "idea_page": number,
        "idea_pages": pages,
        "idea_page_url": f"{base}?ideas={order}&ideas_page=",
        "left": max(topic.budget - told.spent, 0),
        "may_join": may_join,
        "idea_urls": idea_urls(contribution) if may_join else {},
        "retained": [{**one, "url": f"/forum/{encode(int(one['id']))}/"} for one in told.retained],
    }


def ideas_page(request: HttpRequest, contribution: Contribution, order: str) -> int:
    """The page of ideas an address asks for: by number, or the one that holds an idea."""
    text = request.GET.get("ideas_page", "")
    if text.isdecimal() and len(text) < 7:
        return max(int(text), 1)
    try:
        return reading.page_of_idea(contribution, decode(request.GET["idea"]), order)
    except (KeyError, ValueError):
        return 1


def idea_urls(contribution: Contribution) -> dict[str, str]:
    """What the form for one more idea asks while one types, its draft included."""
    return {
        "draft": f"/drafts/{draft_place(contribution)}/",
        "people": f"/people/suggest/?space={contribution.space.slug}",
        "upload": "/upload/",
        "preview": "/publish/preview/",
        "similar": f"/forum/{contribution.key}/ideas/similar/",
        "editor": static("vendor/editor/editor.js"),
        "editor_css": static("vendor/editor/editor.css"),
    }


def draft_place(contribution: Contribution) -> str:
    """Where the draft of one more idea is kept."""
    return f"part:{contribution.key}"


def grouped(ideas: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Ideas by heading, in the order of the list; those without one last."""
    found: dict[str, list[dict[str, Any]]] = {}
    for idea in ideas:
        found.setdefault(idea["cluster"], []).append(idea)
    return sorted(found.items(), key=lambda pair: pair[0] == "")


def describe_idea(row: Any, may_vote: bool) -> dict[str, Any]:
    """One idea of the list, with the address that gives and takes a point."""
    base, own = f"/forum/{encode(row.id)}/", row.own_points
    return {
        "id13": encode(row.id),
        "url": base,
        "title": row.title,
        "excerpt": row.excerpt,
        "language": row.language,
        "author": author_of(row),
        "at": row.published_at,
        "reply_count": row.reply_count,
        "cluster": row.cluster,
        "points": row.points,
        "own": own,
        "merged_count": row.merged_count,
        "is_retained": row.retained_at is not None,
        "because": row.retained_because,
        "vote_url": f"{base}points/" if may_vote else "",
    }


def idea_context(request: HttpRequest, contribution: Contribution) -> dict[str, Any]:
    """What an idea's page shows beyond its text and replies. One query."""
    idea = reading.read_idea(contribution, request.viewer)
    if idea is None:
        raise NotFound
    can, base = request.abilities, f"/forum/{contribution.key}/"
    left = (idea.budget or 0) - idea.spent
    may_vote = (
        "contribution.reply" in can
        and contribution.is_published
        and not idea.closed_at
        and not idea.merged_into_id
    )
    return {
        "idea": idea,
        "forum": base,
        "topic_url": f"/forum/{encode(idea.topic_id)}/",
        "left": max(left, 0),
        "merged_url": f"/forum/{encode(idea.merged_into_id)}/" if idea.merged_into_id else "",
        "merged_here": [(f"/forum/{encode(int(one['id']))}/", one["title"]) for one in idea.merged],
        "may_vote": may_vote,
        "levels": level_words(contribution),
        "care": edit_links(contribution, can),
        "may_retain": "forum.retain" in can and not idea.merged_into_id and contribution.is_published,
        "vote_data": {
            "title": contribution.title,
            "vote_url": f"{base}points/?from=idea" if may_vote else "",
            "points": idea.points,
            "own": idea.own_points,
        },
    }


def split_rows(contribution: Contribution) -> list[dict[str, Any]]:
    """The replies of a topic to choose from, answers under what they answer."""
    rows = (
        contribution.replies.filter(state="published")
        .select_related("author")
        .order_by("created_at", "id")[:500]
    )
    listed = list(rows)
    answers: dict[int, list[Any]] = {}
    for row in listed:
        if row.parent_id:
            answers.setdefault(row.parent_id, []).append(row)
    ordered = [one for row in listed if not row.parent_id for one in (row, *answers.pop(row.id, []))]
    ordered += [row for rest in answers.values() for row in rest]  # under a reply that was removed
    names = names_of({key for row in ordered for key in mentions_in_text(row.text)})
    return [
        {
            "key": encode(row.id),
            "author": row.author,
            "at": row.created_at,
            "is_answer": row.parent_id is not None,
            "text": fill_names_in_text(excerpt(row.text, 140), names),
        }
        for row in ordered
    ]
