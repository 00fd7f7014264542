"""Two records of one person: compared, brought together, taken apart again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Verb, log_access_to_each
from accounts.http import SignedInRequest
from accounts.services import answer_form, first_answer
from cases.forms.merging import MergeForm
from cases.models import Case, Enquiry, FollowUp, Merge, Person
from cases.permissions import can_merge_people
from cases.services.merging import merge_people, undo_merge
from cases.services.people import PersonChanged
from cases.views.people import get_person
from cases.workflow import CaseState
from gai_portal.lib.formats import format_day


@require_http_methods(["GET", "POST"])
def person_merge(request: SignedInRequest, pk: int, other: int) -> HttpResponse:
    """Both records side by side; which one stays, and what of each, is chosen here."""
    people = get_person(request, pk), get_person(request, other)
    if request.method == "POST" and (url := first_answer(request)):
        return redirect(url)
    user = request.user
    if not can_merge_people(user, *people) and not can_merge_people(user, *people[::-1]):
        raise PermissionDenied
    form = MergeForm(request.POST or None, people=people, by=user)

    def merge() -> str:
        done = merge_people(**form.choice(), by=user)
        undo = reverse("cases:merge_undo", args=[done.kept_id, done.pk])
        text = _("{record} was merged into this record.").format(record=done.gone.reference)
        messages.success(request, text, extra_tags=undo)
        return done.kept.get_absolute_url()

    try:
        if url := answer_form(request, form, merge):
            return redirect(url)
    except PersonChanged:
        messages.warning(request, _("Meanwhile a colleague has changed one of the two: compare once more."))
        return redirect(request.path)
    log_access_to_each(request, Verb.READ, people)
    context = {
        "form": form,
        "person": people[0],
        "people": people,
        "rows": [*form.rows(), *_belongings(request, people)],
    }
    return render(request, "cases/person_merge.html", context)


def _belongings(request: SignedInRequest, people: tuple[Person, Person]) -> list[dict[str, Any]]:
    """What each of the two has, as far as the reader may see it: rows like those of the form."""
    user, pks = request.user, [person.pk for person in people]

    def counted(rows: Any) -> list[object]:
        found = dict(rows.order_by().values_list("person").annotate(number=Count("pk")))
        return [found.get(pk, 0) for pk in pks]

    cases = Case.objects.visible_to(user).filter(person__in=pks)
    enquiries = Enquiry.objects.visible_to(user).filter(person__in=pks).standing()
    to_do = FollowUp.objects.visible_to(user).filter(person__in=pks).open()
    cells: dict[str, list[object]] = {
        _("Other names"): ["; ".join(map(str, person.aliases.all())) for person in people],
        _("Contacts"): ["; ".join(map(str, person.contacts.all())) for person in people],
        _("Documents"): ["; ".join(map(str, person.documents_of_identity.all())) for person in people],
        _("Enquiries"): counted(enquiries),
        _("Open cases"): counted(cases.running()),
        _("Closed cases"): counted(cases.filter(state=CaseState.CLOSED)),
        _("To do"): counted(to_do),
        _("Agreement until"): [format_day(person.consent.ends_on) for person in people],
        _("Agreed to reminders"): [
            _("yes") if person.consent.for_reminders else _("no") for person in people
        ],
        _("Recorded by"): [person.author for person in people],
        _("Recorded"): [format_day(timezone.localdate(person.created_at)) for person in people],
    }
    return [{"label": label, "cells": zip(people, pair, strict=True)} for label, pair in cells.items()]


@require_POST
def merge_undo(request: SignedInRequest, pk: int, merge: int) -> HttpResponse:
    """Both records stand again, each with its own."""
    person = get_person(request, pk)
    merges = Merge.objects.visible_to(request.user).filter(Q(kept=person) | Q(gone=person))
    row = get_object_or_404(merges.select_related("gone__office"), pk=merge)
    if row.undone_at is None:  # a second click changes nothing
        undo_merge(row, by=request.user)
    text = _("{record} stands on its own again. What came after stays with the record that was kept.")
    messages.success(request, text.format(record=row.gone.reference))
    return redirect(person)
