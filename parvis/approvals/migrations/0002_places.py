"""Keeps `space_id` and `audience` of reviews and answers true with their contribution."""

from django.db import migrations

PLACED = ("review", "approver")

FORWARD = [
    f"ALTER TABLE approvals_{name} ADD CONSTRAINT approvals_{name}_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
    for name in PLACED
]
BACKWARD = [f"ALTER TABLE approvals_{name} DROP CONSTRAINT approvals_{name}_place" for name in PLACED]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("contributions", "0002_places")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
