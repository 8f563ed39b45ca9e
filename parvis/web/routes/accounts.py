"""Addresses of signing in and out, of one's settings and of the outbox. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import accounts, accounts_outbox, accounts_programs, accounts_settings

GET, POST = ("GET",), ("POST",)

SITE: list[Route] = [
    route("accounts/login/", accounts.show_sign_in, ability="site.visit", name="sign_in"),
    route("accounts/logout/", accounts.sign_out, ability="site.visit", name="sign_out"),
    route("accounts/code/", accounts.ask_for_code, ability="site.visit", name="ask_code"),
    route("accounts/code/confirm/", accounts.enter_code, ability="site.visit", name="enter_code"),
    route("accounts/link/", accounts.ask_for_link, ability="site.visit", name="ask_link"),
    route(
        "accounts/link/sent/", accounts.show_sent, ability="site.visit", name="link_sent", methods=("GET",)
    ),
    route("accounts/link/<str:token>/", accounts.follow_link, ability="site.visit", name="link"),
    route(
        "accounts/invitation/<str:token>/",
        accounts.accept_invitation,
        ability="site.visit",
        name="invitation",
    ),
    route("accounts/password/reset/", accounts.ask_for_reset, ability="site.visit", name="ask_reset"),
    route(
        "accounts/password/reset/done/",
        accounts.show_sent,
        ability="site.visit",
        name="reset_sent",
        methods=("GET",),
    ),
    route(
        "accounts/password/reset/<str:token>/", accounts.reset_password, ability="site.visit", name="reset"
    ),
    route(
        "accounts/email/<str:token>/", accounts.confirm_address, ability="site.visit", name="confirm_email"
    ),
    route(
        "accounts/language/",
        accounts_settings.set_language,
        ability="site.visit",
        name="language",
        methods=POST,
    ),
    route("settings/", accounts_settings.show_settings, ability="site.use", name="settings"),
    route("settings/theme/", accounts_settings.set_theme, ability="site.use", name="theme", methods=POST),
    route(
        "settings/account/", accounts_settings.show_account, ability="site.use", name="account", methods=GET
    ),
    route(
        "settings/password/",
        accounts_settings.change_password,
        ability="site.use",
        name="password",
        methods=POST,
    ),
    route("settings/email/", accounts_settings.change_email, ability="site.use", name="email", methods=POST),
    route(
        "settings/sessions/end/",
        accounts_settings.end_other_sessions,
        ability="site.use",
        name="sessions_end",
        methods=POST,
    ),
    route(
        "settings/sessions/<slug:session>/end/",
        accounts_settings.end_session,
        ability="site.use",
        name="session_end",
        methods=POST,
    ),
    route("settings/programs/", accounts_programs.show_programs, ability="site.use", name="programs"),
    route(
        "settings/programs/<key:program>/end/",
        accounts_programs.end_program,
        ability="site.use",
        name="program_end",
        methods=POST,
    ),
    route("settings/blog/", accounts_settings.show_blog, ability="site.use", name="own_blog"),
    route(
        "admin/outbox/", accounts_outbox.show_outbox, ability="site.administer", name="outbox", methods=GET
    ),
    route(
        "admin/outbox/<key:message>/send/",
        accounts_outbox.send_again,
        ability="site.administer",
        name="outbox_send",
        methods=POST,
    ),
    route(
        "admin/outbox/<key:message>/delete/",
        accounts_outbox.delete_message,
        ability="site.administer",
        name="outbox_delete",
        methods=POST,
    ),
]
