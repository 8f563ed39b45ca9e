"""Addresses of private exchanges. Not here: the views."""

from __future__ import annotations

from parvis.exchanges import views, views_reports
from parvis.toolkit.routing import route

GET = ("GET",)
POST = ("POST",)

site_routes = [
    route("", views.show_list, ability="site.use", name="list", methods=GET),
    route("new/", views.open_new, ability="site.use", name="new"),
    route("reports/", views_reports.list_reports, ability="site.administer", name="reports", methods=GET),
    route(
        "reports/<key:quotation>/", views_reports.settle, ability="site.administer", name="report_settle", methods=POST
    ),
]  # fmt: skip

thing_routes = [
    route("", views.show, ability="contribution.read", name="exchange", methods=GET),
    route("add/", views.add, ability="exchange.add", name="add"),
    route("leave/", views.leave, ability="exchange.leave", name="leave"),
    route("report/", views_reports.report, ability="exchange.report", name="report"),
]
