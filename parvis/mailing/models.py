"""How often and how much a person, a community and the network let be mailed, and what has been mailed already.

Not here: what these choices mean (mailing.rhythms, mailing.levels) and messages on their way (accounts.models).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.kernel.db import Keyed


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("In the morning")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


class Level(models.IntegerChoices):
    """How much of a text a letter may hold. The lowest of three wins: the network's, the community's, the reader's."""

    NOVELTY = 0, _("Only that there is something new")
    TITLES = 1, _("Titles and names")
    EXCERPTS = 2, _("The first lines")
    WHOLE = 3, _("Whole texts")


class Habit(models.Model):
    """What one person wants of letters; without a row, the network's rhythm holds, as much as others allow."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    rhythm = models.CharField(max_length=8, choices=Rhythm, default="", blank=True)  # "": the network's
    level = models.SmallIntegerField(choices=Level, default=Level.WHOLE)
    hour = models.SmallIntegerField(default=8)  # of their own day, from which letters may come
    is_any_time = models.BooleanField(default=False)  # mails at once come at night and on Sundays too
    is_always = models.BooleanField(default=False)  # digests come even to who has been here
    refuses_announcements = models.BooleanField(default=False)  # what hosts announce comes on the page alone
    # Their last day here, kept when a session ends by signing out: who came back gets no digest.
    seen_on = models.DateField(null=True, blank=True)


class PlaceRhythm(Keyed):
    """A person's own rhythm for one community, instead of their general one."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey("spaces.Space", on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=8, choices=Rhythm)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="mailing_place_once")]


class PlaceLevel(models.Model):
    """How much of what is written in a community its hosts let leave by mail."""

    space = models.OneToOneField(
        "spaces.Space", primary_key=True, on_delete=models.CASCADE, related_name="mail_level"
    )
    level = models.SmallIntegerField(choices=Level)


class NetworkRule(models.Model):
    """The one row of the network: how much may be mailed at all, how often to those who never chose."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    level = models.SmallIntegerField(choices=Level, default=Level.EXCERPTS)
    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mailing_one_network")]


class Digest(Keyed):
    """That the digest of a person for a day or a week was dealt with: sent, or left out because there was too little."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=10)  # 2026-11-23, or 2026-W48
    message_id = models.BigIntegerField(null=True)
    count = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "period"], name="mailing_digest_once")]
        indexes = [models.Index(fields=["created_at"], name="mailing_digest_age")]


class Mailed(models.Model):
    """Up to which moment a contribution and its replies were mailed to a person: nothing is mailed twice."""

    pk = models.CompositePrimaryKey("person_id", "contribution_id")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey("contributions.Contribution", on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()


class Outcome(models.TextChoices):
    PUBLISHED = "published"
    RETURNED = "returned"
    STRANGER = "stranger"


class AnswerTaken(Keyed):
    """That a letter in answer to one of ours was dealt with: the same one coming again changes nothing."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)  # hash of its Message-ID, or of the whole letter
    outcome = models.CharField(max_length=9, choices=Outcome)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "mark"], name="mailing_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="mailing_answer_age")]
