"""Counts about plans, each one aggregate."""

from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from action_plans.models import Plan, TemplateArea
from action_plans.workflow import Decision


@dataclass
class AreaProgress:
    """How far the decisions of one area are."""

    area: TemplateArea
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def local(self) -> int:
        return self.counts.get(Decision.LOCAL, 0)

    @property
    def undecided(self) -> int:
        return self.counts.get(Decision.UNDECIDED, 0)

    @property
    def total(self) -> int:
        """National measures."""
        return sum(self.counts.values()) - self.local

    @property
    def decided(self) -> int:
        return self.total - self.undecided

    @property
    def is_done(self) -> bool:
        return self.undecided == 0


@dataclass
class PlanProgress:
    """How far the decisions of a plan are, area by area."""

    areas: list[AreaProgress]

    @property
    def total(self) -> int:
        return sum(area.total for area in self.areas)

    @property
    def decided(self) -> int:
        return sum(area.decided for area in self.areas)

    @property
    def undecided(self) -> int:
        return self.total - self.decided

    @property
    def local(self) -> int:
        return sum(area.local for area in self.areas)

    def of(self, code: str) -> AreaProgress | None:
        return next((area for area in self.areas if area.area.code == code), None)


def plan_progress(plan: Plan) -> PlanProgress:
    """Items of one plan may rest on several versions of the template: an area is known by its code."""
    rows = (
        plan.measures.annotate(area_pk=Coalesce("based_on__objective__area", "local_area"))
        .order_by()
        .values_list("area_pk", "decision")
        .annotate(count=Count("pk"))
    )
    areas: QuerySet[TemplateArea] = TemplateArea.objects.filter(pk__in={row[0] for row in rows})
    by_code: dict[str, AreaProgress] = {}
    code_of = {}
    for area in areas.order_by("order", "code", "template__number"):
        code_of[area.pk] = area.code
        if area.code in by_code:
            by_code[area.code].area = area  # the newest wording
        else:
            by_code[area.code] = AreaProgress(area)
    for area_pk, decision, count in rows:
        counts = by_code[code_of[area_pk]].counts
        counts[decision] = counts.get(decision, 0) + count
    return PlanProgress(list(by_code.values()))
