"""How many, at the desk: over any span, beside the one before it, for the office alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from accounts.roles import Role
from cases.forms.figures import SpanForm
from cases.models import AgeBand, Case, Channel, Enquiry, EnquiryQuerySet, Language, Outcome, Sex, Topic
from cases.statistics import (
    MONTHS_OF,
    Period,
    Span,
    case_figures,
    enquiries_by,
    enquiries_over_time,
    officer_load,
)
from cases.views.desk import get_offices
from gai_portal.lib.charts import ColumnChart, column_chart
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.kept import kept

KINDS = {"month": gettext_lazy("Month"), "quarter": gettext_lazy("Quarter"), "year": gettext_lazy("Year")}
WIDTH, HEIGHT = 448, 120


@dataclass(frozen=True)
class Row:
    """One value of a table: its name, how many now and before, and its part of all."""

    name: Any
    number: int
    before: int
    share: int


@dataclass(frozen=True)
class Table:
    """How many enquiries have each value of a field."""

    field: str
    title: str
    rows: list[Row]


def label(span: Span) -> str:
    match span.kind:
        case "month":
            return date_format(span.first, "YEAR_MONTH_FORMAT")
        case "quarter":
            return str(Period(span.first.year, span.quarter))
        case "year":
            return str(span.first.year)
        case _:
            first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in (span.first, span.last))
            return _("{first} to {last}").format(first=first, last=last)


def rows_of(counted: dict[Any, tuple[int, int]], names: Any) -> list[Row]:
    total = sum(number for number, _before in counted.values())
    return [
        Row(names(value), number, before, round(100 * number / total) if total else 0)
        for value, (number, before) in counted.items()
    ]


def tables(enquiries: EnquiryQuerySet, span: Span) -> list[Table]:
    """One of each kind of value that an enquiry has."""
    listed = {
        "topic": (_("Topics"), kept(Topic).get),
        "channel": (_("Channels"), kept(Channel).get),
        "language": (_("Languages"), kept(Language).get),
        "outcome": (_("Outcomes"), kept(Outcome).get),
        "nationality": (_("Nationalities"), nationality_name),
        "sex": (_("Sex"), dict(Sex.choices).get),
        "age_band": (_("Age"), dict(AgeBand.choices).get),
    }
    found: list[Table] = []
    for field, counted in enquiries_by(enquiries, list(listed), span).items():
        title, name = listed[field]
        if field == "age_band":  # from young to old
            counted = {band: counted[band] for band in [*AgeBand.values, ""] if band in counted}
        rows = rows_of(counted, lambda code, name=name: name(code) or _("not stated"))
        found.append(Table(field, title, rows))
    return found


def drawn(values: Iterable[tuple[str, int]]) -> ColumnChart | None:
    return column_chart([(name, number, number) for name, number in values], width=WIDTH, height=HEIGHT)


def load_of_officers(user: User, span: Span) -> list[tuple[User, int, int, int]]:
    """Who carries how much: of the offices that somebody coordinates, and for nobody else."""
    offices = user.office_ids({Role.COORDINATOR})
    if not offices:
        return []
    enquiries = Enquiry.objects.counted_for(user).filter(office__in=offices)
    load = officer_load(enquiries, Case.objects.visible_to(user).filter(office__in=offices), span)
    people = User.objects.in_bulk([pk for pk, *_numbers in load])
    return [(people[pk], *numbers) for pk, *numbers in load]


@require_safe
def enquiry_figures(request: SignedInRequest) -> HttpResponse:
    offices = get_offices(request.user)
    span = Span.read(request.GET.get("period", "") or request.GET.get("month", ""))
    form = SpanForm()
    if "since" in request.GET or "until" in request.GET:
        form = SpanForm(request.GET)
        span = form.span() or span
    enquiries = Enquiry.objects.counted_for(request.user)
    cases = Case.objects.visible_to(request.user).filter(office__in=offices)
    found = tables(enquiries, span)
    rows = {table.field: table.rows for table in found}
    over_time = enquiries_over_time(enquiries, span)
    step = "j" if span.is_told_by_day else "b"
    inside = enquiries.standing().filter(at__gte=span.starts_at, at__lt=span.ends_at)
    day = min(span.first, timezone.localdate())
    following = span.shifted(1)
    context = {
        "span": span,
        "label": label(span),
        "before": label(span.shifted(-1)),
        "form": form,
        "kinds": [(kind, name, Span.around(kind, day)) for kind, name in KINDS.items()],
        # Every enquiry has a channel.
        "total": sum(row.number for row in rows["channel"]),
        "total_before": sum(row.before for row in rows["channel"]),
        "reached": inside.reached(),
        "cases": case_figures(cases, span),
        "tables": found,
        "over_time": over_time,
        "over_time_chart": drawn((date_format(moment, step), number) for moment, number in over_time),
        "age_chart": drawn(
            (str(row.name), row.number) for row in rows["age_band"] if str(row.name) in AgeBand.values
        ),
        "load": load_of_officers(request.user, span),
        "is_of_months": span.kind in MONTHS_OF,
        "previous": span.shifted(-1),
        "previous_label": label(span.shifted(-1)),
        "next": following if following.starts_at <= timezone.now() else None,
        "next_label": label(following),
    }
    return render(request, "cases/enquiry_figures.html", context)
