"""The versions somebody wrote, the latest first: for the files they edited."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contributions', '0006_followed_tags'),
        ('documents', '0004_discarded'),
        ('spaces', '0002_own_moments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='version',
            index=models.Index(models.F('author'), models.OrderBy(models.F('created_at'), descending=True), name='documents_version_mine'),
        ),
    ]
