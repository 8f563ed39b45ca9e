"""The hosts' room of a community: its words, look, tools, charter, access, pins, reports, end.

Not here: its people, invitations and requests (communities_team).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.marking import close_report as close
from parvis.contributions.marking import pin, unpin
from parvis.contributions.marks import Pin, Report
from parvis.contributions.models import State
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.membership import actions, charters, shaping, templates
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.toolkit.pages import go, page
from parvis.toolkit.planting import texts_of
from parvis.web.moments import moment
from parvis.web.views import communities_reading as reading
from parvis.web.views.communities_forms import CharterForm, LookForm, WordsForm
from parvis.web.views.communities_pictures import keep_cover

WAITING = """
SELECT (SELECT count(*) FROM membership_joinrequest WHERE space_id = %(space)s AND state = 'open') AS asked,
  (SELECT count(*) FROM contributions_report WHERE space_id = %(space)s AND handled_at IS NULL) AS reported"""


def host_page(
    request: HttpRequest, space: Space, template: str, *, here: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the hosts' room, with its list of sections."""
    return page(
        request,
        template,
        status=status,
        community=reading.head_of(request, space),
        space=space,
        sections=_sections(space, here),
        **context,
    )


def _sections(space: Space, here: str) -> list[dict[str, Any]]:
    base = f"{space.url}host/"
    waiting, reported = read(WAITING, {"space": space.id})[0]
    rows = [
        ("", _("What it is"), "pen-line", 0),
        ("look/", _("Look"), "palette", 0),
        ("tools/", _("Tools"), "sliders-horizontal", 0),
        ("openings/", _("Opening plan"), "door-open", 0),
        ("charter/", _("Charter"), "handshake", 0),
        ("access/", _("Who can come in"), "door-open", 0),
        ("members/", _("Members and hosts"), "users", 0),
        ("invitations/", _("Invitations"), "mail", 0),
        ("requests/", _("Requests"), "inbox", waiting),
        ("groups/", _("Groups"), "contact", 0),
        ("pins/", _("Pins"), "pin", 0),
        ("letters/", _("Digests"), "send", 0),
        ("recurring/", _("Recurring texts"), "refresh-cw", 0),
        ("approvals/", _("Approvals"), "signature", 0),
        ("reports/", _("Reports"), "flag", reported),
        ("end/", _("Model and archive"), "archive", 0),
    ]
    if space.is_everyone:
        rows = [
            row for row in rows if row[0] not in ("access/", "invitations/", "requests/", "groups/", "end/")
        ]
    return [
        {"url": base + path, "label": label, "icon": icon, "count": n, "is_current": path == here}
        for path, label, icon, n in rows
    ]


def edit_words(request: HttpRequest, space: Space) -> HttpResponse:
    """Name, purpose, theme, category, tags, welcome."""
    form = WordsForm(request.POST or None, initial=_words(space))
    if request.method == "POST" and form.is_valid():
        try:
            shaping.describe(space, by=request.viewer, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return go(request, f"{space.url}host/", _("Saved."))
    return host_page(
        request, space, "web/communities/host_words.html", here="", form=form, status=_status(form)
    )


def _words(space: Space) -> dict[str, Any]:
    fields = ("name", "purpose", "theme", "category", "welcome")
    return {**{name: getattr(space, name) for name in fields}, "tags": ", ".join(space.tags)}


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def edit_look(request: HttpRequest, space: Space) -> HttpResponse:
    """Colour and cover; the picture is re-made by us, so that nothing hidden in it stays."""
    form = LookForm(request.POST or None, request.FILES or None, initial={"hue": space.hue})
    if request.method == "POST" and form.is_valid():
        try:
            shaping.dress(
                space, by=request.viewer, hue=form.cleaned_data["hue"], cover=_cover(form.cleaned_data)
            )
        except Refused as refusal:
            form.add_error("cover", refusal.sentence)
        else:
            return go(request, f"{space.url}host/look/", _("Saved."))
    return host_page(
        request, space, "web/communities/host_look.html", here="look/", form=form, status=_status(form)
    )


def _cover(cleaned: dict[str, Any]) -> str | None:
    given = cleaned["cover"]
    if given is None:
        return "" if cleaned["removes_cover"] else None
    return keep_cover(given)


def edit_tools(request: HttpRequest, space: Space) -> HttpResponse:
    """Which tools are on, and which existing tool each replaces or links to."""
    if request.method == "POST":
        shaping.set_tools(space, tools_typed(request), by=request.viewer)
        return go(request, f"{space.url}host/tools/", _("Saved. The tabs follow."))
    rows = {row.slug: row.replaces for row in space.tools.all()}
    return host_page(
        request, space, "web/communities/host_tools.html", here="tools/", tools=tool_choices(rows)
    )


def tools_typed(request: HttpRequest) -> dict[str, str]:
    """Slugs of the installed tools that the form switches on, with the answer beside each."""
    post = request.POST
    return {
        tool.slug: post.get(f"replaces-{tool.slug}", "").replace("\x00", "")[:240]
        for tool in registry.switchable()
        if post.get(f"tool-{tool.slug}")
    }


def tool_choices(on: dict[str, str]) -> list[dict[str, Any]]:
    """The switchable tools with their state, for the form."""
    return [
        {
            "slug": tool.slug,
            "label": tool.label,
            "icon": tool.icon,
            "promise": tool.promise,
            "is_on": tool.slug in on,
            "replaces": on.get(tool.slug, ""),
        }
        for tool in registry.switchable()
    ]


def edit_charter(request: HttpRequest, space: Space) -> HttpResponse:
    """The charter; each new version is put to the members."""
    charter = charters.current(space)
    form = CharterForm(request.POST or None, initial={"charter": charter.source if charter else ""})
    if request.method == "POST" and form.is_valid():
        try:
            charters.write_charter(space, form.cleaned_data["charter"], by=request.viewer)
        except Refused as refusal:
            form.add_error("charter", refusal.sentence)
        else:
            return go(
                request,
                f"{space.url}host/charter/",
                _("Saved. Members are asked to accept it on their next visit."),
            )
    return host_page(
        request,
        space,
        "web/communities/host_charter.html",
        here="charter/",
        form=form,
        charter=charter,
        status=_status(form),
        accepted=space.memberships.filter(charter_version=charter.version).count() if charter else 0,
    )


def edit_access(request: HttpRequest, space: Space) -> HttpResponse:
    """Who can come in; opening what was closed first names what becomes visible."""
    wanted = request.POST.get("access", "")
    error: Refused | None = None
    if request.method == "POST":
        try:
            shaping.change_access(
                space,
                wanted,
                by=request.viewer,
                is_confirmed=request.POST.get("confirm") == "yes",
                who_creates=request.network.who_creates,
            )
        except Refused as refusal:
            error = refusal
        else:
            return go(
                request, f"{space.url}host/access/", _("Saved. It holds from now on, for everything inside.")
            )
    return host_page(
        request,
        space,
        "web/communities/host_access.html",
        here="access/",
        error=error,
        status=422 if error else 200,
        wanted=wanted or space.access,
        to_confirm=_becomes_visible(space) if error and error.field == "confirm" else "",
    )


def _becomes_visible(space: Space) -> str:
    """What a host must have read before opening a community to everybody."""
    rows = space.contributions.filter(state=State.PUBLISHED)
    written, answered = rows.count(), sum(rows.values_list("reply_count", flat=True))
    return _(
        "%(written)s and %(answered)s, the files in them and the list of members become readable by everybody in the network."
    ) % {
        "written": ngettext("%(n)s contribution", "%(n)s contributions", written) % {"n": written},
        "answered": ngettext("%(n)s reply", "%(n)s replies", answered) % {"n": answered},
    }


def set_posting(request: HttpRequest, space: Space) -> HttpResponse:
    """Who may start something here: members, or hosts only."""
    actions.set_posting(space, request.POST.get("posting", ""), by=request.viewer)
    return go(request, f"{space.url}host/", _("Saved."))


def show_end(request: HttpRequest, space: Space) -> HttpResponse:
    """Keeping the community as a model, and archiving it."""
    return host_page(request, space, "web/communities/host_end.html", here="end/")


def archive(request: HttpRequest, space: Space) -> HttpResponse:
    """Archives; the sentence offers to take it back."""
    shaping.archive(space, by=request.viewer)
    return go(
        request, space.url, _("Archived: everybody can still read it."), undo=f"{space.url}host/restore/"
    )


def restore(request: HttpRequest, space: Space) -> HttpResponse:
    """Takes a community out of the archive."""
    shaping.restore(space, by=request.viewer)
    return go(request, space.url, _("Restored: the conversation can go on."))


def save_template(request: HttpRequest, space: Space) -> HttpResponse:
    """Keeps the community as a model, without its people."""
    templates.save_as_template(
        space, name=request.POST.get("name", ""), by=request.viewer, texts=texts_of(space)
    )
    return go(
        request, f"{space.url}host/end/", _("Saved as a model: you'll find it when opening a community.")
    )


def list_pins(request: HttpRequest, space: Space) -> HttpResponse:
    """What is kept on top, until when, and which one is "start here"."""
    rows = (
        Pin.objects.filter(space_id=space.id)
        .select_related("contribution")
        .order_by("-is_start_here", "-created_at")
    )
    return host_page(
        request,
        space,
        "web/communities/host_pins.html",
        here="pins/",
        pins=list(rows),
        keys=[encode(row.id) for row in rows],
    )


def change_pin(request: HttpRequest, space: Space, pinned: int) -> HttpResponse:
    """Takes a pin down, gives it an end, or makes it the "start here"."""
    row = Pin.objects.filter(space_id=space.id, id=pinned).select_related("contribution__space").first()
    if row is None:
        raise NotFound
    if request.POST.get("do") == "remove":
        unpin(row.contribution, by=request.viewer)
        return go(request, f"{space.url}host/pins/", _("Taken down."))
    is_start = request.POST.get("do") == "start" or (request.POST.get("do") == "until" and row.is_start_here)
    until = moment(request.POST.get("until", "")) if request.POST.get("do") == "until" else row.until
    pin(row.contribution, by=request.viewer, until=None if is_start else until, is_start_here=is_start)
    return go(request, f"{space.url}host/pins/", _("Saved."))


def list_reports(request: HttpRequest, space: Space) -> HttpResponse:
    """What members asked the hosts to look at, oldest first."""
    rows = Report.objects.filter(space_id=space.id, handled_at=None).select_related(
        "contribution__author", "reply__author", "reporter"
    )
    reports = [
        {
            "row": row,
            "key": encode(row.id),
            "url": (row.reply or row.contribution).url,
            "author": (row.reply or row.contribution).author,
        }
        for row in rows.order_by("created_at")[:100]
    ]
    return host_page(request, space, "web/communities/host_reports.html", here="reports/", reports=reports)


def close_report(request: HttpRequest, space: Space, report: int) -> HttpResponse:
    """A host has looked at it."""
    row = Report.objects.filter(space_id=space.id, id=report).select_related("contribution__space").first()
    if row is None:
        raise NotFound
    close(row, by=request.viewer)
    return go(request, f"{space.url}host/reports/", _("Thank you for looking at it."))
