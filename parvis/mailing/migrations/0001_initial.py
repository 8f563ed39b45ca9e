"""Rhythms, levels, what was mailed; whoever asked for a mail of each notice keeps getting it at once."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids

ASKED = """
INSERT INTO mailing_habit (person_id, rhythm, level, hour, is_any_time, is_always)
SELECT id, 'at_once', 3, 8, true, false FROM people_person WHERE mails_notices
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contributions', '0001_initial'),
        ('people', '0004_pieces_at_home'),
        ('spaces', '0002_own_moments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Habit',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('rhythm', models.CharField(blank=True, choices=[('at_once', 'At once'), ('daily', 'In the morning'), ('weekly', 'Once a week'), ('never', 'Never')], default='', max_length=8)),
                ('level', models.SmallIntegerField(choices=[(0, 'Only that there is something new'), (1, 'Titles and names'), (2, 'The first lines'), (3, 'Whole texts')], default=3)),
                ('hour', models.SmallIntegerField(default=8)),
                ('is_any_time', models.BooleanField(default=False)),
                ('is_always', models.BooleanField(default=False)),
                ('seen_on', models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PlaceLevel',
            fields=[
                ('space', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='mail_level', serialize=False, to='spaces.space')),
                ('level', models.SmallIntegerField(choices=[(0, 'Only that there is something new'), (1, 'Titles and names'), (2, 'The first lines'), (3, 'Whole texts')])),
            ],
        ),
        migrations.CreateModel(
            name='Mailed',
            fields=[
                ('pk', models.CompositePrimaryKey('person_id', 'contribution_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('until', models.DateTimeField()),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contributions.contribution')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='NetworkRule',
            fields=[
                ('id', models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField(choices=[(0, 'Only that there is something new'), (1, 'Titles and names'), (2, 'The first lines'), (3, 'Whole texts')], default=2)),
                ('rhythm', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In the morning'), ('weekly', 'Once a week'), ('never', 'Never')], default='weekly', max_length=8)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='mailing_one_network')],
            },
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('period', models.CharField(max_length=10)),
                ('message_id', models.BigIntegerField(null=True)),
                ('count', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='mailing_digest_age')],
                'constraints': [models.UniqueConstraint(fields=('person', 'period'), name='mailing_digest_once')],
            },
        ),
        migrations.CreateModel(
            name='PlaceRhythm',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('rhythm', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In the morning'), ('weekly', 'Once a week'), ('never', 'Never')], max_length=8)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='spaces.space')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'space'), name='mailing_place_once')],
            },
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
    ]
