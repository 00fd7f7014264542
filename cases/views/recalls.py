"""The people whom a desk told what is no longer right: listed, told again, marked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from cases.forms.recalls import RecallFilter
from cases.models import Recall
from cases.services.recalls import mark_recall, reopen_recall
from cases.views.desk import get_offices
from gai_portal.lib.paging import keyset_page


@require_safe
def recall_list(request: SignedInRequest) -> HttpResponse:
    """The office's own, the latest change first."""
    offices = get_offices(request.user)
    chosen = RecallFilter(request.GET)
    rows = Recall.objects.visible_to(request.user)
    context = {
        "offices": offices,
        "filter": chosen,
        "is_narrowed": any(chosen.data.get(name) for name in chosen.fields),
        "page": keyset_page(chosen.apply(rows).with_names(), request),
        "without_name": rows.open().count() - rows.open().reachable().count(),
    }
    return render(request, "cases/recall_list.html", context)


def get_recall(request: SignedInRequest, pk: int) -> Recall:
    return get_object_or_404(Recall.objects.visible_to(request.user), pk=pk)


@require_POST
def recall_mark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Told again, or not needed."""
    dropped = "drop" in request.POST
    recall = mark_recall(get_recall(request, pk), dropped=dropped, by=request.user)
    text = _("Not needed: %(record)s") if dropped else _("Told again: %(record)s")
    undo = reverse("cases:recall_reopen", args=[recall.pk])
    messages.success(request, text % {"record": recall}, extra_tags=undo)
    return redirect("cases:recall_list")


@require_POST
def recall_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    recall = reopen_recall(get_recall(request, pk), by=request.user)
    if recall.done_at is None:
        messages.success(request, _("It is on the list again."))
    else:
        messages.info(request, _("The card has changed again since: what counts is the later entry."))
    return redirect("cases:recall_list")
