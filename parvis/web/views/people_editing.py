"""Changing a profile, one's own or as an administrator, and the portrait. Not here: reading it (people)."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import profile
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.images import MAX_SOURCE_BYTES
from parvis.kernel.words import sort_key
from parvis.membership.everyone import person_changed
from parvis.people.models import Person, ProfileField, ProfileValue
from parvis.people.visibility import subjects_of, value_name
from parvis.toolkit.pages import go, page
from parvis.web.views.accounts_forms import posted, show_refusal
from parvis.web.views.accounts_settings import rail_links
from parvis.web.views.people_forms import BasicsForm, PhotoForm, ProfileForm, profile_initial, split_words


def edit_profile(request: HttpRequest, person: int) -> HttpResponse:
    """One's own profile; an administrator gets the lines the organisation may set."""
    if person == request.viewer.id:
        return _edit_own(request)
    require("site.administer", by=request.viewer)
    return _edit_as_administrator(request, _find(person))


def _find(key: int) -> Person:
    found = Person.objects.select_related("manager").filter(id=key).first()
    if found is None:
        raise NotFound
    return found


def _edit_own(request: HttpRequest) -> HttpResponse:
    person = _find(request.viewer.id)
    every = list(ProfileField.objects.all())
    mine = [one for one in every if one.is_filled_by_person or person.is_administrator]
    initial = profile_initial(person, subjects_of([person.id]).get(person.id, []), _values(person))
    form = ProfileForm(posted(request), initial=initial, fields=mine, hideable=every)
    if request.method == "POST":
        try:
            return _save_own(request, person, form)
        except Refused as refusal:
            show_refusal(form, refusal)
    return _own_page(request, person, form, PhotoForm())


def _own_page(request: HttpRequest, person: Person, form: Any, photo_form: PhotoForm) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return page(
        request,
        "web/people/edit.html",
        status=status,
        person=person,
        form=form,
        photo_form=photo_form,
        links=rail_links(request),
        extra=[value_name(one) for one in getattr(form, "extra", [])],
    )


def _save_own(request: HttpRequest, person: Person, form: ProfileForm) -> HttpResponse:
    if not form.is_valid():
        raise Refused(_("Look at the fields marked below."))
    data = form.cleaned_data
    manager = find_manager(data["manager"], now=person.manager)
    profile.revise_profile(person, by=person, manager=manager, bio=data["bio"], **form.basics())
    for kind in ("ask", "interest"):
        profile.set_subjects(person, kind, split_words(data[kind]), by=person)
    profile.fill_values(person, form.values(), by=person)
    profile.set_visibility(person, hidden=data["hidden"], is_hidden=data["is_hidden"], by=person)
    person_changed(person)
    return go(request, person.url, _("Your profile is up to date."))


def _edit_as_administrator(request: HttpRequest, person: Person) -> HttpResponse:
    initial = profile_initial(person, [], _values(person))
    form = BasicsForm(posted(request), initial=initial, fields=list(ProfileField.objects.all()))
    if request.method == "POST":
        try:
            return _save_as_administrator(request, person, form)
        except Refused as refusal:
            show_refusal(form, refusal)
    status = 422 if request.method == "POST" else 200
    extra = [value_name(one) for one in form.extra]
    return page(request, "web/people/edit_other.html", status=status, person=person, form=form, extra=extra)


def _save_as_administrator(request: HttpRequest, person: Person, form: BasicsForm) -> HttpResponse:
    if not form.is_valid():
        raise Refused(_("Look at the fields marked below."))
    manager = find_manager(form.cleaned_data["manager"], now=person.manager)
    profile.revise_profile(person, by=request.viewer, manager=manager, **form.basics())
    profile.fill_values(person, form.values(), by=request.viewer)
    person_changed(person)
    return go(request, person.url, _("The profile of %(name)s is up to date.") % {"name": person.name})


def _values(person: Person) -> dict[str, str]:
    rows = ProfileValue.objects.filter(person=person).select_related("field")
    return {value_name(row.field): row.value for row in rows}


def find_manager(typed: str, *, now: Person | None) -> Person | None:
    """The listed person of this e-mail or name; the present one when their name stands there unchanged.

    Raises Refused when nobody, or more than one, answers to it.
    """
    typed = typed.strip()
    if not typed or (now is not None and typed == now.display_name):
        return now if typed else None
    rows = Person.objects.listed()
    if "@" in typed:
        rows = rows.filter(Exact(Lower("email"), typed.lower()))
    else:
        rows = rows.filter(sort_key=sort_key(typed))
    found = list(rows[:2])
    if len(found) == 2:
        raise Refused(_("Several people have this name: give the e-mail address."), field="manager")
    if not found:
        raise Refused(_("Nobody in the directory answers to this. Check the spelling."), field="manager")
    return found[0]


def change_photo(request: HttpRequest, person: int) -> HttpResponse:
    """Sets one's own portrait."""
    if person != request.viewer.id:
        raise NotFound
    form = PhotoForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refused(_("Choose a picture."), field="photo")
        profile.set_photo(
            request.viewer, form.cleaned_data["photo"].read(MAX_SOURCE_BYTES + 1), by=request.viewer
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return _photo_refused(request, form)
    return go(request, f"{request.viewer.url}edit/", _("Here you are."))


def _photo_refused(request: HttpRequest, photo_form: PhotoForm) -> HttpResponse:
    person = _find(request.viewer.id)
    every = list(ProfileField.objects.all())
    initial = profile_initial(person, subjects_of([person.id]).get(person.id, []), _values(person))
    mine = [one for one in every if one.is_filled_by_person or person.is_administrator]
    return _own_page(request, person, ProfileForm(initial=initial, fields=mine, hideable=every), photo_form)


def remove_photo(request: HttpRequest, person: int) -> HttpResponse:
    """Takes one's own portrait away."""
    if person != request.viewer.id:
        raise NotFound
    profile.remove_photo(request.viewer, by=request.viewer)
    return go(request, f"{request.viewer.url}edit/", _("Your photo is gone."))
