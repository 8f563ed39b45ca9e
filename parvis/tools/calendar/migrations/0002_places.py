"""Keeps `space_id` and `audience` of dates, answers and guests true with their event."""

from django.db import migrations

PLACED = ("occurrence", "answer", "guest")

FORWARD = [
    f"ALTER TABLE calendar_{name} ADD CONSTRAINT calendar_{name}_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
    for name in PLACED
]
BACKWARD = [f"ALTER TABLE calendar_{name} DROP CONSTRAINT calendar_{name}_place" for name in PLACED]


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
