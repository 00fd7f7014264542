"""Freezing a plan, publishing it as an edition, and making its PDF.

Columns are named, whatever language is active.
"""

import datetime
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from action_plans.documents import edition_pdf
from action_plans.models import (
    ConsultationComment,
    Edition,
    EditionFile,
    Plan,
    PlanIndicator,
    PlanMeasure,
)
from action_plans.permissions import can_record_gazette
from action_plans.workflow import CARRIED_OUT, Decision
from gai_portal.lib.codes import code_from

logger = logging.getLogger(__name__)

FORMAT = 1  # of the snapshot; a reader of old editions looks here first
LANGUAGES = ("pt", "en", "fr")


def freeze_plan(plan: Plan) -> dict[str, Any]:
    """All that a plan says today, as plain values: dates in ISO form, money and numbers as strings."""
    plan = Plan.objects.select_related("municipality__island", "template").get(pk=plan.pk)
    measures = list(
        plan.measures.select_related("based_on__objective__area", "based_on__lead", "local_area")
        .annotate(
            template_number=models.functions.Coalesce(
                "based_on__objective__area__template__number", "local_area__template__number"
            )
        )
        .prefetch_related("partners", "goals", "based_on__goals")
        .order_by("order", "code")
    )
    frozen = [(measure, _measure(measure)) for measure in measures]
    template = plan.newest_template
    return {
        "format": FORMAT,
        "slug": plan.slug,
        "period": plan.period,
        "first_year": plan.first_year,
        "last_year": plan.last_year,
        "is_demo": plan.is_demo,
        "municipality": {
            "code": plan.municipality_id,
            "name": plan.municipality.display_name,
            "seat": plan.municipality.seat,
            "island": plan.municipality.island.name,
        },
        "template": {"number": template.number, **_texts(template, "title")},
        "decision": {"decided_on": _day(plan.decided_on), "reference": plan.decision_reference},
        "totals": _totals(measures),
        "figures": _figures(plan),
        "goals": _goals(measures),
        "chapters": _chapters(plan),
        "areas": _areas(plan, frozen),
        "excluded": [item for measure, item in frozen if measure.decision == Decision.EXCLUDED],
        "heard": _heard(plan),
        "undecided": [item for measure, item in frozen if measure.decision == Decision.UNDECIDED],
    }


def _texts(row: Any, *fields: str) -> dict[str, str]:
    return {
        f"{field}_{language}": getattr(row, f"{field}_{language}")
        for field in fields
        for language in LANGUAGES
    }


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _number(value: Decimal | None) -> str | None:
    """A number without the zeros that only the column adds: 12, 12.5."""
    return None if value is None else f"{value.normalize():f}"


def _measure(measure: PlanMeasure) -> dict[str, Any]:
    """What the municipality will do: an adopted measure in the words of the version that it is based on."""
    source = measure.based_on
    goals = source.goals.all() if source else measure.goals.all()
    return {
        "code": measure.code,
        "area": measure.area.code,
        "objective": source.objective.code if source else "",
        "decision": measure.decision,
        **_texts(measure.wording, "text"),
        "is_mandatory": bool(source and source.is_mandatory),
        "is_local_priority": measure.is_local_priority,
        "goals": sorted(goal.code for goal in goals),
        "lead": {"code": source.lead.code, **_texts(source.lead, "name")} if source and source.lead else None,
        "responsible_unit": measure.responsible_unit,
        "partners": [{"code": partner.code, **_texts(partner, "name")} for partner in measure.partners.all()],
        "starts_on": _day(measure.starts_on),
        "ends_on": _day(measure.ends_on),
        "budget_cve": None if measure.budget_cve is None else str(measure.budget_cve),
        "funding_source": measure.funding_source,
        "deliverable": measure.deliverable,
        "reason": measure.reason,
    }


def _totals(measures: Iterable[PlanMeasure]) -> dict[str, Any]:
    carried_out = [measure for measure in measures if measure.decision in CARRIED_OUT]
    counts = {decision.value: 0 for decision in Decision}
    for measure in measures:
        counts[measure.decision] += 1
    budgets = [measure.budget_cve for measure in carried_out if measure.budget_cve is not None]
    return {
        **counts,
        "carried_out": len(carried_out),
        "budget_cve": str(sum(budgets, Decimal("0.00"))),
        "with_budget": len(budgets),
    }


def _figures(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "kind": figure.kind,
            "year": figure.year,
            "value": _number(figure.value),
            "status": figure.status,
            "source": figure.source,
        }
        for figure in plan.municipality.figures.order_by("kind", "year")
    ]


def _heard(plan: Plan) -> list[dict[str, Any]]:
    """What others said about the drafts, and what the municipality did. Private people stay unnamed."""
    comments = ConsultationComment.objects.heard().filter(consultation__plan=plan)
    return [
        {
            "code": comment.code,
            "kind": comment.kind,
            "said_on": _day(timezone.localtime(comment.at).date()),
            "voice": comment.voice,
            "is_stated": comment.is_stated,
            "text": comment.text,
            "resolution": comment.resolution,
            "reply": comment.reply,
        }
        for comment in comments.select_related("partner", "invitation", "consultation")
    ]


def _goals(measures: Iterable[PlanMeasure]) -> list[dict[str, Any]]:
    """The goals of the national strategy that the plan serves, and by how many measures."""
    counts: dict[str, int] = {}
    rows = {}
    for measure in measures:
        if measure.decision in CARRIED_OUT:
            for goal in measure.based_on.goals.all() if measure.based_on else measure.goals.all():
                rows[goal.code] = goal
                counts[goal.code] = counts.get(goal.code, 0) + 1
    goals = sorted(rows.values(), key=lambda goal: (goal.order, goal.code))
    return [{"code": goal.code, **_texts(goal, "title"), "measures": counts[goal.code]} for goal in goals]


def _chapters(plan: Plan) -> list[dict[str, Any]]:
    """The chapters in the order of the template; a locked one in the words of the national level."""
    sections = plan.sections.select_related("based_on").order_by("based_on__order", "code")
    return [
        {
            "code": section.code,
            **_texts(section.based_on, "title"),
            **_texts(section.based_on if section.based_on.is_locked else section, "text"),
            "is_locked": section.based_on.is_locked,
            "is_required": section.based_on.is_required,
            "holds_measures": section.based_on.holds_measures,
        }
        for section in sections
    ]


def _areas(plan: Plan, frozen: Sequence[tuple[Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Areas, their objectives, and what is carried out in each.

    Items of one plan may be based on several versions of the template: they meet by their codes, and the
    newest version among them names the area and the objective.
    """
    indicators = list(
        plan.indicators.select_related("based_on__objective__area", "based_on__source")
        .annotate(template_number=models.F("based_on__objective__area__template__number"))
        .order_by("based_on__order", "code")
    )
    areas = {}
    objectives = {}
    items: list[Any] = [*(measure for measure, _item in frozen), *indicators]
    for item in sorted(items, key=lambda item: item.template_number):
        if item.based_on:
            objective = item.based_on.objective
            objectives[objective.area.code, objective.code] = objective
        areas[item.area.code] = item.area

    done = [item for measure, item in frozen if measure.decision in CARRIED_OUT]
    return [
        {
            "code": area.code,
            **_texts(area, "title", "summary"),
            "objectives": [
                {
                    "code": objective.code,
                    **_texts(objective, "text"),
                    "measures": [
                        item
                        for item in done
                        if (item["area"], item["objective"]) == (area.code, objective.code)
                    ],
                    "indicators": [
                        _indicator(indicator)
                        for indicator in indicators
                        if indicator.based_on.objective.code == objective.code
                        and indicator.based_on.objective.area.code == area.code
                    ],
                }
                for (area_code, _code), objective in sorted(objectives.items(), key=_place)
                if area_code == area.code
            ],
            "local_measures": [
                item for item in done if item["area"] == area.code and item["decision"] == Decision.LOCAL
            ],
        }
        for _code, area in sorted(areas.items(), key=_place)
    ]


def _place(entry: tuple[Any, Any]) -> tuple[int, str]:
    """Where the template puts an area or an objective."""
    _key, row = entry
    return row.order, row.code


def _indicator(indicator: PlanIndicator) -> dict[str, Any]:
    source = indicator.based_on.source
    return {
        "code": indicator.code,
        **_texts(indicator.based_on, "text"),
        "kind": indicator.based_on.kind,
        "unit": indicator.based_on.unit,
        "frequency": indicator.based_on.frequency,
        "disaggregation": indicator.based_on.disaggregation,
        "source": {"code": source.code, **_texts(source, "name")} if source else None,
        "baseline_value": _number(indicator.baseline_value),
        "baseline_year": indicator.baseline_year,
        "target_value": _number(indicator.target_value),
        "target_year": indicator.target_year,
    }


def canonical(snapshot: dict[str, Any]) -> bytes:
    """The one way to write a snapshot down, so that the same content gives the same code."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@transaction.atomic
def publish_edition(plan: Plan, *, by: User, at: datetime.datetime | None = None) -> Edition:
    """The next edition of a plan. From here on nobody can change it; its PDF follows (`make_missing_files`).

    Called by the workflow, which has asked whether `by` may publish and holds the plan's row.
    `at` is the time of publication when it is not now.
    """
    at = at or timezone.now()
    newest = plan.editions.aggregate(number=models.Max("number"))["number"] or 0
    snapshot = freeze_plan(plan)
    snapshot["edition"] = {"number": newest + 1, "published_on": _day(timezone.localtime(at).date())}
    content = canonical(snapshot)
    code = code_from(content)
    while Edition.objects.filter(verification_code=code).exists():  # one chance in three thousand million
        content += b"."
        code = code_from(content)
    return Edition.objects.create(
        plan=plan,
        number=newest + 1,
        published_at=at,
        published_by=by,
        snapshot=snapshot,
        verification_code=code,
    )


def make_file(edition: Edition) -> EditionFile:
    """The Portuguese PDF of an edition, with its hash. Of two that are made at once, the first one counts.

    In no transaction: it takes seconds, during which everybody else goes on writing.
    """
    pdf = edition_pdf(edition.snapshot, verification_code=edition.verification_code)
    made = {"pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()}
    return EditionFile.objects.get_or_create(edition=edition, language="pt", defaults=made)[0]


def make_missing_files() -> int:
    """The PDF of every edition that has none yet: after each publication, and every night to be sure.

    Returns how many were made. One that cannot be made keeps no other waiting.
    """
    made, failed = 0, []
    for edition in (
        Edition.objects.without_file().select_related("plan__municipality").order_by("published_at")
    ):
        try:
            make_file(edition)
            made += 1
        except Exception:
            logger.exception("The PDF of %s could not be made", edition)
            failed.append(str(edition))
    if failed:
        raise RuntimeError(f"No PDF of {', '.join(failed)}")
    return made


@transaction.atomic
def record_gazette_reference(edition: Edition, reference: str, *, by: User) -> Edition:
    """Note where the official gazette printed the plan: beside the edition, outside every hash."""
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if not can_record_gazette(by, edition):
        raise PermissionDenied(f"{by} may not record a gazette reference for {edition}")
    edition.gazette_reference = reference
    edition.save(update_fields=["gazette_reference"])
    return edition
