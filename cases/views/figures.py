"""How many, at the desk, month by month."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from cases.models import Channel, Enquiry, Outcome, Topic
from cases.statistics import Month, enquiries_by
from cases.views.desk import get_offices


@require_safe
def enquiry_figures(request: SignedInRequest) -> HttpResponse:
    offices = get_offices(request.user)
    month = Month.read(request.GET.get("month", ""))
    enquiries = Enquiry.objects.visible_to(request.user).filter(office__in=offices)
    tables = []
    for title, field, model in (
        (_("Topics"), "topic", Topic),
        (_("Channels"), "channel", Channel),
        (_("Outcomes"), "outcome", Outcome),
    ):
        counted = enquiries_by(enquiries, field, month)
        names = model.objects.in_bulk(list(counted))
        tables.append((title, [(names[code], number) for code, number in counted.items()]))
    context = {
        "month": month,
        "total": sum(number for _row, number in tables[-1][1]),
        "tables": tables,
        "previous": month.shifted(-1),
        "next": month.shifted(1) if month.shifted(1).starts_at() <= timezone.now() else None,
    }
    return render(request, "cases/enquiry_figures.html", context)
