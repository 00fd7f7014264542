"""The office's enquiries as a table: named columns, logged, no more than the reader reads."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import Accessed, Verb, log_access
from accounts.http import SignedInRequest
from cases.filters import EnquiryFilter
from cases.models import Enquiry, EnquiryQuerySet, Language, Topic, describe, label_of
from cases.views.desk import get_offices
from cases.views.searches import asked_of_list, is_over
from gai_portal.lib.spreadsheets import Sheet, csv_lines, write_xlsx

MOST_IN_A_WORKBOOK = 50_000  # rows; a CSV file has no limit
AT_ONCE = 2_000
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDTHS = [12, 20, 12, 8, 10, 30, 40, 40, 22, 34, 20, 10, 10, 12, 24, 24, 24, 20, 10, 10, 20, 30, 60]


def headings() -> list[str]:
    """What each column is called. There is none for the person, their name, or a legal status."""
    return [
        _("Number"),
        label_of("office"),
        _("Date"),
        _("Time"),
        _("Code of the topic"),
        _("Group of topics"),
        *map(label_of, ["topic", "further_topics", "channel", "outcome", "requester", "sex", "age_band"]),
        _("Code of the nationality"),
        *map(label_of, ["nationality", "language", "further_languages", "interpreter", "minutes", "people"]),
        _("Recorded by"),
        *map(label_of, ["place", "note"]),
    ]


def exported(enquiries: EnquiryQuerySet) -> Iterator[list[Any]]:
    """A row for each enquiry, the latest first. What was written on a sensitive topic stays in the portal."""
    topics = Topic.objects.select_related("parent").in_bulk()
    names = {code: str(row) for code, row in {**topics, **Language.objects.in_bulk()}.items()}
    rows = enquiries.with_names().order_by("-at", "-pk")
    for row in rows.iterator(chunk_size=AT_ONCE):
        topic, at = row.topic, timezone.localtime(row.at)
        about = [topic, *(topics[code] for code in row.further_topics if code in topics)]
        is_sensitive = row.is_restricted or any(
            each.is_sensitive or each.is_restricted for one in about for each in (one, one.parent) if each
        )
        yield [
            str(row),
            str(row.office),
            at.date(),
            f"{at:%H:%M}",
            topic.code,
            str(topic.parent or ""),
            str(topic),
            describe(row, "further_topics", names),
            str(row.channel),
            str(row.outcome),
            str(row.requester or ""),
            describe(row, "sex"),
            describe(row, "age_band"),
            row.nationality,
            describe(row, "nationality"),
            str(row.language or ""),
            describe(row, "further_languages", names),
            describe(row, "interpreter"),
            row.minutes,
            row.people,
            str(row.author),
            "" if is_sensitive else row.place,
            "" if is_sensitive else row.note,
        ]


@require_safe
def enquiry_export(request: SignedInRequest, ending: str) -> HttpResponseBase:
    """What the list shows with the same filters, all pages of it."""
    if ending not in KINDS:
        raise Http404
    offices = get_offices(request.user)
    filters = asked_of_list(request)
    if is_over(request, filters):
        return redirect(f"{reverse('cases:enquiry_list')}?{request.GET.urlencode()}")
    chosen = EnquiryFilter(filters, offices=offices)
    enquiries = chosen.apply(Enquiry.objects.visible_to(request.user).filter(office__in=offices))
    if ending == "xlsx" and enquiries.order_by()[MOST_IN_A_WORKBOOK:][:1].exists():
        text = _("More than %(number)s enquiries do not fit a workbook. Choose a shorter period, or CSV.")
        messages.warning(request, text % {"number": f"{MOST_IN_A_WORKBOOK:_}".replace("_", " ")})
        return redirect("cases:enquiry_list")
    # Which filters, but never the words of a search: they may be somebody's name.
    asked = [
        f"{name}={request.GET[name][:20]}" for name in chosen.fields if name != "q" and request.GET.get(name)
    ]
    label = " ".join([ending.upper(), *asked, *(["q"] if filters["q"] else [])])
    for municipality in sorted({office.municipality_id for office in offices}):
        log_access(request, Verb.EXPORTED, Accessed("cases.enquiry", label, municipality=municipality))
    name = f"{_('enquiries')}-{timezone.localdate():%Y-%m-%d}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    if ending == "csv":
        lines = csv_lines(headings(), exported(enquiries))
        return StreamingHttpResponse(lines, content_type=KINDS[ending], headers=disposition)
    book = TemporaryFile()  # noqa: SIM115  # the answer closes it
    write_xlsx([Sheet(_("Enquiries"), headings(), exported(enquiries), WIDTHS)], book)
    book.seek(0)
    return FileResponse(book, content_type=KINDS[ending], headers=disposition)
