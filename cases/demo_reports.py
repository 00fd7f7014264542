"""An invented month in words for demonstrations: one office has sent its report, the others have not."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.models import MonthlyReport
from cases.statistics import Span
from gai_portal.lib.reference import Tally
from municipalities.models import Office

MUNICIPALITY = "CV-PR"
WORDS = """(Demonstração) Quem renova a autorização de residência espera muito e perde dias de trabalho.

- Falta um lugar onde se peça o atestado de residência sem voltar várias vezes.
- As pessoas que falam wolof pedem um intérprete certo num dia por semana.
- Os pequenos comerciantes perguntam cada vez mais por microcrédito."""


@transaction.atomic
def load_demo_report() -> Tally:
    """The first time, of last month. An office that has any report stays as it is."""
    tally = Tally()
    coordinators = User.objects.with_role({Role.COORDINATOR}, MUNICIPALITY).order_by("email")
    by, office = coordinators.first(), Office.objects.filter(municipality=MUNICIPALITY).first()
    if by is None or office is None:
        return tally
    if MonthlyReport.objects.filter(office=office).exists():
        tally.unchanged += 1
        return tally
    month = Span.around("month", timezone.localdate()).shifted(-1).first
    now = timezone.now()
    sent = {"sent_concerns_pt": WORDS, "sent_at": now, "sent_by": by}
    MonthlyReport.objects.create(
        office=office, month=month, concerns_pt=WORDS, written_at=now, written_by=by, **sent
    )
    tally.created += 1
    return tally
