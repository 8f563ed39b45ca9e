"""A date of a series may have no place where its series has one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendar', '0003_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='occurrence',
            name='has_no_place',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
