"""Coming in and going out: password, e-mailed code, one-time link, new password, invitation, sign-out.

Not here: what checks the secrets (accounts) and one's settings once inside (web.views.accounts_settings).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import addresses, asking, limits, links, mail, passwords, sessions, standing
from parvis.kernel.errors import NotFound, Refused
from parvis.mailing.rhythms import keep_last_day
from parvis.membership.everyone import welcome_person
from parvis.people.models import Person
from parvis.toolkit.pages import back, go, page
from parvis.web.views.accounts_forms import (
    AskForm,
    CodeForm,
    NewPasswordForm,
    OptionalPasswordForm,
    SignInForm,
    posted,
    show_refusal,
)

ASKED = "asked"  # in the session: who asked for a code, and the nonce that binds it to this browser
WAYS = ("password", "code", "link")


def ways_in(request: HttpRequest) -> list[str]:
    """The ways to sign in that the administrator allows; all when none was chosen."""
    return [way for way in WAYS if way in request.network.signs_in_by] or list(WAYS)


def refusal_status(refusal: Refused) -> int:
    """429 when it was tried too often, 422 otherwise."""
    return 429 if isinstance(refusal, limits.TooMany) else 422


def come_in(request: HttpRequest, person: Person) -> HttpResponse:
    """Opens the session; the first time the account opens too, and the three steps of the first visit follow."""
    if standing.claim(person):
        welcome_person(person)
    sessions.sign_in(request, person)
    if person.is_administrator and request.network.set_up_at is None:
        return go(request, "/admin/setup/")
    return go(request, back(request, "/") if person.welcomed_at else "/welcome/")


def show_sign_in(request: HttpRequest) -> HttpResponse:
    """The door: password, or a code or link by mail."""
    if request.viewer is not None and request.method == "GET":
        return go(request, back(request, "/"))
    form = SignInForm(posted(request))
    status = 200
    if request.method == "POST":
        try:
            return _sign_in_by_password(request, form)
        except Refused as refusal:
            show_refusal(form, refusal)
            status = refusal_status(refusal)
    return page(request, "account/login.html", status=status, form=form, **_door(request))


def _door(request: HttpRequest) -> dict[str, Any]:
    return {
        "ways": ways_in(request),
        "next": back(request, ""),
        "has_mail": mail.is_configured(),
        "is_out": "out" in request.GET,
    }


def _sign_in_by_password(request: HttpRequest, form: SignInForm) -> HttpResponse:
    if "password" not in ways_in(request):
        raise NotFound
    if not form.is_valid():
        raise Refused(_("Fill in both fields."))
    data = form.cleaned_data
    return come_in(request, passwords.check_credentials(data["who"], data["password"], request=request))


def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this session; a GET asks first, since other sites can make a browser follow links."""
    if request.method != "POST":
        return page(request, "account/logout.html")
    keep_last_day(request.viewer)
    return sessions.sign_out(request, go(request, "/accounts/login/?out=1"))


def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Sends a code to type here."""
    return _ask(request, "code", links.CODE, "account/request_login_code.html", "/accounts/code/confirm/")


def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Sends a link that signs in once."""
    return _ask(request, "link", links.SIGN_IN, "account/request_link.html", "/accounts/link/sent/")


def ask_for_reset(request: HttpRequest) -> HttpResponse:
    """Sends a link to choose a new password."""
    return _ask(
        request, "password", links.RESET, "account/password_reset.html", "/accounts/password/reset/done/"
    )


def _ask(request: HttpRequest, way: str, purpose: str, template: str, then: str) -> HttpResponse:
    if way not in ways_in(request):
        raise NotFound
    form = AskForm(request.POST if request.method == "POST" else {"who": request.GET.get("who", "")[:320]})
    if request.method != "POST":
        return page(request, template, form=_unbound(form), **_door(request))
    try:
        if not form.is_valid():
            raise Refused(_("Give your e-mail address."), field="who")
        nonce = asking.ask(purpose, form.cleaned_data["who"], request=request)
    except Refused as refusal:
        show_refusal(form, refusal)
        return page(request, template, status=refusal_status(refusal), form=form, **_door(request))
    if purpose == links.CODE:
        request.session[ASKED] = {"who": form.cleaned_data["who"], "nonce": nonce, "next": back(request, "")}
    return go(request, then)


def _unbound(form: AskForm) -> AskForm:
    """The same fields, filled but not judged yet."""
    return AskForm(initial={"who": form.data.get("who", "")})


def enter_code(request: HttpRequest) -> HttpResponse:
    """The code that came by mail, typed in the browser that asked for it."""
    asked = request.session.get(ASKED)
    if not asked:
        return go(request, "/accounts/code/")
    form = CodeForm(posted(request))
    status = 200
    if request.method == "POST":
        try:
            return _use_code(request, form, asked)
        except Refused as refusal:
            show_refusal(form, refusal)
            status = refusal_status(refusal)
    return page(
        request,
        "account/confirm_login_code.html",
        status=status,
        form=form,
        who=asked["who"],
        **_door(request),
    )


def _use_code(request: HttpRequest, form: CodeForm, asked: dict[str, str]) -> HttpResponse:
    limits.check("code", asked["nonce"])
    if not form.is_valid():
        raise Refused(_("Type the code from the message."), field="code")
    try:
        person = links.use_code(form.cleaned_data["code"], nonce=asked["nonce"])
    except Refused:
        limits.count_even_if_refused(request, "code", asked["nonce"])
        raise
    del request.session[ASKED]
    request.POST = request.POST.copy()  # type: ignore[assignment]
    request.POST["next"] = asked["next"]
    return come_in(request, person)


def show_sent(request: HttpRequest) -> HttpResponse:
    """What to do now that a link is on its way; the same whether or not the account exists."""
    return page(request, "account/sent.html", **_door(request))


def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: looking at it uses nothing up, the button does."""
    return _by_link(
        request, token, links.SIGN_IN, "account/link.html", lambda link: come_in(request, link.person)
    )


def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation to the network: opens the account, with a password for who wants one."""
    form = OptionalPasswordForm(posted(request))

    def open_account(link: Any) -> HttpResponse:
        if form.is_valid() and form.cleaned_data["password"]:
            passwords.set_password(link.person, form.cleaned_data["password"], tells=False)
        return come_in(request, link.person)

    return _by_link(request, token, links.INVITATION, "account/invitation.html", open_account, form=form)


def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    """A new password by the link from the mail; every session of the account ends, this one begins."""
    form = NewPasswordForm(posted(request))

    def choose(link: Any) -> HttpResponse:
        if not form.is_valid():
            raise Refused(_("Choose a password."), field="password")
        passwords.set_password(link.person, form.cleaned_data["password"])
        return come_in(request, link.person)

    return _by_link(request, token, links.RESET, "account/password_reset_from_key.html", choose, form=form)


def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail to a new address."""
    if request.method != "POST":
        return _by_link(
            request, token, links.EMAIL, "account/email_confirm.html", lambda link: go(request, "/")
        )
    addresses.confirm(token)
    return go(
        request,
        "/settings/account/" if request.viewer else "/accounts/login/",
        _("Your address has changed."),
    )


def _by_link(
    request: HttpRequest,
    token: str,
    purpose: str,
    template: str,
    act: Callable[[Any], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """The page of a link that works once, and its button."""
    try:
        link = links.find_link(token, purpose)
    except Refused as refusal:
        return page(
            request, "account/link_over.html", status=410, sentence=refusal.sentence, **_door(request)
        )
    if request.method == "POST":
        try:
            return act(links.use_link(token, purpose))
        except Refused as refusal:
            if "form" not in context:
                raise
            show_refusal(context["form"], refusal)
            return page(request, template, status=422, person=link.person, link=link, token=token, **context)
    return page(
        request, template, person=link.person, link=link, token=token, next=back(request, ""), **context
    )
