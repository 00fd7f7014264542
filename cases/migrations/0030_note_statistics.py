"""PostgreSQL looks at the words of notes, so that it knows from the first day when their index pays."""

from django.db import migrations


def look(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE cases_enquiry")


class Migration(migrations.Migration):
    dependencies = [("cases", "0029_several_questions")]

    operations = [migrations.RunPython(look, migrations.RunPython.noop)]
