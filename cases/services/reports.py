"""Writing and sending what an office tells of a month."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import notify
from cases.models import MonthlyReport
from cases.permissions import can_write_report
from cases.statistics import Span
from gai_portal.lib.personal import pointing_at_somebody
from municipalities.models import Office


def is_over(month: date) -> bool:
    """A report tells of a month that has ended."""
    return Span.around("month", month).until <= timezone.localdate()


@transaction.atomic
def write_report(
    office: Office, month: date, concerns: str, *, by: User, send: bool = False
) -> MonthlyReport:
    """Keep what a coordinator wrote of a month; sent, the national level reads it and is told."""
    if not can_write_report(by, office):
        raise PermissionDenied(f"{by} may not write the report of {office}")
    month = month.replace(day=1)
    if not is_over(month):
        raise ValidationError(_("This month is not over yet."))
    if found := pointing_at_somebody(concerns):
        problem = _("Take out what points at one person: %(found)s") % {"found": ", ".join(found[:5])}
        raise ValidationError({"concerns_pt": problem})
    now = timezone.now()
    words = {"concerns_pt": concerns, "written_at": now, "written_by": by}
    report, _is_new = MonthlyReport.objects.select_for_update(of=("self",)).update_or_create(
        office=office, month=month, defaults=words
    )
    if send and (report.sent_at is None or report.is_changed):
        report.sent_concerns_pt, report.sent_at, report.sent_by = concerns, now, by
        report.save(update_fields=["sent_concerns_pt", "sent_at", "sent_by"])
        url = f"{reverse('cases:report_overview')}?month={month:%Y-%m}"
        notify(User.objects.with_role({Role.DGI_OFFICER}), text=lambda: _arrived(report), url=url)
    return report


def _arrived(report: MonthlyReport) -> str:
    return _("{office} sent its main concerns of {month}.").format(
        office=report.office, month=date_format(report.month, "YEAR_MONTH_FORMAT")
    )
