"""The people of a community, for its hosts: roles, mandates, invitations, requests, groups.

Not here: what members see of each other (communities_people).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts import mail
from parvis.attention.reading import see_places
from parvis.config import config
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.kernel.words import fold, sort_key
from parvis.membership import actions, groups, invitations, requests
from parvis.membership.models import GroupGrant, Invitation, JoinRequest
from parvis.people.models import Group, Person
from parvis.spaces.models import Membership, Space
from parvis.toolkit.pages import go
from parvis.web.views.communities_forms import InviteForm
from parvis.web.views.communities_host import host_page
from parvis.web.views.communities_invite import chosen_people, find_guests, invite_all, lines_of

PAGE = 100


def list_team(request: HttpRequest, space: Space) -> HttpResponse:
    """Hosts with their mandates, then members; found by name."""
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    rows = (
        Membership.objects.filter(space=space)
        .exclude(person__state="left")
        .select_related("person", "via_group")
    )
    runs = Q(role="host") & (Q(host_until_on=None) | Q(host_until_on__gte=clock.today()))
    hosts, members = rows.filter(runs).order_by("joined_at"), rows.exclude(runs)
    for word in fold(words).split():
        members = members.filter(person__sort_key__contains=sort_key(word) or word)
    return host_page(
        request,
        space,
        "web/communities/host_members.html",
        here="members/",
        words=words,
        hosts=list(hosts),
        members=list(members.order_by("person__sort_key", "person_id")[:PAGE]),
        today=clock.today().isoformat(),
    )


def change_member(request: HttpRequest, space: Space, person: int, act: str) -> HttpResponse:
    """Names a host (until a day, or without end), ends a mandate, removes a member."""
    other = Person.objects.filter(id=person, memberships__space=space).first()
    if other is None or act not in ("host", "member", "remove"):
        raise NotFound
    address = f"{space.url}host/members/"
    if act == "host":
        actions.set_host(space, other, by=request.viewer, until=_day(request.POST.get("until", "")))
        return go(request, address, _("%(name)s now hosts this community.") % {"name": other.name})
    if act == "member":
        actions.end_mandate(space, other, by=request.viewer)
        address = space.url if other.id == request.viewer.id else address
        return go(request, address, _("The mandate of %(name)s has ended.") % {"name": other.name})
    actions.remove_member(space, other, by=request.viewer)
    return go(request, address, _("%(name)s no longer belongs to this community.") % {"name": other.name})


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Write the day as in 2027-01-31."), field="until")


def invite(request: HttpRequest, space: Space) -> HttpResponse:
    """Invites by name, address or CSV; says line by line what came of it. Without script, names are searched first."""
    form = InviteForm(request.POST or None, request.FILES or None)
    report: dict[str, Any] = {}
    chosen = chosen_people(request)
    if request.POST.get("do") == "search":
        return _invitations(request, space, form, chosen=chosen, words=request.POST.get("who", ""))
    if request.method == "POST" and form.is_valid():
        try:
            lines = lines_of(form.cleaned_data["people"], form.cleaned_data["csv"], may_be_empty=bool(chosen))
            word, network = form.cleaned_data["word"], request.network.name
            report = invite_all(space, chosen, lines, by=request.viewer, word=word, network=network)
        except Refused as refusal:
            form.add_error("csv" if refusal.field == "csv" else "people", refusal.sentence)
        else:
            if not report["problems"]:
                return go(request, f"{space.url}host/invitations/", _invited(report["invited"]))
            form = InviteForm(initial={"people": "\n".join(line for line, _why in report["problems"])})
            chosen = []
    status = 422 if form.errors else 200
    return _invitations(request, space, form, status=status, chosen=chosen, report=report)


def _invitations(
    request: HttpRequest, space: Space, form: InviteForm, *, status: int = 200, words: str = "", **shown: Any
) -> HttpResponse:
    """The page; `words` are the name that was searched for."""
    context = {"report": {}, "link": "", "chosen": [], **shown}
    return host_page(
        request,
        space,
        "web/communities/host_invitations.html",
        here="invitations/",
        form=form,
        waiting=[_line(row) for row in invitations.invitations_of(space)],
        status=status,
        words=words,
        found=find_guests(words, space),
        **context,
    )


def suggest_guests(request: HttpRequest, space: Space) -> JsonResponse:
    """While a name is typed: colleagues who don't belong here yet."""
    rows = find_guests(request.GET.get("q", ""), space)
    waiting = set(space.invitations.filter(**invitations.OPEN).values_list("person_id", flat=True))
    said = _("invited already")
    return JsonResponse(
        [
            {"id": row.key, "name": row.name, "detail": said if row.id in waiting else row.title}
            for row in rows
        ],
        safe=False,
    )


def _invited(n: int) -> str:
    return ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", n) % {"n": n}


def _line(row: Invitation) -> dict[str, Any]:
    who = row.person.name if row.person else row.email or _("Whoever has the link")
    return {"who": who, "row": row, "is_link": invitations.is_link(row), "key": encode(row.id)}


def make_link(request: HttpRequest, space: Space) -> HttpResponse:
    """Makes a link and shows it once: only its hash is kept."""
    _row, token = invitations.make_link(space, by=request.viewer)
    link = f"{config.url}/communities/invited/{token}/"
    return _invitations(request, space, InviteForm(), link=link, has_mail=mail.is_configured())


def revoke(request: HttpRequest, space: Space, invitation: int) -> HttpResponse:
    """Makes an invitation useless."""
    row = space.invitations.filter(id=invitation).select_related("space").first()
    if row is None:
        raise NotFound
    invitations.revoke(row, by=request.viewer)
    return go(request, f"{space.url}host/invitations/", _("This invitation no longer works."))


def list_requests(request: HttpRequest, space: Space) -> HttpResponse:
    """Who asks to come in, oldest first."""
    see_places(space.id, by=request.viewer, as_host=True)
    rows = (
        JoinRequest.objects.filter(space=space, state="open").select_related("person").order_by("created_at")
    )
    return host_page(
        request,
        space,
        "web/communities/host_requests.html",
        here="requests/",
        requests=[{"row": row, "key": encode(row.id)} for row in rows[:100]],
    )


def answer_request(request: HttpRequest, space: Space, asked: int) -> HttpResponse:
    """Lets someone in, or refuses with a word."""
    row = space.join_requests.filter(id=asked).select_related("space", "person").first()
    if row is None:
        raise NotFound
    accepts = request.POST.get("do") == "accept"
    requests.answer_request(row, accept=accepts, by=request.viewer, word=request.POST.get("word", ""))
    sentence = (
        _("%(name)s is in. A word of welcome helps.") if accepts else _("%(name)s will read your word.")
    )
    return go(request, f"{space.url}host/requests/", sentence % {"name": row.person.name})


def edit_groups(request: HttpRequest, space: Space) -> HttpResponse:
    """Groups whose people belong here, today's and tomorrow's."""
    if request.method == "POST":
        chosen = Group.objects.filter(name=request.POST.get("group", "")[:120].replace("\x00", "")).first()
        if chosen is None:
            raise Refused(_("Choose one of the groups."), field="group")
        groups.grant(space, chosen, by=request.viewer)
        return go(request, f"{space.url}host/groups/", _("Done: its people belong here."))
    given = list(space.group_grants.select_related("group").order_by("group__name"))
    others = Group.objects.exclude(id__in=[row.group_id for row in given]).order_by("name")
    return host_page(
        request,
        space,
        "web/communities/host_groups.html",
        here="groups/",
        others=list(others[:200]),
        given=[{"row": row, "key": encode(row.id), "count": row.group.people.count()} for row in given],
    )


def remove_group(request: HttpRequest, space: Space, grant: int) -> HttpResponse:
    """Ends what a group gives."""
    row = GroupGrant.objects.filter(space=space, id=grant).select_related("space", "group").first()
    if row is None:
        raise NotFound
    groups.revoke_grant(row, by=request.viewer)
    return go(request, f"{space.url}host/groups/", _("Done. People who came by themselves stay."))
