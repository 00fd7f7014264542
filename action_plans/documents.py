"""Documents made of a frozen plan: the PDF, the tables and the open data. No HTTP, no database."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _, gettext_lazy

from action_plans.models import TemplateIndicator
from action_plans.workflow import Decision
from gai_portal.lib.content import content_text
from gai_portal.lib.pdf import render_pdf
from gai_portal.lib.qr import qr_svg
from gai_portal.lib.spreadsheets import Sheet, csv_bytes, xlsx_bytes

# A longer text is printed as text below the table, not in a cell of it.
LONGEST_IN_A_CELL = 320
MEASURE_COLUMNS = [
    "code",
    "decision",
    "area",
    "area_title_pt",
    "objective",
    "text_pt",
    "text_en",
    "text_fr",
    "reason",
    "is_mandatory",
    "is_local_priority",
    "goals",
    "lead",
    "responsible_unit",
    "partners",
    "starts_on",
    "ends_on",
    "budget_cve",
    "funding_source",
    "deliverable",
]


# The columns of the workbook: what each is called, and how wide it is.
XLSX_MEASURES: dict[str, tuple[Any, int]] = {
    "code": (gettext_lazy("Code"), 10),
    "decision": (gettext_lazy("Decision"), 12),
    "area_title_pt": (gettext_lazy("Area"), 24),
    "text_pt": (gettext_lazy("Measure"), 60),
    "responsible_unit": (gettext_lazy("Responsible unit"), 28),
    "partners": (gettext_lazy("Partners"), 30),
    "starts_on": (gettext_lazy("Start"), 12),
    "ends_on": (gettext_lazy("End"), 12),
    "budget_cve": (gettext_lazy("Budget (CVE)"), 14),
    "funding_source": (gettext_lazy("Funding source"), 24),
    "deliverable": (gettext_lazy("Deliverable"), 40),
    "goals": (gettext_lazy("Strategic goals"), 16),
    "reason": (gettext_lazy("Reason"), 40),
}
XLSX_INDICATORS: dict[str, tuple[Any, int]] = {
    "code": (gettext_lazy("Code"), 10),
    "area_title_pt": (gettext_lazy("Area"), 24),
    "text_pt": (gettext_lazy("Indicator"), 60),
    "unit": (gettext_lazy("Unit"), 12),
    "baseline_value": (gettext_lazy("Baseline"), 12),
    "baseline_year": (gettext_lazy("Year of the baseline"), 12),
    "target_value": (gettext_lazy("Target"), 12),
    "target_year": (gettext_lazy("Year of the target"), 12),
}


def readable(value: Any, key: str = "") -> Any:
    """A copy of a snapshot with its days and amounts as such, ready for a template."""
    if isinstance(value, dict):
        return {name: readable(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [readable(part) for part in value]
    if isinstance(value, str):
        if key.endswith("_on"):
            return datetime.date.fromisoformat(value)
        if key == "budget_cve" or key in {"baseline_value", "target_value", "value"}:
            return Decimal(value)
    return value


def only_pt() -> str:
    """The mark of what a municipality writes in one language, on a page that is in another."""
    language = (translation.get_language() or "pt").split("-")[0]
    return "" if language == "pt" else mark_safe(' lang="pt"')


def document_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the page and the PDF of a frozen plan show, apart from who made it public."""
    plan = readable(snapshot)
    number = 0
    chapters = []
    for chapter in plan["chapters"]:
        # A chapter that the national level has not written is missed by every reader: it keeps its place.
        is_to_come = chapter["is_locked"] and not (chapter["text_pt"] or chapter["holds_measures"])
        if chapter["text_pt"] or chapter["holds_measures"] or is_to_come:
            number += 1
            anchor = f"cap-{chapter['code']}"
            chapters.append({**chapter, "number": number, "anchor": anchor, "is_to_come": is_to_come})
    for area in plan["areas"]:
        area["measures"] = [
            measure for objective in area["objectives"] for measure in objective["measures"]
        ] + area["local_measures"]
        for measure in area["measures"]:
            measure["has_long_text"] = len(measure["text_pt"]) > LONGEST_IN_A_CELL
            measure["has_long_deliverable"] = len(measure["deliverable"]) > LONGEST_IN_A_CELL
        area["long_measures"] = [
            measure
            for measure in area["measures"]
            if measure["has_long_text"] or measure["has_long_deliverable"]
        ]
        budgets = [m["budget_cve"] for m in area["measures"] if m["budget_cve"] is not None]
        area["budget_cve"] = sum(budgets) if budgets else None
    names = _names_in(plan)
    for comment in plan["heard"]:
        comment["about"] = names.get((comment["kind"], comment["code"]), "")
    return {
        "plan": plan,
        "only_pt": only_pt(),
        "chapters": chapters,
        # The first chapter after the measures begins on a page of its own.
        "after_measures": 1 + next((c["number"] for c in chapters if c["holds_measures"]), 0),
        "areas": plan["areas"],
        "indicator_areas": [
            area for area in plan["areas"] if any(objective["indicators"] for objective in area["objectives"])
        ],
    }


def _names_in(plan: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What the parts of a frozen plan are called, by kind and code: comments name a code alone."""
    measures = [measure for area in plan["areas"] for measure in area["measures"]]
    parts = {
        "chapter": (plan["chapters"], "title"),
        "area": (plan["areas"], "title"),
        "measure": ([*measures, *plan["excluded"], *plan["undecided"]], "text"),
    }
    return {
        (kind, row["code"]): content_text(row, field) for kind, (rows, field) in parts.items() for row in rows
    }


def notices(snapshot: dict[str, Any], *, is_published: bool) -> list[str]:
    """What every page of a document has to say about itself."""
    texts = []
    if not is_published:
        texts.append(_("Draft, not published"))
    if snapshot["is_demo"]:
        texts.append(_("Demonstration document"))
    return texts


def edition_pdf(snapshot: dict[str, Any], *, verification_code: str = "") -> bytes:
    """The Portuguese document, the authoritative one. Without a verification code it is a preview."""
    with translation.override("pt"):
        check_address = settings.SITE_URL.rstrip("/") + reverse("edition_check")
        context = {
            **document_context(snapshot),
            "notice": " · ".join(notices(snapshot, is_published=bool(verification_code))),
            "verification_code": verification_code,
            "check_address": check_address,
            "check_qr": qr_svg(
                f"{check_address}?code={verification_code}",
                title=_("Address where this edition can be checked, with its verification code"),
            ),
            "plan_address": settings.SITE_URL.rstrip("/") + reverse("public_plan", args=[snapshot["slug"]]),
        }
        return render_pdf("action_plans/plan_pdf.html", context, css="pdf/plan.css")


def measures_in_order(snapshot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every measure of an edition, those left out included, with what a table says in place of its lists."""
    titles = {area["code"]: area["title_pt"] for area in snapshot["areas"]}
    carried_out = [
        measure
        for area in snapshot["areas"]
        for measure in [*(m for o in area["objectives"] for m in o["measures"]), *area["local_measures"]]
    ]
    for measure in [*carried_out, *snapshot["excluded"]]:
        yield {
            **measure,
            "area_title_pt": titles[measure["area"]],
            "goals": " ".join(measure["goals"]),
            "lead": measure["lead"]["name_pt"] if measure["lead"] else "",
            "partners": "; ".join(partner["name_pt"] for partner in measure["partners"]),
        }


def measure_rows(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    """One row for each measure, in the words of the data itself."""
    for measure in measures_in_order(snapshot):
        budget = measure["budget_cve"]
        values = {
            **measure,
            "is_mandatory": int(measure["is_mandatory"]),
            "is_local_priority": int(measure["is_local_priority"]),
            "budget_cve": "" if budget is None else f"{Decimal(budget).normalize():f}",
        }
        yield [values[column] for column in MEASURE_COLUMNS]


def edition_csv(snapshot: dict[str, Any]) -> bytes:
    return csv_bytes(MEASURE_COLUMNS, measure_rows(snapshot))


def edition_xlsx(snapshot: dict[str, Any], *, verification_code: str) -> bytes:
    """The measures and indicators in Portuguese words, for whoever works with a spreadsheet program.

    The same whatever language the reader has chosen: what an edition's address answers never changes.
    """
    with translation.override("pt"):
        return xlsx_bytes(
            [
                Sheet(
                    _("Measures"),
                    [str(label) for label, _width in XLSX_MEASURES.values()],
                    _spoken_measures(snapshot),
                    [width for _label, width in XLSX_MEASURES.values()],
                ),
                Sheet(
                    _("Indicators"),
                    [str(label) for label, _width in XLSX_INDICATORS.values()],
                    _spoken_indicators(snapshot),
                    [width for _label, width in XLSX_INDICATORS.values()],
                ),
                Sheet(_("About"), ["", ""], _about(snapshot, verification_code), [28, 70]),
            ]
        )


def _spoken_measures(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    for measure in measures_in_order(snapshot):
        values = readable(measure) | {"decision": str(Decision(measure["decision"]).label)}
        yield [values[name] for name in XLSX_MEASURES]


def _spoken_indicators(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    for area in readable(snapshot["areas"]):
        for objective in area["objectives"]:
            for indicator in objective["indicators"]:
                unit = str(TemplateIndicator.Unit(indicator["unit"]).label)
                values = {**indicator, "area_title_pt": area["title_pt"], "unit": unit}
                yield [values[name] for name in XLSX_INDICATORS]


def _about(snapshot: dict[str, Any], verification_code: str) -> Iterator[list[Any]]:
    published_on = readable(snapshot["edition"])["published_on"]
    if snapshot["is_demo"]:
        yield [_("Demonstration document"), _("The decisions, numbers and texts of this plan are invented.")]
    yield [_("Plan"), f"{settings.LABELS['plan_long']}: {snapshot['municipality']['name']}"]
    yield [_("Period"), snapshot["period"]]
    yield [_("Edition"), snapshot["edition"]["number"]]
    yield [_("Published"), published_on]
    yield [_("Council decision"), snapshot["decision"]["reference"]]
    yield [_("Verification code"), verification_code]
    address = reverse("edition_detail", args=[snapshot["slug"], snapshot["edition"]["number"]])
    yield [_("Address of the plan"), settings.SITE_URL.rstrip("/") + address]
