"""Questions about dates: which ballots ask for one, and the event that was kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendar', '0002_places'),
        ('contributions', '0006_followed_tags'),
    ]

    operations = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('contribution', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='date_question', serialize=False, to='contributions.contribution')),
                ('zone', models.CharField(max_length=60)),
                ('place', models.CharField(blank=True, default='', max_length=200)),
                ('link', models.CharField(blank=True, default='', max_length=500)),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contributions.contribution')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('event__isnull', True)), fields=['contribution'], name='calendar_asked')],
            },
        ),
    ]
