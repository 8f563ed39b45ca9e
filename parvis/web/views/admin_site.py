"""Administration of the home page's blocks, imports, failed work, and the site's health. Not here: the writes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.transfer import runs
from parvis.transfer.models import Run
from parvis.web import checks, home_blocks, job_queue
from parvis.web.views.accounts_forms import show_refusal
from parvis.web.views.admin_forms import LinksForm, WelcomeForm

HOME = "/admin/home/"


def edit_home(request: Request) -> HttpResponse:
    """The blocks beside the stream, in their order."""
    return _home(request)


def _home(request: Request, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    blocks = home_blocks.blocks_of(request.network)
    by_kind = {block.kind: block for block in blocks}
    welcome, tools = by_kind["welcome"], by_kind["tools"]
    shown = {
        "welcome_form": WelcomeForm(
            initial={"title": welcome.title, "text": welcome.source, "until": welcome.last_day}
        ),
        "links_form": LinksForm(initial={"links": home_blocks.links_in_words(tools)}),
        **given,
    }
    return page(
        request,
        "web/admin/home.html",
        status=status,
        labels=home_blocks.KINDS,
        welcome=welcome,
        blocks=[{"row": block, "label": home_blocks.KINDS[block.kind]} for block in blocks],
        **shown,
    )


def write_welcome(request: Request) -> HttpResponse:
    """Writes the dated word of welcome."""
    form = WelcomeForm(request.POST)
    return _write(
        request, "welcome_form", form, lambda data: home_blocks.write_welcome(by=request.viewer, **data)
    )


def set_links(request: Request) -> HttpResponse:
    """Writes the links to our tools."""
    form = LinksForm(request.POST)
    return _write(
        request, "links_form", form, lambda data: home_blocks.set_links(data["links"], by=request.viewer)
    )


def _write(request: Request, name: str, form: forms.Form, write: Any) -> HttpResponse:
    if form.is_valid():
        try:
            write(form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return go(request, HOME, _("Saved."))
    return _home(request, status=422, **{name: form})


def arrange(request: Request, kind: str, act: str) -> HttpResponse:
    """Moves a block, hides or shows it."""
    home_blocks.arrange(kind, act, by=request.viewer)
    return go(request, HOME)


def list_runs(request: Request) -> HttpResponse:
    """The last imports, and the form for another; what is received is tried before anything is written."""
    error = ""
    if request.method == "POST":
        try:
            run = runs.receive(request.FILES.get("bundle"), by=request.viewer)
        except Refused as refusal:
            error = refusal.sentence
        else:
            return go(request, f"/admin/imports/{encode(run.id)}/")
    rows = [{"run": run, "key": encode(run.id)} for run in runs.runs(by=request.viewer)]
    return page(request, "web/admin/imports.html", status=422 if error else 200, rows=rows, error=error)


def show_run(request: Request, run: int) -> HttpResponse:
    """How far an import is, then its report; the part that changes is asked for again by itself."""
    found = runs.find_run(run, by=request.viewer)
    template = "web/admin/_run.html" if request.headers.get("HX-Request") else "web/admin/import_run.html"
    return page(request, template, run=found, **_run_context(found))


def _run_context(run: Run) -> dict[str, Any]:
    sentences = run.report.get("sentences", [])
    return {
        "key": encode(run.id),
        "is_under_way": run.state in (runs.WAITING, runs.RUNNING),
        "sentences": sentences,
        "can_be_loaded": runs.can_be_loaded(run),
        "has_faults": run.report.get("has_faults", False),
        "now": run.report.get("now", ""),
        "name": run.report.get("name", ""),
    }


def change_run(request: Request, run: int, act: str) -> HttpResponse:
    """Loads for real what was tried, or forgets an import."""
    found = runs.find_run(run, by=request.viewer)
    if act == "load":
        real = runs.confirm(found, by=request.viewer)
        return go(request, f"/admin/imports/{encode(real.id)}/")
    if act != "forget":
        raise NotFound
    runs.forget(found, by=request.viewer)
    return go(request, "/admin/imports/", _("Forgotten."))


def list_jobs(request: Request) -> HttpResponse:
    """Work that failed."""
    return page(request, "web/admin/jobs.html", queue=job_queue.read_queue(by=request.viewer))


def retry_all_jobs(request: Request) -> HttpResponse:
    """Takes up again all that failed."""
    count = job_queue.retry_all(by=request.viewer)
    return go(
        request,
        "/admin/jobs/",
        ngettext("%(n)s piece of work is tried again.", "%(n)s pieces of work are tried again.", count)
        % {"n": count},
    )


def change_job(request: Request, job: int, act: str) -> HttpResponse:
    """Takes up again, or forgets, one piece of work."""
    if act not in ("retry", "forget"):
        raise NotFound
    (job_queue.retry if act == "retry" else job_queue.forget)(job, by=request.viewer)
    return go(request, "/admin/jobs/", _("It is tried again.") if act == "retry" else _("Forgotten."))


def show_checks(request: Request) -> HttpResponse:
    """The site's health and every setting."""
    found = checks.look(by=request.viewer)
    return page(
        request,
        "web/admin/checks.html",
        checks=found,
        settings=checks.settings(by=request.viewer),
        problems=sum(not check.is_fine for check in found),
    )
