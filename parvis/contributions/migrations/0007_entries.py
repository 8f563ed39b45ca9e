"""The index of the search: a row for each text, with its place, and the functions that take a text's words.

French and English stems are indexed twice, folded after stemming and stemmed after folding: folding first damages French
("connecté", "connectée"), stemming first misses who types no accents. See docs/decisions/search.md.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import parvis.kernel.ids
from parvis.contributions.stops import STOPS

# What the parser of the database would read as addresses, signed numbers or letters of a word becomes a space, so that
# a text and a question are always taken apart alike.
APART = "-_·•‧°º‐‑‒–—/\\@:.+~%&#*=<>|^'’‘‛ʼʻʽʹˈ′`\""

CONFIGURATIONS = [
    "CREATE TEXT SEARCH CONFIGURATION parvis_exact (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION parvis_exact ALTER MAPPING FOR word, numword WITH unaccent, simple",
    *[
        statement
        for ours, theirs in (("fr", "french"), ("en", "english"))
        for statement in (
            f"CREATE TEXT SEARCH CONFIGURATION parvis_{ours} (COPY = {theirs})",
            f"ALTER TEXT SEARCH CONFIGURATION parvis_{ours} ALTER MAPPING FOR asciiword, word, numword "
            f"WITH unaccent, {theirs}_stem",
        )
    ],
]

APART_LITERAL = APART.replace("'", "''")
STOPS_LITERAL = "{" + ",".join(sorted(STOPS)) + "}"

# Without its accents a word may be empty (the "¯" of a shrug) or hold a quote: no tsvector is read from that. Such texts
# are folded word by word.
BARE = r"""
CREATE OR REPLACE FUNCTION contributions_bare(known tsvector) RETURNS tsvector LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE said text := known::text; bare text := unaccent(said);
BEGIN
  IF strpos(bare, '''''') = 0 AND strpos(bare, '\') = 0
      AND length(replace(bare, '''', '')) - length(bare) = length(replace(said, '''', '')) - length(said) THEN
    RETURN bare::tsvector;
  END IF;
  RETURN (SELECT coalesce(string_agg('''' || replace(replace(one.word, '\', '\\'), '''', '''''') || ''''
      || coalesce(':' || array_to_string(one.positions, ','), ''), ' '), '')::tsvector
    FROM (SELECT unaccent(u.lexeme) AS word, u.positions FROM unnest(known) u) one WHERE one.word <> '');
END $$"""

FUNCTIONS = [
    # The words of a text as typed, and its stems, so that the stems carry another weight.
    f"""
CREATE FUNCTION contributions_spoken(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(normalize(left(said, 150000), NFKC), '{APART_LITERAL}', repeat(' ', {len(APART)})) $$""",
    f"""
CREATE FUNCTION contributions_exact(spoken text) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ts_delete(to_tsvector('parvis_exact', spoken), '{STOPS_LITERAL}'::text[]) $$""",
    f"""
CREATE FUNCTION contributions_stems(language text, spoken text, known tsvector) RETURNS tsvector
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE own tsvector; folded tsvector;
BEGIN
  IF language = 'en' THEN
    own := contributions_bare(to_tsvector('english', spoken));
    folded := to_tsvector('parvis_en', spoken);
  ELSE
    own := contributions_bare(to_tsvector('french', spoken));
    folded := to_tsvector('parvis_fr', spoken);
  END IF;
  own := ts_delete(own, tsvector_to_array(known) || '{STOPS_LITERAL}'::text[]);
  folded := ts_delete(folded, tsvector_to_array(known) || tsvector_to_array(own) || '{STOPS_LITERAL}'::text[]);
  RETURN own || folded;
END $$""",
    # Weights: A words of the title, B its stems and its tags, C words of the text, D stems of the text. Author, kind and
    # week stand among the words, where no text can put them: the index then joins them with a word by itself.
    """
CREATE FUNCTION contributions_words(
  id bigint, author_id bigint, kind text, language text, title text, tags text, said text
) RETURNS tsvector LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE head text := contributions_spoken(title); marks text := contributions_spoken(tags);
  body text := contributions_spoken(said); a tsvector; b tsvector; c tsvector;
BEGIN
  a := contributions_exact(head); b := contributions_exact(marks); c := contributions_exact(body);
  RETURN setweight(a, 'A') || setweight(b || contributions_stems(language, head || ' ' || marks, a || b), 'B')
    || setweight(c, 'C') || setweight(contributions_stems(language, body, c), 'D')
    || array_to_tsvector(ARRAY[':a' || author_id, ':k' || kind, ':w' || contributions_week(id)]);
END $$""",
    # The week in which a key was made: ten thousand million keys' milliseconds a week, whatever the calendar says.
    """
CREATE FUNCTION contributions_week(id bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (id >> 22) / 604800000 $$""",
    # What to ask the index for, for each word: as typed and folded, and every stem it may have been given.
    """
CREATE FUNCTION contributions_asked(word text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT DISTINCT unnest FROM unnest(tsvector_to_array(exact
    || contributions_stems('fr', said, '') || contributions_stems('en', said, ''))) ORDER BY 1)
  FROM (SELECT contributions_spoken(word) AS said, contributions_exact(contributions_spoken(word)) AS exact) AS one $$""",
]
FUNCTIONS = [FUNCTIONS[index] for index in (0, 1, 2, 4, 3, 5)]

PLACE = [
    "ALTER TABLE contributions_entry SET (fillfactor = 85)",
    "ALTER TABLE contributions_entry ADD CONSTRAINT spine_entry_place "
    "FOREIGN KEY (contribution_id, space_id, audience) "
    "REFERENCES contributions_contribution (id, space_id, audience) ON UPDATE CASCADE ON DELETE CASCADE",
    # The planner must tell common words from rare ones.
    "ALTER TABLE contributions_entry ALTER COLUMN words SET STATISTICS 500",
    "ALTER TABLE contributions_entry ALTER COLUMN words SET STORAGE MAIN",
]

# What is written already; a tool's own texts, such as those of files, by `bin/parvis doctor`.
FILL = [
    """
INSERT INTO contributions_entry (id, contribution_id, is_reply, space_id, audience, kind, author_id, at, words)
SELECT c.id, c.id, false, c.space_id, c.audience, c.kind, c.author_id, coalesce(c.published_at, c.created_at),
  contributions_words(c.id, c.author_id, c.kind, c.language, c.title,
    (SELECT coalesce(string_agg(t.label, ' '), '') FROM contributions_tag t WHERE t.contribution_id = c.id),
    coalesce(b.text, ''))
FROM contributions_contribution c LEFT JOIN contributions_body b ON b.contribution_id = c.id
WHERE NOT c.card ? 'shared'""",
    """
INSERT INTO contributions_entry (id, contribution_id, is_reply, space_id, audience, kind, author_id, at, words)
SELECT r.id, r.contribution_id, true, r.space_id, r.audience, c.kind, r.author_id, r.created_at,
  contributions_words(r.id, r.author_id, c.kind, c.language, '', '', r.text)
FROM contributions_reply r JOIN contributions_contribution c ON c.id = r.contribution_id
WHERE r.state = 'published' AND NOT c.card ? 'shared'""",
]

BACKWARD = [
    "DROP FUNCTION contributions_asked(text)",
    "DROP FUNCTION contributions_words(bigint, bigint, text, text, text, text, text)",
    "DROP FUNCTION contributions_week(bigint)",
    "DROP FUNCTION contributions_stems(text, text, tsvector)",
    "DROP FUNCTION contributions_bare(tsvector)",
    "DROP FUNCTION contributions_exact(text)",
    "DROP FUNCTION contributions_spoken(text)",
    *[f"DROP TEXT SEARCH CONFIGURATION parvis_{name}" for name in ("exact", "fr", "en")],
]


class Migration(migrations.Migration):
    dependencies = [("contributions", "0006_followed_tags")]

    operations = [
        migrations.RunSQL([*CONFIGURATIONS, BARE, *FUNCTIONS], BACKWARD),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=parvis.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("space_id", models.BigIntegerField(editable=False)),
                ("audience", models.SmallIntegerField(editable=False)),
                ("is_reply", models.BooleanField(default=False)),
                ("kind", models.CharField(max_length=20)),
                ("author_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="contributions.contribution",
                    ),
                ),
            ],
            options={"verbose_name_plural": "entries"},
        ),
        migrations.RunSQL(PLACE, "ALTER TABLE contributions_entry DROP CONSTRAINT spine_entry_place"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["space_id", "id"], name="spine_entry_space")
        ),
        migrations.RunSQL(
            "CREATE INDEX spine_entry_words ON contributions_entry USING gin (words) WITH (fastupdate = off)",
            "DROP INDEX spine_entry_words",
            state_operations=[
                migrations.AddIndex(
                    model_name="entry",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], fastupdate=False, name="spine_entry_words"
                    ),
                )
            ],
        ),
        migrations.RunSQL("ANALYZE contributions_entry", migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="contribution", name="spine_search"),
        migrations.RemoveField(model_name="contribution", name="search"),
    ]
