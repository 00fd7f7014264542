from django.db import migrations, models


def words(row, *fields):
    return {
        f"{field}_{code}": getattr(row, f"{field}_{code}") for field in fields for code in ("pt", "en", "fr")
    }


def freeze_parts(apps, schema_editor):
    """What was published before shows the documents and deadlines of its topic, as it did until now."""
    versions = apps.get_model("cases", "GuidanceVersion").objects.exclude(state="draft")
    for version in versions.select_related("guidance__topic"):
        topic = version.guidance.topic
        version.documents = [
            words(checklist, "name", "caution")
            | {
                "items": [
                    words(item, "name") | {"required": item.required}
                    for item in checklist.items.filter(is_active=True).order_by("order", "code")
                ]
            }
            for checklist in topic.checklists.filter(is_active=True).order_by("order", "code")
        ]
        rules = topic.deadlines.filter(is_active=True).order_by("order", "code")
        version.deadlines = [words(rule, "name") for rule in rules]
        version.save(update_fields=["documents", "deadlines"])


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0022_recalls"),
    ]

    operations = [
        migrations.AddField(
            model_name="guidanceversion",
            name="deadlines",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="deadlines"),
        ),
        migrations.AddField(
            model_name="guidanceversion",
            name="documents",
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name="documents"),
        ),
        migrations.AddField(
            model_name="guidanceversion",
            name="outdated",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="languages out of date"
            ),
        ),
        migrations.RunPython(freeze_parts, migrations.RunPython.noop),
    ]
