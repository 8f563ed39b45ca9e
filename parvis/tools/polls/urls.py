"""Addresses of polls. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.polls import views, views_acts

GET = ("GET",)
POST = ("POST",)

site_routes = [route("", views.list_open, ability="site.use", name="open", methods=GET)]
space_routes = [route("", views.list_polls, ability="space.read", name="index", methods=GET)]
thing_routes = [
    route("", views.show, ability="contribution.read", name="poll", methods=GET),
    route("voters/", views.show_voters, ability="contribution.read", name="voters", methods=GET),
    route("result.csv", views.export, ability="contribution.read", name="export", methods=GET),
    route("vote/", views.vote, ability="contribution.reply", name="vote", methods=POST),
    route("choices/", views.suggest, ability="contribution.reply", name="suggest", methods=POST),
    route("date/", views_acts.set_closing, ability="polls.close", name="date"),
    route("close/", views_acts.close, ability="polls.close", name="close"),
    route("conclude/", views_acts.conclude, ability="polls.conclude", name="conclude"),
]
upon_routes = [route("", views_acts.add, ability="contribution.edit", name="add")]
