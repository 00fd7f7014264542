"""The index on the words of notes is asked by the list's search again: without accents, as it has learnt to."""

from django.db import migrations

FOLDED = r"LOWER(REGEXP_REPLACE(NORMALIZE(note, NFKD), '[\u0300-\u036f]', '', 'g'))"


def index(apps, schema_editor, words=FOLDED):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX enquiry_note_words")
        schema_editor.execute(
            f"CREATE INDEX enquiry_note_words ON cases_enquiry USING gin (({words}) gin_trgm_ops)"
        )


def index_as_before(apps, schema_editor):
    index(apps, schema_editor, "UPPER(note)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_restricted_enquiries")]

    operations = [migrations.RunPython(index, index_as_before)]
