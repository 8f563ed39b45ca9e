"""App passwords: one for each program that opens files or calendars from outside. Not here: what they do with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import app_passwords
from parvis.accounts.models import AppScope
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web import programs
from parvis.web.views.accounts import refusal_status
from parvis.web.views.accounts_forms import ProgramForm, posted, show_refusal
from parvis.web.views.accounts_settings import check_it_is_them, rail_links


def show_programs(request: Request) -> HttpResponse:
    """One's app passwords and how to connect; a new one shows its secret once."""
    scopes = programs.scopes()
    if not scopes:
        raise NotFound
    needs = request.viewer.has_usable_password()
    form = ProgramForm(posted(request), scopes=scopes, needs_current=needs)
    if request.method != "POST":
        return _programs(request, form)
    try:
        check_it_is_them(request, form)
        given = form.cleaned_data
        made, secret = app_passwords.make_app_password(given["name"], given["scope"], by=request.viewer)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _programs(request, form, status=refusal_status(refusal))
    empty = ProgramForm(scopes=scopes, needs_current=needs)
    return _programs(request, empty, made=made, secret=secret)


def _programs(request: Request, form: ProgramForm, *, status: int = 200, **made: Any) -> HttpResponse:
    """The page. What it says of connecting is what the newest password opens, or else what any may."""
    offered = {scope for scope, _label in programs.scopes()}
    asked = {made["made"].scope} if made else offered
    rows = app_passwords.app_passwords_of(request.viewer)
    return page(
        request,
        "web/settings/programs.html",
        status=status,
        form=form,
        links=rail_links(request),
        rows=[(encode(row.id), row, row.get_scope_display()) for row in rows],
        addresses=programs.addresses(),
        login=request.viewer.email or request.viewer.username,
        with_files=bool({AppScope.FILES, AppScope.BOTH} & asked),
        with_dates=bool({AppScope.CALENDAR, AppScope.BOTH} & asked),
        **made,
    )


def end_program(request: Request, program: int) -> HttpResponse:
    """Takes one back."""
    app_passwords.take_back(program, by=request.viewer)
    return go(request, "/settings/programs/", _("Taken back. That program comes in no more."))
