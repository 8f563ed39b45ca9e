"""Addresses of administration, and of the demonstration's bar. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import admin, admin_people, admin_settings, admin_site, demo

GET, POST = ("GET",), ("POST",)


def _administer(pattern: str, view: object, name: str, methods: tuple[str, ...] = ("GET", "POST")) -> Route:
    return route(f"admin/{pattern}", view, ability="site.administer", name=f"admin_{name}", methods=methods)  # type: ignore[arg-type]


SITE: list[Route] = [
    _administer("", admin.show_opening, "opening", GET),
    _administer("setup/", admin.set_up, "setup"),
    _administer("look/", admin.edit_look, "look"),
    _administer("look/preview/", admin.preview_look, "look_preview", GET),
    _administer("steps/<slug:step>/", admin.do_step, "step", POST),
    _administer("people/", admin_people.list_accounts, "people", GET),
    _administer("people/new/", admin_people.add_account, "person_new"),
    _administer("people/invite/", admin_people.invite_waiting, "invite_waiting", POST),
    _administer("people/<key:person>/", admin_people.edit_account, "person"),
    _administer("people/<key:person>/show/<slug:which>/", admin_people.show_secret, "person_secret", POST),
    _administer("people/<key:person>/<slug:act>/", admin_people.change_standing, "person_act", POST),
    _administer("groups/", admin_people.list_groups, "groups", GET),
    _administer("groups/new/", admin_people.edit_group, "group_new"),
    _administer("groups/<key:group>/", admin_people.edit_group, "group"),
    _administer("groups/<key:group>/delete/", admin_people.delete_group, "group_delete", POST),
    _administer("fields/", admin_people.list_fields, "fields", GET),
    _administer("fields/new/", admin_people.edit_field, "field_new"),
    _administer("fields/<key:field>/", admin_people.edit_field, "field"),
    _administer("fields/<key:field>/<slug:act>/", admin_people.change_field, "field_act", POST),
    _administer("rules/", admin_settings.edit_rules, "rules"),
    _administer("sign-in/", admin_settings.edit_ways, "sign_in"),
    _administer("mail/", admin_settings.edit_mail, "mail"),
    _administer("mail/test/", admin_settings.test_mail, "mail_test", POST),
    _administer("outgoing/", admin_settings.edit_ways_out, "outgoing"),
    _administer("outgoing/<key:host>/remove/", admin_settings.deny_host, "outgoing_remove", POST),
    _administer("legal/", admin_settings.edit_legal, "legal"),
    _administer("home/", admin_site.edit_home, "home", GET),
    _administer("home/welcome/", admin_site.write_welcome, "home_welcome", POST),
    _administer("home/links/", admin_site.set_links, "home_links", POST),
    _administer("home/<slug:kind>/<slug:act>/", admin_site.arrange, "home_arrange", POST),
    _administer("imports/", admin_site.list_runs, "imports"),
    _administer("imports/<key:run>/", admin_site.show_run, "import", GET),
    _administer("imports/<key:run>/<slug:act>/", admin_site.change_run, "import_act", POST),
    _administer("jobs/", admin_site.list_jobs, "jobs", GET),
    _administer("jobs/retry/", admin_site.retry_all_jobs, "jobs_retry", POST),
    _administer("jobs/<int:job>/<slug:act>/", admin_site.change_job, "job_act", POST),
    _administer("checks/", admin_site.show_checks, "checks", GET),
    route("brand/logo/<str:version>", admin.show_logo, ability="site.visit", name="logo", methods=GET),
    route("demo/", demo.show_demo, ability="site.use", name="demo", methods=GET),
    route("demo/as/<slug:who>/", demo.become, ability="site.use", name="demo_as", methods=POST),
    route("demo/window/<str:ticket>/", demo.open_window, ability="site.visit", name="demo_window"),
    route("demo/wipe/", demo.end_demo, ability="site.administer", name="demo_wipe"),
]
