"""Acts on shared pages: begin, write, place, protect. Not here: reading them (views), older versions (views_history)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions import texts
from parvis.contributions.drafts import draft_at, forget_draft
from parvis.contributions.models import Contribution
from parvis.kernel import markdown
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import names_of
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.pages import actions, beginning, bringing, editing, placing, reading, showing
from parvis.tools.pages.merging import CHOICES, Merge
from parvis.tools.pages.together import mounting
from parvis.tools.pages.versions import find_version
from parvis.tools.pages.views import key_of


def new_page(request: Request, space: Space) -> HttpResponse:
    """A new page, empty or from a model, at the top or under another."""
    error: Refused | NotAllowed | None = None
    given = request.POST if request.method == "POST" else request.GET
    parent = placing.find_parent(space, key_of(given.get("in", "")) or None)
    place = f"page:{space.slug}"[:80]
    if request.method == "POST":
        try:
            made = actions.publish_page(
                space,
                title=request.POST.get("title", ""),
                body=request.POST.get("body", ""),
                tags=tags_of(request),
                options={"parent": parent},
                by=request.viewer,
            )
        except (Refused, NotAllowed) as refusal:
            error = refusal
        else:
            forget_draft(request.viewer, place)
            return go(request, showing.page_url(made.id), _("Published."))
    return page(
        request,
        "pages/new.html",
        status=422 if error else 200,
        **_new_context(request, space, parent, place, error),
    )


def _new_context(
    request: Request, space: Space, parent: Any, place: str, error: Refused | NotAllowed | None
) -> dict[str, Any]:
    """The form as typed; else the model that the address asks for, else the draft left here."""
    model = beginning.find_model(space, request.GET.get("model", ""), request.LANGUAGE_CODE)
    draft = draft_at(request.viewer, place) if request.method == "GET" and model is None else None
    typed: Any = request.POST if error else dict(draft.fields) if draft else {}
    if model is not None and not error:
        typed = {"title": model.title, "body": model.body}
    return {
        "space": space,
        "parent": parent.contribution if parent else None,
        "typed": typed,
        "error": error,
        "model": model,
        "draft_id": encode(draft.id) if draft else "",
        "saved_at": draft.saved_at.isoformat() if draft else "",
        "urls": showing.editor_urls(place, space),
        "base": f"{space.url}pages/",
    }


def tags_of(request: Request) -> list[str]:
    """The words of the tags field, separated by commas."""
    return [word for word in request.POST.get("tags", "").split(",") if word.strip()][:20]


def edit(request: Request, contribution: Contribution) -> HttpResponse:
    """The editor; saved, what somebody else saved meanwhile is merged, and what clashes comes back to be chosen."""
    if request.method != "POST":
        held = editing.begin_editing(contribution, by=request.viewer)
        return _edit_page(request, contribution, held, _stored(contribution, held.version))
    try:
        version = _save(request, contribution)
    except actions.Clashed as clash:
        return _clash_page(request, contribution, clash)
    except (Refused, NotAllowed) as refusal:
        return _edit_page(
            request, contribution, actions.page_of(contribution), request.POST, error=refusal, status=422
        )
    forget_draft(request.viewer, f"edit:{contribution.key}")
    editing.stop_editing(contribution, by=request.viewer)
    sentence = _("Saved, together with what was written meanwhile.") if version.is_merged else _("Saved.")
    return go(request, showing.page_url(contribution.id), sentence)


def _save(request: Request, contribution: Contribution) -> Any:
    """The text of the form; after a clash, with what was chosen for each place. Raises as `write_page` does."""
    sent = request.POST
    title, body, base = sent.get("title", ""), sent.get("body", ""), number_of(sent.get("base", ""))
    against = number_of(sent.get("against", ""))
    if against:
        title, body = _as_chosen(request, contribution, title, body, base, against)
        base = against
    return actions.write_page(
        contribution,
        title=title,
        body=body,
        tags=tags_of(request) if "tags" in sent else None,
        note=sent.get("note", ""),
        base_revision=base,
        by=request.viewer,
    )


def _as_chosen(
    request: Request, contribution: Contribution, title: str, body: str, base: int, against: int
) -> tuple[str, str]:
    """The same merge as the writer was shown, settled by their choices. Raises NotFound, Refused."""
    began, stood = find_version(contribution, base), find_version(contribution, against)
    title, source = texts.checked(body, title=title, needs_title=True, may_be_empty=True)
    merged, titles = actions.merge_versions(began, stood, title, source)
    asked = [request.POST.get(f"part-{place}", "") for place in range(len(merged.clashes))]
    choices = [choice if choice in CHOICES else "both" for choice in asked]
    if isinstance(titles, tuple):
        titles = titles[request.POST.get("which_title") == "theirs"]
    return titles, merged.text(choices)


def number_of(text: str) -> int:
    """A version's number as a form says it; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _stored(contribution: Contribution, version: int) -> dict[str, Any]:
    source = contribution.body.source
    labels = contribution.tags.values_list("label", flat=True)
    return {
        "title": actions.last_title(contribution, version),
        "body": markdown.with_names(source, names_of(markdown.mentions_in(source))),
        "tags": ", ".join(labels),
        "base": version,
    }


def _edit_page(
    request: Request,
    contribution: Contribution,
    held: Any,
    typed: Any,
    *,
    error: Refused | NotAllowed | None = None,
    status: int = 200,
) -> HttpResponse:
    someone = held.editing_by_id not in (None, request.viewer.id) and editing.is_editing(held.editing_since)
    return page(
        request,
        "pages/edit.html",
        status=status,
        contribution=contribution,
        typed=typed,
        error=error,
        version=held.version,
        is_protected=held.is_protected,
        editing_by=held.editing_by.display_name if someone else "",
        editing_since=showing.since(held.editing_since),
        urls=showing.editor_urls(f"edit:{contribution.key}", contribution.space),
        together=None if error else mounting.mount(request, contribution),
    )


def _clash_page(request: Request, contribution: Contribution, clash: actions.Clashed) -> HttpResponse:
    return page(
        request,
        "pages/clash.html",
        status=422,
        contribution=contribution,
        parts=clash_parts(clash.merge),
        titles=clash.title,
        against=clash.against,
        typed=request.POST,
        theirs=find_version(contribution, clash.against),
    )


def clash_parts(merged: Merge) -> list[dict[str, Any]]:
    """The text in pieces: what is settled, shortened, and each clash with its number."""
    parts: list[dict[str, Any]] = []
    place = 0
    for part in merged.parts:
        if isinstance(part, str):
            parts.append({"settled": showing.shortened(part)})
            continue
        parts.append({"place": place, "mine": part.mine.strip("\n"), "theirs": part.theirs.strip("\n")})
        place += 1
    return parts


def take(request: Request, contribution: Contribution) -> HttpResponse:
    """Writes on instead of whoever had the editor open."""
    editing.take_over(contribution, by=request.viewer)
    return go(request, f"{showing.page_url(contribution.id)}edit/", _("Your turn: they have been told."))


def leave(request: Request, contribution: Contribution) -> HttpResponse:
    """Closes the editor without saving."""
    editing.stop_editing(contribution, by=request.viewer)
    forget_draft(request.viewer, f"edit:{contribution.key}")
    return go(request, showing.page_url(contribution.id))


def place(request: Request, contribution: Contribution) -> HttpResponse:
    """Puts a page under another, or at the top."""
    error: Refused | None = None
    space = contribution.space
    if request.method == "POST":
        chosen = request.POST.get("parent", "")
        try:
            if chosen and not key_of(chosen):
                raise NotFound
            parent = placing.find_parent(space, key_of(chosen) or None)
            placing.place_page(
                contribution,
                parent,
                after=0 if request.POST.get("where") == "first" else None,
                by=request.viewer,
            )
        except Refused as refusal:
            error = refusal
        else:
            return go(request, showing.page_url(contribution.id), _("It stands there now."))
    words = request.GET.get("q", "")
    found = reading.titled(space, words, but=contribution.id)
    return page(
        request,
        "pages/place.html",
        status=422 if error else 200,
        contribution=contribution,
        found=[{"key": encode(row.id), "title": row.title, "above": row.above or ""} for row in found],
        words=words,
        now=actions.parent_of(contribution),
        chosen=request.POST.get("parent"),
        error=error,
    )


def step(request: Request, contribution: Contribution) -> HttpResponse:
    """One place up or down among its neighbours."""
    has_moved = placing.step_page(contribution, request.POST.get("way") == "down", by=request.viewer)
    sentence = _("Moved.") if has_moved else _("It is already at the end.")
    return go(request, showing.page_url(contribution.id), sentence)


def protect(request: Request, contribution: Contribution) -> HttpResponse:
    """Only hosts change it from now on, or everybody who posts here."""
    is_protected = request.POST.get("is") == "1"
    actions.protect(contribution, is_protected, by=request.viewer)
    said = (
        _("Only the hosts change it now.")
        if is_protected
        else _("Those who may post here may change it again.")
    )
    return go(request, showing.page_url(contribution.id), said)


def model(request: Request, contribution: Contribution) -> HttpResponse:
    """Offered as a model, or no longer."""
    is_model = request.POST.get("is") == "1"
    actions.set_model(contribution, is_model, by=request.viewer)
    said = _("New pages may begin from it now.") if is_model else _("It is no longer a model.")
    return go(request, showing.page_url(contribution.id), said)


def make_page(request: Request, contribution: Contribution) -> HttpResponse:
    """A discussion becomes a page, in one gesture."""
    made = bringing.make_page(contribution, by=request.viewer)
    return go(
        request,
        showing.page_url(made.id),
        _("Here is its page. Shorten it, put it where it belongs."),
        undo=f"/go/{made.key}/remove/",
    )
