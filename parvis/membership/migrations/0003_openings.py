
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('membership', '0002_state_withdrawn'),
        ('spaces', '0002_own_moments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ToolOpening',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('audience', models.SmallIntegerField(editable=False)),
                ('slug', models.CharField(max_length=40)),
                ('opens_on', models.DateField()),
                ('why', models.CharField(blank=True, default='', max_length=300)),
                ('replaces', models.CharField(blank=True, default='', max_length=240)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('planned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='openings', to='spaces.space')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('opened_at', None)), fields=['opens_on'], name='membership_opening_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('opened_at', None)), fields=('space', 'slug'), name='membership_opening_once')],
            },
        ),
    ]
