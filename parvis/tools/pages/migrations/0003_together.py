"""The shared texts of pages, and what was added to them; their place kept true like every other row's."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids

FORWARD = [
    *[
        f"ALTER TABLE pages_{name} ADD CONSTRAINT pages_{name}_place "
        "FOREIGN KEY (contribution_id, space_id, audience) "
        "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE"
        for name in ("room", "change")
    ],
    # Who writes together learns of a version saved elsewhere, and of a page that only hosts may write from now on.
    "CREATE TRIGGER live_page_changed AFTER UPDATE OF version, is_protected ON pages_page FOR EACH ROW "
    "WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.is_protected IS DISTINCT FROM NEW.is_protected) "
    "EXECUTE FUNCTION parvis_live_tell('contribution', 'contribution_id')",
]
BACKWARD = [
    "DROP TRIGGER live_page_changed ON pages_page",
    *[f"ALTER TABLE pages_{name} DROP CONSTRAINT pages_{name}_place" for name in ("room", "change")],
]


class Migration(migrations.Migration):

    dependencies = [
        ('contributions', '0006_followed_tags'),
        ('pages', '0002_places'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Room',
            fields=[
                ('space_id', models.BigIntegerField(editable=False)),
                ('audience', models.SmallIntegerField(editable=False)),
                ('contribution', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='room', serialize=False, to='contributions.contribution')),
                ('epoch', models.CharField(max_length=16)),
                ('state', models.BinaryField()),
                ('base_state', models.BinaryField()),
                ('base_version', models.PositiveIntegerField()),
                ('number', models.BigIntegerField(default=0)),
                ('touched_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('space_id', models.BigIntegerField(editable=False)),
                ('audience', models.SmallIntegerField(editable=False)),
                ('number', models.BigIntegerField()),
                ('data', models.BinaryField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='page_changes', to='contributions.contribution')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('contribution', 'number'), name='pages_change_once')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
