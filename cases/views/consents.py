"""Somebody's agreement to be on record: renewed or withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from accounts.services import answer_once
from cases.forms.people import ConsentForm, WithdrawForm
from cases.models import Consent
from cases.permissions import can_erase_person, can_renew_consent
from cases.services.consents import renew_consent, withdraw_consent
from cases.views.people import get_person


@require_http_methods(["GET", "POST"])
def consent_renew(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_person(request, pk)
    if not can_renew_consent(request.user, person):
        raise PermissionDenied
    former = person.consent
    # Only the language: what they agree to is asked again, each time.
    form = ConsentForm(request.POST or None, office=person.office, initial={"spoken_in": former.language_id})
    if request.method == "POST" and form.is_valid():

        def renew() -> str:
            renew_consent(person, form.consent(), by=request.user)
            messages.success(request, _("The agreement is on record."))
            return person.get_absolute_url()

        try:
            return redirect(answer_once(request, renew))
        except ValidationError as error:
            form.add_error(None, error.messages)
    elif request.method == "GET":
        log_access(request, Verb.READ, person)
    context = {
        "person": person,
        "form": form,
        "former": former,
        "partners": former.partners.all(),
        "explanations": form.explanations(),
    }
    return render(request, "cases/consent_renew.html", context)


@require_http_methods(["GET", "POST"])
def consent_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person takes the agreement back, and chooses what becomes of the record."""
    person = get_person(request, pk)
    if request.method == "POST" and person.erased_at:
        messages.info(request, _("Record {record} was emptied already.").format(record=person.reference))
        return redirect("cases:person_search")
    if not can_erase_person(request.user, person):
        raise PermissionDenied
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choice = Consent.Withdrawal(form.cleaned_data["choice"])
        withdraw_consent(person, choice, by=request.user)
        said = {
            Consent.Withdrawal.ERASE: _("Erased. Record {record} says nothing about anybody any more."),
            Consent.Withdrawal.ANONYMISE: _("Made anonymous. Record {record} has no name any more."),
        }
        messages.success(request, said[choice].format(record=person.reference))
        return redirect("cases:person_search")
    if request.method == "GET":
        log_access(request, Verb.READ, person)
    return render(request, "cases/consent_withdraw.html", {"person": person, "form": form})
