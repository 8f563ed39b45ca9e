"""Searches kept by name, and what their owners have been told of."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("contributions", "0007_entries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                ("id", models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("contribution", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contributions.contribution")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("person", "contribution"), name="search_heard_once")]},
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("text", models.CharField(max_length=300)),
                ("tells", models.BooleanField(default=True)),
                ("heard_until", models.DateTimeField(default=django.utils.timezone.now)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="saved_searches", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("tells", True)), fields=["heard_until"], name="search_saved_telling")],
                "constraints": [models.UniqueConstraint(fields=("person", "name"), name="search_saved_once")],
            },
        ),
    ]  # fmt: skip
