from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_keys_and_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_private",
            field=models.BooleanField(default=False),
        ),
    ]
