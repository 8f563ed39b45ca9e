"""A form with every kind of widget, for the style guide. Not here: any form that is used."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label=_("Your name"), max_length=80)
    role = forms.CharField(
        label=_("What you do"), required=False, help_text=_("As you'd say it to a newcomer.")
    )
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    born = forms.DateField(
        label=_("Here since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    bio = forms.CharField(
        label=_("A few words about you"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.FileField(
        label=_("Photo"), required=False, help_text=_("A face helps people dare to write.")
    )
    mail = forms.ChoiceField(
        label=_("A mail for what is for you"),
        widget=forms.RadioSelect,
        choices=[("now", _("At once")), ("day", _("Once a day")), ("never", _("Never"))],
    )
    is_listed = forms.BooleanField(
        label=_("Show me in the directory"),
        required=False,
        help_text=_("Colleagues of your communities still see you."),
    )


def sample_form() -> SampleForm:
    """As it is first shown."""
    return SampleForm(initial={"name": "Claire Moreau", "mail": "day", "is_listed": True}, auto_id="a_%s")


def wrong_form() -> SampleForm:
    """As it comes back with two things to look at."""
    form = SampleForm({"name": "", "email": "claire@", "language": "fr", "mail": "day"}, auto_id="b_%s")
    form.is_valid()
    return form
