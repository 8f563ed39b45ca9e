"""Keeps `space_id` and `audience` of pages, versions and links true with their contribution."""

from django.db import migrations

PLACED = ("page", "version", "link")

FORWARD = [
    f"ALTER TABLE pages_{name} ADD CONSTRAINT pages_{name}_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
    for name in PLACED
]
BACKWARD = [f"ALTER TABLE pages_{name} DROP CONSTRAINT pages_{name}_place" for name in PLACED]


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
