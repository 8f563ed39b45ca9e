"""Triggers that tell the live process whose rights may have changed: names of rows, never what is in them.

In the database, so that no way to a change can forget to tell: actions, groups, imports, a hand at the console. Each
row that matters sends "person:ID", "space:ID" or "contribution:ID" when its transaction commits; equal ones once.
"""

from django.db import migrations

TELL = """
CREATE FUNCTION parvis_live_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fields jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
  told text := fields ->> TG_ARGV[1];
BEGIN
  IF told IS NOT NULL THEN
    PERFORM pg_notify('parvis_live', TG_ARGV[0] || ':' || told);
  END IF;
  RETURN NULL;
END $$
"""
# name, table, when, subject, column
TRIGGERS = [
    ("membership_gone", "spaces_membership", "DELETE", "", "person", "person_id"),
    ("membership_changed", "spaces_membership", "UPDATE OF role, host_until_on, person_id, space_id", "", "person", "person_id"),
    ("session_gone", "accounts_session", "DELETE", "", "person", "person_id"),
    ("person_changed", "people_person", "UPDATE OF state, password, is_administrator",
     "OLD.state IS DISTINCT FROM NEW.state OR OLD.password IS DISTINCT FROM NEW.password "
     "OR OLD.is_administrator IS DISTINCT FROM NEW.is_administrator", "person", "id"),
    ("space_changed", "spaces_space", "UPDATE",
     "OLD.access IS DISTINCT FROM NEW.access OR OLD.audience IS DISTINCT FROM NEW.audience "
     "OR OLD.posting IS DISTINCT FROM NEW.posting OR OLD.archived_at IS DISTINCT FROM NEW.archived_at", "space", "id"),
    ("space_tool_gone", "spaces_spacetool", "DELETE", "", "space", "space_id"),
    ("contribution_gone", "contributions_contribution", "DELETE", "", "contribution", "id"),
    ("contribution_changed", "contributions_contribution", "UPDATE OF state, space_id, space_audience, author_id, version",
     "OLD.state IS DISTINCT FROM NEW.state OR OLD.space_id IS DISTINCT FROM NEW.space_id "
     "OR OLD.space_audience IS DISTINCT FROM NEW.space_audience OR OLD.author_id IS DISTINCT FROM NEW.author_id "
     "OR OLD.version IS DISTINCT FROM NEW.version", "contribution", "id"),
    ("reader_gone", "contributions_reader", "DELETE", "", "person", "person_id"),
]  # fmt: skip
FORWARD = [
    TELL,
    *[
        f"CREATE TRIGGER live_{name} AFTER {when} ON {table} FOR EACH ROW "
        f"{f'WHEN ({condition})' if condition else ''} EXECUTE FUNCTION parvis_live_tell('{subject}', '{column}')"
        for name, table, when, condition, subject, column in TRIGGERS
    ],
]
BACKWARD = [
    *[f"DROP TRIGGER live_{name} ON {table}" for name, table, *_rest in TRIGGERS],
    "DROP FUNCTION parvis_live_tell()",
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_invitations"),
        ("contributions", "0006_followed_tags"),
        ("people", "0001_initial"),
        ("spaces", "0002_own_moments"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
