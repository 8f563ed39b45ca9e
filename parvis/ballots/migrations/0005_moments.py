"""Choices that stand for moments, and the method that answers yes, if need be or no to each."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ballots', '0004_choice_place'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='choice',
            name='begins_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='choice',
            name='first_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='choice',
            name='last_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='choice',
            name='over_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='box',
            name='method',
            field=models.CharField(choices=[('single', 'one choice'), ('multiple', 'several choices'), ('ranking', 'ranking'), ('points', 'points to share out'), ('approval', 'yes, if need be or no to each')], default='single', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='choice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('begins_at', None), ('first_on', None), ('last_on', None), ('over_at', None)), models.Q(('begins_at__isnull', False), ('first_on', None), ('last_on', None), ('over_at__gte', models.F('begins_at'))), models.Q(('begins_at', None), ('first_on__isnull', False), ('last_on__gte', models.F('first_on')), ('over_at', None)), _connector='OR'), name='ballots_choice_moment'),
        ),
    ]
