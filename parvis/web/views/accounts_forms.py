"""What the account pages ask for, parsed and bounded. Not here: what is done with it (accounts)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from parvis.kernel.errors import Refused
from parvis.people.models import LANGUAGES


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is an empty form, a GET is none."""
    return request.POST if request.method == "POST" else None


def show_refusal(form: forms.Form, refusal: Refused) -> None:
    """Puts a refusal at the field at fault, so that the form comes back filled with its sentence."""
    if form.errors and not refusal.field:
        return  # the fields say it already
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)


def _password(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, widget=widget, max_length=200, strip=False, **options)


class SignInForm(forms.Form):
    """E-mail or user name, with a password or a printed access code."""

    who = forms.CharField(
        label=_("E-mail or user name"),
        max_length=320,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = _password(_("Password or access code"), "current-password")


class AskForm(forms.Form):
    """For whom a code, a link or a new password is asked."""

    who = forms.CharField(
        label=_("E-mail"),
        max_length=320,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "inputmode": "email"}
        ),
    )


class CodeForm(forms.Form):
    """The code that came by mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "class": "input-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class NewPasswordForm(forms.Form):
    """A password chosen, typed once: it can be shown, and reset when mistyped."""

    password = _password(
        _("New password"),
        "new-password",
        help_text=_("At least 10 characters. Three or four words make a good one."),
    )


class OptionalPasswordForm(NewPasswordForm):
    """The same on a first visit, where a code or a link will do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False


class ChangePasswordForm(NewPasswordForm):
    """A new password for someone signed in; the current one too, when there is one."""

    field_order = ("current", "password")
    current = _password(_("Current password"), "current-password")

    def __init__(self, *args: Any, needs_current: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_current:
            del self.fields["current"]


class ProgramForm(forms.Form):
    """A password for a program: what one calls it, what it opens, and the password again when there is one."""

    name = forms.CharField(
        label=_("Which program is it for?"),
        max_length=60,
        help_text=_("Your own words, such as “Laptop at home” or “My phone”."),
    )
    scope = forms.ChoiceField(label=_("What it opens"))
    current = _password(_("Current password"), "current-password")

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], needs_current: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        if not needs_current:
            del self.fields["current"]


class EmailForm(forms.Form):
    """A new address, and the password again when there is one."""

    email = forms.EmailField(
        label=_("New e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    current = _password(_("Current password"), "current-password")

    def __init__(self, *args: Any, needs_current: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_current:
            del self.fields["current"]


class PreferencesForm(forms.Form):
    """How the network looks and writes to one person."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("system", _("As my device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )
    text_size = forms.ChoiceField(
        label=_("Text size"),
        choices=[("100", _("Normal")), ("112", _("Larger")), ("125", _("Largest"))],
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    stream_order = forms.ChoiceField(
        label=_("Order of my stream"),
        choices=[("activity", _("Last activity first")), ("date", _("Newest first"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, zones: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]


class BlogForm(forms.Form):
    """The name and promise of one's own blog."""

    name = forms.CharField(label=_("Name of the blog"), max_length=120)
    purpose = forms.CharField(
        label=_("Its promise, in a sentence"),
        max_length=240,
        required=False,
        help_text=_('What readers will find: "An idea from the workshop every other Friday."'),
    )
