"""Who wants no mail of what hosts announce."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_answers")]

    operations = [
        migrations.AddField(
            model_name="habit",
            name="refuses_announcements",
            field=models.BooleanField(default=False),
        ),
    ]
