"""The first visit in three steps, each of which may be skipped. Not here: the writes behind them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.access.table import may
from parvis.accounts import profile
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode, encode
from parvis.membership.actions import join
from parvis.membership.models import Charter
from parvis.membership.suggestions import suggest
from parvis.people.models import Person, Subject
from parvis.spaces.models import AccessType, Space
from parvis.toolkit import registry
from parvis.toolkit.pages import go, page
from parvis.web.views.accounts_forms import posted, show_refusal
from parvis.web.views.people_forms import HelloForm, split_words

STEPS = ("/welcome/", "/welcome/communities/", "/welcome/hello/")
SHOWN = 9

# What colleagues of the same department or role may be asked about: chips to press rather than a blank page.
PROPOSED = """
SELECT min(s.label) AS label, count(*) AS n FROM people_subject s JOIN people_person p ON p.id = s.person_id
WHERE s.kind = 'ask' AND p.id <> %(me)s AND p.state = 'active' AND NOT p.is_hidden AND NOT 'ask' = ANY(p.hidden_fields)
  AND (p.department = %(department)s AND p.department <> '' AND NOT 'department' = ANY(p.hidden_fields)
    OR p.job_title = %(job_title)s AND p.job_title <> '' AND NOT 'job_title' = ANY(p.hidden_fields))
GROUP BY s.folded ORDER BY n DESC, s.folded LIMIT 10"""


def _steps(current: int) -> list[dict[str, Any]]:
    labels = (_("Ask me about"), _("Communities"), _("A word of hello"))
    return [
        {"label": label, "is_done": number < current, "is_current": number == current}
        for number, label in enumerate(labels)
    ]


def show_subjects(request: HttpRequest) -> HttpResponse:
    """Step one: what people may ask you about."""
    me = request.viewer
    error = ""
    if request.method == "POST":
        try:
            labels = [
                *request.POST.getlist("proposed")[:20],
                *split_words(request.POST.get("ask", "")[:1800]),
            ]
            if labels:
                mine = Subject.objects.filter(person=me, kind=Subject.ASK).values_list("label", flat=True)
                profile.set_subjects(me, Subject.ASK, [*mine, *labels], by=me)
            return go(request, STEPS[1])
        except Refused as refusal:
            error = refusal.sentence
    return page(
        request,
        "web/people/welcome_subjects.html",
        status=422 if error else 200,
        steps=_steps(0),
        error=error,
        proposed=read(PROPOSED, {"me": me.id, "department": me.department, "job_title": me.job_title}),
        ticked=request.POST.getlist("proposed"),
        typed=request.POST.get("ask", "")[:1800],
    )


def show_communities(request: HttpRequest) -> HttpResponse:
    """Step two: communities to join; a charter stands beside its box, and ticking it accepts."""
    if request.method != "POST":
        return page(
            request, "web/people/welcome_communities.html", steps=_steps(1), offers=_offers(request.viewer)
        )
    chosen = _keys(request.POST.getlist("space")[:SHOWN])
    open_ones = Space.objects.visible_to(request.viewer).communities().filter(access=AccessType.OPEN)
    for space in open_ones.filter(id__in=chosen):
        version = request.POST.get(f"charter-{encode(space.id)}", "0")
        join(space, by=request.viewer, charter_version=int(version) if version.isdecimal() else 0)
    return go(request, STEPS[2])


def _keys(texts: list[str]) -> list[int]:
    found = []
    for text in texts:
        try:
            found.append(decode(text))
        except ValueError:
            raise Refused(_("Choose among the communities shown."))
    return found


def _offers(person: Person) -> list[dict[str, Any]]:
    """Open communities: those with a reason first, then the largest."""
    reasons = {one.space_id: one.why for one in suggest(person, limit=SHOWN)}
    rows = (
        Space.objects.visible_to(person)
        .communities()
        .filter(access=AccessType.OPEN, archived_at=None, is_everyone=False)
        .exclude(memberships__person=person)
    )
    spaces = sorted(rows.order_by("-member_count", "name")[:100], key=lambda space: space.id not in reasons)
    shown = spaces[:SHOWN]
    charters = {
        row.space_id: row for row in Charter.objects.filter(space__in=shown).order_by("version")
    }  # the last version of each wins
    return [
        {
            "space": space,
            "key": encode(space.id),
            "why": reasons.get(space.id, ""),
            "charter": charters.get(space.id),
        }
        for space in shown
    ]


def show_hello(request: HttpRequest) -> HttpResponse:
    """Step three: one line of hello, kept on the profile and said to everyone where that is possible."""
    everyone = Space.objects.filter(is_everyone=True).first()
    kind = (
        registry.kind_for(everyone, "note")
        if everyone and may("space.post", everyone, by=request.viewer)
        else None
    )
    form = HelloForm(posted(request), initial={"hello": request.viewer.hello})
    if request.method == "POST":
        try:
            return _say_hello(request, form, everyone, kind)
        except Refused as refusal:
            show_refusal(form, refusal)
    status = 422 if request.method == "POST" else 200
    return page(
        request,
        "web/people/welcome_hello.html",
        status=status,
        steps=_steps(2),
        form=form,
        everyone=everyone,
        is_published=kind is not None,
    )


def _say_hello(request: HttpRequest, form: HelloForm, everyone: Space | None, kind: Any) -> HttpResponse:
    if not form.is_valid():
        raise Refused(_("Write a line, or skip this step."), field="hello")
    line = form.cleaned_data["hello"]
    profile.say_hello(request.viewer, line, by=request.viewer)
    if kind is not None:
        kind.publish(everyone, title="", body=line, options={}, by=request.viewer)
    return finish(request)


def finish(request: HttpRequest) -> HttpResponse:
    """The end of the steps, whether they were done or skipped."""
    profile.end_first_visit(by=request.viewer, at=clock.now())
    return go(request, "/", _("Welcome, %(name)s. This is your home page.") % {"name": request.viewer.name})
