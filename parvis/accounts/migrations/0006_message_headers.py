from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_app_passwords'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='headers',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
