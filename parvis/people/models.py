"""People, what they say of themselves, and groups: nouns and reads.

Not here: sign-in and profile edits (accounts), who may (access), who belongs where (spaces).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.kernel.db import Keyed
from parvis.kernel.ids import encode, new_id
from parvis.kernel.words import initials

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = [("fr", "Français"), ("en", "English")]
WORDED = ("job_title", "department", "site")  # columns whose words find a person


class PersonState(models.TextChoices):
    UNCLAIMED = "unclaimed", _("not claimed yet")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    LEFT = "left", _("has left")


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people; what a field's owner hides is cut in people.directory, not here."""

    def active(self) -> PersonQuerySet:
        return self.filter(state=PersonState.ACTIVE)

    def listed(self) -> PersonQuerySet:
        """Who appears in the directory, mention lists and head-counts."""
        return self.active().filter(is_hidden=False)

    def by_name(self) -> PersonQuerySet:
        return self.order_by("sort_key", "id")


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Django asks its user model for a manager with these two names."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=email or None, **fields)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(Q(email__iexact=username) | Q(username__iexact=username))


class Person(AbstractBaseUser):
    """A colleague. E-mail is optional: some sign in by user name and a printed access code."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    username = models.CharField(_("user name"), max_length=60, null=True, blank=True)
    state = models.CharField(max_length=12, choices=PersonState, default=PersonState.ACTIVE)
    display_name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(max_length=160, default="", editable=False)
    # Role, department and site as they are searched; the database fills it too, for rows copied in bulk.
    words_key = models.CharField(max_length=420, default="", db_default="", editable=False)
    photo = models.CharField(max_length=64, default="", blank=True)
    job_title = models.CharField(_("role"), max_length=160, default="", blank=True)
    department = models.CharField(_("department"), max_length=120, default="", blank=True)
    site = models.CharField(_("site"), max_length=120, default="", blank=True)
    manager = models.ForeignKey(
        "self",
        verbose_name=_("manager"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="team",
    )
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    bio = models.TextField(_("about me"), default="", blank=True)
    hello = models.CharField(_("hello"), max_length=280, default="", blank=True)
    hidden_fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_hidden = models.BooleanField(_("hide me from the directory"), default=False)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_sponsor = models.BooleanField(_("sponsor"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="fr")
    theme = models.CharField(_("theme"), max_length=6, default="system")
    text_size = models.CharField(_("text size"), max_length=3, default="100")
    time_zone = models.CharField(_("time zone"), max_length=60, default="", blank=True)
    mails_notices = models.BooleanField(_("send me a mail too"), default=False)
    stream_order = models.CharField(max_length=10, default="activity")
    # Slugs of the tools whose pieces this person wants between people's cards at home; empty: nothing is asked of any.
    stream_tools = models.CharField(max_length=200, default="", db_default="", blank=True)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = PersonManager()
    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_person_email_once"),
            models.UniqueConstraint(Lower("username"), name="people_person_username_once"),
        ]
        indexes = [
            models.Index(
                F("sort_key"), F("id"), name="people_listed", condition=Q(state="active", is_hidden=False)
            ),
            GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="people_name_trgm"),
            GinIndex(fields=["words_key"], opclasses=["gin_trgm_ops"], name="people_words_trgm"),
            models.Index(fields=["department"], name="people_department"),
            models.Index(fields=["site"], name="people_site"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        changed = set(kwargs.get("update_fields") or ())
        if changed & {"display_name", *WORDED, "hidden_fields"}:
            kwargs["update_fields"] = [*changed, "sort_key", "words_key"]
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fills what is derived from the other columns; whoever writes rows in bulk calls it on each."""
        from parvis.kernel.words import sort_key

        self.sort_key = sort_key(self.display_name)[:160]
        shown = [getattr(self, name) for name in WORDED if name not in self.hidden_fields]
        self.words_key = sort_key(" ".join(filter(None, shown)))[:420]

    def __str__(self) -> str:
        return self.display_name

    @property
    def key(self) -> str:
        """The public spelling of the id."""
        return encode(self.id)

    @property
    def id13(self) -> str:
        """The same, as templates call it: it also picks the steady colour of initials."""
        return encode(self.id)

    @property
    def name(self) -> str:
        return self.display_name

    @property
    def title(self) -> str:
        """The role, unless its owner hides it: what lists show beside a name."""
        return "" if "job_title" in self.hidden_fields else self.job_title

    @property
    def shown_site(self) -> str:
        """The site, unless its owner hides it."""
        return "" if "site" in self.hidden_fields else self.site

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.state == PersonState.ACTIVE

    @property
    def url(self) -> str:
        return f"/people/{self.key}/"

    @property
    def photo_url(self) -> str:
        return f"/people/{self.key}/photo/{self.photo[:12]}" if self.photo else ""

    @property
    def initials(self) -> str:
        return initials(self.display_name)

    def get_full_name(self) -> str:
        return self.display_name


class Subject(Keyed):
    """A few words a person can be asked about, or is interested in."""

    ASK, INTEREST = "ask", "interest"
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="subjects")
    kind = models.CharField(max_length=8, choices=[(ASK, _("ask me about")), (INTEREST, _("interest"))])
    label = models.CharField(max_length=80)
    folded = models.CharField(max_length=80, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "folded"], name="people_subject_once")
        ]
        indexes = [
            models.Index(fields=["folded", "kind"], name="people_subject_word"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="people_subject_trgm"),
        ]


class ProfileField(Keyed):
    """A field of the profile that the administrator added."""

    TYPES = [("text", _("text")), ("choice", _("choice")), ("link", _("link")), ("date", _("date"))]
    label_fr = models.CharField(max_length=80)
    label_en = models.CharField(max_length=80)
    type = models.CharField(max_length=8, choices=TYPES, default="text")
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    is_filled_by_person = models.BooleanField(default=True)
    is_visible = models.BooleanField(default=True)
    is_filter = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def label(self, language: str) -> str:
        return self.label_fr if language == "fr" else self.label_en


class ProfileValue(Keyed):
    """What a person's profile holds in one of the administrator's fields."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="values")
    field = models.ForeignKey(ProfileField, on_delete=models.CASCADE, related_name="values")
    value = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "field"], name="people_value_once")]
        indexes = [models.Index(fields=["field", "value"], name="people_value")]


class Group(Keyed):
    """People gathered by a rule on directory fields, or by a list; it gives membership elsewhere."""

    name = models.CharField(max_length=120, unique=True)
    rule = models.JSONField(default=dict, blank=True, help_text='{"department": ["IT"], "site": ["Lyon"]}')
    people: models.ManyToManyField[Person, GroupMember] = models.ManyToManyField(
        Person, through="GroupMember", related_name="groups_of"
    )

    def __str__(self) -> str:
        return self.name

    RULE_FIELDS = ("department", "site", "job_title", "language")

    def matching(self) -> PersonQuerySet:
        """Active people whom the rule describes; nobody when there is no rule."""
        conditions = {f"{name}__in": values for name, values in self.rule.items() if name in self.RULE_FIELDS}
        return Person.objects.active().filter(**conditions) if conditions else Person.objects.none()


class GroupMember(Keyed):
    """One person's place in a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="people_group_once")]


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Display names by id, in one query; ids of nobody are absent."""
    wanted = set(ids)
    return dict(Person.objects.filter(id__in=wanted).values_list("id", "display_name")) if wanted else {}
