from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_own_moments")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="stream_tools",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
    ]
