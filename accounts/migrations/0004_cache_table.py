"""The table of the cache that all processes share (settings.CACHES): what counts tries must not be missing."""

from django.core.management import call_command
from django.db import migrations

TABLE = "portal_cache"


def create(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_session_round")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop, elidable=False),
    ]
