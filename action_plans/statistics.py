"""Counts about plans, each one aggregate."""

from dataclasses import dataclass, field

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from action_plans.models import Plan, PlanMeasure, StrategicGoal, TemplateArea
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


@dataclass(frozen=True)
class Coverage:
    """How many measures of each plan serve each goal; a pillar also counts what serves its goals."""

    goals: list[StrategicGoal]  # each pillar, and after it its goals
    counts: dict[tuple[int, int], int]  # plan, goal -> measures that will be carried out

    def row(self, plan_pk: int) -> list[tuple[StrategicGoal, int]]:
        return [(goal, self.counts.get((plan_pk, goal.pk), 0)) for goal in self.goals]

    def plans_serving(self, goal: StrategicGoal) -> int:
        return sum(1 for (_plan, served), count in self.counts.items() if served == goal.pk and count)


def goals_in_order() -> list[StrategicGoal]:
    """The tree of the strategy as one list: each pillar, and after it its goals."""
    pillars = StrategicGoal.objects.pillars().prefetch_related("children")
    return [goal for pillar in pillars for goal in (pillar, *pillar.children.all())]


def coverage(plans: QuerySet[Plan]) -> Coverage:
    """The matrix goal x plan. A measure tagged with two goals of a pillar counts once for the pillar."""
    measures = PlanMeasure.objects.carried_out().filter(plan__in=plans.order_by())
    counts: dict[tuple[int, int], int] = {}
    # A national measure serves the goals of the version it is based on; a local one names its own.
    for path, rows in (
        ("based_on__goals", measures.exclude(decision=Decision.LOCAL)),
        ("goals", measures.filter(decision=Decision.LOCAL)),
    ):
        direct = rows.exclude(**{f"{path}__parent": None}).values_list("plan", path)
        pillar = rows.annotate(pillar=Coalesce(f"{path}__parent", path)).values_list("plan", "pillar")
        for counted in (direct, pillar):
            for plan_pk, goal_pk, count in counted.order_by().annotate(count=Count("pk", distinct=True)):
                if goal_pk is not None:
                    counts[plan_pk, goal_pk] = counts.get((plan_pk, goal_pk), 0) + count
    return Coverage(goals_in_order(), counts)
