"""Words that are nothing but an accent (the "¯" of a shrug, a lone "´") no longer keep a text from being saved.

Without its accents such a word is empty, and a modifier apostrophe becomes a quote: neither can be read as a tsvector
again. Those texts are folded word by word.
"""

from importlib import import_module

from django.db import migrations

BARE = import_module(
    "parvis.contributions.migrations.0007_entries"
).BARE  # where a new network gets it at once

STEMS = """
DO $do$ BEGIN
  EXECUTE replace(replace(pg_get_functiondef('contributions_stems(text, text, tsvector)'::regprocedure),
    'unaccent(to_tsvector(''english'', spoken)::text)::tsvector', 'contributions_bare(to_tsvector(''english'', spoken))'),
    'unaccent(to_tsvector(''french'', spoken)::text)::tsvector', 'contributions_bare(to_tsvector(''french'', spoken))');
END $do$"""


class Migration(migrations.Migration):
    dependencies = [("contributions", "0007_entries")]

    operations = [
        migrations.RunSQL(BARE, migrations.RunSQL.noop),
        migrations.RunSQL(STEMS, migrations.RunSQL.noop),
    ]
