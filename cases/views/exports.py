"""The office's enquiries as a table: named columns, logged, no more than the reader reads."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.db.models import TextChoices
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
from cases.models import (
    AgeBand,
    Channel,
    Enquiry,
    EnquiryQuerySet,
    Interpreter,
    Language,
    Outcome,
    ReferenceRow,
    RequesterType,
    Sex,
    Topic,
    label_of,
)
from cases.views.desk import get_offices
from cases.views.searches import asked_of_list, is_over
from gai_portal.lib.countries import nationality_names
from gai_portal.lib.spreadsheets import Sheet, csv_lines, write_xlsx
from municipalities.models import Office

MOST_IN_A_WORKBOOK = 50_000  # rows; a CSV file has no limit
AT_ONCE = 2_000
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
READ = (
    *("pk", "office", "at", "topic", "further_topics", "channel", "outcome", "requester"),
    *("sex", "age_band", "nationality", "language", "further_languages", "interpreter", "minutes", "people"),
    *("author__name", "author__email", "place", "note", "is_restricted"),
)
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
    """A row for each enquiry, the latest first. What was written on a sensitive topic stays in the portal.

    Names are looked up by their codes: no row of the database becomes an object.
    """
    topics = Topic.objects.select_related("parent").in_bulk()
    sensitive = {code for code, topic in topics.items() if _keeps_words(topic)}
    topic_names = {code: str(topic) for code, topic in topics.items()}
    groups = {code: str(topic.parent or "") for code, topic in topics.items()}
    offices = {office.pk: (office.code, str(office)) for office in Office.objects.all()}
    channels, outcomes, languages, requesters = map(_names, (Channel, Outcome, Language, RequesterType))
    sexes, ages, interpreters = (_labels(choices) for choices in (Sex, AgeBand, Interpreter))
    countries, zone = nationality_names(), timezone.get_current_timezone()
    rows = enquiries.order_by("-at", "-pk").values_list(*READ, named=True)
    for row in rows.iterator(chunk_size=AT_ONCE):
        further = row.further_topics
        keeps_words = row.is_restricted or row.topic in sensitive or not sensitive.isdisjoint(further)
        at = row.at.astimezone(zone)
        code, name_of_office = offices[row.office]
        yield [
            f"{code}-{row.pk}",
            name_of_office,
            at.date(),
            f"{at.hour:02}:{at.minute:02}",
            row.topic,
            groups[row.topic],
            topic_names[row.topic],
            ", ".join(topic_names.get(one, one) for one in further),
            channels[row.channel],
            outcomes[row.outcome],
            requesters.get(row.requester, ""),
            sexes.get(row.sex, ""),
            ages.get(row.age_band, ""),
            row.nationality,
            countries.get(row.nationality, row.nationality),
            languages.get(row.language, ""),
            ", ".join(languages.get(one, one) for one in row.further_languages),
            interpreters.get(row.interpreter, ""),
            row.minutes,
            row.people,
            row.author__name or row.author__email,
            "" if keeps_words else row.place,
            "" if keeps_words else row.note,
        ]


def _keeps_words(topic: Topic) -> bool:
    """Whether what is written on a topic, or on any of its group, stays in the portal."""
    return any(each.is_sensitive or each.is_restricted for each in (topic, topic.parent) if each)


def _names(model: type[ReferenceRow]) -> dict[str, str]:
    return {code: str(row) for code, row in model._default_manager.in_bulk().items()}


def _labels(choices: type[TextChoices]) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


@require_safe
def enquiry_export(request: SignedInRequest, ending: str) -> HttpResponseBase:
    """What the list shows with the same filters, all pages of it."""
    if ending not in KINDS:
        raise Http404
    offices = get_offices(request.user)
    filters = asked_of_list(request)
    chosen = EnquiryFilter(filters, offices=offices)
    if is_over(request, filters) or "q" in chosen.errors:
        return redirect(f"{reverse('cases:enquiry_list')}?{request.GET.urlencode()}")
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
