"""Opening a community by the assistant, answering invitations, and what administrators decide about them.

Not here: the rules (membership) and the first texts (toolkit.planting).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.membership import actions, charters, invitations, requests
from parvis.membership.founding import checked_words
from parvis.membership.models import CommunityRequest, Invitation
from parvis.membership.templates import Template, all_templates, delete_template, find_template
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.planting import plant
from parvis.web.views import communities_reading as reading
from parvis.web.views.communities_forms import AssistantForm
from parvis.web.views.communities_host import tool_choices, tools_typed
from parvis.web.views.communities_invite import (
    chosen_people,
    decode_keys,
    find_guests,
    invite_all,
    lines_of,
)
from parvis.web.views.communities_pictures import cover_of, keep_cover, preview, ticket

LAST_STEP = 3


def open_community(request: HttpRequest) -> HttpResponse:
    """The assistant: identity, tools, invitations. What is typed travels with the form, nothing is kept before the end."""
    may_create = actions.may_create(request.network.who_creates, by=request.viewer)
    if request.method != "POST":
        return _first_step(request, may_create)
    form, step = AssistantForm(request.POST, request.FILES), _step(request)
    _judge(form, step)
    _take_what_came(request, form)
    if request.POST.get("go") == "back":
        return _show(request, form, max(step - 1, 1), may_create)
    if request.POST.get("do") == "search":
        return _show(request, form, LAST_STEP, may_create, words=request.POST.get("who", ""))
    if form.errors:
        return _show(request, form, step, may_create, status=422)
    if step < LAST_STEP:
        return _show(request, form, step + 1, may_create)
    try:
        return _create(request, form) if may_create else _file(request, form)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        at = next((n for n, names in AssistantForm.STEPS.items() if refusal.field in names), LAST_STEP)
        return _show(request, form, at, may_create, status=422)


def _first_step(request: HttpRequest, may_create: bool) -> HttpResponse:
    """Begins with a model when one is chosen; its words fill the form, to be changed at will."""
    template = find_template(request.GET.get("template", "")[:80], request.viewer)
    language = request.LANGUAGE_CODE
    initial: dict[str, Any] = {}
    if template is not None:
        initial = {name: template.text(name, language) for name in ("purpose", "charter", "welcome")}
        initial |= {"theme": template.theme, "access": template.access, "template": template.key}
        initial["name"] = template.text("name", language) if not template.is_shipped else ""
    return _show(request, AssistantForm(initial=initial), 1, may_create, template=template)


def _step(request: HttpRequest) -> int:
    given = request.POST.get("step", "1")
    return int(given) if given in ("1", "2", "3") else 1


def _judge(form: AssistantForm, step: int) -> None:
    """Only what was typed up to this step is judged; the words by the rules of the house too."""
    form.is_valid()
    seen = {name for n in range(1, step + 1) for name in AssistantForm.STEPS[n]}
    for name in [name for name in form.errors if name not in seen]:
        del form.errors[name]
    if not form.errors:
        try:
            data = form.cleaned_data
            checked_words(
                **{name: data.get(name, "") for name in ("name", "purpose", "theme", "access", "welcome")}
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)


def _take_what_came(request: HttpRequest, form: AssistantForm) -> None:
    """The picture, kept at once and carried by a ticket from step to step, and the colleagues picked by name."""
    form.chosen = chosen_people(request)
    if not form.data.get("removes_cover"):
        form.cover_kept = cover_of(request.POST.get("kept_cover", ""), by=request.viewer)
    given = form.cleaned_data.get("cover")
    if given:
        try:
            form.cover_kept = keep_cover(given)
        except Refused as refusal:
            form.add_error("cover", refusal.sentence)


def _show(
    request: HttpRequest,
    form: AssistantForm,
    step: int,
    may_create: bool,
    *,
    status: int = 200,
    template: Template | None = None,
    words: str = "",
) -> HttpResponse:
    key = (form.data.get("template") if form.is_bound else "") or ""
    template = template or find_template(key[:80], request.viewer)
    on = tools_typed(request) if form.is_bound and request.POST.get("has_tools") else _tools_of(template)
    return page(
        request,
        "web/communities/new.html",
        status=status,
        form=form,
        step=step,
        may_create=may_create,
        model=template,
        templates=[_choice(found, request.LANGUAGE_CODE) for found in all_templates(request.viewer)]
        if step == 1
        else [],
        tools=tool_choices(on),
        carried=[name for n, names in form.STEPS.items() if n != step for name in names if name != "cover"],
        kept_cover=ticket(form.cover_kept, by=request.viewer),
        cover_preview=preview(form.cover_kept) if form.cover_kept and step == 1 else "",
        chosen=form.chosen,
        words=words,
        found=find_guests(words),
        has_questions=bool(template and template.first_questions(request.LANGUAGE_CODE)),
    )


def _tools_of(template: Template | None) -> dict[str, str]:
    """A model's tools; without one, everything the network offers."""
    if template is not None:
        return dict.fromkeys(template.tools, "")
    return {choice["slug"]: "" for choice in tool_choices({})}


def _choice(found: Template, language: str) -> dict[str, Any]:
    return {
        "key": found.key,
        "name": found.text("name", language),
        "purpose": found.text("purpose", language),
        "theme": found.theme,
        "is_own": found.is_own,
    }


def drop_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Removes a saved model from what the assistant offers."""
    delete_template(template_id, by=request.viewer)
    return go(request, "/communities/new/", _("The model is removed; the communities opened with it stay."))


def _fields(request: HttpRequest, form: AssistantForm) -> dict[str, Any]:
    names = ("name", "purpose", "theme", "access", "category", "tags", "charter", "welcome")
    return {
        **{name: form.cleaned_data[name] for name in names},
        "hue": int(form.cleaned_data["hue"] or 0),
        "cover": form.cover_kept,
        "tools": tools_typed(request),
    }


def _create(request: HttpRequest, form: AssistantForm) -> HttpResponse:
    space = actions.create_community(
        **_fields(request, form), by=request.viewer, who_creates=request.network.who_creates
    )
    template = find_template(form.cleaned_data["template"], request.viewer)
    if template is not None and form.cleaned_data["has_first_texts"]:
        plant(space, template, by=request.viewer)
    lines = lines_of(form.cleaned_data["people"], may_be_empty=True)
    word, network = form.cleaned_data["word"], request.network.name
    report = invite_all(space, form.chosen, lines, by=request.viewer, word=word, network=network)
    if report["problems"]:
        names = ", ".join(line for line, _why in report["problems"][:5])
        return go(
            request,
            f"{space.url}host/invitations/",
            _("Open. These weren't found: %(names)s") % {"names": names},
        )
    return go(request, space.url, _("Your community is open. A first question brings it to life."))


def _file(request: HttpRequest, form: AssistantForm) -> HttpResponse:
    fields = {
        **_fields(request, form),
        "template": form.cleaned_data["template"],
        "people": form.cleaned_data["people"],
        "chosen": [person.key for person in form.chosen],
    }
    requests.file_community_request(fields, by=request.viewer)
    return go(
        request,
        "/communities/",
        _("Your idea is with the network team. Their answer will be under your bell."),
    )


def answer_invitation(request: HttpRequest, invitation: int) -> HttpResponse:
    """An invitation sent to the reader: what it is, yes or no."""
    return _answer(
        request,
        lambda: invitations.find_for_person(invitation, by=request.viewer),
        f"/communities/invitations/{encode(invitation)}/",
    )


def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link. It is read by signed-in people only."""
    return _answer(request, lambda: invitations.find_by_token(token[:100], by=request.viewer), request.path)


def _answer(request: HttpRequest, find: Any, address: str) -> HttpResponse:
    try:
        row: Invitation = find()
        if request.method == "POST" and request.POST.get("do") == "decline" and row.person_id:
            invitations.decline(row, by=request.viewer)
            return go(request, "/communities/", _("Declined. Nobody is told."))
        if request.method == "POST":
            return _accept(request, row)
    except invitations.Gone as gone:
        return page(
            request,
            "web/error.html",
            status=410,
            title=_("Too late for this one"),
            sentence=gone.sentence,
            code=410,
        )
    space, charter = row.space, charters.current(row.space)
    belongs = Membership.objects.filter(space=space, person=request.viewer).exists()
    card = reading.cards_of([space], request.viewer)[0]
    return page(
        request,
        "web/communities/invitation.html",
        row=row,
        space=space,
        card=card,
        charter=charter,
        address=address,
        belongs=belongs,
    )


def _accept(request: HttpRequest, row: Invitation) -> HttpResponse:
    given = request.POST.get("charter_version", "")
    space = invitations.accept(
        row, by=request.viewer, charter_version=int(given) if given.isdecimal() and len(given) < 5 else 0
    )
    return go(request, space.url, _("Welcome! You now belong to %(name)s.") % {"name": space.name})


def list_requests(request: HttpRequest) -> HttpResponse:
    """For administrators: communities asked for, and those that nobody hosts any more."""
    rows = CommunityRequest.objects.filter(state="open").select_related("person").order_by("created_at")
    return page(
        request,
        "web/communities/admin.html",
        requests=[{"row": row, "key": encode(row.id)} for row in rows[:100]],
        orphans=[_orphan(space) for space in _without_host()],
    )


def _without_host() -> list[Space]:
    """Communities without a running host; not the secret ones, of which administrators know nothing."""
    hosted = Membership.objects.filter(role="host", person__state="active").exclude(
        host_until_on__lt=clock.today()
    )
    rows = Space.objects.communities().filter(archived_at=None, is_everyone=False, member_count__gt=0)
    return list(
        rows.exclude(access="secret").exclude(id__in=hosted.values("space_id")).order_by("name")[:100]
    )


def _orphan(space: Space) -> dict[str, Any]:
    members = Person.objects.active().filter(memberships__space=space).by_name()[:200]
    return {"space": space, "key": encode(space.id), "members": list(members)}


def answer_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Opens the community asked for, with its first texts and invitations, or refuses with a word."""
    row = CommunityRequest.objects.filter(id=request_id).select_related("person").first()
    if row is None:
        raise NotFound
    accepts = request.POST.get("do") == "accept"
    space = requests.answer_community_request(
        row, accept=accepts, by=request.viewer, word=request.POST.get("word", "")
    )
    if space is None:
        return go(request, "/admin/communities/", _("Your word has been passed on."))
    template = find_template(row.fields.get("template", ""), row.person)
    if template is not None:
        plant(space, template, by=row.person)
    lines = lines_of(row.fields.get("people", ""), may_be_empty=True)
    chosen = Person.objects.active().filter(id__in=decode_keys(row.fields.get("chosen", [])))
    invite_all(space, chosen, lines, by=row.person, word="", network=request.network.name)
    return go(
        request,
        "/admin/communities/",
        _("%(name)s is open, hosted by %(person)s.") % {"name": space.name, "person": row.person.name},
    )


def name_host(request: HttpRequest) -> HttpResponse:
    """Names one of the members as host of a community that has none."""
    try:
        space_id, person_id = decode(request.POST.get("space", "")), decode(request.POST.get("person", ""))
    except ValueError:
        raise Refused(_("Choose one of the members."), field="person")
    space = next((found for found in _without_host() if found.id == space_id), None)
    person = Person.objects.filter(id=person_id, memberships__space_id=space_id).first()
    if space is None or person is None:
        raise NotFound
    actions.set_host(space, person, by=request.viewer)
    return go(request, "/admin/communities/", _("%(name)s now hosts it.") % {"name": person.name})
