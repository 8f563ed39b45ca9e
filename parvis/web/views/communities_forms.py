"""The forms of communities: reading and checking what is typed. Not here: the rules (membership)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.people.models import Person
from parvis.spaces.models import AccessType, Theme

HUES = [(str(number), str(number)) for number in range(10)]


class WordsForm(forms.Form):
    """What a community is."""

    name = forms.CharField(label=_("Name"), max_length=120)
    purpose = forms.CharField(
        label=_("What it is for, in one sentence"),
        max_length=240,
        help_text=_("People decide by this sentence whether to come in."),
    )
    theme = forms.ChoiceField(
        label=_("Kind of community"),
        choices=Theme.choices,
        widget=forms.RadioSelect,
        initial=Theme.PROFESSIONAL,
    )
    category = forms.CharField(
        label=_("Category"),
        max_length=80,
        required=False,
        help_text=_("One or two words, to stand beside its like in the directory."),
    )
    tags = forms.CharField(
        label=_("Tags"), max_length=300, required=False, help_text=_("Separated by commas.")
    )
    welcome = forms.CharField(
        label=_("Welcome message"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Shown to newcomers on their first days."),
    )

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]


class AssistantForm(WordsForm):
    """The whole assistant; each step shows its part and carries the rest."""

    # What comes with the form without being typed: the hash of its cover, and the colleagues chosen by name.
    cover_kept: str = ""
    chosen: Sequence[Person] = ()

    access = forms.ChoiceField(
        label=_("Who can come in"),
        choices=AccessType.choices,
        widget=forms.RadioSelect,
        initial=AccessType.OPEN,
    )
    hue = forms.ChoiceField(label=_("Colour"), choices=HUES, required=False, initial="0")
    cover = forms.FileField(
        label=_("Cover picture"),
        required=False,
        help_text=_("A wide picture; JPEG, PNG or WebP. Its place and date are removed."),
    )
    removes_cover = forms.BooleanField(label=_("Remove the cover"), required=False)
    charter = forms.CharField(
        label=_("Charter"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The rules people accept when they come in. A few lines are enough, or none."),
    )
    template = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    people = forms.CharField(
        label=_("Names or e-mail addresses, as a list"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )
    word = forms.CharField(
        label=_("A word to them"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    has_first_texts = forms.BooleanField(
        label=_("Begin with its “start here” and three first questions"), required=False, initial=True
    )

    STEPS = {
        1: ("template", "name", "purpose", "theme", "access", "category", "tags", "hue", "cover"),
        2: ("charter", "welcome", "has_first_texts"),
        3: ("people", "word"),
    }

    def fields_of(self, step: int) -> list[Any]:
        """The bound fields of one step."""
        return [self[name] for name in self.STEPS[step]]


class LookForm(forms.Form):
    """The colour and the cover."""

    hue = forms.TypedChoiceField(label=_("Colour"), choices=HUES, coerce=int)
    cover = forms.FileField(
        label=_("Cover picture"),
        required=False,
        help_text=_("A wide picture; JPEG, PNG or WebP. Its place and date are removed."),
    )
    removes_cover = forms.BooleanField(label=_("Remove the cover"), required=False)


class CharterForm(forms.Form):
    """The text of the charter."""

    charter = forms.CharField(
        label=_("Charter"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("In Markdown. Members are asked to accept each new version; leave empty for none."),
    )


class InviteForm(forms.Form):
    """Whom to invite: lines of names and addresses, or a CSV file."""

    people = forms.CharField(
        label=_("Names or e-mail addresses, as a list"),
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )
    csv = forms.FileField(
        label=_("Or a CSV file"), required=False, help_text=_("With a column “email” or “name”.")
    )
    word = forms.CharField(
        label=_("A word to them"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
