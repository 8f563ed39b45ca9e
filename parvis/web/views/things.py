"""What can be done with any contribution, whatever its kind. Not here: kinds' own pages (tools)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions import actions, marking, replies
from parvis.contributions.drafts import forget_draft
from parvis.contributions.history import steps_of
from parvis.contributions.link_cards import remove_card
from parvis.contributions.models import Contribution, Reply, ReplyState, Side
from parvis.contributions.reading import find_reply
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in, mentions_in_text, with_names
from parvis.people.models import names_of
from parvis.returning import reminders
from parvis.toolkit import registry
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.routing import own_address, thing_path
from parvis.web.composer import composer_urls
from parvis.web.moments import day_end

SIDES = {"for": Side.FOR, "against": Side.AGAINST}


def go_to_thing(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """The permanent address of a contribution leads to its page."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(thing_path(contribution) + (f"?{query}" if query else ""))


def react(request: HttpRequest, contribution: Contribution, reply: int | None = None) -> HttpResponse:
    """Sets or takes back a reaction; the script asks for JSON, a plain form gets the page again."""
    target = find_reply(contribution, reply) if reply else None
    own = marking.react(contribution, request.POST.get("reaction", ""), by=request.viewer, reply=target)
    counts = (target or contribution).reaction_counts
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"own": own, "counts": counts, "total": sum(counts.values())})
    return go(request, back(request, _where(contribution, reply)))


def _where(contribution: Contribution, reply: int | None = None) -> str:
    path = thing_path(contribution)
    return f"{path}?reply={encode(reply)}#r-{encode(reply)}" if reply else path


def save(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Puts aside, or takes back what was put aside."""
    was = contribution.marks.is_saved
    marking.bookmark(contribution, by=request.viewer, on=not was)
    if was:
        reminders.forget(contribution, by=request.viewer)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"saved": not was})
    sentence = _("Taken off your saved list.") if was else _("Saved: find it under your menu.")
    return go(request, back(request, thing_path(contribution)), sentence)


def follow(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Muted, normal or following."""
    level = request.POST.get("level", "")
    marking.follow(
        contribution, int(level) if level.isdecimal() and len(level) == 1 else -1, by=request.viewer
    )
    return go(request, back(request, thing_path(contribution)), _("Done."))


def answer(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Posts a reply, or an answer to one; refused, the page comes back with the text kept."""
    try:
        row = replies.reply(
            contribution,
            body=request.POST.get("body", ""),
            by=request.viewer,
            parent=_parent(request, contribution),
            side=SIDES.get(request.POST.get("side", ""), Side.NONE),
        )
    except Refused as refusal:
        return page(
            request,
            "web/things/reply_form.html",
            status=422,
            contribution=contribution,
            error=refusal.sentence,
            body=request.POST.get("body", ""),
            parent=request.POST.get("parent", ""),
            action="",
            title=_("Your reply"),
            side=request.POST.get("side", ""),
            urls=composer_urls(f"reply:{contribution.key}", contribution.space),
        )
    forget_draft(request.viewer, f"reply:{contribution.key}")
    return go(request, _where(contribution, row.id), _("Posted."))


def _parent(request: HttpRequest, contribution: Contribution) -> Reply | None:
    text = request.POST.get("parent", "")
    if not text:
        return None
    try:
        return find_reply(contribution, decode(text))
    except (ValueError, NotFound):
        raise Refused(
            _("The reply you answer is no longer here. Yours can still be posted to the topic.")
        ) from None


def edit_reply(request: HttpRequest, contribution: Contribution, reply: int) -> HttpResponse:
    """Changes one's own reply."""
    row = find_reply(contribution, reply)
    if row.author_id != request.viewer.id:
        raise NotAllowed(_("Only the author can do this."))
    error, body = "", with_names(row.source, names_of(mentions_in(row.source)))
    if request.method == "POST":
        body = request.POST.get("body", "")
        try:
            replies.revise_reply(row, body=body, by=request.viewer)
            forget_draft(request.viewer, f"edit-reply:{row.key}")
            return go(
                request, _where(contribution, row.id), _("Changed. The previous text stays in the history.")
            )
        except Refused as refusal:
            error = refusal.sentence
    return page(
        request,
        "web/things/reply_form.html",
        status=422 if error else 200,
        contribution=contribution,
        error=error,
        body=body,
        parent="",
        action=f"/go/{contribution.key}/replies/{row.key}/edit/",
        title=_("Edit your reply"),
        urls=composer_urls(f"edit-reply:{row.key}", contribution.space),
    )


def more_on_reply(request: HttpRequest, contribution: Contribution, reply: int) -> HttpResponse:
    """Everything one may do with a reply, as a page (and as a menu, by script)."""
    row = find_reply(contribution, reply)
    text = excerpt(row.text, 200)
    return page(
        request,
        "web/things/more_reply.html",
        contribution=contribution,
        reply=row,
        is_own=row.author_id == request.viewer.id,
        base=f"/go/{contribution.key}/replies/{row.key}/",
        where=_where(contribution, row.id),
        acts=[],
        is_shown=is_shown(row, request),
        excerpt=fill_names_in_text(text, names_of(mentions_in_text(text))),
    )


def is_shown(row: Reply, request: HttpRequest) -> bool:
    """Whether the words of a reply may be shown: what was taken away is its author's and, hidden, the hosts'."""
    if row.state == ReplyState.PUBLISHED or row.author_id == request.viewer.id:
        return True
    return row.state == ReplyState.HIDDEN and "contribution.hide" in request.abilities


REPLY_ACTS = {
    "remove": replies.remove_reply,
    "restore": replies.restore_reply,
    "hide": replies.hide_reply,
    "show": replies.show_reply,
}


def act_on_reply(request: HttpRequest, contribution: Contribution, reply: int, act: str) -> HttpResponse:
    """Removes, restores, hides or shows a reply; each can be undone."""
    if act not in REPLY_ACTS:
        raise NotFound
    row = find_reply(contribution, reply)
    REPLY_ACTS[act](row, by=request.viewer)
    opposite = {"remove": "restore", "restore": "remove", "hide": "show", "show": "hide"}[act]
    return go(
        request,
        thing_path(contribution),
        _acted(act),
        undo=f"/go/{contribution.key}/replies/{row.key}/{opposite}/",
    )


def _acted(act: str) -> str:
    return {
        "remove": _("Removed."),
        "restore": _("Restored."),
        "hide": _("Hidden."),
        "show": _("Shown again."),
    }[act]


def reply_history(request: HttpRequest, contribution: Contribution, reply: int) -> HttpResponse:
    """What a reply said before its edits."""
    row = find_reply(contribution, reply)
    if not is_shown(row, request):
        raise NotFound
    return page(
        request,
        "web/things/history.html",
        contribution=contribution,
        steps=steps_of(contribution, reply=row),
        where=_where(contribution, row.id),
    )


def history(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """What a contribution said before its edits; kinds that keep versions of their own have their own page."""
    own = own_address(contribution, "history")
    if own:
        return HttpResponseRedirect(own)
    return page(
        request,
        "web/things/history.html",
        contribution=contribution,
        steps=steps_of(contribution),
        where=thing_path(contribution),
    )


def more(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Everything one may do with a contribution, as a page (and as a menu, by script)."""
    return page(
        request,
        "web/things/more.html",
        contribution=contribution,
        base=f"/go/{contribution.key}/",
        marks=contribution.marks,
        path=thing_path(contribution),
        pin=contribution.pins.first(),
        is_own=contribution.author_id == request.viewer.id,
        acts=[
            one
            for tool in registry.tools()
            for one in tool.acts(contribution, request.viewer, request.abilities)
        ],
    )


def pin(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A host keeps a contribution on top, until the end of a day, or makes it the "start here"."""
    until = day_end(request.POST.get("until", ""))
    marking.pin(
        contribution, by=request.viewer, until=until, is_start_here=request.POST.get("is_start_here") == "1"
    )
    return go(request, thing_path(contribution), _("Pinned."), undo=f"/go/{contribution.key}/unpin/")


def unpin(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A host takes a contribution down from the top."""
    marking.unpin(contribution, by=request.viewer)
    return go(request, back(request, thing_path(contribution)), _("No longer pinned."))


def remove_link_card(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Takes the card of a link off one's own text."""
    remove_card(contribution, by=request.viewer)
    return go(request, thing_path(contribution), _("Taken off. The link stays."))


def retire(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Puts one's own contribution in the bin."""
    actions.retire(contribution, by=request.viewer)
    return go(
        request, contribution.space.url, _("In the bin for 30 days."), undo=f"/go/{contribution.key}/restore/"
    )


def restore(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Takes one's own contribution out of the bin."""
    actions.restore(contribution, by=request.viewer)
    return go(request, thing_path(contribution), _("Restored."))


def hide(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A host hides a contribution, with a reason."""
    actions.hide(contribution, reason=request.POST.get("reason", ""), by=request.viewer)
    return go(
        request,
        contribution.space.url,
        _("Hidden. Its author will read why."),
        undo=f"/go/{contribution.key}/show/",
    )


def show_again(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A host shows a hidden contribution again."""
    actions.show_again(contribution, by=request.viewer)
    return go(request, thing_path(contribution), _("Shown again."))


def report(request: HttpRequest, contribution: Contribution, reply: int | None = None) -> HttpResponse:
    """Asks the hosts to look at something."""
    target = find_reply(contribution, reply) if reply else None
    marking.report(contribution, reason=request.POST.get("reason", ""), by=request.viewer, reply=target)
    return go(request, _where(contribution, reply), _("The hosts have been told. Thank you for taking care."))


def preview(request: HttpRequest) -> HttpResponse:
    """A text as it will look, for the composer; nothing is kept."""
    from parvis.contributions.texts import checked
    from parvis.kernel.markdown import fill_names, mentions_in_text, render
    from parvis.people.models import names_of

    _title, source = checked(request.POST.get("body", ""))
    html = render(source).html
    return HttpResponse(fill_names(html, names_of(mentions_in_text(html))))
