"""Addresses of communities: directory, assistant, their pages and their hosts' rooms. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import (
    communities,
    communities_host,
    communities_new,
    communities_people,
    communities_team,
    newer,
)

GET, POST = ("GET",), ("POST",)

SITE: list[Route] = [
    route("communities/", communities.list_communities, ability="site.use", name="communities", methods=GET),
    route("communities/new/", communities_new.open_community, ability="site.use", name="community_new"),
    route(
        "communities/models/<key:template_id>/remove/",
        communities_new.drop_template,
        ability="site.use",
        name="community_template_drop",
        methods=POST,
    ),
    route(
        "communities/tools/", communities.list_tools, ability="site.use", name="community_tools", methods=GET
    ),
    route(
        "communities/invitations/<key:invitation>/",
        communities_new.answer_invitation,
        ability="site.use",
        name="community_invitation",
    ),
    route(
        "communities/invited/<str:token>/",
        communities_new.answer_link,
        ability="site.use",
        name="community_invited",
    ),
    route(
        "admin/communities/",
        communities_new.list_requests,
        ability="site.administer",
        name="community_requests",
        methods=GET,
    ),
    route(
        "admin/communities/<key:request_id>/answer/",
        communities_new.answer_request,
        ability="site.administer",
        name="community_request_answer",
        methods=POST,
    ),
    route(
        "admin/communities/host/",
        communities_new.name_host,
        ability="site.administer",
        name="community_name_host",
        methods=POST,
    ),
]

SPACE: list[Route] = [
    route("", communities.show_community, ability="space.see", name="community", methods=GET),
    route("newer/", newer.newer_in_community, ability="space.read", name="community_newer", methods=GET),
    route(
        "cover/<str:version>",
        communities.show_cover,
        ability="space.see",
        name="community_cover",
        methods=GET,
    ),
    route("join/", communities.join, ability="space.join", name="community_join", methods=POST),
    route("leave/", communities.leave, ability="space.leave", name="community_leave"),
    route("ask/", communities.ask, ability="space.join", name="community_ask", methods=POST),
    route(
        "ask/withdraw/", communities.withdraw, ability="space.see", name="community_withdraw", methods=POST
    ),
    route("level/", communities.set_level, ability="space.read", name="community_level", methods=POST),
    route(
        "members/",
        communities_people.list_members,
        ability="space.read",
        name="community_members",
        methods=GET,
    ),
    route(
        "charter/",
        communities_people.show_charter,
        ability="space.see",
        name="community_charter",
        methods=GET,
    ),
    route(
        "charter/accept/",
        communities_people.accept_charter,
        ability="space.leave",
        name="community_charter_accept",
        methods=POST,
    ),
    route("host/", communities_host.edit_words, ability="space.host", name="community_host"),
    route("host/look/", communities_host.edit_look, ability="space.host", name="community_look"),
    route("host/tools/", communities_host.edit_tools, ability="space.host", name="community_host_tools"),
    route(
        "host/charter/", communities_host.edit_charter, ability="space.host", name="community_host_charter"
    ),
    route("host/access/", communities_host.edit_access, ability="space.host", name="community_host_access"),
    route(
        "host/posting/",
        communities_host.set_posting,
        ability="space.host",
        name="community_host_posting",
        methods=POST,
    ),
    route(
        "host/end/", communities_host.show_end, ability="space.host", name="community_host_end", methods=GET
    ),
    route(
        "host/archive/",
        communities_host.archive,
        ability="space.archive",
        name="community_archive",
        methods=POST,
    ),
    route(
        "host/restore/",
        communities_host.restore,
        ability="space.archive",
        name="community_restore",
        methods=POST,
    ),
    route(
        "host/template/",
        communities_host.save_template,
        ability="space.host",
        name="community_template",
        methods=POST,
    ),
    route("host/pins/", communities_host.list_pins, ability="space.host", name="community_pins", methods=GET),
    route(
        "host/pins/<key:pinned>/",
        communities_host.change_pin,
        ability="space.host",
        name="community_pin",
        methods=POST,
    ),
    route(
        "host/reports/",
        communities_host.list_reports,
        ability="space.host",
        name="community_reports",
        methods=GET,
    ),
    route(
        "host/reports/<key:report>/close/",
        communities_host.close_report,
        ability="space.host",
        name="community_report_close",
        methods=POST,
    ),
    route(
        "host/members/", communities_team.list_team, ability="space.host", name="community_team", methods=GET
    ),
    route(
        "host/members/<key:person>/<slug:act>/",
        communities_team.change_member,
        ability="space.host",
        name="community_member",
        methods=POST,
    ),
    route("host/invitations/", communities_team.invite, ability="space.host", name="community_invitations"),
    route(
        "host/invitations/suggest/",
        communities_team.suggest_guests,
        ability="space.host",
        name="community_guests",
        methods=GET,
    ),
    route(
        "host/invitations/link/",
        communities_team.make_link,
        ability="space.host",
        name="community_invite_link",
        methods=POST,
    ),
    route(
        "host/invitations/<key:invitation>/revoke/",
        communities_team.revoke,
        ability="space.host",
        name="community_invite_revoke",
        methods=POST,
    ),
    route(
        "host/requests/",
        communities_team.list_requests,
        ability="space.host",
        name="community_join_requests",
        methods=GET,
    ),
    route(
        "host/requests/<key:asked>/",
        communities_team.answer_request,
        ability="space.host",
        name="community_join_answer",
        methods=POST,
    ),
    route("host/groups/", communities_team.edit_groups, ability="space.host", name="community_groups"),
    route(
        "host/groups/<key:grant>/remove/",
        communities_team.remove_group,
        ability="space.host",
        name="community_group_remove",
        methods=POST,
    ),
]
