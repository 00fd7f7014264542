"""The office's enquiries as a table: named columns, logged, no more than the reader reads."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Accessed, Verb, log_access
from accounts.http import SignedInRequest
from cases.filters import EnquiryFilter
from cases.models import Enquiry, EnquiryQuerySet, label_of
from cases.views.desk import get_offices
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.spreadsheets import Sheet, csv_lines, xlsx_bytes

MOST_IN_A_WORKBOOK = 50_000  # rows; a CSV file has no limit
AT_ONCE = 2_000
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDTHS = [12, 20, 12, 8, 10, 30, 40, 22, 34, 10, 10, 12, 24, 24, 20, 60]


def headings() -> list[str]:
    """What each column is called. There is none for the person, their name, or a legal status."""
    return [
        _("Number"),
        label_of("office"),
        _("Date"),
        _("Time"),
        _("Code of the topic"),
        _("Group of topics"),
        label_of("topic"),
        label_of("channel"),
        label_of("outcome"),
        label_of("sex"),
        label_of("age_band"),
        _("Code of the nationality"),
        label_of("nationality"),
        label_of("language"),
        _("Recorded by"),
        label_of("note"),
    ]


def exported(enquiries: EnquiryQuerySet) -> Iterator[list[Any]]:
    """A row for each enquiry, the latest first. Of a sensitive topic the note stays in the portal."""
    rows = enquiries.with_names().select_related("language").order_by("-at", "-pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        topic, group, at = row.topic, row.topic.parent, timezone.localtime(row.at)
        is_sensitive = row.is_restricted or topic.is_sensitive or (group is not None and group.is_sensitive)
        yield [
            str(row),
            str(row.office),
            at.date(),
            f"{at:%H:%M}",
            topic.code,
            str(group or ""),
            str(topic),
            str(row.channel),
            str(row.outcome),
            str(row.get_sex_display()),
            str(row.get_age_band_display()),
            row.nationality,
            nationality_name(row.nationality),
            str(row.language or ""),
            str(row.author),
            "" if is_sensitive else row.note,
        ]


@require_safe
def enquiry_export(request: SignedInRequest, ending: str) -> HttpResponseBase:
    """What the list shows with the same filters, all pages of it."""
    if ending not in KINDS:
        raise Http404
    offices = get_offices(request.user)
    chosen = EnquiryFilter(request.GET, offices=offices)
    enquiries = chosen.apply(Enquiry.objects.visible_to(request.user).filter(office__in=offices))
    if ending == "xlsx" and enquiries.order_by()[MOST_IN_A_WORKBOOK:][:1].exists():
        text = _("More than %(number)s enquiries do not fit a workbook. Choose a shorter period, or CSV.")
        messages.warning(request, text % {"number": f"{MOST_IN_A_WORKBOOK:_}".replace("_", " ")})
        return redirect("cases:enquiry_list")
    # Which filters, but never the words of a search: they may be somebody's name.
    asked = [
        f"{name}={request.GET[name][:20]}" for name in chosen.fields if name != "q" and request.GET.get(name)
    ]
    label = " ".join([ending.upper(), *asked, *(["q"] if request.GET.get("q") else [])])
    for municipality in sorted({office.municipality_id for office in offices}):
        log_access(request, Verb.EXPORTED, Accessed("cases.enquiry", label, municipality=municipality))
    name = f"{_('enquiries')}-{timezone.localdate():%Y-%m-%d}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    if ending == "csv":
        lines = csv_lines(headings(), exported(enquiries))
        return StreamingHttpResponse(lines, content_type=KINDS[ending], headers=disposition)
    book = xlsx_bytes([Sheet(_("Enquiries"), headings(), exported(enquiries), WIDTHS)])
    return HttpResponse(book, content_type=KINDS[ending], headers=disposition)
