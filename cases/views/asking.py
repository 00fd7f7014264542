"""The office that knows somebody is asked for a transfer, where a new person would be recorded."""

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import client_address
from accounts.http import SignedInRequest
from accounts.services import answer_form
from cases.forms.people import NewPersonForm
from cases.services.doors import ask_for_transfer
from municipalities.models import Office


def ask_other_office(request: SignedInRequest, form: NewPersonForm) -> str:
    """Ask the office that knows the person in `form` for a transfer; the address to go on at."""
    data = form.cleaned_data
    asked = get_object_or_404(Office, code=request.POST["ask"][:6])

    def ask() -> str:
        questions = ask_for_transfer(
            asked,
            by=request.user,
            office=data["office"],
            agreed_on=timezone.localdate(),
            document=form.document(),
            phone=data["phone"],
            address=client_address(request),
        )
        if not questions:
            messages.info(request, _("{office} has nothing to hand over now.").format(office=asked))
            return reverse("cases:transfer_list")
        messages.success(request, _("{office} was asked. Its answer comes to Today.").format(office=asked))
        return questions[0].get_absolute_url()

    return answer_form(request, form, ask) or reverse("cases:person_search")
