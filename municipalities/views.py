"""What a municipality tells about itself: its office, its figures. gai_portal.public has the public pages."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form
from municipalities.forms import EditFigureForm, FigureFileForm, FigureForm, OfficeForm
from municipalities.models import DemographicFigure, Municipality, Office
from municipalities.permissions import (
    can_add_figures,
    can_edit_figure,
    can_edit_office,
    can_edit_offices,
    can_read_profile,
)
from municipalities.resources import FaultyFile, decoded, figures_template, read_figures
from municipalities.services import (
    compare_figures,
    import_figures,
    remove_figure,
    restore_figure,
    save_figure,
)
from municipalities.statistics import charts, figure_order, profile

FIGURES_PER_PAGE = 50


@require_safe
def office_list(request: SignedInRequest) -> HttpResponse:
    """The offices that one may change; with a single one, its page at once."""
    if not can_edit_offices(request.user):
        raise PermissionDenied
    offices = [o for o in Office.objects.select_related("municipality") if can_edit_office(request.user, o)]
    if len(offices) == 1:
        return redirect("municipalities:office_edit", offices[0].code)
    return render(request, "municipalities/office_list.html", {"offices": offices})


@require_http_methods(["GET", "POST"])
def office_edit(request: SignedInRequest, code: str) -> HttpResponse:
    office = get_object_or_404(Office.objects.select_related("municipality"), code=code)
    if not can_edit_office(request.user, office):
        raise PermissionDenied
    form = OfficeForm(request.POST or None, instance=office)
    with transaction.atomic():
        if request.method == "POST" and form.is_valid():
            form.save()
            messages.success(request, _("The office's page is saved. This is how everybody sees it now."))
            return redirect(office.municipality)
    return render(request, "municipalities/office_edit.html", {"form": form, "office": office})


# Figures


def get_municipality(request: SignedInRequest, code: str) -> Municipality:
    """The municipality, or 404 for whoever has nothing to do there."""
    municipality = get_object_or_404(Municipality, pk=code)
    if not can_read_profile(request.user, municipality):
        raise Http404
    return municipality


def get_figure(request: SignedInRequest, code: str, pk: int) -> DemographicFigure:
    """A figure to write on: the national level's are read here, and kept elsewhere."""
    municipality = get_municipality(request, code)
    figure = get_object_or_404(municipality.figures, pk=pk)
    if not can_edit_figure(request.user, figure):
        raise PermissionDenied
    return figure


def refuse_readers(request: SignedInRequest, municipality: Municipality) -> None:
    if not can_add_figures(request.user, municipality):
        raise PermissionDenied


@require_safe
def figure_list(request: SignedInRequest, code: str) -> HttpResponse:
    """All that is known about a municipality's people: drawn over the years, and as a table to keep."""
    municipality = get_municipality(request, code)
    figures = sorted(municipality.figures.all(), key=figure_order)
    context = {
        "municipality": municipality,
        "charts": charts(profile(figures)),
        "page": Paginator(figures, FIGURES_PER_PAGE).get_page(request.GET.get("page")),
        "can_add": can_add_figures(request.user, municipality),
    }
    return render(request, "municipalities/figure_list.html", context)


@require_http_methods(["GET", "POST"])
def figure_create(request: SignedInRequest, code: str) -> HttpResponse:
    municipality = get_municipality(request, code)
    refuse_readers(request, municipality)
    form = FigureForm(request.POST if request.method == "POST" else None, municipality=municipality)

    def create() -> str:
        save_figure(form.instance, by=request.user)
        messages.success(request, _("The figure was added."))
        return reverse("municipalities:figure_list", args=[code])

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"form": form, "municipality": municipality, "figure": None}
    return render(request, "municipalities/figure_form.html", context)


@require_http_methods(["GET", "POST"])
def figure_edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    figure = get_figure(request, code, pk)
    municipality = figure.municipality
    form = EditFigureForm(
        request.POST if request.method == "POST" else None, instance=copy(figure), municipality=municipality
    )
    with transaction.atomic():
        if request.method == "POST" and form.is_valid():
            save_figure(form.instance, by=request.user)
            messages.success(request, _("The figure was corrected."))
            return redirect("municipalities:figure_list", code)
    lines = figure.history.select_related("history_user")[:20]
    context = {"form": form, "municipality": municipality, "figure": figure, "lines": lines}
    return render(request, "municipalities/figure_form.html", context)


@require_POST
def figure_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    figure = get_figure(request, code, pk)
    token = remove_figure(figure, by=request.user)
    said = _("{figure}, {year}: removed.").format(figure=figure.label, year=figure.year)
    undo = reverse("municipalities:figure_restore", args=[code, token])
    messages.success(request, said, extra_tags=undo)
    return redirect("municipalities:figure_list", code)


@require_POST
def figure_restore(request: SignedInRequest, code: str, token: str) -> HttpResponse:
    municipality = get_municipality(request, code)
    refuse_readers(request, municipality)
    if restore_figure(municipality, token, by=request.user):
        messages.success(request, _("Undone."))
    else:
        messages.info(request, _("There was nothing left to undo."))
    return redirect("municipalities:figure_list", code)


@require_safe
def figure_template(request: SignedInRequest, code: str) -> HttpResponse:
    """The file to fill in."""
    refuse_readers(request, get_municipality(request, code))
    response = HttpResponse(figures_template(), content_type="text/csv; charset=utf-8")
    name = _("figures")
    response["Content-Disposition"] = f'attachment; filename="{name}-{code}.csv"'
    return response


@require_http_methods(["GET", "POST"])
def figure_import(request: SignedInRequest, code: str) -> HttpResponse:
    """A file is read, shown, and written once somebody has looked at it. A faulty one changes nothing."""
    municipality = get_municipality(request, code)
    refuse_readers(request, municipality)
    is_confirmed = "content" in request.POST
    is_upload = request.method == "POST" and not is_confirmed
    form = FigureFileForm(request.POST if is_upload else None, request.FILES if is_upload else None)
    context = {"municipality": municipality, "form": form}
    if is_confirmed or form.is_valid():
        upload = request.POST["content"].encode() if is_confirmed else form.cleaned_data["file"].read()
        try:
            rows = read_figures(upload)
        except FaultyFile as faulty:
            context["faults"] = faulty.faults
        else:
            if is_confirmed:
                tally = import_figures(municipality, rows, by=request.user)
                count = tally.created + tally.updated
                said = ngettext("{count} figure written.", "{count} figures written.", count)
                messages.success(request, said.format(count=count) if count else _("Nothing was changed."))
                return redirect("municipalities:figure_list", code)
            context["rows"] = compare_figures(municipality, rows)
            context["content"] = decoded(upload)
    return render(request, "municipalities/figure_import.html", context)
