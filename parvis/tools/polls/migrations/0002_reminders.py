"""When people were reminded that a poll closes soon."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('polls', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='poll',
            name='reminded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
