"""An invented return code for demonstrations: conversations without a name at two offices."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cases.demo import MARK
from cases.models import CODE_LENGTH, Enquiry, ReturnCode, digest_of
from cases.services.codes import usual_end_of_code
from gai_portal.lib.codes import code_from
from gai_portal.lib.reference import Tally

DEMO_CODE = code_from(b"morabeza", length=CODE_LENGTH)  # README.md names it
TOWNS = ("CV-PR", "CV-SL")


@transaction.atomic
def load_demo_code() -> Tally:
    """One code, under the latest conversation of each of two offices. Where it is already it stays."""
    tally = Tally()
    if ReturnCode.objects.filter(digest=digest_of(DEMO_CODE)).exists():
        tally.unchanged += 1
        return tally
    anonymous = Enquiry.objects.filter(
        note__endswith=MARK, person=None, people=None, is_restricted=False, return_code=None
    )
    rows = [anonymous.filter(office__municipality=town).order_by("-at").first() for town in TOWNS]
    met = [row for row in rows if row is not None]
    if len(met) == len(TOWNS):
        code = ReturnCode.objects.create(
            digest=digest_of(DEMO_CODE),
            given_at=timezone.now() - timedelta(days=1),
            given_by=met[0].author,
            ends_on=usual_end_of_code(),
        )
        Enquiry.objects.filter(pk__in=[row.pk for row in met]).update(return_code=code)
        tally.created += 1
    return tally
