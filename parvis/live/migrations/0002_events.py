"""Stored events, and the triggers that write them: new notices, what was seen, what was published, replies.

In the database as in 0001: every tool, import and command passes there. Nothing is written of imported things, and
nothing of a notice that goes with its thing, since that would tell who can't see it any more that it went.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

WRITE = """
CREATE FUNCTION parvis_live_write(what int, space bigint, thing bigint, people bigint[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO live_event (id, what, transaction, horizon, space_id, thing_id, people, at)
  VALUES (gen_random_uuid(), what, pg_current_xact_id()::text::bigint,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint, space, thing, coalesce(people, '{}'), clock_timestamp());
  SELECT pg_notify('parvis_live', 'event');
$$
"""
TOLD = """
CREATE FUNCTION parvis_live_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM parvis_live_write(1, one.space_id, one.contribution_id, one.people) FROM (
    SELECT space_id, contribution_id, array_agg(DISTINCT person_id) AS people FROM told
    WHERE seen_at IS NULL GROUP BY space_id, contribution_id) one;
  RETURN NULL;
END $$
"""
SEEN = """
CREATE FUNCTION parvis_live_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM parvis_live_write(2, NULL, NULL, one.people) FROM (
    SELECT array_agg(DISTINCT later.person_id) AS people FROM later JOIN earlier ON earlier.id = later.id
    WHERE earlier.seen_at IS DISTINCT FROM later.seen_at) one WHERE one.people IS NOT NULL;
  RETURN NULL;
END $$
"""
PUBLISHED = """
CREATE FUNCTION parvis_live_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM parvis_live_write(3, NEW.space_id, NEW.id, NULL);
  RETURN NULL;
END $$
"""
REPLIED = """
CREATE FUNCTION parvis_live_replied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM parvis_live_write(4, NEW.space_id, NEW.contribution_id, NULL);
  RETURN NULL;
END $$
"""
IS_NEWS = "NEW.state = 'published' AND NEW.is_listed AND NOT NEW.is_imported"
TRIGGERS = [
    "CREATE TRIGGER live_told AFTER INSERT ON attention_notice REFERENCING NEW TABLE AS told "
    "FOR EACH STATEMENT EXECUTE FUNCTION parvis_live_told()",
    "CREATE TRIGGER live_seen AFTER UPDATE ON attention_notice REFERENCING OLD TABLE AS earlier NEW TABLE AS later "
    "FOR EACH STATEMENT EXECUTE FUNCTION parvis_live_seen()",
    f"CREATE TRIGGER live_published AFTER INSERT ON contributions_contribution FOR EACH ROW WHEN ({IS_NEWS}) "
    "EXECUTE FUNCTION parvis_live_published()",
    "CREATE TRIGGER live_published_later AFTER UPDATE OF state, is_listed ON contributions_contribution FOR EACH ROW "
    f"WHEN ({IS_NEWS} AND (OLD.state <> NEW.state OR NOT OLD.is_listed)) EXECUTE FUNCTION parvis_live_published()",
    "CREATE TRIGGER live_replied AFTER INSERT ON contributions_reply FOR EACH ROW WHEN (NEW.state = 'published') "
    "EXECUTE FUNCTION parvis_live_replied()",
    # Whoever comes into a place, follows or mutes one: what their open pages wait for is read anew, nothing is cut.
    *[
        f"CREATE TRIGGER live_{name} AFTER {when} ON {table} FOR EACH ROW "
        "EXECUTE FUNCTION parvis_live_tell('places', 'person_id')"
        for name, table, when in (
            ("membership_new", "spaces_membership", "INSERT"),
            ("subscription_new", "spaces_subscription", "INSERT OR DELETE OR UPDATE OF level"),
            ("tag_followed", "contributions_tagfollow", "INSERT OR DELETE"),
        )
    ],
]
BACKWARD = [
    "DROP TRIGGER live_tag_followed ON contributions_tagfollow",
    "DROP TRIGGER live_subscription_new ON spaces_subscription",
    "DROP TRIGGER live_membership_new ON spaces_membership",
    "DROP TRIGGER live_replied ON contributions_reply",
    "DROP TRIGGER live_published_later ON contributions_contribution",
    "DROP TRIGGER live_published ON contributions_contribution",
    "DROP TRIGGER live_seen ON attention_notice",
    "DROP TRIGGER live_told ON attention_notice",
    *[f"DROP FUNCTION parvis_live_{name}" for name in ("told", "seen", "published", "replied", "write")],
]


class Migration(migrations.Migration):
    dependencies = [
        ("attention", "0002_own_moments"),
        ("contributions", "0006_followed_tags"),
        ("live", "0001_news"),
        ("spaces", "0002_own_moments"),
    ]
    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "what",
                    models.SmallIntegerField(
                        choices=[
                            (1, "somebody was told something"),
                            (2, "somebody saw, on some page, what they were told"),
                            (3, "something was published"),
                            (4, "somebody answered"),
                        ]
                    ),
                ),
                ("transaction", models.BigIntegerField()),
                ("horizon", models.BigIntegerField()),
                ("space_id", models.BigIntegerField(null=True)),
                ("thing_id", models.BigIntegerField(null=True)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["transaction"], name="live_event_order"),
                    models.Index(fields=["at"], name="live_event_age"),
                ]
            },
        ),
        migrations.RunSQL([WRITE, TOLD, SEEN, PUBLISHED, REPLIED, *TRIGGERS], BACKWARD),
    ]
