"""Whom the desk expects, when and where: the agenda, each appointment, joint days, reminders."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Verb, log_access, log_access_to_each, log_search
from accounts.http import SignedInRequest
from accounts.services import answer_form
from cases.documents import agenda_pdf
from cases.forms.appointments import AgendaFilter, AppointmentForm, EditAppointmentForm, JointDayForm
from cases.models import Appointment, AppointmentQuerySet, Case, Person
from cases.permissions import can_work_on_appointment
from cases.services.appointments import (
    AppointmentChanged,
    change_appointment,
    make_appointment,
    make_joint_day,
    settle_appointment,
)
from cases.views.desk import get_offices, log_people, named_row, with_people
from cases.workflow import APPOINTMENT_MOVES
from municipalities.models import Office

MOST_SHOWN = 100  # on one page of the agenda
TODAY = "today"


def get_appointment(request: SignedInRequest, pk: int) -> Appointment:
    """The appointment, or 404 for somebody it must not even be known to."""
    return get_object_or_404(Appointment.objects.visible_to(request.user).with_names(), pk=pk)


def _chosen(request: SignedInRequest, offices: list[Office], agenda: AgendaFilter) -> AppointmentQuerySet:
    rows = Appointment.objects.visible_to(request.user).filter(office__in=offices).between(*agenda.days())
    if agenda.is_mine:
        rows = rows.filter(Q(assigned_to=request.user) | Q(assigned_to=None))
    return rows.with_names().order_by("starts_at", "pk")


def _by_day(rows: Any) -> list[tuple[date, list[Appointment]]]:
    """Each day with its appointments; those of one officer that overlap are marked."""
    rows = list(rows)
    last: dict[int, Appointment] = {}
    for row in (row for row in rows if row.is_planned and row.assigned_to_id):
        before = last.get(row.assigned_to_id)
        if before is not None and before.ends_at > row.starts_at:
            before.overlaps = row.overlaps = True
        if before is None or row.ends_at > before.ends_at:
            last[row.assigned_to_id] = row
    return [(day, list(of_day)) for day, of_day in groupby(rows, key=lambda row: row.day)]


@require_safe
def appointment_list(request: SignedInRequest) -> HttpResponse:
    """The agenda of a day or a week."""
    offices = get_offices(request.user)
    agenda = AgendaFilter(request.GET or {"day": timezone.localdate().isoformat()})
    first, last = agenda.days()
    rows = with_people(_chosen(request, offices, agenda), request.user)
    page = Paginator(rows, MOST_SHOWN).get_page(request.GET.get("page"))
    log_people(request, page)
    step = timedelta(days=7 if agenda.is_week else 1)

    def url(day: date) -> str:
        kept = {name: agenda.cleaned_data.get(name) for name in ("span", "whose")}
        said = {name: value for name, value in kept.items() if value}
        return "?" + urlencode({"day": day.isoformat()} | said)

    context = {
        "offices": offices,
        "filter": agenda,
        "first": first,
        "last": last,
        "page": page,
        "days": _by_day(page.object_list),
        "previous_url": url(first - step),
        "next_url": url(first + step),
        "here": url(first),
        "today": timezone.localdate(),
    }
    return render(request, "cases/appointment_list.html", context)


@require_safe
def agenda_file(request: SignedInRequest) -> HttpResponse:
    """The same on paper: numbers instead of names, and of what is restricted only that it is there."""
    offices = get_offices(request.user)
    agenda = AgendaFilter(request.GET)
    first, last = agenda.days()
    rows = list(_chosen(request, offices, agenda)[: 5 * MOST_SHOWN])
    log_search(request, Appointment, rows, {office.municipality_id for office in offices}, Verb.PRINTED)
    context = {
        "days": _by_day(rows),
        "first": first,
        "last": last,
        "offices": offices,
        "reader": request.user,
        "language": get_language(),
    }
    response = HttpResponse(agenda_pdf(context), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="agenda-{first.isoformat()}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def appointment_create(request: SignedInRequest) -> HttpResponse:
    """Expect somebody: of a case, on record, or known by a few words."""
    offices = get_offices(request.user)
    if not offices:
        return redirect("cases:desk")
    case = named_row(request, "case", Case.objects.visible_to(request.user).select_related("office"))
    people = Person.objects.visible_to(request.user).standing().select_related("office")
    person = named_row(request, "person", people)
    begun = case or person
    initial = {"assigned_to": request.user.pk, "record": begun.reference if begun else ""}
    if begun is not None:
        offices = [begun.office]
    form = AppointmentForm(request.POST or None, user=request.user, offices=offices, initial=initial)

    def create() -> str:
        appointment = make_appointment(form.content(), office=form.chosen_office, by=request.user)
        return _saved(request, appointment, begun)

    if url := answer_form(request, form, create):
        return redirect(url)
    return render(request, "cases/appointment_form.html", {"form": form, "begun": begun})


def _saved(request: SignedInRequest, appointment: Appointment, back_to: Case | Person | None = None) -> str:
    """Say so, warn of what is at the same time, and go on where it was begun."""
    when = date_format(timezone.localtime(appointment.starts_at), "SHORT_DATETIME_FORMAT")
    messages.success(request, _("In the agenda: {when}.").format(when=when))
    others = Appointment.objects.at_the_same_time(appointment)
    known = others.visible_to(request.user)[:3]
    times = [date_format(timezone.localtime(other.starts_at), "TIME_FORMAT") for other in known]
    if times:
        text = _("{name} has something else at the same time: {times}.")
        messages.warning(request, text.format(name=appointment.assigned_to, times=", ".join(times)))
    elif others.exists():  # of another office, or restricted: not even when is told
        text = _("{name} has something else at that time.")
        messages.warning(request, text.format(name=appointment.assigned_to))
    if back_to is not None:
        return back_to.get_absolute_url()
    return f"{reverse('cases:appointment_list')}?day={appointment.day.isoformat()}"


@require_http_methods(["GET", "POST"])
def joint_day_create(request: SignedInRequest) -> HttpResponse:
    """A day at a place with another service: free slots, one after the other."""
    offices = get_offices(request.user)
    if not offices:
        return redirect("cases:desk")
    form = JointDayForm(request.POST or None, user=request.user, offices=offices)

    def create() -> str:
        slots = make_joint_day(
            form.content(),
            until=form.moment("until"),
            minutes=form.cleaned_data["minutes"],
            office=form.chosen_office,
            by=request.user,
        )
        messages.success(request, _("In the agenda: {number} slots.").format(number=len(slots)))
        return f"{reverse('cases:appointment_list')}?day={slots[0].day.isoformat()}"

    if url := answer_form(request, form, create):
        return redirect(url)
    return render(request, "cases/joint_day_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
def appointment_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another time, place, person or colleague; and what became of it."""
    appointment = get_appointment(request, pk)
    if not can_work_on_appointment(request.user, appointment):
        raise PermissionDenied
    form = EditAppointmentForm(request.POST or None, user=request.user, appointment=appointment)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_appointment(
                appointment, form.content(), version=form.cleaned_data["version"], by=request.user
            )
        except AppointmentChanged:
            conflict = True
            again = request.POST.copy()
            again["version"] = str(appointment.version)
            form = EditAppointmentForm(again, user=request.user, appointment=appointment)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(_saved(request, changed))
    if appointment.is_restricted or appointment.person_id:
        log_access(request, Verb.READ, appointment)
    moves = [("came", _("Came")), ("missed", _("Did not come"))] if appointment.has_begun else []
    context = {
        "appointment": appointment,
        "form": form,
        "conflict": conflict,
        "moves": [*moves, ("cancel", _("Call off"))],
    }
    return render(request, "cases/appointment_edit.html", context)


@require_POST
def appointment_settle(request: SignedInRequest, pk: int, move: str) -> HttpResponse:
    """The person came, did not come, it was called off, or none of it after all."""
    if move not in APPOINTMENT_MOVES:
        raise Http404
    appointment = get_appointment(request, pk)
    back = _back(request, appointment)
    try:
        settled = settle_appointment(appointment, APPOINTMENT_MOVES[move], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    undo = reverse("cases:appointment_settle", args=[pk, "again"]) + "?" + urlencode({"next": back})
    said = f"{appointment.reference}: {settled.get_state_display()}"
    messages.success(request, said, extra_tags="" if settled.is_planned else undo)
    return redirect(back)


def _back(request: SignedInRequest, appointment: Appointment) -> str:
    """To the page of the desk that it was done on, or the agenda of its day."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked.startswith("/workspace/desk/") and url_has_allowed_host_and_scheme(asked, None):
        return asked
    return f"{reverse('cases:appointment_list')}?day={appointment.day.isoformat()}"


@require_safe
def reminder_list(request: SignedInRequest) -> HttpResponse:
    """Who is expected on a day (tomorrow), wants to be reminded, and how they can be reached without harm."""
    offices = get_offices(request.user)
    tomorrow = timezone.localdate() + timedelta(days=1)
    agenda = AgendaFilter(request.GET or {"day": tomorrow.isoformat()})
    agenda.is_valid()
    day = agenda.cleaned_data.get("day") or tomorrow
    planned = Appointment.objects.visible_to(request.user).filter(office__in=offices).planned()
    planned = planned.between(day, day)
    people = Person.objects.visible_to(request.user).standing().consenting()
    people = people.filter(consent__for_reminders=True)
    rows = planned.filter(person__in=people).with_names().select_related("person__language")
    rows = rows.prefetch_related("person__contacts")
    page = Paginator(rows, MOST_SHOWN).get_page(request.GET.get("page"))
    log_access_to_each(request, Verb.READ, {row.person for row in page if row.person})
    context = {
        "offices": offices,
        "filter": agenda,
        "day": day,
        "page": page,
        "others": planned.exclude(person__in=people).count(),
    }
    return render(request, "cases/reminder_list.html", context)
