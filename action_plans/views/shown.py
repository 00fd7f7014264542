"""The parts of a plan's items as people read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from action_plans.models import (
    Plan,
    PlanMeasure,
    PlanSection,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateSection,
    UpdateDecision,
)
from action_plans.workflow import TemplateState
from gai_portal.lib.content import content_text
from gai_portal.lib.formats import format_day, format_escudos
from gai_portal.lib.forms import languages_left_behind


def shown(field: Any, value: Any) -> str:
    """A stored value: a related row by its key or as itself, several of them with commas between."""
    if value in (None, ""):
        return ""
    if field.many_to_many:
        return ", ".join(map(str, value.all() if hasattr(value, "all") else value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, models.Model):
        return str(value)
    if field.is_relation:
        return str(field.related_model.objects.filter(pk=value).first() or "")
    if isinstance(field, models.DateField):
        return format_day(value)
    if field.name == "budget_cve":
        return format_escudos(value)
    return str(value)


def changes_of(row: Any, rows: Iterable[Any]) -> list[tuple[str, str, str]]:
    """Label, now, before: of each field that a line of a history changed. `rows` hold the line before it."""
    same = [other for other in rows if type(other) is type(row) and other.id == row.id]
    before = next((other for other in same if other.history_id < row.history_id), None)
    changes = []
    for field in row.instance_type._meta.concrete_fields:
        if field.name in {"id", "loaded", "strategy", "goal"}:
            continue
        new = getattr(row, field.attname)
        old = getattr(before, field.attname) if before else field.get_default()
        if new != old:
            changes.append((field.verbose_name, shown(field, new), shown(field, old) if before else ""))
    return changes


def doubtful_translations(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """That translations may no longer fit the Portuguese text that was saved beside them; or nothing."""
    languages = ", ".join(languages_left_behind(before, after))
    text = _("The Portuguese text has changed. Look whether the others still fit it: %(languages)s.")
    return text % {"languages": languages} if languages else ""


def warn_of_translations(request: HttpRequest, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    if text := doubtful_translations(before, after):
        messages.warning(request, text)


NATIONAL: dict[str, tuple[Any, str]] = {
    "chapter": (TemplateSection, "title"),
    "section": (TemplateSection, "title"),
    "area": (TemplateArea, "title"),
    "measure": (TemplateMeasure, "text"),
    "indicator": (TemplateIndicator, "text"),
}


def called(item: Any) -> str:
    """Medida ACO.M1: the kind of an item, and its code."""
    kinds = {PlanMeasure: UpdateDecision.Kind.MEASURE, PlanSection: UpdateDecision.Kind.SECTION}
    return f"{kinds.get(type(item), UpdateDecision.Kind.INDICATOR).label} {item.code}"


def names_of(plan: Plan, things: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What each item (kind, code) is called in the reader's language: as the plan words it or, where the
    plan has it no longer, in the newest national words.
    """
    codes: dict[str, set[str]] = {}
    for kind, code in things:
        codes.setdefault(kind, set()).add(code)
    names = {}
    for kind, (model, field) in NATIONAL.items():
        if kind not in codes:
            continue
        rows = model.objects.filter(code__in=codes[kind]).exclude(
            **{f"{model.template_path}__state": TemplateState.DRAFT}
        )
        for row in rows.order_by(f"{model.template_path}__number"):
            names[kind, row.code] = content_text(row, field)
    for measure in plan.measures.select_related("based_on").filter(code__in=codes.get("measure", ())):
        names["measure", measure.code] = content_text(measure.wording, "text")
    return names
