"""What a person is told, and what they chose to be told of. Not here: how notices are made or shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from parvis.attention.visible import visible_sql, visible_values
from parvis.kernel.db import Keyed

if TYPE_CHECKING:
    from parvis.people.models import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices: what speaks of things that their person may not see (any more) is in no list and no count."""

    def visible_to(self, person: Person) -> NoticeQuerySet:
        values = visible_values()
        sql = visible_sql("attention_notice", kinds="%s", today="%s")
        shown = RawSQL(sql, [values["today"], values["kinds"], values["kinds"]], models.BooleanField())
        return self.filter(shown, person=person)


class Notice(Keyed):
    """A line of the bell: made from an activity, cleared by reading the thing it speaks of."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    reason = models.CharField(max_length=24)
    category = models.CharField(max_length=16, default="")  # the slug of its class (toolkit.notices)
    activity_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    contribution_id = models.BigIntegerField(null=True)
    space_id = models.BigIntegerField(null=True)
    audience = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    is_opened = models.BooleanField(default=False)  # its thing was opened; "all seen" alone doesn't say so
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "activity_id", "reason"], name="attention_notice_once")
        ]
        indexes = [
            models.Index(F("person"), F("id").desc(), name="attention_bell"),
            models.Index(
                F("person"), F("contribution_id"), name="attention_unseen", condition=Q(seen_at=None)
            ),
            models.Index(F("contribution_id"), F("person"), F("id").desc(), name="attention_thread"),
        ]


class Rule(Keyed):
    """A person's own answer to whether the bell rings for a class; without one, it does."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=16)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "category"], name="attention_rule_once")]
