"""The blank form: as a page to print, and as a PDF to keep in a drawer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access import Accessed, Verb, log_access
from accounts.http import SignedInRequest
from cases.documents import blank_form_pdf
from cases.forms.enquiries import EnquiryForm
from cases.forms.paper import paper_fields, topics_by_group
from cases.models import Enquiry
from cases.services.first_day import BLANK_FORM
from cases.views.desk import get_offices


def _sheet(request: SignedInRequest) -> dict[str, Any]:
    offices = get_offices(request.user)
    form = EnquiryForm(user=request.user, offices=offices)
    return {
        "fields": paper_fields(form),
        "groups": topics_by_group(form),
        "offices": offices,
        "language": get_language(),
    }


@require_safe
def blank_form(request: SignedInRequest) -> HttpResponse:
    return render(request, "cases/enquiry_blank.html", _sheet(request))


@require_safe
def blank_form_file(request: SignedInRequest) -> HttpResponse:
    sheet = _sheet(request)
    municipality = sheet["offices"][0].municipality_id if sheet["offices"] else ""
    printed = Accessed(Enquiry._meta.label_lower, BLANK_FORM, municipality=municipality)
    log_access(request, Verb.PRINTED, printed)
    response = HttpResponse(blank_form_pdf(sheet), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="atendimento.pdf"'
    return response
