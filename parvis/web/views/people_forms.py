"""What the profile, first-visit and import pages ask for. Not here: what is done with it (accounts.profile)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parvis.people.models import Person, ProfileField, Subject
from parvis.people.visibility import HIDEABLE, value_name


def split_words(text: str) -> list[str]:
    """The entries of a list typed with commas, semicolons or on lines of their own."""
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


class BasicsForm(forms.Form):
    """Role, department, site, manager, languages: what administrators may set too."""

    display_name = forms.CharField(label=_("Name"), max_length=120)
    job_title = forms.CharField(label=_("Role"), max_length=160, required=False)
    department = forms.CharField(label=_("Department"), max_length=120, required=False)
    site = forms.CharField(label=_("Site"), max_length=120, required=False)
    manager = forms.CharField(
        label=_("Manager"),
        max_length=320,
        required=False,
        help_text=_("Their name, or their e-mail address."),
    )
    languages = forms.CharField(
        label=_("Languages I speak"), max_length=400, required=False, help_text=_("Separated by commas.")
    )

    def __init__(self, *args: Any, fields: list[ProfileField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = fields
        for one in fields:
            self.fields[value_name(one)] = _field_for(one)

    def basics(self) -> dict[str, Any]:
        """The columns of the profile, but for the manager, whom the view looks up."""
        data = self.cleaned_data
        columns = {name: data[name] for name in ("display_name", "job_title", "department", "site")}
        return {**columns, "languages": split_words(data["languages"])}

    def values(self) -> dict[ProfileField, str]:
        """What was filled in the administrator's fields."""
        return {one: str(self.cleaned_data[value_name(one)] or "") for one in self.extra}


class ProfileForm(BasicsForm):
    """One's own profile, and who sees each line."""

    ask = forms.CharField(
        label=_("Ask me about"),
        max_length=1800,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What do colleagues come to you for? Three words will do, separated by commas."),
    )
    interest = forms.CharField(
        label=_("Interests"),
        max_length=1800,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("At work or elsewhere, separated by commas."),
    )
    bio = forms.CharField(
        label=_("About me"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    hidden = forms.MultipleChoiceField(
        label=_("Only I see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you tick is shown to nobody else and found by no search."),
    )
    is_hidden = forms.BooleanField(
        label=_("Leave me out of the directory"),
        required=False,
        help_text=_("Your name stays beside what you write; your profile is shown to nobody."),
    )

    def __init__(self, *args: Any, hideable: list[ProfileField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fr"
        names = [*HIDEABLE.items(), *((value_name(one), one.label(language)) for one in hideable)]
        self.fields["hidden"].choices = names  # type: ignore[attr-defined]


def _field_for(field: ProfileField) -> forms.Field:
    label = field.label(get_language() or "fr")
    if field.type == "choice":
        options = [("", "—"), *((value, value) for value in field.choices)]
        return forms.ChoiceField(label=label, choices=options, required=False)
    if field.type == "date":
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, widget=widget, required=False)
    if field.type == "link":
        return forms.URLField(label=label, max_length=400, required=False, assume_scheme="https")
    return forms.CharField(label=label, max_length=400, required=False)


def profile_initial(person: Person, subjects: list[Subject], values: dict[str, str]) -> dict[str, Any]:
    """What the form shows of a profile before it is changed."""
    listed = {
        kind: ", ".join(one.label for one in subjects if one.kind == kind) for kind in ("ask", "interest")
    }
    columns = {
        name: getattr(person, name) for name in ("display_name", "job_title", "department", "site", "bio")
    }
    manager = person.manager.display_name if person.manager else ""
    return {
        **columns,
        **listed,
        **values,
        "manager": manager,
        "languages": ", ".join(person.languages),
        "hidden": person.hidden_fields,
        "is_hidden": person.is_hidden,
    }


class PhotoForm(forms.Form):
    """A picture of oneself."""

    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("A face, rather than a logo. We keep a small square of it, without date or place."),
    )


class HelloForm(forms.Form):
    """One line to say hello."""

    hello = forms.CharField(
        label=_("One line of hello"),
        max_length=280,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 280}),
        help_text=_("Who you are, what brings you here, what you are looking for."),
    )


class ImportForm(forms.Form):
    """A CSV of people, as a file or pasted."""

    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(
        label=_("or the lines themselves"),
        required=False,
        max_length=1_500_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    updates = forms.BooleanField(
        label=_("Also bring people already here up to date"),
        required=False,
        initial=True,
        help_text=_("Found again by e-mail or user name. An empty cell changes nothing."),
    )
    invites = forms.BooleanField(
        label=_("Invite new people by e-mail"),
        required=False,
        help_text=_("Each gets a link that opens their account."),
    )
