"""Whether a plan is fit to be submitted, and what the national level has to look at before it endorses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext

from action_plans.models import (
    Plan,
    PlanMeasure,
    Template,
    TemplateArea,
    TemplateMeasure,
    TemplateSection,
)
from action_plans.workflow import Decision
from gai_portal.lib.content import in_active_language


@dataclass(frozen=True)
class Missing:
    """Something to do before a plan can be submitted, with the pages where it is done."""

    text: str
    place: TemplateArea | TemplateSection  # for its title
    links: list[tuple[str, str]]  # what the link says, and its address


def what_is_missing(plan: Plan) -> list[Missing]:
    """All that stands between this plan and its submission. Empty: it can be submitted."""
    measures = list(plan.measures.with_place())
    undecided = [measure for measure in measures if measure.decision == Decision.UNDECIDED]
    unowned = [m for m in measures if m.is_carried_out and not m.responsible_unit.strip()]
    wordless = [m for m in measures if m.is_carried_out and not m.wording.text_pt.strip()]
    return [
        *_empty_chapters(plan),
        *(_of_area(plan, rows, _undecided) for rows in _by_area(undecided)),
        *(_of_area(plan, rows, _without_unit) for rows in _by_area(unowned)),
        *(_of_area(plan, rows, _without_text) for rows in _by_area(wordless)),
    ]


def still_to_set(plan: Plan) -> list[Missing]:
    """Dates and targets, area by area: no reason to refuse a plan, but part of a good one."""
    undated = plan.measures.with_place().carried_out().filter(Q(starts_on=None) | Q(ends_on=None))
    without_target = plan.indicators.filter(target_value=None).select_related("based_on__objective__area")
    areas: dict[str, TemplateArea] = {}
    counts: dict[str, list[int]] = {}
    for position, area in [
        *((0, measure.area) for measure in undated),
        *((1, indicator.based_on.objective.area) for indicator in without_target),
    ]:
        areas.setdefault(area.code, area)
        counts.setdefault(area.code, [0, 0])[position] += 1
    pages = (("action_plans:plan_area", _undated), ("action_plans:plan_indicators", _without_target))
    return [
        Missing(
            text="",
            place=area,
            links=[
                (say(count), reverse(page, args=[plan.pk, area.code]))
                for count, (page, say) in zip(counts[area.code], pages, strict=True)
                if count
            ],
        )
        for area in sorted(areas.values(), key=lambda area: (area.order, area.code))
    ]


def indicators_without_target(plan: Plan) -> int:
    """Not a reason to refuse a plan, but worth knowing before it is submitted."""
    return plan.indicators.filter(target_value=None).count()


def excluded_mandatory_measures(plan: Plan) -> list[PlanMeasure]:
    """Also those that only the version in force made mandatory: not having looked does not hide them."""
    mandatory = Q(based_on__is_mandatory=True) | Q(code__in=_mandatory_in_force().values("code"))
    return list(plan.measures.with_place().filter(mandatory, decision=Decision.EXCLUDED))


def unseen_mandatory_measures(plan: Plan) -> list[TemplateMeasure]:
    """Mandatory in the version in force, and the plan says nothing of them: they wait in its update inbox.

    They do not stop a plan, because a version may be issued on the eve of a council's meeting. Whoever
    endorses the plan accepts each of them, like those that were left out for a reason.
    """
    known = plan.measures.filter(based_on__isnull=False).values("code")
    return list(_mandatory_in_force().exclude(code__in=known).order_by("code"))


def _mandatory_in_force() -> QuerySet[TemplateMeasure]:
    return TemplateMeasure.objects.filter(
        objective__area__template__in=Template.objects.issued(), is_mandatory=True
    )


def _empty_chapters(plan: Plan) -> list[Missing]:
    chapters = plan.sections.select_related("based_on").filter(
        based_on__is_required=True, based_on__is_locked=False, based_on__holds_measures=False
    )
    return [
        Missing(
            text=_("Chapter without text"),
            place=chapter.based_on,
            links=[(_("Write it"), reverse("action_plans:plan_section", args=[plan.pk, chapter.code]))],
        )
        for chapter in chapters
        if not chapter.text_pt.strip()
    ]


def _by_area(measures: Iterable[PlanMeasure]) -> list[list[PlanMeasure]]:
    ordered = sorted(measures, key=lambda measure: (measure.area.order, measure.area.code, measure.order))
    return [list(rows) for _code, rows in groupby(ordered, key=lambda measure: measure.area.code)]


def _of_area(plan: Plan, measures: list[PlanMeasure], say: Callable[[int], str]) -> Missing:
    return Missing(
        text=say(len(measures)),
        place=measures[0].area,
        links=[(_called(m), reverse("action_plans:plan_measure", args=[plan.pk, m.code])) for m in measures],
    )


def _called(measure: PlanMeasure) -> str:
    """A measure in a list: its code, and enough of its text to know it by."""
    text, _fell_back = in_active_language(measure.wording, "text")
    return f"{measure.code} {Truncator(text).words(9)}".strip()


def _undecided(count: int) -> str:
    return ngettext("%(count)d measure to decide", "%(count)d measures to decide", count) % {"count": count}


def _without_unit(count: int) -> str:
    return ngettext(
        "%(count)d measure without a responsible unit", "%(count)d measures without a responsible unit", count
    ) % {"count": count}


def _without_text(count: int) -> str:
    return ngettext("%(count)d measure without text", "%(count)d measures without text", count) % {
        "count": count
    }


def _undated(count: int) -> str:
    return ngettext(
        "%(count)d measure without start or end", "%(count)d measures without start or end", count
    ) % {"count": count}


def _without_target(count: int) -> str:
    return ngettext(
        "%(count)d indicator without a target", "%(count)d indicators without a target", count
    ) % {"count": count}
