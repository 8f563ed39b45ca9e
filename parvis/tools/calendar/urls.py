"""Addresses of the calendar. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.calendar import views, views_acts, views_feeds, views_finding

GET = ("GET",)
POST = ("POST",)

site_routes = [
    route("", views.show_agenda, ability="site.use", name="agenda", methods=GET),
    route("subscriptions/", views_feeds.list_feeds, ability="site.use", name="feeds"),
    route(
        "subscriptions/<key:feed>/stop/",
        views_feeds.stop_feed,
        ability="site.use",
        name="feed_stop",
        methods=POST,
    ),
    # Read by other programs, without a session: the secret in the address says whose it is.
    route("feed/<str:token>.ics", views_feeds.read_feed, ability="site.visit", name="feed", methods=GET),
]

space_routes = [
    route("", views.show_calendar, ability="space.read", name="index", methods=GET),
    route("dates/", views_finding.find_date, ability="space.post", name="find"),
    route("import/", views_feeds.import_file, ability="space.post", name="import"),
]

thing_routes = [
    route("", views.show_event, ability="contribution.read", name="event", methods=GET),
    route("event.ics", views_feeds.download, ability="contribution.read", name="ics", methods=GET),
    route("answer/", views_acts.give_answer, ability="contribution.react", name="answer", methods=POST),
    # Organisers named by the author may too: the actions ask (calendar.actions.require_organiser).
    route("date/<str:day>/", views_acts.change_one, ability="contribution.read", name="date"),
    route("cancel/", views_acts.cancel, ability="contribution.read", name="cancel"),
    route("invite/", views_acts.invite_people, ability="contribution.read", name="invite"),
    route("organisers/", views_acts.organisers, ability="contribution.read", name="organisers", methods=POST),
    route("notes/", views_acts.keep_notes, ability="contribution.read", name="notes"),
]

# Upon the ballot that asks for a date, whichever tool it belongs to.
upon_routes = [
    route("keep/", views_finding.keep_moment, ability="calendar.organise", name="keep", methods=POST)
]
