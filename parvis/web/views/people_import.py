"""Bringing people in from a CSV, checked first. Not here: the import itself (accounts.people_import)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts.people_csv import MOST_BYTES
from parvis.accounts.people_import import Report, import_people
from parvis.accounts.standing import invite
from parvis.kernel.errors import Refused
from parvis.membership.everyone import ensure_everyone
from parvis.membership.groups import sync_all
from parvis.people.models import Person
from parvis.toolkit.pages import go, page
from parvis.web.views.accounts_forms import show_refusal
from parvis.web.views.people_forms import ImportForm

SHOWN = 400
PASTEABLE = 1_500_000


def show_import(request: HttpRequest) -> HttpResponse:
    """The file is tried first; what it would do is shown line by line, and done when that is confirmed."""
    if request.method != "POST":
        return page(request, "web/people/import.html", form=ImportForm(), report=None)
    form = ImportForm(request.POST, request.FILES)
    try:
        report = _import(form, by=request.viewer, dry_run=request.POST.get("act") != "import")
    except Refused as refusal:
        show_refusal(form, refusal)
        return page(request, "web/people/import.html", status=422, form=form, report=None)
    if report.is_done:
        return _finish(request, report, invites=form.cleaned_data["invites"])
    return _judged(request, form, report)


def _import(form: ImportForm, *, by: Person, dry_run: bool) -> Report:
    if not form.is_valid():
        raise Refused(_("Look at the fields marked below."))
    file, text = form.cleaned_data["file"], form.cleaned_data["text"]
    if not file and not text.strip():
        raise Refused(_("Choose a file, or paste its lines."), field="file")
    data = file.read(MOST_BYTES + 1) if file else text.encode()
    return import_people(data, by=by, updates=form.cleaned_data["updates"], dry_run=dry_run)


def _judged(request: HttpRequest, form: ImportForm, report: Report) -> HttpResponse:
    """What the file would do; wrong lines first."""
    lines = sorted(report.table.lines, key=lambda line: (line.outcome != "wrong", line.number))
    text = report.table.text
    again = ImportForm(initial={**form.cleaned_data, "text": text if len(text) < PASTEABLE else ""})
    return page(
        request,
        "web/people/import.html",
        status=200 if report.is_fine else 422,
        form=again,
        report=report,
        lines=lines[:SHOWN],
        left_out=max(0, len(lines) - SHOWN),
    )


def _finish(request: HttpRequest, report: Report, *, invites: bool) -> HttpResponse:
    ensure_everyone()
    sync_all()
    if invites:
        for person in report.people:
            if person.email:
                invite(person, by=request.viewer)
    count = len(report.people)
    sentence = ngettext("%(count)s person has come in.", "%(count)s people have come in.", count) % {
        "count": count
    }
    return go(request, "/admin/people/import/", sentence)
