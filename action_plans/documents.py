"""Documents made of a frozen plan: the PDF, the table and the open data. No HTTP, no database."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from gai_portal.lib.pdf import render_pdf
from gai_portal.lib.spreadsheets import csv_bytes

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


def document_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the page and the PDF of a frozen plan show, apart from who made it public."""
    plan = readable(snapshot)
    number = 0
    chapters = []
    for chapter in plan["chapters"]:
        if chapter["text_pt"] or chapter["holds_measures"]:
            number += 1
            chapters.append({**chapter, "number": number, "anchor": f"cap-{chapter['code']}"})
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
    language = (translation.get_language() or "pt").split("-")[0]
    return {
        "plan": plan,
        # For what a municipality writes in one language: the page says which.
        "only_pt": "" if language == "pt" else mark_safe(' lang="pt"'),
        "chapters": chapters,
        # The first chapter after the measures begins on a page of its own.
        "after_measures": 1 + next((c["number"] for c in chapters if c["holds_measures"]), 0),
        "areas": plan["areas"],
        "figure_sources": sorted({figure["source"] for figure in plan["figures"] if figure["source"]}),
        "indicator_areas": [
            area for area in plan["areas"] if any(objective["indicators"] for objective in area["objectives"])
        ],
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
        context = {
            **document_context(snapshot),
            "notice": " · ".join(notices(snapshot, is_published=bool(verification_code))),
            "verification_code": verification_code,
            "check_address": settings.SITE_URL.rstrip("/") + reverse("edition_check"),
            "plan_address": settings.SITE_URL.rstrip("/") + reverse("public_plan", args=[snapshot["slug"]]),
        }
        return render_pdf("action_plans/plan_pdf.html", context, css="pdf/plan.css")


def measure_rows(snapshot: dict[str, Any]) -> Iterator[list[Any]]:
    """Every measure of an edition, those left out included, one row each."""
    titles = {area["code"]: area["title_pt"] for area in snapshot["areas"]}
    for area in snapshot["areas"]:
        measures = [measure for objective in area["objectives"] for measure in objective["measures"]]
        for measure in measures + area["local_measures"]:
            yield _measure_row(measure, titles)
    for measure in snapshot["excluded"]:
        yield _measure_row(measure, titles)


def _measure_row(measure: dict[str, Any], area_titles: dict[str, str]) -> list[Any]:
    budget = measure["budget_cve"]
    values = {
        **measure,
        "area_title_pt": area_titles[measure["area"]],
        "is_mandatory": int(measure["is_mandatory"]),
        "is_local_priority": int(measure["is_local_priority"]),
        "goals": " ".join(measure["goals"]),
        "lead": measure["lead"]["name_pt"] if measure["lead"] else "",
        "partners": "; ".join(partner["name_pt"] for partner in measure["partners"]),
        "budget_cve": "" if budget is None else f"{Decimal(budget).normalize():f}",
    }
    return [values[column] for column in MEASURE_COLUMNS]


def edition_csv(snapshot: dict[str, Any]) -> bytes:
    return csv_bytes(MEASURE_COLUMNS, measure_rows(snapshot))
