"""A case on paper."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from accounts.models import User
from cases.models import Case, Enquiry, Person, Referral
from cases.views.cases import get_case


def whole_case(case: Case, user: User) -> dict[str, Any]:
    """All of a case that its reader may read, for paper: nothing is folded or left out."""
    follow_ups = case.follow_ups.visible_to(user).select_related("assigned_to", "closed_by", "office")
    return {
        "case": case,
        "named": Person.objects.visible_to(user).filter(cases=case).first(),
        "to_do": list(follow_ups.open()),
        "done": list(follow_ups.filter(closed_at__isnull=False).order_by("closed_at")),
        "notes": list(case.notes.standing().select_related("author").order_by("at", "pk")),
        "documents": list(case.documents.kept().select_related("added_by")),
        "brought": list(case.checklist_entries.filter(is_done=True).select_related("item")),
        "referrals": list(
            Referral.objects.visible_to(user).of_case(case).with_names().order_by("created_at")
        ),
        "enquiries": list(
            Enquiry.objects.visible_to(user).filter(case=case).standing().with_names().order_by("at", "pk")
        ),
    }


@require_safe
def case_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The page to print; opening it counts as printing."""
    case = get_case(request, pk)
    log_access(request, Verb.PRINTED, case)
    context = whole_case(case, request.user) | {"now": timezone.now()}
    return render(request, "cases/case_sheet.html", context)
