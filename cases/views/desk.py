"""How every page of the desk begins. To anybody without a desk it does not exist."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import Verb, log_access_to_each, log_search
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.forms.person_choice import PersonChoice
from cases.models import Case, Enquiry, Person
from cases.permissions import can_use_desk
from cases.services.doors import transfer_that_took
from municipalities.models import Office


def get_offices(user: User) -> list[Office]:
    """The offices of somebody's desk, or 404 for people without one."""
    if not can_use_desk(user):
        raise Http404
    codes = user.municipality_ids(DESK_ROLES)
    return [office for office in user.offices if office.municipality_id in codes]


def get_enquiry(request: SignedInRequest, pk: int) -> Enquiry:
    """The enquiry, or 404 for somebody it must not even be known to."""
    enquiries = Enquiry.objects.visible_to(request.user).with_names()
    return get_object_or_404(enquiries.select_related("voided_by", "person", "return_code"), pk=pk)


def lead_to_transfer(
    request: SignedInRequest, row: Person | Case | Enquiry | None, after: datetime | None = None
) -> HttpResponse:
    """Where a record that has left went, for the office that had it; 404 for everybody else."""
    transfer = transfer_that_took(row, by=request.user, after=after) if row else None
    if transfer is None:
        raise Http404
    return redirect(transfer)


def log_choice(request: SignedInRequest, form: PersonChoice, office: Office | None) -> None:
    """Whom a form shows was read: those of a search in one line, somebody chosen before in their own."""
    if form.found:
        log_search(request, Person, form.offered, [office.municipality_id] if office else [])
    else:
        log_access_to_each(request, Verb.READ, form.offered)


def named_row(request: SignedInRequest, name: str, rows: Any) -> Any:
    """The record that the address names; 404 for one that is not the reader's."""
    number = request.GET.get(name, "")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    return get_object_or_404(rows, pk=int(number))


def with_people(rows: Any, user: User) -> Any:
    """Cases, things to do or appointments, each with whether the reader may read the name of its person."""
    people = Person.objects.visible_to(user).standing().filter(pk=OuterRef("person"))
    return rows.select_related("person__office").annotate(is_named=Exists(people))


def log_people(request: SignedInRequest, rows: Iterable[Any]) -> None:
    """One line for all the names that a page shows."""
    people = {row.person for row in rows if row.is_named}
    if people:
        log_search(request, Person, sorted(people, key=lambda person: person.pk), [], Verb.READ)


@require_safe
def shortcuts(request: SignedInRequest) -> HttpResponse:
    """Which keys do what; js/keys.js shows the same on `?`."""
    get_offices(request.user)
    return render(request, "cases/shortcuts.html")
