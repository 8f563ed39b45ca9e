"""The composite keys that keep `space_id` and `audience` true on every row (docs/decisions: audience on the row)."""

from django.db import migrations

PLACED = ("reply", "reaction", "mention", "tag", "attachment", "revision", "pin", "report", "total")

FORWARD = [
    "ALTER TABLE contributions_contribution SET (fillfactor = 80)",
    "ALTER TABLE contributions_contribution ADD CONSTRAINT spine_in_space "
    "FOREIGN KEY (space_id, space_audience) REFERENCES spaces_space (id, audience) ON UPDATE CASCADE",
    "ALTER TABLE contributions_contribution ADD CONSTRAINT spine_part_in_host "
    "FOREIGN KEY (part_of_id, space_id, space_audience) "
    "REFERENCES contributions_contribution (id, space_id, space_audience) ON UPDATE CASCADE",
    *[
        f"ALTER TABLE contributions_{name} ADD CONSTRAINT spine_{name}_place "
        "FOREIGN KEY (contribution_id, space_id, audience) "
        "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
        for name in PLACED
    ],
    # The cascade finds children by the first column of this index.
    *[
        f"CREATE INDEX spine_{name}_of ON contributions_{name} (contribution_id)"
        for name in ("report", "pin")
    ],
]
BACKWARD = [
    *[f"DROP INDEX spine_{name}_of" for name in ("report", "pin")],
    *[f"ALTER TABLE contributions_{name} DROP CONSTRAINT spine_{name}_place" for name in PLACED],
    "ALTER TABLE contributions_contribution DROP CONSTRAINT spine_part_in_host",
    "ALTER TABLE contributions_contribution DROP CONSTRAINT spine_in_space",
]


class Migration(migrations.Migration):
    dependencies = [("contributions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
