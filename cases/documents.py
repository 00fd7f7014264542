"""Documents of the desk. No HTTP."""

import re
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext as _, gettext_lazy

from cases.models import (
    OWN_COLUMNS,
    ChecklistItem,
    Fee,
    GuidanceVersion,
    MonthlyReport,
    Referral,
    Topic,
    WholeFile,
    parts_of,
)
from cases.statistics import published_until, topic_names
from gai_portal.lib.charts import column_chart
from gai_portal.lib.content import in_active_language
from gai_portal.lib.count_tables import NOTHING, OTHER, Figure
from gai_portal.lib.formats import format_cve
from gai_portal.lib.pdf import render_pdf
from gai_portal.lib.qr import qr_svg


def blank_form_pdf(sheet: dict[str, Any]) -> bytes:
    """The desk's form on paper: the questions on the front, every topic with its code on the back."""
    return render_pdf("cases/enquiry_blank_pdf.html", sheet, css="pdf/sheet.css")


def agenda_pdf(agenda: dict[str, Any]) -> bytes:
    """Whom the desk expects on a day or in a week."""
    return render_pdf("cases/agenda_pdf.html", agenda, css="pdf/briefing.css")


LINK_TITLE = gettext_lazy("The link, for a telephone's camera")


def referral_letter_pdf(referral: Referral) -> bytes:
    """The letter that somebody takes to a partner, in the language of the country."""
    with translation.override("pt"):
        link = referral.link()
        context = {
            "referral": referral,
            "shared": referral.seen_by_partner(),
            "link": link,
            "qr": qr_svg(link, title=str(LINK_TITLE)) if link else "",
        }
        return render_pdf("cases/referral_pdf.html", context, css="pdf/letter.css")


def receipt_pdf(receipt: dict[str, Any]) -> bytes:
    """The privacy receipt, in the active language."""
    return render_pdf(
        "cases/person_receipt_pdf.html", {**receipt, "language": get_language()}, css="pdf/person.css"
    )


def consent_paper_pdf(paper: dict[str, Any]) -> bytes:
    """The form by which somebody agrees to be on record, without a name, in the active language."""
    return render_pdf(
        "cases/consent_paper_pdf.html", {**paper, "language": get_language()}, css="pdf/person.css"
    )


def person_file_pdf(file: WholeFile) -> bytes:
    """A copy of somebody's whole file for themselves, in the active language."""
    return render_pdf(
        "cases/person_file_pdf.html", {"file": file, "language": get_language()}, css="pdf/person.css"
    )


MOST_NATIONALITIES = 10


def monthly_report_pdf(report: MonthlyReport) -> bytes:
    """What the council reads of a month: the words that were sent, and counts that are published."""
    with translation.override("pt"):
        return render_pdf("cases/report_pdf.html", report_content(report), css="pdf/briefing.css")


def report_content(report: MonthlyReport) -> dict[str, Any]:
    quarters, year = published_until(report.office.municipality_id, report.month)
    last = quarters[-1] if quarters else None
    groups = [
        (
            topic.name,
            last.of_group(topic.code) if last else NOTHING,
            year.of_group(topic.code) if year else NOTHING,
        )
        for topic in topic_names()
        if not topic.group
    ]
    by_sex = year.by_sex() if year else {}
    by_nationality = year.by_nationality() if year else {}
    return {
        "report": report,
        "drawing": column_chart(
            [(str(need.period), need.total.least, need.total.most) for need in quarters],
            width=680,
            height=140,
        ),
        "quarters": [(need.period, need.total) for need in quarters],
        "last": last,
        "groups": [row for row in groups if row[1:] != (NOTHING, NOTHING)],
        "year": year,
        "sexes": [(code, by_sex[code]) for code in ("f", "m", "") if code in by_sex],
        "nationalities": _most_frequent(by_nationality),
        "threshold": next((need.threshold for need in (year, *quarters) if need), 0),
    }


def _most_frequent(figures: dict[str, Figure]) -> list[tuple[str, Figure]]:
    """What is surely most first; all others and what is not stated at the end."""
    named = sorted(
        ((code, shown) for code, shown in figures.items() if code not in ("", OTHER)),
        key=lambda item: (-item[1].least, item[0]),
    )
    rest = [(code, figures[code]) for code in (OTHER, "") if code in figures]
    return [*named[:MOST_NATIONALITIES], *rest]


def guidance_message(version: GuidanceVersion, topic: Topic, language: str, *, called: str) -> str:
    """All that somebody has to do, as plain text for a telephone, with the address of the whole card.

    What is not translated stands in Portuguese and says so. In a language without columns of its own that is
    all but what to say, which stands under what the language is `called`.
    """
    is_own = language in OWN_COLUMNS
    url = urljoin(settings.SITE_URL, reverse("public_guidance", args=[topic.code]))
    with translation.override(language if is_own else OWN_COLUMNS[0]):
        said = plain(version.say_in(language))
        if is_own:
            blocks = [_marked(topic, "name"), said]
        else:
            blocks = [f"{topic.name_pt} ({_('in Portuguese')})", f"{called}\n{said}"]
        if language in version.outdated:
            warning = _("This text is older than the latest change. The Portuguese text holds:")
            blocks.append(f"{warning}\n{plain(version.say_pt)}")
        if not is_own:
            blocks.append(capfirst(_("in Portuguese")))
        parts = parts_of(version, topic)
        lines = {
            _("Documents"): _document_lines(parts["documents"]),
            _("Fees"): [f"- {_marked(fee, 'what')} – {_price(fee)}" for fee in version.fee_rows()],
            _("Where"): [plain(_marked(version, "where"))] if version.where_pt else [],
            _("Deadlines"): [f"- {_marked(rule, 'name')}" for rule in parts["deadlines"]],
        }
        blocks += ["\n".join([name, *rows]) for name, rows in lines.items() if rows]
        return "\n\n".join([*blocks, f"{_('This card on the internet:')} {url}"])


def _document_lines(documents: list[dict[str, Any]]) -> list[str]:
    lines = []
    for checklist in documents:
        if len(documents) > 1:
            lines.append(_marked(checklist, "name"))
        if checklist["caution_pt"]:
            lines.append(_marked(checklist, "caution"))
        for item in checklist["items"]:
            required = ChecklistItem.Required(item["required"])
            when = "" if required == ChecklistItem.Required.YES else f" ({str(required.label).lower()})"
            lines.append(f"- {_marked(item, 'name')}{when}")
    return lines


def _price(fee: Fee) -> str:
    return format_cve(fee.amount) if fee.amount else _("free")


def _marked(thing: Any, field: str) -> str:
    """A text in the active language; a Portuguese one that stands in for it says so."""
    text, fell_back = in_active_language(thing, field)
    return f"{text} ({_('in Portuguese')})" if fell_back else text


def plain(text: str) -> str:
    """A text of the restricted Markdown without its marks."""
    return re.sub(r"\\(?=[^\w\s])|\*", "", text)
