"""Keeps `space_id` and `audience` of documents and versions true with their contribution."""

from django.db import migrations

PLACED = ("document", "version")

FORWARD = [
    f"ALTER TABLE documents_{name} ADD CONSTRAINT documents_{name}_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
    for name in PLACED
]
BACKWARD = [f"ALTER TABLE documents_{name} DROP CONSTRAINT documents_{name}_place" for name in PLACED]


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
