"""One's settings: how it looks, how one signs in, where one is signed in, one's blog. Not here: the profile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import addresses, mail, passwords, preferences, sessions
from parvis.accounts.models import Session
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.membership.everyone import name_personal_space
from parvis.membership.personal import find_personal_space
from parvis.toolkit.pages import back, go, page
from parvis.web import programs
from parvis.web.views.accounts import refusal_status
from parvis.web.views.accounts_browsers import name_browser
from parvis.web.views.accounts_forms import (
    BlogForm,
    ChangePasswordForm,
    EmailForm,
    PreferencesForm,
    posted,
    show_refusal,
)

FRESH = timedelta(minutes=30)
YEAR = 60 * 60 * 24 * 365


def rail_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The list of settings pages, for the rail beside them."""
    pages = [
        (f"{request.viewer.url}edit/", _("Profile"), "user"),
        ("/settings/", _("Display"), "palette"),
        ("/settings/notifications/", _("Notifications"), "bell"),
        ("/settings/account/", _("Sign-in"), "key-round"),
        *([("/settings/programs/", _("Apps"), "hard-drive")] if programs.scopes() else []),
        ("/settings/blog/", _("My blog"), "feather"),
        ("/search/saved/", _("Saved searches"), "search"),
    ]
    return [
        {"url": url, "label": label, "icon": icon, "is_current": request.path == url}
        for url, label, icon in pages
    ]


def show_settings(request: HttpRequest) -> HttpResponse:
    """Language, theme, text size, time zone, order of the stream."""
    zones = [("", _("The network's")), *((name, name.replace("_", " ")) for name in preferences.zones())]
    if request.method != "POST":
        person = request.viewer
        names = [*preferences.CHOICES, "time_zone"]
        form = PreferencesForm(initial={name: getattr(person, name) for name in names}, zones=zones)
        return _settings(request, form)
    form = PreferencesForm(request.POST, zones=zones)
    if not form.is_valid():
        return _settings(request, form, status=422)
    preferences.set_preferences(by=request.viewer, **form.cleaned_data)
    return go(request, "/settings/", _("Saved."))


def _settings(request: HttpRequest, form: PreferencesForm, status: int = 200) -> HttpResponse:
    return page(request, "web/settings/display.html", status=status, form=form, links=rail_links(request))


def set_theme(request: HttpRequest) -> HttpResponse:
    """The theme alone, from one's own menu."""
    preferences.set_preferences(by=request.viewer, theme=request.POST.get("theme", ""))
    return go(request, back(request, "/"))


def set_language(request: HttpRequest) -> HttpResponse:
    """A visitor's language, kept in the browser; for someone signed in it is kept on the account."""
    language = request.POST.get("language", "")
    if language not in preferences.CHOICES["language"]:
        raise Refused(_("Choose one of those offered."))
    if request.viewer is not None:
        preferences.set_preferences(by=request.viewer, language=language)
    response = go(request, back(request, "/accounts/login/"))
    response.set_cookie("language", language, max_age=YEAR, samesite="Lax", httponly=True)
    return response


def show_account(request: HttpRequest) -> HttpResponse:
    """E-mail, password, and the browsers in which one is signed in."""
    return _account(request)


def _account(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    person = request.viewer
    needs = person.has_usable_password()
    shown = {
        "email_form": EmailForm(needs_current=needs),
        "password_form": ChangePasswordForm(needs_current=needs),
        **forms,
    }
    rows = [
        {"row": row, "name": name_browser(row.user_agent), "is_here": row.session_key == person.session_key}
        for row in sessions.sessions_of(person)
    ]
    return page(
        request,
        "web/settings/account.html",
        status=status,
        links=rail_links(request),
        sessions=rows,
        has_mail=mail.is_configured(),
        **shown,
    )


def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; the other sessions end."""
    person = request.viewer
    form = ChangePasswordForm(request.POST, needs_current=person.has_usable_password())
    try:
        check_it_is_them(request, form)
        passwords.set_password(person, form.cleaned_data["password"], keep_session=person.session_key)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _account(request, status=refusal_status(refusal), password_form=form)
    return go(request, "/settings/account/", _("Your password has changed. Your other sessions have ended."))


def change_email(request: HttpRequest) -> HttpResponse:
    """Asks for another address; a link sent there confirms it."""
    form = EmailForm(request.POST, needs_current=request.viewer.has_usable_password())
    try:
        check_it_is_them(request, form)
        addresses.ask_for_change(form.cleaned_data["email"], by=request.viewer)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _account(request, status=refusal_status(refusal), email_form=form)
    return go(request, "/settings/account/", _("Look at your new mailbox: a link there confirms the change."))


def check_it_is_them(request: HttpRequest, form: Any) -> None:
    """The current password, or for who has none a session begun lately. Raises Refused."""
    if not form.is_valid():
        raise Refused(_("Look at the fields marked below."))
    if "current" in form.fields:
        passwords.check_password_of(request.viewer, form.cleaned_data["current"], request=request)
        return
    begun = Session.objects.get(session_key=request.viewer.session_key).created_at
    if begun < clock.now() - FRESH:
        raise Refused(_("Sign out and in again first: this needs a session of the last half hour."))


def end_session(request: HttpRequest, session: str) -> HttpResponse:
    """Ends one of one's own sessions."""
    sessions.end_session(session, by=request.viewer)
    return go(request, "/settings/account/", _("That session has ended."))


def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all of one's sessions but this one."""
    sessions.end_sessions(request.viewer, but=request.viewer.session_key)
    return go(request, "/settings/account/", _("All your other sessions have ended."))


def show_blog(request: HttpRequest) -> HttpResponse:
    """The name and promise of one's own blog; the first time, it opens."""
    space = find_personal_space(request.viewer)
    initial = {
        "name": space.name if space else request.viewer.name,
        "purpose": space.purpose if space else "",
    }
    form = BlogForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        opened = name_personal_space(by=request.viewer, **form.cleaned_data)
        return go(request, opened.url if space is None else "/settings/blog/", _("Saved."))
    status = 422 if request.method == "POST" else 200
    return page(
        request,
        "web/settings/blog.html",
        status=status,
        form=form,
        links=rail_links(request),
        blog=space,
    )
