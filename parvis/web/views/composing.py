"""Writing: the composer's page, its drafts, and what it asks while one types. Not here: kinds' actions (tools)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions import actions, templates
from parvis.contributions.drafts import draft_at, forget_draft, save_draft
from parvis.contributions.marks import Draft, Tag
from parvis.contributions.models import WAITING, Contribution, State
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.words import fold
from parvis.toolkit import registry
from parvis.toolkit.pages import go, page
from parvis.toolkit.routing import own_address, thing_path
from parvis.web import composer
from parvis.web.audience import audience_sentence
from parvis.web.drafts import describe_drafts
from parvis.web.moments import moment_to_come
from parvis.web.similar import similar_to


def publish(request: HttpRequest) -> HttpResponse:
    """The composer: what, where, now or at a date; refused, it comes back as it was."""
    error: Refused | NotAllowed | None = None
    if request.method == "POST":
        try:
            form = composer.with_files(request.POST, request.FILES, by=request.viewer)
            contribution = composer.publish_form(form, by=request.viewer)
        except (Refused, NotAllowed) as refusal:
            error = refusal
        else:
            forget_draft(request.viewer, composer.draft_place(request))
            return go(request, thing_path(contribution), _published(contribution))
    context = composer.form_context(request, error)
    return page(request, "web/publish.html", status=422 if error else 200, **context)


def _published(contribution: Contribution) -> str:
    sentences = {
        State.DRAFT: _("Kept as a draft: only you can see it."),
        State.SCHEDULED: _("Scheduled. You can still change it until then."),
    }
    return str(sentences.get(State(contribution.state), _("Published.")))


def edit(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Changes one's own text; what waits can be published from here, now or at a date. Some kinds have their own page."""
    own = own_address(contribution, "edit") if request.method == "GET" else ""
    if own:
        return HttpResponseRedirect(own)
    error: Refused | NotAllowed | None = None
    if request.method == "POST":
        try:
            form = composer.with_files(request.POST, request.FILES, by=request.viewer)
            composer.revise_form(contribution, form, by=request.viewer)
            sentence = composer.after_revision(contribution, form, by=request.viewer)
        except (Refused, NotAllowed) as refusal:
            error = refusal
        else:
            forget_draft(request.viewer, f"edit:{contribution.key}")
            return go(request, thing_path(contribution), sentence or _published(contribution))
    context = composer.edit_context(request, contribution, error)
    return page(request, "web/edit.html", status=422 if error else 200, **context)


def publish_draft(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Publishes one's own draft, now or at a date."""
    actions.publish_draft(
        contribution, by=request.viewer, at=moment_to_come(request.POST.get("publish_at", ""))
    )
    return go(request, thing_path(contribution), _published(contribution))


def list_drafts(request: HttpRequest) -> HttpResponse:
    """What one has begun: texts being typed, drafts and scheduled contributions."""
    begun = Draft.objects.filter(person=request.viewer).order_by("-saved_at")[:50]
    mine = Contribution.objects.visible_to(request.viewer).filter(author=request.viewer)
    mine = mine.exclude(part_of__state__in=WAITING)  # it waits within its text
    rows = list(mine.filter(state__in=WAITING).with_names().order_by("-created_at")[:100])
    return page(
        request,
        "web/drafts.html",
        begun=describe_drafts(begun),
        waiting=[row for row in rows if row.state != State.SCHEDULED],
        scheduled=sorted(
            (row for row in rows if row.state == State.SCHEDULED), key=lambda row: row.published_at
        ),
    )


def drop_draft(request: HttpRequest, place: str) -> HttpResponse:
    """Throws away what was being typed in one form."""
    forget_draft(request.viewer, place)
    return go(request, "/drafts/", _("Thrown away."))


def list_templates(request: HttpRequest) -> HttpResponse:
    """The ways to begin a text, for the tools that are installed; `space` is passed on."""
    rows = [row for row in templates.all_templates(request.LANGUAGE_CODE) if registry.kind(row.kind)]
    return page(request, "web/templates.html", rows=rows, in_space=request.GET.get("space", "")[:80])


def keep_draft(request: HttpRequest, place: str) -> HttpResponse:
    """GET: the draft of a form; POST: its fields as they stand."""
    if request.method == "GET":
        draft = draft_at(request.viewer, place)
        if draft is None:
            return HttpResponse(status=204)
        return JsonResponse(
            {"id": encode(draft.id), "saved_at": draft.saved_at.isoformat(), "fields": draft.fields}
        )
    try:
        known = decode(request.POST["draft"]) if request.POST.get("draft") else None
        draft = save_draft(place, dict(request.POST.lists()), by=request.viewer, draft_id=known)
    except (ValueError, NotFound):
        return JsonResponse({"error": _("This draft has been published or removed.")}, status=409)
    return JsonResponse({"id": encode(draft.id), "saved_at": draft.saved_at.isoformat()})


def audience(request: HttpRequest) -> HttpResponse:
    """Who will see what is published in a place, in words and number."""
    space = composer.find_space(request.GET.get("space", ""), request.viewer)
    return JsonResponse(
        {"sentence": audience_sentence(space, request.viewer), "kinds": composer.option_slugs(space)}
    )


def similar(request: HttpRequest) -> HttpResponse:
    """Topics that look like the title being typed, among those the writer may read."""
    rows = similar_to(request.GET.get("q", ""), request.viewer)
    return page(request, "web/_similar.html", rows=rows) if rows else HttpResponse("")


def suggest_tags(request: HttpRequest) -> HttpResponse:
    """Tags in use that begin with these letters, as far as the writer may see them."""
    word = fold(request.GET.get("q", "").lstrip("#"))[:60]
    seen = Contribution.objects.visible_to(request.viewer).listed().values("id")
    rows = (
        Tag.objects.filter(word__startswith=word, contribution_id__in=seen).order_by("word")
        if word
        else Tag.objects.none()
    )
    labels = dict(rows.values_list("word", "label")[:200])
    return JsonResponse([{"name": label, "detail": ""} for label in list(labels.values())[:8]], safe=False)
