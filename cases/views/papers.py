"""What somebody on record may take home: the privacy receipt, and a copy of their whole file."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from cases.documents import person_file_pdf, receipt_pdf
from cases.models import Person, whole_file
from cases.permissions import can_give_copy
from cases.views.people import get_person

# What a receipt names of somebody; the values stand only in the copy.
ABOUT_THEMSELVES = ("name", "born_on", "sex", "nationality", "language", "legal_status")
LANGUAGES = dict(settings.LANGUAGES)


def get_own_person(request: SignedInRequest, pk: int) -> Person:
    person = get_person(request, pk)
    if not can_give_copy(request.user, person):
        raise PermissionDenied
    return person


def language_for(request: SignedInRequest, person: Person) -> str:
    """The one that is asked for, or the person's own, or that in which they agreed, or the portal's."""
    asked = (request.GET.get("in"), person.language_id, person.consent.language_id)
    return next((code for code in asked if code in LANGUAGES), settings.LANGUAGE_CODE)


def _receipt(request: SignedInRequest, person: Person) -> dict[str, Any]:
    """What the receipt says, in the active language."""
    file = whole_file(person, request.user)
    who_you_are, *parts = file.parts
    known = [fact.label for fact in who_you_are.rows[0] if fact.text and fact.name in ABOUT_THEMSELVES]
    return {
        "person": person,
        "file": file,
        "facts": ", ".join(known).capitalize(),
        "parts": [part for part in parts if part.rows and part.name != "changes"],
        "consent": person.consent,
        "partners": person.consent.partners.all(),
        "labels": settings.LABELS,
    }


@require_safe
def person_receipt(request: SignedInRequest, pk: int) -> HttpResponse:
    """The receipt to be read on the screen, and the way to print it and the copy of the file."""
    person = get_own_person(request, pk)
    language = language_for(request, person)
    log_access(request, Verb.READ, person)
    with translation.override(language):
        receipt = render_to_string("cases/includes/_receipt.html", _receipt(request, person))
    context = {"person": person, "language": language, "languages": settings.LANGUAGES, "receipt": receipt}
    return render(request, "cases/person_receipt.html", context)


@require_safe
def receipt_file(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_own_person(request, pk)
    log_access(request, Verb.PRINTED, person)
    with translation.override(language_for(request, person)):
        pdf = receipt_pdf(_receipt(request, person))
    return _sent(HttpResponse(pdf, content_type="application/pdf"), "inline", f"{person.reference}.pdf")


@require_safe
def person_file(request: SignedInRequest, pk: int, ending: str) -> HttpResponse:
    """The whole file, for the person: to read, or for a machine."""
    person = get_own_person(request, pk)
    if ending not in {"pdf", "json"}:
        raise Http404
    log_access(request, Verb.EXPORTED, person)
    with translation.override(language_for(request, person)):
        file = whole_file(person, request.user)
        if ending == "pdf":
            answer = HttpResponse(person_file_pdf(file), content_type="application/pdf")
        else:
            answer = JsonResponse(file.as_data(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _sent(answer, "attachment", f"{person.reference}-copia.{ending}")


def _sent(answer: HttpResponse, how: str, name: str) -> HttpResponse:
    """No name of anybody stands in the name of a file."""
    answer["Content-Disposition"] = f'{how}; filename="{name}"'
    return answer
