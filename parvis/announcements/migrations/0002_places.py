"""The composite key that keeps `space_id` and `audience` true on announcements (docs/decisions: audience on the row)."""

from django.db import migrations

FORWARD = (
    "ALTER TABLE announcements_announcement ADD CONSTRAINT announcements_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
)
BACKWARD = "ALTER TABLE announcements_announcement DROP CONSTRAINT announcements_place"


class Migration(migrations.Migration):
    dependencies = [("announcements", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
