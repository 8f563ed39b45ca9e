"""Pages of announcements: announcing, ending, pressing the button, the list that a legal reason opens. Not here: the writes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.announcements import actions, reading
from parvis.announcements.models import Word
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request

USUAL = timedelta(days=7)


def announce(request: Request, contribution: Contribution) -> HttpResponse:
    """Says who will see it and how before anything is done; then announces it."""
    if request.method != "POST":
        return _form(request, contribution)
    try:
        actions.announce(
            contribution,
            until=_day(request.POST.get("until", "")),
            by=request.viewer,
            word=request.POST.get("word", Word.READ),
            sends_mail=request.POST.get("mail") == "1",
            legal_reason=request.POST.get("legal_reason", ""),
        )
    except Refused as refusal:
        return _form(request, contribution, refusal)
    return go(request, contribution.url, _("Announced: members see it on top until they have seen it."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Write the day, for example 2027-01-15."), field="until") from None


def _form(request: Request, contribution: Contribution, refusal: Refused | None = None) -> HttpResponse:
    members, mailed = reading.audience_of(contribution.space_id, request.viewer)
    again = actions.mail_possible_at(contribution.space)
    typed: dict[str, Any] = request.POST.dict() or {
        "until": (clock.today() + USUAL).isoformat(),
        "word": Word.READ,
    }
    return page(
        request, "announcements/announce.html", status=422 if refusal else 200, contribution=contribution, refusal=refusal,
        typed=typed, members=members, mailed=len(mailed), mail_wait=actions.mail_sentence(again) if again else "",
        running=actions.running_of(contribution), words=[(one.value, one.label) for one in Word],
        first=clock.today().isoformat(), last=(clock.today() + actions.FURTHEST).isoformat(),
    )  # fmt: skip


def end(request: Request, contribution: Contribution) -> HttpResponse:
    """Takes it off the top."""
    actions.withdraw(contribution, by=request.viewer)
    return go(request, contribution.url, _("It is no longer announced."))


def press(request: Request, contribution: Contribution) -> HttpResponse:
    """The reader says so, in one press."""
    actions.press(contribution, by=request.viewer)
    return go(request, back(request, contribution.url), _("Thank you: it leaves the top of your page."))


def list_people(request: Request, contribution: Contribution) -> HttpResponse:
    """Who pressed, where a legal reason was declared beforehand."""
    row = actions.running_of(contribution)
    if row is None or not row.legal_reason:
        raise NotFound
    return page(
        request, "announcements/people.html", contribution=contribution, row=row, pressed=reading.pressed_by(row)
    )  # fmt: skip
