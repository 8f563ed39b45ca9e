"""Keeps the audience of planned openings true with their community."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_openings"), ("spaces", "0002_own_moments")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE membership_toolopening ADD CONSTRAINT membership_opening_in_space "
            "FOREIGN KEY (space_id, audience) REFERENCES spaces_space (id, audience) ON UPDATE CASCADE",
            "ALTER TABLE membership_toolopening DROP CONSTRAINT membership_opening_in_space",
        )
    ]
