"""Locks of programs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Lock",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token", models.CharField(max_length=100, unique=True)),
                ("root", models.CharField(max_length=2000)),
                ("scope", models.CharField(max_length=9)),
                ("depth", models.CharField(max_length=8)),
                ("owner", models.CharField(blank=True, default="", max_length=2000)),
                ("seconds", models.PositiveIntegerField()),
                ("expires_at", models.DateTimeField()),
                ("holds", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["expires_at"], name="dav_lock_end")]},
        ),
    ]
