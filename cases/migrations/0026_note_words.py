"""The index on the words of notes is asked by the list's search again: without accents, as it has learnt to.

Enquiries are recorded while it is built. What was interrupted can be begun again.
"""

from django.db import migrations

FOLDED = r"LOWER(REGEXP_REPLACE(NORMALIZE(note, NFKD), '[\u0300-\u036f]', '', 'g'))"


def index(apps, schema_editor, words=FOLDED):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS enquiry_note_words_new")
        schema_editor.execute(
            "CREATE INDEX CONCURRENTLY enquiry_note_words_new"
            f" ON cases_enquiry USING gin (({words}) gin_trgm_ops)"
        )
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS enquiry_note_words")
        schema_editor.execute("ALTER INDEX enquiry_note_words_new RENAME TO enquiry_note_words")


def index_as_before(apps, schema_editor):
    index(apps, schema_editor, "UPPER(note)")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0025_restricted_enquiries")]

    operations = [migrations.RunPython(index, index_as_before)]
