"""What people do with documents and folders: bring, version, lock, arrange, move, copy. Not here: what is read (views)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import Refused, TryAgain
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.documents import actions, binning, folders, placing, reading, several, showing
from parvis.tools.documents.models import Document, Folder
from parvis.tools.documents.quotas import OverQuota
from parvis.tools.documents.views import document_page, folder_page, key_of

MOST_AT_ONCE = 50


def status_of(refusal: Refused) -> int:
    """413 where there is no room, 503 for what may do later, 422 for all else."""
    if isinstance(refusal, TryAgain):
        return 503
    return 413 if isinstance(refusal, OverQuota) else 422


def is_scripted(request: Request) -> bool:
    """Whether the page's script sends one file of several."""
    return request.headers.get("X-Requested-With") == "fetch"


def asked_folder(request: Request, space: Space, name: str = "folder") -> Folder | None:
    """The folder that a form names; the top where it names none. Raises NotFound."""
    text = request.POST.get(name, "") or request.GET.get(name, "")
    return folders.find_folder(space, key_of(text) or None)


def form_page(
    request: Request, template: str, act: Callable[[], HttpResponse], **context: Any
) -> HttpResponse:
    """GET shows a form; POST does the act; refused, the form comes back as it was typed."""
    error: Refused | None = None
    stored = context.pop("stored", {})
    if request.method == "POST":
        try:
            return act()
        except Refused as refusal:
            error = refusal
    typed = request.POST if request.method == "POST" else stored
    status = status_of(error) if error else 200
    return page(request, template, status=status, error=error, typed=typed, **context)


def bring(request: Request, space: Space) -> HttpResponse:
    """Receives files: all at once from the form, one by one from the script."""
    folder = asked_folder(request, space)
    given = request.FILES.getlist("files") or request.FILES.getlist("file")
    try:
        if not given:
            raise Refused(_("Choose a file."), field="files")
        if len(given) > MOST_AT_ONCE:
            raise Refused(_("Fifty files at a time, please."), field="files")
        first = _asked_first(request, space)
        if len(given) > 1:
            return _brought(request, space, folder, given, first)
        made = actions.upload(space, given[0], by=request.viewer, folder=folder, after=first)
    except Refused as refusal:
        if is_scripted(request):
            return JsonResponse({"error": refusal.sentence}, status=status_of(refusal))
        return folder_page(request, space, folder, refusal, status_of(refusal))
    if is_scripted(request):
        return JsonResponse({"id": made.key, "url": f"/documents/{made.key}/", "name": made.title})
    said = several.Brought([made]).sentence()
    return go(request, showing.folder_url(space, folder.id if folder else None), said)


def _brought(
    request: Request, space: Space, folder: Folder | None, given: list[Any], first: Contribution | None
) -> HttpResponse:
    """Several files of the form: the page says which aren't kept, and why. Only when none is does it refuse."""
    found = several.bring_all(space, given, by=request.viewer, folder=folder, after=first)
    if not found.left:
        return go(request, showing.folder_url(space, folder.id if folder else None), found.sentence())
    told = Refused(found.sentence(), field="files")
    return folder_page(request, space, folder, told, 200 if found.made else status_of(found.left[0][1]))


def _asked_first(request: Request, space: Space) -> Contribution | None:
    """The first document of the same upload, as the script names it; it must be the person's own, in this space."""
    key = key_of(request.POST.get("first", ""))
    if not key:
        return None
    first = find_contribution(key, request.viewer)
    is_ours = first.kind == "document" and first.author_id == request.viewer.id and first.space_id == space.id
    return first if is_ours else None


def new_folder(request: Request, space: Space) -> HttpResponse:
    """A folder in the one that the address names."""
    parent = asked_folder(request, space, "in")

    def act() -> HttpResponse:
        made = folders.add_folder(space, request.POST.get("name", ""), by=request.viewer, parent=parent)
        return go(request, showing.folder_url(space, made.id), _("The folder is here."))

    back = showing.folder_url(space, parent.id if parent else None)
    return form_page(request, "documents/new_folder.html", act, space=space, parent=parent, back=back)


def edit_folder(request: Request, space: Space, folder: int) -> HttpResponse:
    """Renames a folder, or takes it away: an empty one for good, another into the community's bin."""
    found = folders.find_folder(space, folder)
    assert found is not None

    def act() -> HttpResponse:
        if request.POST.get("do") == "remove":
            above = found.parent_id
            kept = binning.discard_folder(found, by=request.viewer)
            said = (
                _("The folder is in the bin: hosts can put it back for 30 days.")
                if kept
                else _("The folder is gone.")
            )
            return go(request, showing.folder_url(space, above), said)
        folders.rename_folder(found, request.POST.get("name", ""), by=request.viewer)
        return go(request, showing.folder_url(space, found.id), _("Saved."))

    back = showing.folder_url(space, found.id)
    stored = {"name": found.name}
    return form_page(
        request, "documents/edit_folder.html", act, space=space, folder=found, back=back, stored=stored
    )


def community_bin(request: Request, space: Space) -> HttpResponse:
    """Folders that hosts removed, and their way back."""
    if request.method == "POST":
        made = binning.put_back(space, key_of(request.POST.get("folder", "")), by=request.viewer)
        return go(request, showing.folder_url(space, made.id), _("The folder is back, with its files."))
    rows = [showing.discarded_line(row) for row in binning.list_bin(space)]
    return page(request, "documents/bin.html", space=space, rows=rows, back=showing.folder_url(space, None))


def new_link(request: Request, space: Space) -> HttpResponse:
    """A document that stays where it lives."""
    folder = asked_folder(request, space, "in")

    def act() -> HttpResponse:
        fields = {name: request.POST.get(name, "") for name in ("title", "url", "lives_in", "owner")}
        made = actions.add_link(space, **fields, folder=folder, by=request.viewer)
        return go(request, f"/documents/{made.key}/", _("The link is here."))

    back = showing.folder_url(space, folder.id if folder else None)
    return form_page(request, "documents/link.html", act, space=space, back=back)


def from_model(request: Request, space: Space) -> HttpResponse:
    """Begins a document from a model of the community."""
    folder = asked_folder(request, space, "in")

    def act() -> HttpResponse:
        key = key_of(request.POST.get("model", ""))
        if not Document.objects.filter(contribution_id=key, space_id=space.id, is_model=True).exists():
            raise Refused(_("Choose a model."), field="model")
        model, name = find_contribution(key, request.viewer), request.POST.get("name", "")
        made = placing.copy_document(model, space, name=name, folder=folder, by=request.viewer)
        return go(request, f"/documents/{made.key}/", _("Your document is here: download it, and begin."))

    models = [showing.line_of(row) for row in reading.models_of(space)]
    back = showing.folder_url(space, folder.id if folder else None)
    return form_page(request, "documents/models.html", act, space=space, models=models, back=back)


def _address(contribution: Contribution) -> str:
    return f"/documents/{contribution.key}/"


def bring_version(request: Request, contribution: Contribution) -> HttpResponse:
    """A new content of a document."""
    given = request.FILES.get("files")
    try:
        if given is None:
            raise Refused(_("Choose a file."), field="files")
        version = actions.add_version(
            contribution, given, note=request.POST.get("note", ""), by=request.viewer
        )
    except Refused as refusal:
        return document_page(request, contribution, refusal, status_of(refusal))
    return go(request, _address(contribution), _("Version %(n)s is here.") % {"n": version.number})


def restore(request: Request, contribution: Contribution) -> HttpResponse:
    """An older content becomes the last one."""
    text = request.POST.get("number", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    version = actions.restore_version(contribution, number, by=request.viewer)
    said = _("Version %(old)s is in use again, as version %(new)s.") % {"old": number, "new": version.number}
    return go(request, _address(contribution), said)


def lock(request: Request, contribution: Contribution) -> HttpResponse:
    """ "I am editing this until…"."""
    actions.lock(contribution, request.POST.get("days", ""), by=request.viewer)
    return go(request, _address(contribution), _("Everybody sees that you are editing it."))


def unlock(request: Request, contribution: Contribution) -> HttpResponse:
    """Gives the document back to all."""
    actions.unlock(contribution, by=request.viewer)
    return go(request, _address(contribution), _("Others can change it again."))


def model(request: Request, contribution: Contribution) -> HttpResponse:
    """Makes it a model, or no longer."""
    is_model = request.POST.get("is") == "1"
    actions.set_model(contribution, is_model, by=request.viewer)
    said = _("Others can begin from it now.") if is_model else _("It is no longer a model.")
    return go(request, _address(contribution), said)


def _folder_options(space: Space, chosen: str) -> list[dict[str, Any]]:
    """The folders of a space as a list to choose from."""
    top = {"value": "", "label": _("No folder"), "is_current": not chosen}
    rows = [{"value": encode(row.id), "label": row.path} for row in reading.all_folders(space)]
    return [top, *({**row, "is_current": row["value"] == chosen} for row in rows)]


def arrange(request: Request, contribution: Contribution) -> HttpResponse:
    """Another name, another folder."""
    row = reading.read_document(contribution)

    def act() -> HttpResponse:
        folder = asked_folder(request, contribution.space)
        placing.arrange(contribution, name=request.POST.get("name", ""), folder=folder, by=request.viewer)
        return go(request, _address(contribution), _("Saved."))

    here = encode(row.folder_id) if row.folder_id else ""
    chosen = request.POST.get("folder", here)
    options = _folder_options(contribution.space, chosen)
    stored = {"name": row.name}
    return form_page(
        request, "documents/arrange.html", act, contribution=contribution, folders=options, stored=stored
    )


def move(request: Request, contribution: Contribution) -> HttpResponse:
    """Takes it to another community."""

    def act() -> HttpResponse:
        to = placing.find_place(request.POST.get("space", ""), request.viewer)
        placing.move_document(contribution, to, by=request.viewer)
        return go(request, _address(contribution), _("Moved to %(space)s.") % {"space": to.name})

    places = placing.places_for(request.viewer, but=contribution.space)
    return form_page(request, "documents/move.html", act, contribution=contribution, places=places)


def copy(request: Request, contribution: Contribution) -> HttpResponse:
    """A copy, here or in another community."""
    row = reading.read_document(contribution)

    def act() -> HttpResponse:
        to = placing.find_place(request.POST.get("space", ""), request.viewer)
        made = placing.copy_document(contribution, to, name=request.POST.get("name", ""), by=request.viewer)
        return go(request, f"/documents/{made.key}/", _("The copy is here."))

    places, stored = placing.places_for(request.viewer), {"name": row.name, "space": contribution.space.slug}
    return form_page(
        request, "documents/copy.html", act, contribution=contribution, places=places, stored=stored
    )
