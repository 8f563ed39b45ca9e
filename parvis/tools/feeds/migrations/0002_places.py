"""Keeps `space_id` and `audience` of bringings true with what was made of the item."""

from django.db import migrations

FORWARD = (
    "ALTER TABLE feeds_bringing ADD CONSTRAINT feeds_bringing_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, "ALTER TABLE feeds_bringing DROP CONSTRAINT feeds_bringing_place")]
