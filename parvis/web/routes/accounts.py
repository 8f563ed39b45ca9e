"""Addresses of signing in and out, of one's settings and of the outbox. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import accounts

SITE: list[Route] = [
    route("accounts/login/", accounts.show_sign_in, ability="site.visit", name="sign_in"),
    route("accounts/logout/", accounts.sign_out, ability="site.visit", name="sign_out"),
    route("accounts/code/", accounts.ask_for_code, ability="site.visit", name="ask_code"),
    route("accounts/code/confirm/", accounts.enter_code, ability="site.visit", name="enter_code"),
    route("accounts/link/", accounts.ask_for_link, ability="site.visit", name="ask_link"),
    route("accounts/link/sent/", accounts.show_sent, ability="site.visit", name="link_sent", methods=("GET",)),
    route("accounts/link/<str:token>/", accounts.follow_link, ability="site.visit", name="link"),
    route("accounts/invitation/<str:token>/", accounts.accept_invitation, ability="site.visit", name="invitation"),
    route("accounts/password/reset/", accounts.ask_for_reset, ability="site.visit", name="ask_reset"),
    route("accounts/password/reset/done/", accounts.show_sent, ability="site.visit", name="reset_sent", methods=("GET",)),
    route("accounts/password/reset/<str:token>/", accounts.reset_password, ability="site.visit", name="reset"),
    route("accounts/email/<str:token>/", accounts.confirm_address, ability="site.visit", name="confirm_email"),
]
