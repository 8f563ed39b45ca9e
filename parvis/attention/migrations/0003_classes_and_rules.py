"""The class of each notice, whether its thing was opened, and people's rules. Not here: the classes (toolkit.notices)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids

# The classes of reasons as they were when notices began to keep theirs.
KEEP = """
UPDATE attention_notice SET is_opened = seen_at IS NOT NULL, category = CASE
  WHEN reason = 'mention' THEN 'mention'
  WHEN reason IN ('reply', 'answer', 'followed') THEN 'reply'
  WHEN reason = 'accepted' AND thing_kind = 'space' THEN 'invitation'
  WHEN reason = 'accepted' THEN 'accepted'
  WHEN reason = 'shared' THEN 'thanks'
  WHEN reason IN ('asked', 'community_asked') THEN 'request'
  WHEN reason IN ('retained', 'merged', 'idea', 'concluded') THEN 'idea'
  WHEN reason IN ('reported', 'hidden') THEN 'moderation'
  WHEN starts_with(reason, 'approval_') THEN 'approval'
  WHEN starts_with(reason, 'event_') THEN 'event'
  WHEN starts_with(reason, 'vote_') THEN 'poll'
  WHEN starts_with(reason, 'opened:') OR reason IN ('page_changed', 'feed_word') THEN 'new'
  WHEN reason IN ('invited', 'added', 'welcomed', 'refused', 'host', 'hosting', 'community_accepted',
    'community_refused') THEN 'invitation'
  ELSE 'mention' END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attention", "0002_own_moments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("notice", "category", models.CharField(default="", max_length=16)),
        migrations.AddField("notice", "is_opened", models.BooleanField(default=False)),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.AddIndex(
            "notice",
            models.Index(
                models.F("contribution_id"),
                models.F("person"),
                models.OrderBy(models.F("id"), descending=True),
                name="attention_thread",
            ),
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("category", models.CharField(max_length=16)),
                ("is_on", models.BooleanField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "category"), name="attention_rule_once")
                ],
            },
        ),
    ]
