"""Administration of people: accounts, groups, fields of the profile. Not here: the rules (administration, groups…)."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts import mail, passwords, profile_fields
from parvis.config import config
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.membership import groups
from parvis.people.models import Group, Person, PersonState, ProfileField
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web import administration
from parvis.web.views.accounts_forms import posted, show_refusal
from parvis.web.views.admin import answer
from parvis.web.views.admin_forms import AccountForm, FieldForm, GroupForm, PersonForm


def list_accounts(request: Request) -> HttpResponse:
    """Everybody, in every state, by name."""
    words, state = request.GET.get("q", "")[:120], request.GET.get("state", "")[:20]
    found = administration.find_accounts(
        by=request.viewer, words=words, state=state, after=request.GET.get("after", "")[:13]
    )
    return page(
        request,
        "web/admin/people.html",
        found=found,
        q=words,
        state=state,
        states=PersonState.choices,
        has_mail=mail.is_configured(),
    )


def add_account(request: Request) -> HttpResponse:
    """A new account."""
    form = AccountForm(posted(request), initial={"language": request.network.language, "invites": True})
    return answer(
        request,
        form,
        lambda data: administration.add_account(by=request.viewer, **data),
        template="web/admin/person_new.html",
        to="/admin/people/?state=unclaimed",
        sentence=_("Added."),
        has_mail=mail.is_configured(),
    )


def invite_waiting(request: Request) -> HttpResponse:
    """Writes to everybody who was never invited."""
    count = administration.invite_waiting(by=request.viewer)
    sentence = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", count) % {
        "n": count
    }
    return go(request, "/admin/people/?state=unclaimed", sentence)


def edit_account(request: Request, person: int) -> HttpResponse:
    """One account: what the organisation knows of someone, and what can be done."""
    return _account(request, administration.find_account(person, by=request.viewer))


def _account(request: Request, person: Person, **context: Any) -> HttpResponse:
    added = list(ProfileField.objects.all())
    form = PersonForm(
        posted(request) if request.POST.get("do") == "save" else None,
        fields=added,
        language=request.LANGUAGE_CODE,
        initial=PersonForm.initial_of(person),
    )
    if form.is_bound and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name not in form.added}
        try:
            administration.change_account(person, by=request.viewer, values=form.values(), **data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return go(request, f"/admin/people/{person.key}/", _("Saved."))
    status = 422 if form.is_bound and form.errors else 200
    return page(
        request,
        "web/admin/person.html",
        status=status,
        form=form,
        person=person,
        has_mail=mail.is_configured(),
        **context,
    )


def change_standing(request: Request, person: int, act: str) -> HttpResponse:
    """Invites, suspends, reopens, names administrator…"""
    found = administration.find_account(person, by=request.viewer)
    sentence = administration.change_standing(found, act, by=request.viewer)
    return go(request, f"/admin/people/{found.key}/", sentence)


def show_secret(request: Request, person: int, which: str) -> HttpResponse:
    """A one-time link or an access code, shown this once: never in an address, never kept."""
    found = administration.find_account(person, by=request.viewer)
    if which == "link":
        secret = config.url + administration.issue_sign_in_link(found, by=request.viewer)
    elif which == "code":
        secret = passwords.issue_access_code(found, by=request.viewer)
    else:
        raise NotFound
    return page(
        request, "web/admin/person_secret.html", person=found, secret=secret, which=which, url=config.url
    )


def list_groups(request: Request) -> HttpResponse:
    """Groups, how many people each has and how many communities it opens."""
    people = Count("people", distinct=True, filter=Q(people__state="active"))
    rows = Group.objects.annotate(person_count=people, grant_count=Count("grants", distinct=True)).order_by(
        "name"
    )
    return page(
        request, "web/admin/groups.html", groups=[{"row": row, "key": encode(row.id)} for row in rows]
    )


def edit_group(request: Request, group: int | None = None) -> HttpResponse:
    """A new group, or a change to one."""
    row = _group(group) if group is not None else None
    form = GroupForm(posted(request), request.FILES or None, initial=_initial_of_group(row))

    def write(data: dict[str, Any]) -> None:
        saved = groups.save_group(name=data["name"], rule=form.rule(), group=row, by=request.viewer)
        if not form.rule():
            groups.set_people(saved, _people_of(data), by=request.viewer)

    members = list(row.people.by_name()[:24]) if row else []
    return answer(
        request,
        form,
        write,
        template="web/admin/group.html",
        to="/admin/groups/",
        sentence=_("Saved."),
        group=row,
        key=encode(row.id) if row else "",
        members=members,
        total=row.people.count() if row else 0,
    )


def _group(key: int) -> Group:
    found = Group.objects.filter(id=key).first()
    if found is None:
        raise NotFound
    return found


def _initial_of_group(row: Group | None) -> dict[str, Any]:
    if row is None:
        return {}
    lines = {name: "\n".join(values) for name, values in row.rule.items() if name != "language"}
    names = (
        [] if row.rule else [person.email or person.username or "" for person in row.people.by_name()[:5000]]
    )
    return {"name": row.name, "language": row.rule.get("language", []), "people": "\n".join(names), **lines}


def _people_of(data: dict[str, Any]) -> list[Person]:
    """The people listed. Raises Refused naming the first line that is nobody."""
    lines = [line.strip() for line in data["people"].splitlines() if line.strip()]
    if data["csv"] is not None:
        lines += _csv_column(data["csv"].read(2_000_000))
    wanted = {line.casefold() for line in lines}
    found = Person.objects.exclude(state=PersonState.LEFT)
    by_name: dict[str, Person] = {}
    for start in range(0, len(lines), 2000):
        part = lines[start : start + 2000]
        rows = found.extra(
            where=["lower(email) = ANY(%s) OR lower(username) = ANY(%s)"],
            params=[[x.lower() for x in part]] * 2,
        )
        by_name |= {
            name.casefold(): person for person in rows for name in (person.email, person.username) if name
        }
    unknown = sorted(wanted - by_name.keys())
    if unknown:
        raise Refused(
            _("“%(line)s” is nobody here: an e-mail address or a user name, one a line.")
            % {"line": unknown[0][:80]},
            field="people",
        )
    return [by_name[name] for name in sorted(wanted)]


def _csv_column(data: bytes) -> list[str]:
    text = data.decode("utf-8-sig", errors="replace")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    at = next(
        (heads.index(name) for name in ("email", "e-mail", "username", "user name") if name in heads), None
    )
    if at is None:
        raise Refused(_("This file has no column called “email”."), field="csv")
    return [row[at].strip() for row in rows[1:] if len(row) > at and row[at].strip()]


def delete_group(request: Request, group: int) -> HttpResponse:
    """Removes a group, and the memberships it gave."""
    groups.delete_group(_group(group), by=request.viewer)
    return go(request, "/admin/groups/", _("Removed."))


def list_fields(request: Request) -> HttpResponse:
    """The fields added to profiles, in their order."""
    rows = ProfileField.objects.annotate(filled=Count("values"))
    return page(
        request,
        "web/admin/fields.html",
        fields=[
            {"row": row, "key": encode(row.id), "label": row.label(request.LANGUAGE_CODE)} for row in rows
        ],
    )


def edit_field(request: Request, field: int | None = None) -> HttpResponse:
    """A new field, or a change to one."""
    row = _field(field) if field is not None else None
    names = ("label_fr", "label_en", "type", "is_filled_by_person", "is_visible", "is_filter")
    initial: dict[str, Any] = {"is_filled_by_person": True, "is_visible": True}
    if row is not None:
        initial = {**{name: getattr(row, name) for name in names}, "choices": "\n".join(row.choices)}
    form = FieldForm(posted(request), initial=initial)

    def write(data: dict[str, Any]) -> None:
        choices = data.pop("choices").splitlines()
        profile_fields.save_field(field=row, choices=choices, by=request.viewer, **data)

    return answer(
        request,
        form,
        write,
        template="web/admin/field.html",
        to="/admin/fields/",
        sentence=_("Saved."),
        key=encode(row.id) if row else "",
        filled=row.values.count() if row else 0,
    )


def _field(key: int) -> ProfileField:
    found = ProfileField.objects.filter(id=key).first()
    if found is None:
        raise NotFound
    return found


def change_field(request: Request, field: int, act: str) -> HttpResponse:
    """Moves a field up or down, or removes it."""
    row = _field(field)
    if act == "delete":
        profile_fields.delete_field(row, by=request.viewer)
        return go(request, "/admin/fields/", _("Removed."))
    if act not in ("up", "down"):
        raise NotFound
    profile_fields.move_field(row, -1 if act == "up" else 1, by=request.viewer)
    return go(request, "/admin/fields/")
