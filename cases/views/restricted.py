"""Restricted records: a coordinator sees that they are there, and reads one after saying why."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Verb, client_address, log_access
from accounts.http import SignedInRequest
from accounts.models import AccessLog
from cases.forms.restricted import UnsealForm
from cases.models import Case, Enquiry, Person
from cases.permissions import coordinates
from cases.services.doors import unseal
from cases.views.desk import get_offices
from gai_portal.lib.paging import keyset_page

# By the word in the address: the model, what its records are called, and the time that they are listed by.
KINDS: dict[str, tuple[Any, Any, str]] = {
    "person": (Person, gettext_lazy("People on record"), "created_at"),
    "enquiry": (Enquiry, gettext_lazy("Enquiries"), "at"),
    "case": (Case, gettext_lazy("Cases"), "opened_at"),
}


def get_coordinator(request: SignedInRequest) -> None:
    """404 for everybody else at the desk, and outside."""
    get_offices(request.user)
    if not coordinates(request.user):
        raise Http404


@require_safe
def sealed_list(request: SignedInRequest, kind: str = "person") -> HttpResponse:
    """What is restricted in the office: number, day and who answers for it. Neither person nor topic."""
    get_coordinator(request)
    if kind not in KINDS:
        raise Http404
    model, title, at = KINDS[kind]
    rows = model.objects.sealed_to(request.user).select_related("office", "author", "assigned_to")
    context = {
        "kind": kind,
        "kinds": [(word, name) for word, (_model, name, _at) in KINDS.items()],
        "title": title,
        "page": keyset_page(rows, request, field=at),
        "dates": at,
    }
    return render(request, "cases/sealed_list.html", context)


@require_safe
def unsealed_list(request: SignedInRequest) -> HttpResponse:
    """Which restricted records of the office were opened with a reason, by whom and why."""
    get_coordinator(request)
    lines = AccessLog.objects.visible_to(request.user).filter(verb=Verb.UNSEALED)
    return render(request, "cases/unsealed_list.html", {"page": keyset_page(lines, request)})


@require_http_methods(["GET", "POST"])
def unseal_record(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """A reason opens one record for the rest of the day."""
    get_coordinator(request)
    if kind not in KINDS:
        raise Http404
    model = KINDS[kind][0]
    readable = model.objects.visible_to(request.user).filter(pk=pk).first()
    if readable is not None:
        return redirect(readable)
    row = get_object_or_404(model.objects.sealed_to(request.user).select_related("office"), pk=pk)
    form = UnsealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unseal(row, reason=form.cleaned_data["reason"], by=request.user, address=client_address(request))
        except ValidationError as error:
            form.add_error("reason", error)
            log_access(request, Verb.SEARCHED, row)  # what is refused tells whether a name was right
        else:
            messages.info(request, _("Open to you for today. The office's coordination was told why."))
            return redirect(row)
    return render(request, "cases/unseal.html", {"row": row, "form": form})
