"""Coming back: how far one read, what changed since, what to be reminded of. Not here: what is done (returning)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.returning import catching_up, reading_marks, reminders, since
from parvis.returning.stays import KEPT, last_visit
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request
from parvis.toolkit.routing import thing_path
from parvis.web.views.newer import moment_of
from parvis.web.views.notices import BEGINNING

USUAL = 7  # days, for who is here for the first time
DAYS = (7, 30)
LONG = timedelta(days=7)  # away as long as that, one is helped to catch up


def show_changes(request: Request) -> HttpResponse:
    """What changed since the last visit, or in the last days, by community."""
    before = last_visit(request.viewer)
    days = next((one for one in DAYS if str(one) == request.GET.get("days")), 0 if before else USUAL)
    start = clock.now() - timedelta(days=days) if days or before is None else before
    return page(
        request,
        "web/returning/since.html",
        found=since.changes_since(start, request.viewer),
        days=days,
        choices=_choices(before),
        said=_since_words(start),
        is_long=before is not None and clock.now() - before >= LONG,
    )


def catch_up(request: Request) -> HttpResponse:
    """After a while: the ten things that mattered; posted, the rest is marked as read."""
    if request.method == "POST":
        return _mark_rest(request)
    start = last_visit(request.viewer) or clock.now() - timedelta(days=USUAL)
    return page(
        request,
        "web/returning/catch_up.html",
        found=catching_up.what_mattered(start, request.viewer),
        start=start.isoformat(),
        said=_since_words(start),
    )


def _mark_rest(request: Request) -> HttpResponse:
    earliest = clock.now() - KEPT
    start = moment_of(request.POST.get("since", "")) or earliest
    kept = _keys(" ".join(request.POST.getlist("kept")))
    moment, count = catching_up.mark_rest(max(start, earliest), kept, by=request.viewer)
    stamp = encode((moment - BEGINNING) // timedelta(microseconds=1))
    said = ngettext("%(n)s thing is marked as read.", "%(n)s things are marked as read.", count) % {
        "n": count
    }
    return go(request, "/since/", said, undo=f"/since/catch-up/{stamp}/")


def take_back(request: Request, moment: int) -> HttpResponse:
    """What was marked as read all at once is unread again."""
    try:
        catching_up.take_back(BEGINNING + timedelta(microseconds=moment), by=request.viewer)
    except OverflowError:
        raise NotFound from None
    return go(request, "/since/", _("They are as unread as before."))


def _choices(before: datetime | None) -> list[tuple[int, str]]:
    last = [(0, _("Since your last visit"))] if before else []
    return [*last, *[(days, _("The last %(n)s days") % {"n": days}) for days in DAYS]]


def _since_words(start: datetime) -> str:
    local = timezone.localtime(start)
    when = date_format(local, "DATE_FORMAT"), date_format(local, "TIME_FORMAT")
    return _("In your communities, since %(day)s at %(time)s.") % {"day": when[0], "time": when[1]}


def mark_read(request: Request, contribution: Contribution) -> HttpResponse:
    """The page's script says what stood in view; a button says "all of it"."""
    if request.POST.get("all"):
        reading_marks.mark_all(contribution, by=request.viewer)
        return go(request, back(request, thing_path(contribution)), _("Everything here is marked as read."))
    until = reading_marks.mark_shown(contribution, _keys(request.POST.get("shown", "")), by=request.viewer)
    return JsonResponse({"until": until.isoformat()})


def _keys(text: str) -> list[int]:
    """The keys of replies that a script names; what isn't one is left out."""
    found = []
    for word in text.split():
        try:
            found.append(decode(word))
        except ValueError:
            continue
    return found


def remind(request: Request, contribution: Contribution) -> HttpResponse:
    """Chooses, changes or takes back the day on which one is reminded of something."""
    if request.method != "POST":
        return _remind_form(request, contribution)
    if request.POST.get("remove"):
        reminders.forget(contribution, by=request.viewer)
        return go(request, "/saved/", _("No reminder any more: it stays among what you saved."))
    try:
        row = reminders.remind(contribution, _day(request), by=request.viewer)
    except Refused as refusal:
        return _remind_form(request, contribution, refusal)
    said = date_format(row.day, "DATE_FORMAT")
    return go(request, "/saved/", _("You will be reminded on %(day)s.") % {"day": said})


def _day(request: Request) -> date:
    try:
        return date.fromisoformat(request.POST.get("quick") or request.POST.get("day", "").strip())
    except ValueError:
        raise Refused(_("Choose a day, for example 2027-01-15."), field="day") from None


def _remind_form(
    request: Request, contribution: Contribution, refusal: Refused | None = None
) -> HttpResponse:
    today = timezone.localdate(clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    day = reminders.days_of(request.viewer, [contribution.id]).get(contribution.id)
    quick: list[tuple[str, Any]] = [
        ((today + timedelta(days=1)).isoformat(), _("Tomorrow morning")),
        (monday.isoformat(), _("Next Monday")),
        ((today + timedelta(days=30)).isoformat(), _("In thirty days")),
    ]
    return page(
        request,
        "web/returning/remind.html",
        status=422 if refusal else 200,
        contribution=contribution,
        refusal=refusal,
        day_said=date_format(day, "DATE_FORMAT") if day else "",
        typed=request.POST.get("day", day.isoformat() if day else ""),
        quick=quick,
        first=(today + timedelta(days=1)).isoformat(),
        last=(today + reminders.FURTHEST).isoformat(),
    )
