"""Keeps `space_id` and `audience` of given points true with their option."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ballots", "0001_initial"), ("contributions", "0002_places")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE ballots_points ADD CONSTRAINT ballots_points_place "
            "FOREIGN KEY (option_id, space_id, audience) "
            "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE",
            "ALTER TABLE ballots_points DROP CONSTRAINT ballots_points_place",
        )
    ]
