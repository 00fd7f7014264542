"""Forms on paper: the blank one of an enquiry, as a page and as a PDF, and the one of an agreement."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Accessed, Verb, log_access
from accounts.http import SignedInRequest
from cases.documents import blank_form_pdf, consent_paper_pdf
from cases.forms.enquiries import EnquiryForm
from cases.forms.paper import paper_fields, topics_by_group
from cases.forms.people import ConsentForm
from cases.models import Enquiry
from cases.services.consents import explanation_parts
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


@require_safe
def consent_paper(request: SignedInRequest) -> HttpResponse:
    """What somebody signs who agrees to be on record: of an office, in a language. It names nobody."""
    offices = {office.code: office for office in get_offices(request.user)}
    if not offices:
        raise Http404
    office = offices.get(request.GET.get("office", ""), next(iter(offices.values())))
    asked = request.GET.get("in")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else get_language()):
        form = ConsentForm(office=office)
        purposes = [form[name].label for name in ("for_follow_up", "for_reminders")]
        sharing = _("The office passes on what is needed to the organisations written below")
        pdf = consent_paper_pdf(
            {
                "office": office,
                "explained": explanation_parts(office, _("the day written below")),
                "purposes": [*purposes, sharing],
                "lines": [
                    _("Organisations"),
                    _("Explained in"),
                    _("Until"),
                    _("Full name"),
                    _("Date"),
                    _("Signature"),
                    _("Witness, for a spoken agreement (name and signature)"),
                    _("Record number (the office writes it)"),
                ],
            }
        )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="consentimento.pdf"'
    return response
