"""Counts about plans, each one aggregate; and what the desk has published about the need for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from action_plans.models import Plan, PlanMeasure, StrategicGoal, TemplateArea, TopicArea
from action_plans.workflow import CARRIED_OUT, Decision
from cases.statistics import Need, Period, TopicName, latest_quarters, latest_years, topic_names
from gai_portal.lib.count_tables import NOTHING, OTHER, Figure

EVIDENCE_QUARTERS = 8
EVIDENCE_NATIONALITIES = 3  # the most frequent ones


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

    def plans_serving(self, goal: StrategicGoal, plans: Iterable[Plan]) -> int:
        return sum(1 for plan in plans if self.counts.get((plan.pk, goal.pk)))


def goals_in_order() -> list[StrategicGoal]:
    """The tree of the strategy as one list: each pillar, and after it its goals."""
    pillars = StrategicGoal.objects.pillars().prefetch_related("children")
    return [goal for pillar in pillars for goal in (pillar, *pillar.children.all())]


def coverage(plans: Iterable[Plan]) -> Coverage:
    """The matrix goal x plan. A measure tagged with two goals of a pillar counts once for the pillar."""
    measures = PlanMeasure.objects.carried_out().filter(plan__in=list(plans))
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


@dataclass(frozen=True)
class TopicNeed:
    """How many enquiries were about a topic, or a whole group, in the last year published and before."""

    topic: TopicName
    latest: Figure
    before: Figure | None

    @property
    def is_group(self) -> bool:
        return not self.topic.group


@dataclass(frozen=True)
class Share:
    """Part of the enquiries of an area; a percentage only where both it and the whole are known."""

    code: str
    figure: Figure
    percent: int | None


@dataclass(frozen=True)
class Evidence:
    """What a municipality's desk has published on the topics of one area: suppressed numbers, no rows."""

    topics: list[TopicName]  # those that the national level gave to this area
    latest: Need | None
    before: Need | None
    needs: list[TopicNeed]
    quarters: list[tuple[Period, Figure]]
    sexes: list[Share]
    nationalities: list[Share]
    threshold: int  # counts below it are not told

    @property
    def groups(self) -> list[TopicName]:
        return [topic for topic in self.topics if not topic.group]

    @property
    def single_topics(self) -> list[TopicName]:
        """Counted by year alone: quarters, sexes and nationalities are published for whole groups."""
        return [topic for topic in self.topics if topic.group]

    @property
    def total(self) -> Figure:
        return reduce(add, (need.latest for need in self.needs), NOTHING)

    @property
    def total_before(self) -> Figure:
        return reduce(add, (need.before or NOTHING for need in self.needs), NOTHING)

    @property
    def is_silent(self) -> bool:
        """Whether no enquiry on this area was recorded in any of these quarters."""
        return all(shown.most == 0 for _period, shown in self.quarters)

    @property
    def direction(self) -> str:
        """`up` or `down` if the last four quarters surely had more or fewer than the four before."""
        if len(self.quarters) < EVIDENCE_QUARTERS:
            return ""
        earlier, later = (
            reduce(add, (shown for _period, shown in part), NOTHING)
            for part in (self.quarters[:4], self.quarters[4:])
        )
        if earlier.most is not None and later.least > earlier.most:
            return "up"
        return "down" if later.most is not None and later.most < earlier.least else ""


def area_evidence(municipality_code: str, area_code: str) -> Evidence:
    """Everything beside one area, in a number of queries that does not grow."""
    placed = set(TopicArea.objects.filter(area_code=area_code).values_list("topic_code", flat=True))
    # A group stands for its topics: one that is in the same area is not counted twice.
    topics = [topic for topic in topic_names() if topic.code in placed and topic.group not in placed]
    groups = [topic.code for topic in topics if not topic.group]
    latest, before = [*latest_years(municipality_code, 2), None, None][:2]
    quarters = latest_quarters(municipality_code, EVIDENCE_QUARTERS) if groups else []
    sexes: Mapping[str, Figure] = latest.by_sex(groups) if latest and groups else {}
    nationalities: Mapping[str, Figure] = latest.by_nationality(groups) if latest and groups else {}
    of_groups = reduce(add, (latest.of_group(group) for group in groups), NOTHING) if latest else NOTHING
    return Evidence(
        topics=topics,
        latest=latest,
        before=before,
        needs=[
            TopicNeed(topic, _need_of(latest, topic), _need_of(before, topic) if before else None)
            for topic in topics
            if latest
        ],
        quarters=[
            (need.period, reduce(add, (need.of_group(group) for group in groups), NOTHING))
            for need in quarters
        ],
        sexes=[_share(sex, sexes[sex], of_groups) for sex in ("f", "m", "") if sex in sexes],
        nationalities=_most_frequent(nationalities, of_groups),
        threshold=next((need.threshold for need in (latest, *quarters) if need), 0),
    )


def _need_of(need: Need, topic: TopicName) -> Figure:
    return need.of_topic(topic.group, topic.code) if topic.group else need.of_group(topic.code)


def _share(code: str, part: Figure, whole: Figure) -> Share:
    is_known = part.is_exact and whole.is_exact and whole.least
    return Share(code, part, round(100 * part.least / whole.least) if is_known else None)


def _most_frequent(nationalities: Mapping[str, Figure], whole: Figure) -> list[Share]:
    """The nationalities with a column of their own, the most frequent first."""
    named = [(code, shown) for code, shown in nationalities.items() if code not in ("", OTHER)]
    named.sort(key=lambda item: (-item[1].least, -(item[1].most or 0), item[0]))
    return [_share(code, shown, whole) for code, shown in named[:EVIDENCE_NATIONALITIES]]


def plan_contents(plan: Plan) -> dict[str, int]:
    """What an edition would hold if the plan were published now, in numbers."""
    decided = plan.measures.values("decision").annotate(number=Count("pk")).order_by()
    by_decision = {row["decision"]: row["number"] for row in decided}
    is_written = Q(based_on__is_locked=True) & ~Q(based_on__text_pt="") | Q(based_on__is_locked=False) & ~Q(
        text_pt=""
    )
    return {
        "edition": plan.editions.count() + 1,
        "carried_out": sum(by_decision.get(decision, 0) for decision in CARRIED_OUT),
        **{
            decision: by_decision.get(decision, 0) for decision in ("adopted", "adapted", "local", "excluded")
        },
        "chapters": plan.sections.filter(is_written).count(),
        "indicators": plan.indicators.count(),
        "without_target": plan.indicators.filter(target_value=None).count(),
    }
