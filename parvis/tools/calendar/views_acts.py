"""Acts on an event: answer, change, cancel, invite, notes. Not here: its page (views), what is written (the actions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.calendar import actions, answers, inviting, series, showing
from parvis.tools.calendar.asking import read_day
from parvis.tools.calendar.models import Choice


def _day(text: str) -> Any:
    """A day that stands in an address or a form. Raises NotFound for anything else."""
    try:
        day = read_day(text)
    except Refused:
        day = None
    if day is None:
        raise NotFound
    return day


def _at(contribution: Contribution, day: Any = None) -> str:
    return f"/calendar/{contribution.key}/" + (f"?date={day}" if day else "")


def _form(
    request: Request,
    contribution: Contribution,
    template: str,
    write: Callable[[], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """A form of an organiser: shown, written, or shown again with what is wrong."""
    actions.require_organiser(contribution, by=request.viewer)
    error = None
    if request.method == "POST":
        try:
            return write()
        except Refused as refusal:
            error = refusal
    full = {
        "contribution": contribution,
        "space": contribution.space,
        "at": _at(contribution),
        "error": error,
    }
    return page(request, template, status=422 if error else 200, typed=request.POST, **{**full, **context})


def give_answer(request: Request, contribution: Contribution) -> HttpResponse:
    """Yes, maybe or no to one date, with a word."""
    data = request.POST
    day = _day(data.get("date", ""))
    kept = answers.answer(
        contribution,
        day,
        data.get("choice", ""),
        word=data.get("word", ""),
        and_following=bool(data.get("following")),
        by=request.viewer,
    )
    said = {
        Choice.YES: _("It's noted: you are coming."),
        Choice.MAYBE: _("It's noted: you may come."),
        Choice.NO: _("It's noted: you aren't coming."),
    }
    sentence = _("It is full: you are on the waiting list.") if kept.is_waiting else said[Choice(kept.choice)]
    return go(request, _at(contribution, day) + "#answer", sentence)


def change_one(request: Request, contribution: Contribution, day: str) -> HttpResponse:
    """Another day, hour or place for one date, or for it and those after it."""
    found = _day(day)

    def write() -> HttpResponse:
        event = series.change_date(contribution, found, request.POST, by=request.viewer)
        return go(request, _at(event), _("Changed. Those who come are told."))

    actions.require_organiser(contribution, by=request.viewer)
    context = showing.change_context(contribution, found, request.POST)
    return _form(request, contribution, "calendar/change.html", write, **context)


def cancel(request: Request, contribution: Contribution) -> HttpResponse:
    """Cancels one date, or all of it."""
    actions.require_organiser(contribution, by=request.viewer)
    event = actions.event_of(contribution)
    asked = request.POST.get("date") or request.GET.get("date") or ""
    row = series.find_date(event, _day(asked)) if asked and event.rule else None

    def write() -> HttpResponse:
        word = request.POST.get("word", "")
        if row is not None and request.POST.get("scope") != "all":
            series.cancel_date(contribution, row.original_on, word=word, by=request.viewer)
        else:
            actions.cancel_event(contribution, word=word, by=request.viewer)
        return go(request, _at(contribution), _("Cancelled. Those who were to come are told."))

    return _form(request, contribution, "calendar/cancel.html", write, row=row, when=showing.day_words(row))


def invite_people(request: Request, contribution: Contribution) -> HttpResponse:
    """Asks some people, or the whole community."""

    def write() -> HttpResponse:
        if request.POST.get("whom") == "all":
            count = inviting.invite_community(contribution, by=request.viewer)
        else:
            count = inviting.invite(contribution, _people(request), by=request.viewer)
        sentence = ngettext("%(count)s person was invited.", "%(count)s people were invited.", count)
        nobody = _("Nobody new was invited.")
        return go(request, _at(contribution), sentence % {"count": count} if count else nobody)

    context = showing.invite_context(contribution, request.viewer)
    return _form(request, contribution, "calendar/invite.html", write, **context)


def _people(request: Request) -> list[int]:
    """The people chosen in a form, by key. Raises Refused when there are none."""
    found = []
    for text in request.POST.getlist("person")[:500]:
        try:
            found.append(decode(text))
        except ValueError:
            continue
    if not found:
        raise Refused(_("Choose at least one person."), field="person")
    return found


def organisers(request: Request, contribution: Contribution) -> HttpResponse:
    """Names an organiser, or takes one away."""
    is_organiser = request.POST.get("do") != "remove"
    actions.require_organiser(contribution, by=request.viewer)
    for key in _people(request)[:20]:
        inviting.set_organiser(contribution, key, is_organiser, by=request.viewer)
    sentence = _("They organise it with you.") if is_organiser else _("They no longer organise it.")
    return go(request, f"{_at(contribution)}invite/", sentence)


def keep_notes(request: Request, contribution: Contribution) -> HttpResponse:
    """What was said and decided, afterwards."""

    def write() -> HttpResponse:
        actions.write_notes(contribution, request.POST.get("notes", ""), by=request.viewer)
        return go(request, f"{_at(contribution)}#notes", _("Notes kept."))

    notes = request.POST.get("notes") if request.method == "POST" else actions.event_of(contribution).notes
    return _form(request, contribution, "calendar/notes.html", write, notes=notes)
