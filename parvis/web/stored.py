"""What is stored about one person: read from the database's own description, so that no table can be forgotten.

Not here: the texts themselves, which stand on their own pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from parvis.kernel.db import read
from parvis.people.models import Person

OURS = "parvis."
# Columns that hold a person's key without saying so to the database: rooms below people, or kept after a row is gone.
KEYS = frozenset(["person_id", "actor_id", "asked_by_id", "author_id", "owner_id"])

# Rows by which a person knows of a place: who is invited there, or belongs to it.
KNOWN_TO_THEM = frozenset(["membership_invitation", "spaces_membership"])
CLOSED = """ AND NOT EXISTS (SELECT 1 FROM spaces_space s WHERE s.id = t.space_id AND s.access = 'secret'
  AND NOT EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = s.id AND m.person_id = %(me)s))"""
CLOSED_THING = CLOSED.replace(
    "t.space_id", "(SELECT c.space_id FROM contributions_contribution c WHERE c.id = t.contribution_id)"
)
CLOSED_TOO = CLOSED.replace("s.access = 'secret'", "(s.access = 'secret' OR t.audience = 1)")

WORDS: dict[str, Any] = {
    "contributions_contribution.author_id": _("Texts you began"),
    "contributions_reply.author_id": _("Your replies and comments"),
    "contributions_reaction.person_id": _("Your reactions"),
    "contributions_mention.person_id": _("Places where you are named"),
    "contributions_bookmark.person_id": _("What you saved for later"),
    "contributions_draft.person_id": _("Your drafts"),
    "contributions_readmark.person_id": _("How far you have read each thing"),
    "contributions_follow.person_id": _("Threads you follow or mute"),
    "contributions_tagfollow.person_id": _("Tags you follow"),
    "contributions_attachment.uploader_id": _("Files you added"),
    "contributions_revision.editor_id": _("Earlier versions of your texts"),
    "contributions_reader.person_id": _("Drafts shown to you"),
    "contributions_report.reporter_id": _("What you reported to hosts"),
    "contributions_pin.pinned_by_id": _("What you pinned"),
    "spaces_membership.person_id": _("Communities you belong to"),
    "spaces_subscription.person_id": _("Sources of your stream"),
    "spaces_space.owner_id": _("Your own blog"),
    "spaces_space.created_by_id": _("Communities you opened"),
    "people_subject.person_id": _("What you may be asked about, and your interests"),
    "people_profilevalue.person_id": _("Fields of your profile added by the organisation"),
    "people_groupmember.person_id": _("Groups you are in"),
    "people_person.manager_id": _("People who name you as their manager"),
    "accounts_session.person_id": _("Browsers where you are signed in, with the day you last came"),
    "accounts_signinlink.person_id": _("One-time links and codes made for you"),
    "accounts_message.person_id": _("Messages written to you, for 30 days"),
    "mailing_habit.person_id": _("Which mails you want, and the day you last signed out"),
    "mailing_placerhythm.person_id": _("Communities with a rhythm of mail of their own"),
    "mailing_digest.person_id": _("Digests dealt with, for two months"),
    "mailing_mailed.person_id": _("What was mailed to you, so that it isn't mailed again"),
    "push_device.person_id": _("Devices that tell you of what is for you"),
    "attention_notice.person_id": _("Your notifications"),
    "attention_rule.person_id": _("What the bell rings for"),
    "attention_notice.actor_id": _("Notifications that others got from you"),
    "journal_activity.actor_id": _("The journal: what you did, where, when"),
    "journal_receipt.person_id": _("Receipts of forms you sent, so that none is sent twice"),
    "membership_invitation.person_id": _("Invitations to you"),
    "membership_invitation.invited_by_id": _("Invitations you sent"),
    "membership_joinrequest.person_id": _("Your requests to join"),
    "membership_joinrequest.answered_by_id": _("Requests you answered"),
    "membership_communityrequest.person_id": _("Communities you asked for"),
    "membership_charter.written_by_id": _("Charters you wrote"),
    "search_savedsearch.person_id": _("Searches you keep"),
    "search_heard.person_id": _("Things your searches have told you of"),
    "returning_stay.person_id": _("When you were here last, for ninety days"),
    "returning_caughtup.person_id": _("What was marked as read all at once, for a week"),
    "returning_reminder.person_id": _("Days on which you want to be reminded"),
    "ballots_points.person_id": _("Points you gave to ideas"),
    "transfer_run.asked_by_id": _("Imports you asked for"),
}


@dataclass(frozen=True)
class Count:
    """How many rows of one table point to the person, in words."""

    place: str
    words: str
    rows: int


def columns() -> Iterator[tuple[str, str, Any]]:
    """Every (table, column, model) of ours that holds a person's key."""
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith(OURS):
            continue
        for field in model._meta.concrete_fields:
            points = isinstance(field, models.ForeignKey) and field.related_model is Person
            named = (
                isinstance(field, models.BigIntegerField) and field.attname in KEYS and not field.primary_key
            )
            if points or named:
                yield model._meta.db_table, str(field.column), model


def counts_of(person: Person) -> list[Count]:
    """How many rows each table holds about a person, most first; empty tables too. One query.

    What others say of a person where that person may not read isn't counted: a number would tell that there is such a place.
    """
    places = sorted(
        {(table, column): model for table, column, model in columns()}.items(), key=lambda item: item[0]
    )
    parts = [
        sql.SQL("SELECT {} AS place, count(*) AS n FROM {} t WHERE {} = %(me)s{}").format(
            sql.Literal(f"{table}.{column}"),
            sql.Identifier(table),
            sql.Identifier(column),
            _but_closed(column, model),
        )
        for (table, column), model in places
    ]
    found = {
        row.place: row.n
        for row in read(sql.SQL(" UNION ALL ").join(parts).as_string(None), {"me": person.id})
    }
    rows = [
        Count(f"{table}.{column}", _in_words(table, column, model), found[f"{table}.{column}"])
        for (table, column), model in places
    ]
    return sorted(rows, key=lambda row: (-row.rows, row.words))


def _but_closed(column: str, model: Any) -> sql.SQL:
    """Leaves out rows of places closed to the person, where they don't stand for what the person wrote or did there."""
    held = {field.column for field in model._meta.concrete_fields}
    if column != "person_id" or model._meta.db_table in KNOWN_TO_THEM:
        return sql.SQL("")
    if "space_id" in held:
        return sql.SQL(CLOSED_TOO if "audience" in held else CLOSED)
    return sql.SQL(CLOSED_THING if "contribution_id" in held else "")


def _in_words(table: str, column: str, model: Any) -> str:
    return str(WORDS.get(f"{table}.{column}") or f"{str(model._meta.verbose_name).capitalize()} ({column})")


def account_of(person: Person) -> list[tuple[str, str]]:
    """The columns of one's own account that hold something, as (column, value); of the password only that there is one."""
    shown = []
    for field in Person._meta.concrete_fields:
        value = getattr(person, field.attname)
        if field.name == "password":
            value = "•" * 8 if person.has_usable_password() else ""
        if value not in ("", None, [], False):
            shown.append(
                (field.attname, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            )
    return shown
