"""Addresses of the home stream, the composer and any contribution. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import composing, files, health, home, newer, notices, searches, searching, things

POST = ("POST",)
GET = ("GET",)

SITE: list[Route] = [
    route("health", health.show_health, ability="site.visit", name="health", methods=GET),
    route("", home.show_home, ability="site.use", name="home", methods=GET),
    route("stream/newer/", newer.newer_at_home, ability="site.use", name="newer", methods=GET),
    route("now/", newer.count_unread, ability="site.use", name="now", methods=GET),
    route("stream/order/", home.set_order, ability="site.use", name="stream_order", methods=POST),
    route("publish/", composing.publish, ability="site.use", name="publish"),
    route("publish/audience/", composing.audience, ability="site.use", name="publish_audience", methods=GET),
    route("publish/similar/", composing.similar, ability="site.use", name="publish_similar", methods=GET),
    route("publish/preview/", things.preview, ability="site.use", name="preview", methods=POST),
    route("drafts/", composing.list_drafts, ability="site.use", name="drafts", methods=GET),
    route(
        "publish/templates/",
        composing.list_templates,
        ability="site.use",
        name="content_templates",
        methods=GET,
    ),
    route(
        "drafts/<str:place>/drop/", composing.drop_draft, ability="site.use", name="drop_draft", methods=POST
    ),
    route("drafts/<str:place>/", composing.keep_draft, ability="site.use", name="draft"),
    route("tags/suggest/", composing.suggest_tags, ability="site.use", name="suggest_tags", methods=GET),
    route("tags/<str:word>/", home.show_tag, ability="site.use", name="tag", methods=GET),
    route("tags/<str:word>/follow/", home.follow_tag, ability="site.use", name="follow_tag", methods=POST),
    route("saved/", home.show_saved, ability="site.use", name="saved", methods=GET),
    route("bin/", home.show_bin, ability="site.use", name="bin", methods=GET),
    route("upload/", files.upload, ability="site.use", name="upload", methods=POST),
    route("files/<key:attachment>/<str:name>", files.serve, ability="site.use", name="file", methods=GET),
    route("notifications/", notices.show_notices, ability="site.use", name="notifications", methods=GET),
    route("notifications/seen/", notices.see_all, ability="site.use", name="notices_seen", methods=POST),
    route(
        "notifications/unseen/<key:moment>/",
        notices.unsee,
        ability="site.use",
        name="notices_unseen",
        methods=POST,
    ),
    route(
        "notifications/<key:notice>/reply/",
        notices.answer,
        ability="site.use",
        name="notice_reply",
        methods=POST,
    ),
    route("settings/notifications/", notices.show_rules, ability="site.use", name="notice_rules"),
    route("search/", searching.search, ability="site.use", name="search", methods=GET),
    route("search/menu/", searching.menu, ability="site.use", name="search_menu", methods=GET),
    route("search/suggest/", searching.suggest, ability="site.use", name="search_suggest", methods=GET),
    route("search/saved/", searches.list_saved, ability="site.use", name="searches", methods=GET),
    route("search/saved/add/", searches.save, ability="site.use", name="search_save", methods=POST),
    route("search/saved/<key:key>/", searches.change, ability="site.use", name="search_change", methods=POST),
    route(
        "search/saved/<key:key>/remove/",
        searches.remove,
        ability="site.use",
        name="search_remove",
        methods=POST,
    ),
]

THING: list[Route] = [
    route("", things.go_to_thing, ability="contribution.read", name="go", methods=GET),
    route("react/", things.react, ability="contribution.react", name="react", methods=POST),
    route("save/", things.save, ability="contribution.mark", name="save", methods=POST),
    route("tell-again/", notices.tell_again, ability="contribution.mark", name="tell_again", methods=POST),
    route("follow/", things.follow, ability="contribution.mark", name="follow", methods=POST),
    route("reply/", things.answer, ability="contribution.reply", name="reply", methods=POST),
    route("more/", things.more, ability="contribution.read", name="more", methods=GET),
    route(
        "replies/newer/", newer.newer_replies, ability="contribution.read", name="newer_replies", methods=GET
    ),
    route("edit/", composing.edit, ability="contribution.edit", name="edit"),
    route(
        "publish/", composing.publish_draft, ability="contribution.edit", name="publish_draft", methods=POST
    ),
    route("history/", things.history, ability="contribution.read", name="history", methods=GET),
    route("remove/", things.retire, ability="contribution.remove", name="remove", methods=POST),
    route("restore/", things.restore, ability="contribution.remove", name="restore", methods=POST),
    route(
        "link-card/remove/",
        things.remove_link_card,
        ability="contribution.edit",
        name="link_card_remove",
        methods=POST,
    ),
    route("pin/", things.pin, ability="contribution.pin", name="pin", methods=POST),
    route("unpin/", things.unpin, ability="contribution.pin", name="unpin", methods=POST),
    route("hide/", things.hide, ability="contribution.hide", name="hide", methods=POST),
    route("show/", things.show_again, ability="contribution.hide", name="show", methods=POST),
    route("report/", things.report, ability="contribution.report", name="report", methods=POST),
    route(
        "replies/<key:reply>/react/",
        things.react,
        ability="contribution.react",
        name="reply_react",
        methods=POST,
    ),
    route("replies/<key:reply>/edit/", things.edit_reply, ability="contribution.reply", name="reply_edit"),
    route(
        "replies/<key:reply>/more/",
        things.more_on_reply,
        ability="contribution.read",
        name="reply_more",
        methods=GET,
    ),
    route(
        "replies/<key:reply>/history/",
        things.reply_history,
        ability="contribution.read",
        name="reply_history",
        methods=GET,
    ),
    route(
        "replies/<key:reply>/report/",
        things.report,
        ability="contribution.report",
        name="reply_report",
        methods=POST,
    ),
    route(
        "replies/<key:reply>/<slug:act>/",
        things.act_on_reply,
        ability="contribution.read",
        name="reply_act",
        methods=POST,
    ),
]
