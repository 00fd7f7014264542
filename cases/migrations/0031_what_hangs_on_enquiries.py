from django.db import migrations
from django.db.models import Q


def restrict(apps, schema_editor):
    """What hangs on a restricted enquiry is as restricted, and so is the case that it is part of."""
    Enquiry = apps.get_model("cases", "Enquiry")
    restricted = Enquiry.objects.filter(is_restricted=True)
    for name, about in {
        "Case": Q(pk__in=restricted.filter(case__isnull=False).values("case")),
        "FollowUp": Q(enquiry__in=restricted) | Q(case__is_restricted=True),
        "Appointment": Q(enquiry__in=restricted) | Q(case__is_restricted=True),
    }.items():
        rows = apps.get_model("cases", name).objects.filter(about, is_restricted=False)
        pks = list(rows.values_list("pk", flat=True))
        rows.filter(pk__in=pks).update(is_restricted=True)
        apps.get_model("cases", f"Historical{name}").objects.filter(id__in=pks).update(is_restricted=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_note_statistics")]

    operations = [migrations.RunPython(restrict, migrations.RunPython.noop, elidable=True)]
