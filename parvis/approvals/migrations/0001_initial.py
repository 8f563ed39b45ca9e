

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import parvis.kernel.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contributions', '0006_followed_tags'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('space_id', models.BigIntegerField(editable=False)),
                ('audience', models.SmallIntegerField(editable=False)),
                ('number', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('review', 'in review'), ('approved', 'approved'), ('refused', 'refused'), ('withdrawn', 'withdrawn'), ('renewed', 'begun again: a newer version was written'), ('former', 'approved, then replaced')], default='review', max_length=9)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('word', models.CharField(blank=True, default='', max_length=300)),
                ('is_in_order', models.BooleanField(default=False)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('is_late_told', models.BooleanField(default=False)),
                ('asker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='contributions.contribution')),
            ],
        ),
        migrations.CreateModel(
            name='Approver',
            fields=[
                ('id', models.BigIntegerField(default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('space_id', models.BigIntegerField(editable=False)),
                ('audience', models.SmallIntegerField(editable=False)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.CharField(blank=True, choices=[('', 'waiting'), ('approved', 'approved it'), ('refused', 'refused it')], default='', max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('is_gone_told', models.BooleanField(default=False)),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvers', to='contributions.contribution')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='approvers', to='approvals.review')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['contribution', 'id'], name='approvals_of'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['space_id', 'state', 'due_on'], name='approvals_in_space'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('state', 'review')), fields=['asker'], name='approvals_asked_by'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'review')), fields=('contribution',), name='approvals_one_review'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('contribution',), name='approvals_one_approved'),
        ),
        migrations.AddIndex(
            model_name='approver',
            index=models.Index(condition=models.Q(('answer', '')), fields=['person'], name='approvals_waiting'),
        ),
        migrations.AddIndex(
            model_name='approver',
            index=models.Index(fields=['contribution', 'person'], name='approvals_concerned'),
        ),
        migrations.AddConstraint(
            model_name='approver',
            constraint=models.UniqueConstraint(fields=('review', 'person'), name='approvals_asked_once'),
        ),
    ]
