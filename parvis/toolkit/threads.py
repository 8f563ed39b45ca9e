"""Replies drawn for their reader, and what every page of a contribution shows around its text.

Not here: the query (contributions.thread) and the markup (web/components/thread.html).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from parvis.contributions.models import Contribution, Reply, ReplyState, Side, State
from parvis.contributions.thread import Thread, read_one, read_thread, read_totals
from parvis.kernel import clock
from parvis.kernel.highlight import FIRST, mark_html, sought
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import fill_names, mentions_in_text
from parvis.kernel.words import hue, initials
from parvis.people.models import names_of
from parvis.toolkit.formats import number, time_tag
from parvis.toolkit.molds import fill, hole
from parvis.toolkit.request import Request

if TYPE_CHECKING:
    from parvis.people.models import Person

SIDES = {Side.FOR: "for", Side.AGAINST: "against"}


def thread_context(
    request: Request,
    contribution: Contribution,
    *,
    accepted_id: int | None = None,
    accept_at: str = "",
    beside: Callable[[Any], str] | None = None,
    body: str | None = None,
    held: str = "",
) -> dict[str, Any]:
    """What a page needs to show the text and the replies: drawn ones, paging, where the unread begin.

    Three queries at most for a plain topic; one more with an accepted answer, and one for imported counts.

    `accept_at` is the address that accepts a reply, with {reply} for its key; "" when the reader may not.
    `beside` says a few words of a reply, after its date, such as what it was written on. `body` is the sanitised HTML
    shown in place of the text's own (another version), `held` plain text shown below it (what a file says): the words
    that the reader looked for are marked in them too; `held_html` comes back with `is_held_marked`.
    """
    drawn_at = clock.now().isoformat()  # before anything is read: what comes later is asked for by the page
    around = _asked_reply(request, contribution)
    thread = read_thread(
        contribution, request.viewer, page=_page_number(request), around=around, side=_side(request)
    )
    can = request.abilities
    options: dict[str, Any] = {
        "base": f"/go/{contribution.key}/",
        "may_reply": "contribution.reply" in can
        and contribution.are_replies_open
        and contribution.is_published,
        "accepted_id": accepted_id,
        "accept_at": accept_at,
        "beside": beside,
        "target": around.id if around else 0,
        "words": sought(request.GET.get("words", "")),  # what the reader looked for, and found here
        "totals": read_totals(contribution, [row.id for row in thread.rows])
        if contribution.is_imported
        else {},
    }
    accepted = read_one(contribution, accepted_id, request.viewer) if accepted_id else None
    texts = [contribution.body.html, *(row.html for row in thread.rows), accepted.html if accepted else ""]
    names = names_of({key for html in texts if "data-person" in html for key in mentions_in_text(html)})
    return {
        **_marked(
            body_html(contribution, names) if body is None else body,
            held,
            options["words"],
            first="" if around else FIRST,
        ),
        "thread": thread,
        "drawn_at": drawn_at,
        "replies": draw_replies(thread, request.viewer, names, options),
        "first_new": _first_new(thread, request.viewer),
        "new_count": len(_new_rows(thread, request.viewer)),
        "new_keys": [encode(row.id) for row in _new_rows(thread, request.viewer)],
        "may_reply": options["may_reply"],
        "totals": total_facts(options["totals"].get(None, {})),
        "accepted": _draw(accepted, request.viewer, names, {**options, "is_copy": True, "target": 0})
        if accepted
        else "",
    }


def _marked(body: str, held: str, words: tuple[str, ...], *, first: str) -> dict[str, Any]:
    """The text and what it holds, with these words marked; the first mark of both together bears the id."""
    drawn = mark_html(body, words, first=first)
    if f'<mark id="{first}">' in drawn:
        first = ""
    said = mark_html(str(escape(held)), words, first=first)
    return {"body_html": Markup(drawn), "held_html": Markup(said), "is_held_marked": "<mark" in said}


def total_facts(totals: dict[str, int]) -> list[tuple[str, int]]:
    """Imported counts with their words."""
    return [(word, totals[name]) for name, word in total_words(totals).items()]


def total_words(totals: dict[str, int]) -> dict[str, str]:
    """The words for imported counts; an unknown name is shown as it stands at the source."""
    words = {"votes": _("votes"), "agree": _("agree"), "mixed": _("mixed"), "disagree": _("disagree")}
    return {name: str(words.get(name, name)) for name in totals}


def _asked_reply(request: Request, contribution: Contribution) -> Reply | None:
    try:
        key = decode(request.GET.get("reply", ""))
    except ValueError:
        return None
    return contribution.replies.select_related("parent").filter(id=key).first()


def _page_number(request: Request) -> int | None:
    text = request.GET.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 7 else None


def _side(request: Request) -> Side:
    """The one side of a debate that the address asks for; anything else is all of them."""
    return next((side for side, word in SIDES.items() if word == request.GET.get("side")), Side.NONE)


def _first_new(thread: Thread, viewer: Person) -> str:
    """The key of the first reply the reader hasn't seen, or ""."""
    new = _new_rows(thread, viewer)
    return encode(min(new, key=lambda row: (row.created_at, row.id)).id) if new else ""


def _new_rows(thread: Thread, viewer: Person) -> list[Any]:
    if thread.read_until is None:
        return []
    shown = [row for row in thread.rows if row.state == ReplyState.PUBLISHED and row.author_id != viewer.id]
    return [row for row in shown if row.created_at > thread.read_until]


def draw_replies(
    thread: Thread, viewer: Person, names: dict[int, str], options: dict[str, Any]
) -> list[dict[str, Any]]:
    """One entry for each first-level reply: its drawn HTML, its answers' and the key to scroll to."""
    return [
        {
            "id13": encode(row.id),
            "side": SIDES.get(row.side, ""),
            "html": _draw(row, viewer, names, options),
            "children": [
                {"id13": encode(kid.id), "html": _draw(kid, viewer, names, options)}
                for kid in thread.children.get(row.id, [])
            ],
        }
        for row in thread.roots
    ]


def _draw(row: Any, viewer: Person, names: dict[int, str], options: dict[str, Any]) -> Markup:
    """One reply: what its markup depends on chooses the mold, its words fill it."""
    is_own, is_accepted = row.author_id == viewer.id, row.id == options["accepted_id"]
    counted = options["totals"].get(row.id, {})
    variant = {
        "is_edited": row.edited_at is not None,
        "is_removed": row.state != ReplyState.PUBLISHED,
        "is_own": is_own,
        "side": SIDES.get(row.side, ""),
        "is_accepted": is_accepted,
        "reactions": tuple(row.reaction_counts)[:1],
        "own_reaction": row.my_reaction or "",
        "is_target": row.id == options["target"],
        "is_copy": options.get("is_copy", False),
    }
    key, base = encode(row.id), options["base"]
    author = encode(row.author_id)
    html = fill_names(row.html, names) if "data-person" in row.html else row.html
    holes = {
        "id13": key,
        "url": f"{base}?reply={key}#r-{key}",
        "name": row.author_name,
        "author_key": author,
        "author_url": f"/people/{author}/",
        "html": Markup(mark_html(html, options["words"])),
        "at": time_tag(row.created_at),
        "edited_url": f"{base}replies/{key}/history/",
        "react_url": f"{base}replies/{key}/react/",
        "menu_url": f"{base}replies/{key}/more/",
    }
    if row.author_photo:
        holes["photo_url"] = f"/people/{author}/photo/{row.author_photo[:12]}"
    else:
        holes |= {"initials": initials(row.author_name), "hue": hue(author)}
    if row.reaction_counts:
        holes["reaction_count"] = number(sum(row.reaction_counts.values()))
    if options.get("beside") and (words := options["beside"](row)):
        holes["at"] += Markup(' <span class="muted">· {}</span>').format(words)
    if options["may_reply"]:
        holes["reply_url"] = f"?answer={key}#reply"
    if options["accept_at"] and not is_accepted and row.state == ReplyState.PUBLISHED:
        holes["accept_url"] = options["accept_at"].format(reply=key)
    if counted:
        variant["totals"] = tuple(
            (word, hole(f"total_{name}")) for name, word in total_words(counted).items()
        )
        holes |= {f"total_{name}": number(count) for name, count in counted.items()}
    return fill("web/reply.html", variant, holes)


def body_html(contribution: Contribution, names: dict[int, str]) -> Markup:
    """The text of a contribution, with the names of the people it mentions."""
    html = contribution.body.html
    return Markup(fill_names(html, names) if "data-person" in html else html)


def state_sentence(contribution: Contribution) -> str:
    """What to say on top of a contribution that isn't simply published."""
    sentences = {
        State.DRAFT: _("Draft: only you can see it."),
        State.CIRCLE: _("Shown to a few people of your choice."),
        State.SCHEDULED: _("Scheduled: only you can see it until then."),
        State.HIDDEN: _("Hidden by a host: only its author and the hosts can see it."),
        State.REMOVED: _("In the bin: only you can see it."),
    }
    return sentences.get(State(contribution.state), "")
