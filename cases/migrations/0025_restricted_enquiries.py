from django.db import migrations
from django.db.models import Q

AT_ONCE = 500


def restrict(apps, schema_editor):
    """Enquiries about somebody restricted, by name or by their case, are as restricted as they are."""
    Enquiry = apps.get_model("cases", "Enquiry")
    History = apps.get_model("cases", "HistoricalEnquiry")
    about = Q(person__is_restricted=True) | Q(person=None, case__person__is_restricted=True)
    pks = list(Enquiry.objects.filter(about, is_restricted=False).values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        part = pks[start : start + AT_ONCE]
        Enquiry.objects.filter(pk__in=part).update(is_restricted=True)
        History.objects.filter(id__in=part).update(is_restricted=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_recall_tries")]

    operations = [migrations.RunPython(restrict, migrations.RunPython.noop, elidable=True)]
