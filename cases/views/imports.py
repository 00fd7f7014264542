"""An office's old list, from the file to the enquiries and back."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Accessed, Verb, log_access
from accounts.http import SignedInRequest
from accounts.services import answer_form
from cases.forms.imports import ASKED_AT_ONCE, ColumnsForm, ListForm, MeaningsForm, RecordForm
from cases.models import Enquiry, EnquiryImport
from cases.permissions import can_prepare_import, can_undo_import
from cases.services.import_columns import Why, field_labels
from cases.services.import_values import How, Lists, as_recorded
from cases.services.imports import (
    discard_list,
    is_described,
    keep_list,
    look_at,
    open_questions,
    same_list,
    samples,
    say_columns,
    say_meanings,
    start_import,
    undo_import,
    untouched,
)
from cases.services.statistics import earliest_publication, late_years
from cases.tasks import record_list
from cases.views.desk import get_offices
from gai_portal.lib.paging import PAGE_SIZE
from gai_portal.lib.spreadsheets import csv_bytes

FAULTS_SHOWN = 20
TOUCHED_SHOWN = 50
LOOK_AGAIN = 10  # seconds


def get_import(request: SignedInRequest, pk: int) -> EnquiryImport:
    """The import, or 404 for somebody it must not even be known to."""
    imports = EnquiryImport.objects.visible_to(request.user)
    return get_object_or_404(imports.select_related("office", "author", "undone_by"), pk=pk)


def get_prepared(request: SignedInRequest, pk: int) -> EnquiryImport | None:
    """An import that waits to be recorded, for whoever sent it; None if it waits no longer."""
    source = get_import(request, pk)
    if not can_prepare_import(request.user, source):
        raise PermissionDenied
    return source if source.is_prepared else None


@require_http_methods(["GET", "POST"])
def import_list(request: SignedInRequest) -> HttpResponse:
    """Send a list, and see what became of the former ones."""
    offices = get_offices(request.user)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ListForm(*posted, offices=offices)

    def keep() -> str:
        file = form.cleaned_data["file"]
        try:
            source = keep_list(form.office_of_list(), file.read(), file.name, by=request.user)
        except ValidationError as refusal:
            raise ValidationError({"file": refusal.messages}) from refusal
        return reverse("cases:import_columns", args=[source.pk])

    if url := answer_form(request, form, keep):
        return redirect(url)
    imports = EnquiryImport.objects.visible_to(request.user).select_related("office", "author")
    page = Paginator(imports, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "cases/import_list.html", {"form": form, "page": page, "offices": offices})


@require_http_methods(["GET", "POST"])
def import_columns(request: SignedInRequest, pk: int) -> HttpResponse:
    """Which column holds what; those that say who somebody is are named and left out."""
    source = get_prepared(request, pk)
    if source is None:
        return redirect("cases:import_detail", pk)
    if request.method == "GET":
        log_access(request, Verb.READ, source)
    form = ColumnsForm(request.POST or None, source=source, samples=samples(source))
    if request.method == "POST" and form.is_valid():
        try:
            say_columns(source, form.chosen(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("cases:import_meanings", pk)
    left_out = [(column["heading"], Why(column["why"]).label) for column in source.columns if column["why"]]
    context = {
        "source": source,
        "form": form,
        "left_out": left_out,
        "same": same_list(source, request.user),
        "step": 1,
    }
    return render(request, "cases/import_columns.html", context)


@require_http_methods(["GET", "POST"])
def import_meanings(request: SignedInRequest, pk: int) -> HttpResponse:
    """What each word of the list is taken for that is not exactly one of the portal's."""
    source = get_prepared(request, pk)
    if source is None:
        return redirect("cases:import_detail", pk)
    if not is_described(source):
        return redirect("cases:import_columns", pk)
    lists = Lists()
    asked = open_questions(source, lists)
    form = MeaningsForm(request.POST or None, asked=asked, lists=lists)
    if request.method == "POST" and form.is_valid():
        say_meanings(source, form.meanings(), by=request.user)
        is_more = sum(one.how != How.SAID for one in asked) > ASKED_AT_ONCE
        return redirect("cases:import_meanings" if is_more else "cases:import_preview", pk)
    if not asked:
        return redirect("cases:import_preview", pk)
    context = {"source": source, "form": form, "rarer": max(0, len(asked) - ASKED_AT_ONCE), "step": 2}
    return render(request, "cases/import_meanings.html", context)


@require_http_methods(["GET", "POST"])
def import_preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """What would be recorded, and what not; then the button."""
    source = get_import(request, pk)
    if not can_prepare_import(request.user, source):
        raise PermissionDenied
    form = RecordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _start(request, source)
    if not source.is_prepared:
        return redirect(source)
    if not is_described(source):
        return redirect("cases:import_columns", pk)
    log_access(request, Verb.READ, source)
    lists = Lists()
    look = look_at(source, lists)
    labels = field_labels()
    headings = [name for field, name in labels.items() if field != "hour"]
    context = {
        "source": source,
        "look": look,
        "form": form,
        "years": late_years(source.office.municipality_id, look.quarters),
        "publication": earliest_publication(),
        "headings": headings,
        "first": [
            (row.place, list(zip(headings, as_recorded(row.content, lists), strict=True)))
            for row in look.first
        ],
        "faults": look.faults[:FAULTS_SHOWN],
        "step": 3,
    }
    return render(request, "cases/import_preview.html", context)


def _start(request: SignedInRequest, source: EnquiryImport) -> HttpResponse:
    try:
        with transaction.atomic():
            source = start_import(source, by=request.user)
            log_access(request, Verb.IMPORTED, source)
            transaction.on_commit(partial(record_list.enqueue, source.pk))
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    return redirect(source)


@require_safe
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is, or what became of it."""
    get_offices(request.user)
    source = get_import(request, pk)
    touched = Enquiry.objects.none()
    if source.state in {source.State.DONE, source.State.UNDONE}:
        own = Enquiry.objects.visible_to(request.user).filter(imported__source=source)
        touched = own.exclude(pk__in=untouched(source).values("pk")).with_names()
    context = {
        "source": source,
        "faults": source.faults[:FAULTS_SHOWN],
        "touched": list(touched[:TOUCHED_SHOWN]),
        "can_prepare": can_prepare_import(request.user, source),
        "can_undo": can_undo_import(request.user, source),
    }
    response = render(request, "cases/import_detail.html", context)
    if source.is_running and not source.stands_still:
        response["Refresh"] = str(LOOK_AGAIN)
    return response


@require_safe
def import_faults(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """What is wrong, row by row, as a table to work through beside the list."""
    source = get_import(request, pk)
    if not can_prepare_import(request.user, source):
        raise PermissionDenied
    waits = source.is_prepared and is_described(source)
    faults = look_at(source, Lists()).faults if waits else source.faults
    log_access(request, Verb.EXPORTED, Accessed.row(source))
    table = csv_bytes([_("Row"), _("Column"), _("What is wrong")], faults)
    name = f"{_('faults')}-{source}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=disposition)


@require_POST
def import_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    source = get_import(request, pk)
    source = undo_import(source, by=request.user)
    log_access(request, Verb.IMPORTED, Accessed.row(source), why=_("undone"))
    messages.success(request, _("The import is undone. What was changed since is still there."))
    return redirect(source)


@require_POST
def import_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    source = get_prepared(request, pk)
    if source is None:
        return redirect("cases:import_detail", pk)
    discard_list(source, by=request.user)
    messages.success(request, _("The list is deleted. Nothing of it was recorded."))
    return redirect("cases:import_list")
