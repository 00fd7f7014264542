"""Transfers between offices: offered, asked for, answered, and read afterwards by the office that sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Verb, client_address, log_access
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.services import answer_form
from cases.forms.transfers import AcceptForm, HandOverForm, ReasonForm, RefusalForm, TransferForm
from cases.models import Case, Person, Transfer
from cases.permissions import can_make, can_offer_record, can_read, can_read_sent
from cases.services.doors import TooManyQuestions, read_sent
from cases.services.transfers import (
    accept_transfer,
    cancel_transfer,
    decline_transfer,
    offer_transfer,
    offer_what_was_asked,
    refuse_transfer,
    withdraw_transfer,
)
from cases.views.cases import get_case
from cases.views.desk import get_offices
from cases.views.people import get_person
from cases.workflow import TRANSFER_MOVES
from gai_portal.lib.paging import PAGE_SIZE


def get_transfer(request: SignedInRequest, pk: int) -> Transfer:
    """The transfer, or 404 for somebody it must not even be known to."""
    rows = Transfer.objects.visible_to(request.user).with_names()
    return get_object_or_404(rows.select_related("person__office", "person__consent", "case__office"), pk=pk)


@require_safe
def transfer_list(request: SignedInRequest) -> HttpResponse:
    """What came and what went, the latest first."""
    offices = get_offices(request.user)
    rows = Transfer.objects.visible_to(request.user).with_names()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "cases/transfer_list.html", {"offices": offices, "page": page})


@require_safe
def transfer_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where it stands, what can be done, and the way to the record for those who read it."""
    transfer = get_transfer(request, pk)
    moves = [move for move in TRANSFER_MOVES.values() if can_make(request.user, transfer, move)]
    context = {
        "transfer": transfer,
        "record": transfer.record if can_read(request.user, transfer.record) else None,
        "moves": moves,
        "reads_sent": can_read_sent(request.user, transfer),
    }
    return render(request, "cases/transfer_detail.html", context)


@dataclass(frozen=True)
class Act:
    """One answer to a transfer: what is asked, who does it, and what is said then."""

    form: type[TransferForm]
    do: Callable[[Transfer, dict[str, Any], User], Any]
    said: Any
    lead: Any = ""


ACTS: dict[str, Act] = {
    "offer": Act(
        ReasonForm,
        lambda transfer, data, by: offer_what_was_asked(transfer, **data, by=by),
        gettext_lazy("The transfer is offered. Until it is accepted the record stays with you."),
        gettext_lazy(
            "The person's whole record goes along: cases, notes, documents, enquiries, and what of it is "
            "restricted."
        ),
    ),
    "decline": Act(
        RefusalForm,
        lambda transfer, data, by: decline_transfer(transfer, **data, by=by),
        gettext_lazy("Declined. The record stays where it is."),
    ),
    "cancel": Act(
        TransferForm,
        lambda transfer, data, by: cancel_transfer(transfer, by=by),
        gettext_lazy("The question is taken back."),
    ),
    "accept": Act(
        AcceptForm,
        lambda transfer, data, by: accept_transfer(transfer, **data, by=by),
        gettext_lazy("Accepted. From now on the record is yours to work on."),
        gettext_lazy(
            "From then on your office writes in the record, and the one that sent it no longer does."
        ),
    ),
    "refuse": Act(
        RefusalForm,
        lambda transfer, data, by: refuse_transfer(transfer, **data, by=by),
        gettext_lazy("Refused. The record stays where it is."),
    ),
    "withdraw": Act(
        TransferForm,
        lambda transfer, data, by: withdraw_transfer(transfer, by=by),
        gettext_lazy("The offer is withdrawn."),
    ),
}


@require_http_methods(["GET", "POST"])
def transfer_act(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """Answer a transfer."""
    transfer = get_transfer(request, pk)
    if act not in ACTS:
        raise Http404
    move, todo = TRANSFER_MOVES[act], ACTS[act]
    if request.method == "GET" and transfer.state != move.source:
        return redirect(transfer)  # somebody was quicker
    if transfer.state == move.source and not can_make(request.user, transfer, move):
        raise PermissionDenied
    form = todo.form(request.POST if request.method == "POST" else None, transfer=transfer)

    def do() -> str:
        todo.do(transfer, form.cleaned_data, request.user)
        messages.success(request, todo.said)
        return transfer.get_absolute_url()

    if url := answer_form(request, form, do):
        return redirect(url)
    context = {"transfer": transfer, "form": form, "move": move, "lead": todo.lead}
    return render(request, "cases/transfer_act.html", context)


@require_http_methods(["GET", "POST"])
def person_transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer somebody's whole record to another office."""
    return _hand_over(request, get_person(request, pk))


@require_http_methods(["GET", "POST"])
def case_transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer a case without a name to another office; one with a name goes with its person."""
    case = get_case(request, pk)
    if case.person and can_read(request.user, case.person):
        return redirect("cases:person_transfer", pk=case.person.pk)
    return _hand_over(request, case)


def _hand_over(request: SignedInRequest, record: Person | Case) -> HttpResponse:
    if not can_offer_record(request.user, record):
        raise PermissionDenied
    form = HandOverForm(request.POST or None, office=record.office)
    if request.method == "GET":
        if open_already := Transfer.objects.open().of(record).first():
            return redirect(open_already)
        log_access(request, Verb.READ, record)

    def offer() -> str:
        transfer = offer_transfer(record, **form.content(), by=request.user)
        messages.success(request, ACTS["offer"].said)
        return transfer.get_absolute_url()

    if url := answer_form(request, form, offer):
        return redirect(url)
    theirs = Case.objects.visible_to(request.user).filter(person=record.pk).with_names()
    context = {
        "record": record,
        "form": form,
        "person": record if isinstance(record, Person) else None,
        "case": record if isinstance(record, Case) else None,
        "cases": theirs[:PAGE_SIZE] if isinstance(record, Person) else [],
    }
    return render(request, "cases/transfer_offer.html", context)


@require_safe
def transfer_sent(request: SignedInRequest, pk: int) -> HttpResponse:
    """What an office handed over, as it stood on that day: read for some days by those who sent it."""
    transfer = get_transfer(request, pk)
    if not can_read_sent(request.user, transfer):
        raise PermissionDenied
    try:
        sent = read_sent(transfer, by=request.user, address=client_address(request))
    except TooManyQuestions:
        messages.warning(request, _("You have opened many records within an hour. Try again later."))
        return redirect(transfer)
    return render(request, "cases/transfer_sent.html", {"transfer": transfer, "sent": sent})
