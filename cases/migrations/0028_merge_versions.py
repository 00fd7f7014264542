from django.db import migrations


def note_versions(apps, schema_editor):
    """Merges of the time before this was noted: which version of the kept record each rests on."""
    Merge = apps.get_model("cases", "Merge")
    History = apps.get_model("cases", "HistoricalPerson")
    for merge in Merge.objects.filter(undone_at=None):
        if "version" in merge.moved:
            continue
        lines = History.objects.filter(id=merge.kept_id, history_date__lte=merge.at)
        latest = list(lines.order_by("-history_date", "-history_id")[:2])  # the merge's own, and that before
        if latest:
            merge.moved["version"] = latest[-1].version
            merge.save(update_fields=["moved"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0027_return_code_index")]

    operations = [migrations.RunPython(note_versions, migrations.RunPython.noop, elidable=True)]
