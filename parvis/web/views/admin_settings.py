"""Administration of rules, ways in, mail and the legal notice. Not here: the writes (web.site_settings)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import mail
from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode
from parvis.membership.models import CommunityRequest
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web import site_settings, ways_out
from parvis.web.models import InsideHost, SiteText
from parvis.web.views.accounts import ways_in
from parvis.web.views.accounts_forms import posted
from parvis.web.views.admin import answer
from parvis.web.views.admin_forms import InsideForm, LegalForm, MailForm, RulesForm, WaysForm


def edit_rules(request: Request) -> HttpResponse:
    """Who may open communities, who may post to everyone."""
    everyone = Space.objects.filter(is_everyone=True).first()
    initial = {
        "who_creates": request.network.who_creates,
        "posting": everyone.posting if everyone else "members",
        "has_exchanges": request.network.has_exchanges,
    }
    return answer(
        request,
        RulesForm(posted(request), initial=initial),
        lambda data: site_settings.set_rules(by=request.viewer, **data),
        template="web/admin/rules.html",
        to="/admin/rules/",
        sentence=_("Saved."),
        everyone=everyone,
        waiting=CommunityRequest.objects.filter(state="open").count(),
    )


def edit_ways(request: Request) -> HttpResponse:
    """The ways to sign in."""
    return answer(
        request,
        WaysForm(posted(request), initial={"ways": ways_in(request)}),
        lambda data: site_settings.set_ways_in(data["ways"], by=request.viewer),
        template="web/admin/sign_in.html",
        to="/admin/sign-in/",
        sentence=_("Saved."),
        has_mail=mail.is_configured(),
    )


def edit_mail(request: Request) -> HttpResponse:
    """The relay through which mail leaves."""
    saved = request.network.mail or {}
    password = site_settings.SECRET_KEPT if saved.get("password") else ""
    form = MailForm(
        posted(request), initial={"port": 587, "security": "starttls", **saved, "password": password}
    )
    return answer(
        request,
        form,
        lambda data: site_settings.set_mail(by=request.viewer, **data),
        template="web/admin/mail.html",
        to="/admin/mail/",
        sentence=_("Saved. Send a test to be sure.") if request.POST.get("host", "").strip() else _("Saved."),
        **_mail_state(request),
    )


def _mail_state(request: Request) -> dict[str, Any]:
    through = mail.relay()
    return {
        "is_operators": site_settings.is_operators_mail(),
        "has_mail": through is not None,
        "sender": mail.sender_address(through) if through else "",
        "test_to": request.POST.get("to") or request.viewer.email or "",
    }


def test_mail(request: Request) -> HttpResponse:
    """Sends one message now, and says what the server said."""
    to = request.POST.get("to", "")[:254]
    try:
        site_settings.send_test(to, by=request.viewer)
    except Refused as refusal:
        saved = request.network.mail or {}
        password = site_settings.SECRET_KEPT if saved.get("password") else ""
        form = MailForm(initial={"port": 587, "security": "starttls", **saved, "password": password})
        return page(
            request,
            "web/admin/mail.html",
            status=422,
            form=form,
            problem=refusal.sentence,
            **_mail_state(request),
        )
    return go(
        request,
        "/admin/mail/",
        _("The server took it. Look into the mailbox of %(address)s.") % {"address": to},
    )


def edit_ways_out(request: Request) -> HttpResponse:
    """Hosts inside that this server may call, and what the operator decided of its calls."""
    rows = [
        (encode(row.id), row)
        for row in InsideHost.objects.select_related("added_by").order_by("place", "port")
    ]
    return answer(
        request,
        InsideForm(posted(request), initial={"port": 443}),
        lambda data: ways_out.allow(data["place"], data["port"], remark=data["remark"], by=request.viewer),
        template="web/admin/outgoing.html",
        to="/admin/outgoing/",
        sentence=_("This server may call it now."),
        rows=rows,
        state=ways_out.state(),
    )


def deny_host(request: Request, host: int) -> HttpResponse:
    """Takes a host off the list."""
    ways_out.deny(host, by=request.viewer)
    return go(request, "/admin/outgoing/", _("This server calls it no more."))


def edit_legal(request: Request) -> HttpResponse:
    """The legal notice."""
    row = SiteText.objects.filter(slug=SiteText.LEGAL).first()
    return answer(
        request,
        LegalForm(posted(request), initial={"text": row.source if row else ""}),
        lambda data: site_settings.write_legal(data["text"], by=request.viewer),
        template="web/admin/legal.html",
        to="/about/legal/",
        sentence=_("Saved."),
    )
