"""What administration asks for, parsed and bounded. Not here: what is done with it (web.site_settings and its like)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.people.models import LANGUAGES, Person, ProfileField

EVERY_LANGUAGE = [*LANGUAGES]


class Colour(forms.TextInput):
    """The browser's own colour picker."""

    input_type = "color"


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class LookForm(forms.Form):
    """Name, colour, language, logo."""

    name = forms.CharField(
        label=_("Name of the network"), max_length=80, help_text=_("It stands in every page and mail.")
    )
    promise = forms.CharField(label=_("Its promise, in a sentence"), max_length=240, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=EVERY_LANGUAGE,
        widget=forms.RadioSelect,
        help_text=_("For visitors and new accounts; everybody chooses their own afterwards."),
    )
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        widget=Colour,
        help_text=_("We take its hue, and make shades of it that can be read."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("Square, PNG, JPEG or WebP."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    removes_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    def __init__(self, *args: Any, has_logo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logo"].widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"})
        if not has_logo:
            del self.fields["removes_logo"]


class SetUpForm(LookForm):
    """The first screen: the same, and who the administrator is."""

    own_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    own_email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("To sign in again, and to be written to."),
    )


class PioneersForm(forms.Form):
    """Whom to invite, and a word to them."""

    people = forms.CharField(
        label=_("Their addresses"),
        max_length=20_000,
        widget=_area(5),
        help_text=_("One a line: claire@example.org, or Claire Moreau <claire@example.org>."),
    )
    word = forms.CharField(label=_("A word to them"), max_length=400, required=False, widget=_area(2))


class CommunityForm(forms.Form):
    """A community from a template."""

    template = forms.ChoiceField(label=_("Template"))
    name = forms.CharField(label=_("Its name"), max_length=120)

    def __init__(self, *args: Any, templates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = templates  # type: ignore[attr-defined]


class SponsorForm(forms.Form):
    """Who the sponsor is."""

    is_me = forms.BooleanField(label=_("It's me"), required=False)
    name = forms.CharField(label=_("Their name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Their e-mail"), max_length=254, required=False)


class AnnouncementForm(forms.Form):
    """A few words to everyone."""

    text = forms.CharField(label=_("Your words"), max_length=4000, widget=_area(4))


class AccountForm(forms.Form):
    """A new account."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        required=False,
        help_text=_("For someone without e-mail: they sign in by it and a printed access code."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=EVERY_LANGUAGE)
    job_title = forms.CharField(label=_("Role"), max_length=120, required=False)
    department = forms.CharField(label=_("Department"), max_length=120, required=False)
    site = forms.CharField(label=_("Site"), max_length=120, required=False)
    invites = forms.BooleanField(label=_("Write the invitation at once"), required=False)


class PersonForm(forms.Form):
    """What the organisation knows of someone, with the fields it added."""

    display_name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    username = forms.CharField(label=_("User name"), max_length=60, required=False)
    job_title = forms.CharField(label=_("Role"), max_length=160, required=False)
    department = forms.CharField(label=_("Department"), max_length=120, required=False)
    site = forms.CharField(label=_("Site"), max_length=120, required=False)
    manager = forms.CharField(
        label=_("Manager"), max_length=254, required=False, help_text=_("Name or e-mail.")
    )

    def __init__(self, *args: Any, fields: list[ProfileField], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.added = {f"field-{field.id}": field for field in fields}
        for name, field in self.added.items():
            self.fields[name] = _control(field, language)

    def values(self) -> dict[ProfileField, str]:
        """The added fields as typed."""
        return {field: str(self.cleaned_data[name] or "") for name, field in self.added.items()}

    @staticmethod
    def initial_of(person: Person) -> dict[str, Any]:
        """What the form shows of someone."""
        names = ("display_name", "job_title", "department", "site")
        values = {f"field-{row.field_id}": row.value for row in person.values.all()}
        manager = person.manager
        return {
            **{name: getattr(person, name) for name in names},
            **values,
            "email": person.email or "",
            "username": person.username or "",
            "manager": (manager.email or manager.name) if manager else "",
        }


def _control(field: ProfileField, language: str) -> forms.Field:
    label = field.label(language)
    if field.type == "choice":
        choices = [("", "—"), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    if field.type == "date":
        return forms.DateField(
            label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
    if field.type == "link":
        return forms.URLField(label=label, required=False, max_length=400, assume_scheme="https")
    return forms.CharField(label=label, required=False, max_length=400)


class GroupForm(forms.Form):
    """A group: its name, and a rule or a list."""

    name = forms.CharField(label=_("Name"), max_length=120)
    department = forms.CharField(label=_("Departments"), max_length=2000, required=False, widget=_area(2))
    site = forms.CharField(label=_("Sites"), max_length=2000, required=False, widget=_area(2))
    job_title = forms.CharField(label=_("Roles"), max_length=2000, required=False, widget=_area(2))
    language = forms.MultipleChoiceField(
        label=_("Languages"), choices=EVERY_LANGUAGE, required=False, widget=forms.CheckboxSelectMultiple
    )
    people = forms.CharField(
        label=_("People"),
        max_length=400_000,
        required=False,
        widget=_area(5),
        help_text=_("E-mail addresses or user names, one a line. Used when no rule is given."),
    )
    csv = forms.FileField(label=_("Or a CSV file"), required=False, help_text=_("With a column “email”."))

    def rule(self) -> dict[str, list[str]]:
        """The rule as typed: several values are separated by line ends."""
        typed = {name: self.cleaned_data[name].splitlines() for name in ("department", "site", "job_title")}
        return {
            name: values
            for name, values in {**typed, "language": self.cleaned_data["language"]}.items()
            if values
        }


class FieldForm(forms.Form):
    """A field of the profile."""

    label_fr = forms.CharField(label=_("Name in French"), max_length=80, required=False)
    label_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    type = forms.ChoiceField(label=_("What it holds"), choices=ProfileField.TYPES)
    choices = forms.CharField(
        label=_("Choices"), max_length=6000, required=False, widget=_area(4), help_text=_("One a line.")
    )
    is_filled_by_person = forms.BooleanField(
        label=_("People fill it themselves"),
        required=False,
        help_text=_("Else only administrators and imports do."),
    )
    is_visible = forms.BooleanField(
        label=_("Colleagues see it"), required=False, help_text=_("Unless its owner hides it.")
    )
    is_filter = forms.BooleanField(
        label=_("The directory can be filtered by it"), required=False, help_text=_("For choices only.")
    )


class RulesForm(forms.Form):
    """Who may open communities, who may post to everyone."""

    who_creates = forms.ChoiceField(
        label=_("Who may open a community"),
        widget=forms.RadioSelect,
        choices=[("everyone", _("Everybody")), ("admins", _("Administrators; others send their idea"))],
    )
    posting = forms.ChoiceField(
        label=_("Who may post to everyone"),
        widget=forms.RadioSelect,
        choices=[("members", _("Everybody")), ("hosts", _("Its hosts: administrators, and those they name"))],
    )
    has_exchanges = forms.BooleanField(
        label=_("People may write to each other in private exchanges"),
        help_text=_(
            "Between two and eight people, closed to everybody else, administrators included. Switched off, those there "
            "are can still be read."
        ),
        required=False,
    )


class WaysForm(forms.Form):
    """The ways to sign in."""

    ways = forms.MultipleChoiceField(
        label=_("People sign in by"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[
            ("password", _("a password, or a printed access code")),
            ("code", _("a code sent by mail")),
            ("link", _("a link sent by mail")),
        ],
    )


class MailForm(forms.Form):
    """The relay."""

    host = forms.CharField(
        label=_("Server"),
        max_length=200,
        required=False,
        help_text=_("Such as smtp.example.org. Empty: no mail leaves."),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            ("starttls", "STARTTLS (587)"),
            ("tls", "TLS (465)"),
            ("none", _("None (a server on this machine)")),
        ],
    )
    user = forms.CharField(
        label=_("User name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=400,
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"}),
    )
    sender = forms.EmailField(label=_("Sender's address"), max_length=254, required=False)


class WelcomeForm(forms.Form):
    """A dated word of welcome."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    text = forms.CharField(label=_("Text"), max_length=4000, required=False, widget=_area(4))
    until = forms.DateField(
        label=_("Shown until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class LinksForm(forms.Form):
    """Links to our tools."""

    links = forms.CharField(
        label=_("Links to our tools"),
        max_length=6000,
        required=False,
        widget=_area(5),
        help_text=_("One a line: Expenses https://expenses.example.org"),
    )


class InsideForm(forms.Form):
    """A host, an address or a network inside, at one port."""

    place = forms.CharField(
        label=_("Name, address or network"),
        max_length=100,
        help_text=_(
            "Such as intranet.example.org or 10.1.2.0/24. A network answers for addresses typed as numbers only."
        ),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535)
    remark = forms.CharField(label=_("What it is for"), max_length=120, required=False)


class LegalForm(forms.Form):
    """The legal notice."""

    text = forms.CharField(
        label=_("Legal notice"),
        max_length=20_000,
        required=False,
        widget=_area(12),
        help_text=_("In Markdown: who publishes, who hosts, whom to write to."),
    )


class WipeForm(forms.Form):
    """Ending the demonstration."""

    own_name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    own_email = forms.EmailField(label=_("Your e-mail"), max_length=254, required=False)
    typed = forms.CharField(
        label=_("Name of the network, to confirm"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
