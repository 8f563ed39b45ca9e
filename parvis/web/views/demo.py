"""The demonstration: looking through the eyes of four people, and ending it. Not here: the company itself (parvis.demo)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import sessions
from parvis.kernel.errors import NotFound, Refused
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request
from parvis.web import demo_roles
from parvis.web.views.accounts_forms import posted, show_refusal
from parvis.web.views.admin_forms import WipeForm


def show_demo(request: Request) -> HttpResponse:
    """The four people side by side, and what to look at with each."""
    if not demo_roles.is_demo(request.network):
        raise NotFound
    found = demo_roles.people()
    rows: list[dict[str, Any]] = [
        {
            "slug": role,
            "person": found[role],
            "label": words[0],
            "text": words[1],
            "icon": words[2],
            "window": demo_roles.window_address(role, asked_at=request.get_host(), by=request.viewer),
        }
        for role, words in demo_roles.ROLES.items()
        if role in found
    ]
    return page(request, "web/admin/demo.html", rows=rows)


def open_window(request: HttpRequest, ticket: str) -> HttpResponse:
    """A window of its own for one of the four, reached by the link of the page above; the button signs in there."""
    person = demo_roles.role_of_window(ticket, request.network)
    if request.method == "POST" or (request.viewer is not None and request.viewer.id == person.id):
        if request.viewer is None or request.viewer.id != person.id:
            sessions.sign_in(request, person)
        return go(request, "/")
    return page(request, "web/admin/demo_window.html", person=person)


def become(request: Request, who: str) -> HttpResponse:
    """Signs in as one of the four; only in a demonstration, and only for who is in it already."""
    person = demo_roles.find_role(who, request.network)
    sessions.sign_in(request, person)
    return go(request, back(request, "/"), _("You now look at it as %(name)s.") % {"name": person.name})


def end_demo(request: Request) -> HttpResponse:
    """Asks for the network's name, then deletes the demonstration."""
    if not demo_roles.is_demo(request.network):
        raise NotFound
    form = WipeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            demo_roles.wipe(by=request.viewer, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return go(request, "/admin/", _("The demonstration is gone. This is your network now."))
    return page(request, "web/admin/wipe.html", status=422 if request.method == "POST" else 200, form=form)
