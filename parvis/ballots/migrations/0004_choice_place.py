"""Keeps `space_id` and `audience` of choices true with the contribution that holds their box."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ballots", "0003_boxes"), ("contributions", "0002_places")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE ballots_choice ADD CONSTRAINT ballots_choice_place "
            "FOREIGN KEY (box_id, space_id, audience) "
            "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE",
            "ALTER TABLE ballots_choice DROP CONSTRAINT ballots_choice_place",
        )
    ]
