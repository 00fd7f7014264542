"""The people whom a desk told what is no longer right: listed, told again, marked."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Verb, log_access_to_each
from accounts.http import SignedInRequest
from cases.forms.recalls import RecallFilter
from cases.models import Person, Recall
from cases.services.recalls import mark_recall, note_try, reopen_recall
from cases.views.desk import get_offices
from gai_portal.lib.paging import keyset_page

LATELY = 10  # of those dealt with, folded below the list


@require_safe
def recall_list(request: SignedInRequest) -> HttpResponse:
    """The office's own, the latest change first, with how each person can be reached without harm."""
    offices = get_offices(request.user)
    chosen = RecallFilter(request.GET)
    rows = Recall.objects.visible_to(request.user)
    page = keyset_page(chosen.apply(rows).with_names(), request)
    add_people(request, page.rows)
    context = {
        "offices": offices,
        "filter": chosen,
        "is_narrowed": any(chosen.data.get(name) for name in chosen.fields),
        "page": page,
        "without_name": rows.open().count() - rows.open().reachable().count(),
        "lately": [] if chosen.is_done() else rows.done().with_names().order_by("-done_at", "-pk")[:LATELY],
    }
    return render(request, "cases/recall_list.html", context)


def add_people(request: SignedInRequest, recalls: Sequence[Recall]) -> None:
    """Give each row the person, for whoever reads that record, and how they can be reached."""
    people = Person.objects.visible_to(request.user).standing().select_related("office", "consent")
    asked = [recall.record.person_id for recall in recalls if recall.record.person_id]
    shown = {person.pk: person for person in people.prefetch_related("contacts").filter(pk__in=asked)}
    log_access_to_each(request, Verb.READ, shown.values())
    for recall in recalls:
        recall.person = shown.get(recall.record.person_id or 0)


def get_recall(request: SignedInRequest, pk: int) -> Recall:
    return get_object_or_404(Recall.objects.visible_to(request.user), pk=pk)


@require_POST
def recall_mark(request: SignedInRequest, pk: int) -> HttpResponse:
    """Told again, not reached, or nothing to tell."""
    if "missed" in request.POST:
        recall = note_try(get_recall(request, pk), by=request.user)
        messages.success(request, _("Not reached: %(record)s stays on the list.") % {"record": recall})
        return redirect("cases:recall_list")
    dropped = "drop" in request.POST
    recall = mark_recall(get_recall(request, pk), dropped=dropped, by=request.user)
    text = _("Nothing to tell: %(record)s") if dropped else _("Told again: %(record)s")
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
