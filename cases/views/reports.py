"""The month in words: written by an office's coordinator, read by the national level."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from accounts.services import answer_form, restore_draft
from cases.documents import monthly_report_pdf
from cases.forms.reports import ReportForm
from cases.models import MonthlyReport
from cases.permissions import can_write_report
from cases.services.reports import is_over, write_report
from cases.statistics import Span
from cases.views.desk import get_offices
from municipalities.models import Office

MONTHS_SHOWN = 12


def last_month() -> Span:
    return Span.around("month", timezone.localdate()).shifted(-1)


@require_safe
def report_list(request: SignedInRequest) -> HttpResponse:
    """The office's own months, the latest first."""
    offices = get_offices(request.user)
    months = [last_month().shifted(-number).first for number in range(MONTHS_SHOWN)]
    reports = MonthlyReport.objects.visible_to(request.user).filter(office__in=offices, month__in=months)
    written = {(report.office_id, report.month): report for report in reports}
    rows = [
        (office, month, written.get((office.pk, month)), can_write_report(request.user, office))
        for month in months
        for office in offices
    ]
    return render(request, "cases/report_list.html", {"rows": rows, "offices": offices})


@require_http_methods(["GET", "POST"])
def report_edit(request: SignedInRequest, code: str, year: int, month: int) -> HttpResponse:
    """Write the main concerns of a month; keep them, or send them."""
    office = next((office for office in get_offices(request.user) if office.code == code), None)
    if office is None or not (2000 <= year < 2100 and 1 <= month <= 12) or not is_over(date(year, month, 1)):
        raise Http404
    if not can_write_report(request.user, office):
        raise PermissionDenied
    first = date(year, month, 1)
    own = MonthlyReport.objects.visible_to(request.user).filter(office=office, month=first)
    draft = restore_draft(request)
    is_sending = "send" in request.POST

    def create() -> str:
        text = form.cleaned_data["concerns_pt"]
        write_report(office, first, text, by=request.user, send=is_sending)
        said = _("The report is sent. The national level reads it now.")
        if not is_sending:
            said = _("The report is kept. It is not sent yet.")
        messages.success(request, said)
        return reverse("cases:report_list")

    with transaction.atomic():
        if request.method == "POST":  # two who write the same month come one after the other
            Office.objects.select_for_update(no_key=True).get(pk=office.pk)
        report = own.first()
        form = ReportForm(request.POST or None, instance=report)
        if draft:
            form.initial.update(draft.initial)  # what its writer had seen, too
        if url := answer_form(request, form, create):
            return redirect(url)
    context = {"form": form, "draft": draft, "office": office, "month": first, "report": report}
    return render(request, "cases/report_edit.html", context)


@require_safe
def report_file(request: SignedInRequest, code: str, year: int, month: int) -> HttpResponse:
    """The month as it was sent, for the municipal council."""
    offices = [office for office in get_offices(request.user) if office.code == code]
    sent = MonthlyReport.objects.visible_to(request.user).sent().filter(office__in=offices)
    report = get_object_or_404(
        sent.select_related("office__municipality", "sent_by"), month__year=year, month__month=month
    )
    log_access(request, Verb.PRINTED, report)
    response = HttpResponse(monthly_report_pdf(report), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{report.office.code}-{report.month:%Y-%m}.pdf"'
    return response


@require_safe
def report_overview(request: SignedInRequest) -> HttpResponse:
    """For the national level: every office's words of a month, and which are missing."""
    if not request.user.has_national_role():
        raise Http404
    span = Span.read(request.GET.get("month", ""))
    if span.kind != "month" or not is_over(span.first):
        span = last_month()
    sent = MonthlyReport.objects.visible_to(request.user).filter(month=span.first)
    reports = {report.office_id: report for report in sent}
    offices = Office.objects.select_related("municipality__island").order_by(
        "municipality__island__order", "code"
    )
    rows = [(office, reports.get(office.pk)) for office in offices]
    context = {
        "month": span.first,
        "rows": rows,
        "number": len(reports),
        "previous": span.shifted(-1),
        "next": span.shifted(1) if is_over(span.shifted(1).first) else None,
    }
    return render(request, "cases/report_overview.html", context)
