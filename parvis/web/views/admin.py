"""Administration: the first screen, the opening's checklist, name and look, the logo.

Not here: people, groups and fields (admin_people), rules and mail (admin_settings), home, imports, work (admin_site).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts import mail
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import Stored
from parvis.kernel.files_serving import answer_file
from parvis.membership.templates import all_templates
from parvis.people.models import Person
from parvis.spaces.models import Theme
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web import brand, opening, practice, site_settings
from parvis.web.views.accounts_forms import posted, show_refusal
from parvis.web.views.admin_forms import (
    AnnouncementForm,
    CommunityForm,
    LookForm,
    PioneersForm,
    SetUpForm,
    SponsorForm,
)

LOGO_BYTES = 8 * 2**20


def answer(
    request: Request,
    form: forms.Form,
    write: Callable[[dict[str, Any]], object],
    *,
    template: str,
    to: str,
    sentence: str,
    **context: Any,
) -> HttpResponse:
    """The life of a form: shown, refused and shown again as it was typed (422), or written and left for `to`."""
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return go(request, to, sentence)
    return page(request, template, status=422 if request.method == "POST" else 200, form=form, **context)


def set_up(request: Request) -> HttpResponse:
    """The first screen: name, logo, colour, language, and who the administrator is."""
    row, me = request.network, request.viewer
    initial = {
        **_look_of(row, is_new=row.set_up_at is None),
        "own_name": me.name,
        "own_email": me.email or "",
    }
    form = SetUpForm(posted(request), request.FILES or None, initial=initial)
    if request.method == "POST" and request.POST.get("do") == "preview":
        return _preview_page(request, form, "web/admin/setup.html")

    def write(data: dict[str, Any]) -> None:
        site_settings.end_set_up(
            by=me,
            own_name=data.pop("own_name"),
            own_email=data.pop("own_email"),
            language=data["language"],
        )
        site_settings.set_look(by=me, **_with_bytes(data))
        opening.prepare_everyone(by=me)
        practice.open_practice(by=me, language=data["language"])

    return answer(
        request,
        form,
        write,
        template="web/admin/setup.html",
        to="/admin/",
        sentence=_("It has its name. Now, its people."),
        **_verdict(form),
    )


def _look_of(row: Any, *, is_new: bool = False) -> dict[str, Any]:
    name = "" if is_new and row.name == "Parvis" else row.name
    return {
        "name": name,
        "promise": row.promise,
        "language": row.language,
        "colour": site_settings.colour_of(row.hue),
    }


def _with_bytes(data: dict[str, Any]) -> dict[str, Any]:
    """The logo as bytes; nothing larger than a picture of a logo can be."""
    given = data.pop("logo", None)
    if given is not None and given.size > LOGO_BYTES:
        raise Refused(_("This picture is too large. Please take a smaller one."), field="logo")
    return {**data, "logo": given.read() if given is not None else None}


def edit_look(request: Request) -> HttpResponse:
    """Name, promise, language, colour, logo."""
    row = request.network
    form = LookForm(posted(request), request.FILES or None, initial=_look_of(row), has_logo=bool(row.logo))
    if request.method == "POST" and request.POST.get("do") == "preview":
        return _preview_page(request, form, "web/admin/look.html")
    return answer(
        request,
        form,
        lambda data: site_settings.set_look(by=request.viewer, **_with_bytes(data)),
        template="web/admin/look.html",
        to="/admin/look/",
        sentence=_("Saved."),
        **_verdict(form),
    )


def _verdict(form: forms.Form) -> dict[str, Any]:
    """What the colour in the form comes to; nothing for what isn't one."""
    try:
        palette, sentence = brand.verdict(str(form["colour"].value()))
    except Refused as refusal:
        return {"verdict": refusal.sentence, "is_readable": False}
    return {"verdict": sentence, "is_readable": True, "palette": palette}


def _preview_page(request: Request, form: forms.Form, template: str) -> HttpResponse:
    """Without a script: the whole page in the colour asked for, nothing kept."""
    found = _verdict(form)
    if "palette" in found:
        found["brand_url"] = f"/brand.css?h={found['palette'].hue}"
    form.is_valid()
    return page(request, template, form=form, is_preview=True, **found)


def preview_look(request: Request) -> HttpResponse:
    """For the script: the shades of a colour, and whether they can be read."""
    try:
        palette, sentence = brand.verdict(request.GET.get("colour", "")[:10])
    except Refused as refusal:
        return JsonResponse({"verdict": refusal.sentence})
    tokens = {
        f"--{name}": f"light-dark({palette.light[name]}, {palette.dark[name]})" for name in palette.light
    }
    return JsonResponse({"tokens": tokens, "verdict": sentence})


def show_logo(request: Request, version: str) -> HttpResponseBase:
    """The network's logo, which everybody may see; any other address is nothing."""
    digest = request.network.logo
    if not digest or version != f"{digest[:16]}.png":
        raise NotFound
    stored = Stored(digest, 0, "image/png", "logo.png")
    return answer_file(stored, inline=True, max_age=31_536_000, to=request)


def show_opening(request: Request) -> HttpResponse:
    """The checklist: each step is done here, and ticked by what is really there."""
    if request.network.set_up_at is None:
        return go(request, "/admin/setup/")
    return _opening(request)


def _opening(request: Request, *, status: int = 200, **forms_given: forms.Form) -> HttpResponse:
    me = request.viewer
    state = opening.state_of(request.network, me)
    opening.remember(state, request.network)
    shown = {step: forms_given.get(step) or _form_of(step, me) for step in opening.STEPS}
    sponsor = Person.objects.filter(id=state.sponsor_id).first() if state.sponsor_id else None
    needs_password = not me.has_usable_password() and not mail.is_configured()
    return page(
        request,
        "web/admin/opening.html",
        status=status,
        opening=state,
        forms=shown,
        sponsor=sponsor,
        needs_password=needs_password,
        is_first=next((step.slug for step in state.steps if not step.is_done), ""),
        open_step=next(iter(forms_given), request.GET.get("step", "")),
        practice=practice.find_practice(request.network),
    )


def _form_of(step: str, me: Person, data: Any = None) -> forms.Form:
    made: dict[str, Callable[[], forms.Form]] = {
        "pioneers": lambda: PioneersForm(data, auto_id="pioneers_%s"),
        "work": lambda: CommunityForm(data, templates=_templates(Theme.PROFESSIONAL, me), auto_id="work_%s"),
        "interest": lambda: CommunityForm(
            data, templates=_templates(Theme.INTEREST, me), auto_id="interest_%s"
        ),
        "sponsor": lambda: SponsorForm(data, auto_id="sponsor_%s"),
        "announcement": lambda: AnnouncementForm(data, auto_id="announcement_%s"),
    }
    return made[step]()


def _templates(theme: str, me: Person) -> list[tuple[str, str]]:
    return [
        (found.key, found.text("name", me.language)) for found in all_templates(me) if found.theme == theme
    ]


def do_step(request: Request, step: str) -> HttpResponse:
    """Does one step of the opening; refused, its form comes back as it was typed."""
    if step not in opening.STEPS:
        raise NotFound
    form = _form_of(step, request.viewer, request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Look at the fields marked below."))
        sentence = _write_step(step, form.cleaned_data, request)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _opening(request, status=422, **{step: form})
    return go(request, "/admin/", sentence)


def _write_step(step: str, data: dict[str, Any], request: Request) -> str:
    me = request.viewer
    if step == "pioneers":
        people = opening.people_in(data["people"])
        count = opening.invite_all(people, by=me, word=data["word"], language=request.network.language)
        return ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", count) % {
            "n": count
        }
    if step == "sponsor":
        person = opening.name_sponsor(by=me, **data)
        return _("%(name)s is the sponsor.") % {"name": person.name}
    if step == "announcement":
        opening.announce(data["text"], by=me)
        return _("Announced, to everyone.")
    theme = Theme.PROFESSIONAL if step == "work" else Theme.INTEREST
    space = opening.open_from_template(theme=theme, by=me, **data)
    return _("%(name)s is open.") % {"name": space.name}
