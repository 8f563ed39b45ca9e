"""The one function that reads the index of words, with the rights of its reader inside it; and the words for typos.

Under row-level policies `@@` can't use an index: this function is then the only one that needs its owner's rights, so
nothing else reads `contributions_entry.words` to find.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# What a reader may find: what everybody may read, and what stands in their own spaces. `visible_to` says the same of
# published things (a test holds them together). $1 words, $2 own spaces, $3 kinds, $4 spaces, $5 since, $6 until,
# $7 only replies, $8 tags, $9 how many.
FINDABLE = """
  (e.audience = 0 OR e.audience = 1 AND e.space_id = ANY($2)) AND e.kind = ANY($3)
  AND ($4 IS NULL OR e.space_id = ANY($4)) AND ($5 IS NULL OR e.at >= $5) AND ($6 IS NULL OR e.at < $6)
  AND (NOT $7 OR e.is_reply)
  AND ($8 IS NULL OR EXISTS (
    SELECT 1 FROM contributions_tag t WHERE t.contribution_id = e.contribution_id AND t.word = ANY($8)))"""

# The newest `enough` of what a reader may find, the order being that of keys; the same rows come whichever way is taken.
# The way depends on how common the words are, as the planner reckons it from statistics: common words are met while
# walking back from the newest rows; rare ones are taken from the index whole; those between by spans of weeks, which
# stand among the words and which the index joins with them by itself, until there are enough. `has_many` is for tests:
# true takes every way one after the other.
MATCHING = f"""
CREATE FUNCTION search_matching(
  asked tsquery, ranked tsquery, terms tsquery[], me bigint, kinds text[], spaces bigint[], since timestamptz,
  until timestamptz, only_replies boolean, tagged text[], enough integer, has_many boolean DEFAULT false
) RETURNS TABLE (id bigint, contribution_id bigint, is_reply boolean, author_id bigint, rank real, covered integer)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  mine bigint[] := ARRAY(SELECT m.space_id FROM spaces_membership m JOIN people_person p ON p.id = m.person_id
                         WHERE m.person_id = me AND p.state = 'active');
  found bigint[] := '{{}}';
  plan json;
  likely float8;
  every float8;
  first_week bigint;
  last_week bigint;
  span bigint;
  within tsquery;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM people_person p WHERE p.id = me AND p.state = 'active') THEN
    RETURN;
  END IF;
  IF asked IS NULL THEN
    EXECUTE $q$ SELECT ARRAY(SELECT e.id FROM contributions_entry e WHERE {FINDABLE} ORDER BY e.id DESC LIMIT $9) $q$
      INTO found USING asked, mine, kinds, spaces, since, until, only_replies, tagged, enough;
  ELSE
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT 1 FROM contributions_entry WHERE words @@ %L::tsquery', asked) INTO plan;
    likely := greatest((plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8, 1);
    every := greatest((SELECT c.reltuples FROM pg_class c WHERE c.oid = 'contributions_entry'::regclass), 1);
    IF position(':*' IN asked::text) > 0 AND every > 10000 THEN
      -- Of beginnings of words the planner knows nothing: a few thousand rows from everywhere tell.
      SELECT greatest(count(*) FILTER (WHERE e.words @@ asked) * every / greatest(count(*), 1), 1) INTO likely
        FROM contributions_entry e TABLESAMPLE SYSTEM (least(250000 / every, 100)) REPEATABLE (1);
    END IF;
    IF has_many OR (likely > 10 * enough AND likely > 0.03 * every) THEN
      EXECUTE $q$ SELECT ARRAY(
        SELECT e.id FROM (SELECT * FROM contributions_entry ORDER BY id DESC LIMIT 150000) e
        WHERE e.words @@ $1 AND {FINDABLE} ORDER BY e.id DESC LIMIT $9) $q$
        INTO found USING asked, mine, kinds, spaces, since, until, only_replies, tagged, enough;
    END IF;
    IF cardinality(found) < enough AND (has_many OR likely > 10 * enough) THEN
      SELECT contributions_week(min(e.id)), contributions_week(max(e.id)) INTO first_week, last_week
        FROM contributions_entry e;
      span := 3 * enough * (last_week - first_week + 1) / likely;
      WHILE span < last_week - first_week LOOP
        SELECT string_agg(quote_literal(':w' || (last_week - week)), '|')::tsquery INTO within
          FROM generate_series(0, span) AS week;
        EXECUTE $q$ SELECT ARRAY(
          SELECT e.id FROM contributions_entry e WHERE e.words @@ $1 AND {FINDABLE} ORDER BY e.id + 0 DESC LIMIT $9) $q$
          INTO found USING asked && within, mine, kinds, spaces, since, until, only_replies, tagged, enough;
        EXIT WHEN cardinality(found) >= enough;
        span := 4 * span + 3;
      END LOOP;
    END IF;
    IF cardinality(found) < enough THEN
      EXECUTE $q$ SELECT ARRAY(
        SELECT e.id FROM contributions_entry e WHERE e.words @@ $1 AND {FINDABLE} ORDER BY e.id + 0 DESC LIMIT $9) $q$
        INTO found USING asked, mine, kinds, spaces, since, until, only_replies, tagged, enough;
    END IF;
  END IF;
  RETURN QUERY SELECT e.id, e.contribution_id, e.is_reply, e.author_id,
      CASE WHEN ranked IS NULL THEN 1 ELSE ts_rank('{{0.3, 0.4, 0.8, 1.0}}', e.words, ranked) END,
      (SELECT coalesce(sum(1 << (one.place::integer - 1)), 0)::integer
       FROM unnest(terms) WITH ORDINALITY AS one(term, place) WHERE e.words @@ one.term)
    FROM contributions_entry e WHERE e.id = ANY(found);
END $$"""

# Whether two words are one letter apart, neighbours changing places included, needs no distance: both, or one and the
# other with a letter less, have a common form.
PARTS = """
CREATE FUNCTION search_parts(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT DISTINCT part FROM (
    SELECT word AS part UNION ALL
    SELECT overlay(word placing '' from place for 1) FROM generate_series(1, length(word)) AS place) AS every) $$"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_saved"), ("contributions", "0007_entries")]

    operations = [
        migrations.RunSQL(
            MATCHING,
            "DROP FUNCTION search_matching(tsquery, tsquery, tsquery[], bigint, text[], bigint[], timestamptz, "
            "timestamptz, boolean, text[], integer, boolean)",
        ),
        migrations.RunSQL(PARTS, "DROP FUNCTION search_parts(text)"),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
            ],
        ),
        migrations.RunSQL(
            "CREATE INDEX search_word_parts ON search_word USING gin (parts) WITH (fastupdate = off)",
            "DROP INDEX search_word_parts",
            state_operations=[
                migrations.AddIndex(
                    model_name="word",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["parts"], fastupdate=False, name="search_word_parts"
                    ),
                )
            ],
        ),
    ]
