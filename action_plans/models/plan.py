"""A municipality's tailored plan. Each item points to the row of the issued version it is based on."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import MUNICIPAL_ROLES, NATIONAL_ROLES
from action_plans.models.strategy import StrategicGoal
from action_plans.models.template import (
    TEXT_LIMIT,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateSection,
)
from action_plans.workflow import CARRIED_OUT, EDITABLE_STATES, TRANSITIONS, Decision, PlanState
from municipalities.models import Municipality, Partner

# Every published plan has a first edition, and one only.
IN_FORCE = Q(editions__number=1) & ~Q(state=PlanState.CLOSED)


class PlanQuerySet(MunicipalityScopedQuerySet):
    """Plans. Their own municipality and the national level read them before they are published."""

    local_readers = MUNICIPAL_ROLES
    national_readers = NATIONAL_ROLES

    def in_force(self) -> "PlanQuerySet":
        """Published and not closed: its edition stays in force while it is revised."""
        return self.filter(IN_FORCE)

    def counted(self) -> "PlanQuerySet":
        """Of each municipality the plan in force, and as long as there is none, the newest."""
        has_begun = Q(first_year__lte=timezone.localdate().year)
        rank = Case(When(IN_FORCE & has_begun, then=2), When(IN_FORCE, then=1), default=0)
        plans = Plan.objects.filter(municipality=OuterRef("municipality")).order_by(
            rank.desc(), "-first_year"
        )
        return self.filter(pk=Subquery(plans.values("pk")[:1]))

    def following(self) -> "PlanQuerySet":
        """Of each municipality the plans for the years after the one that counts."""
        counted = Plan.objects.counted().filter(municipality=OuterRef("municipality"))
        return self.filter(first_year__gt=Subquery(counted.values("first_year")[:1]))

    def with_progress(self) -> "PlanQuerySet":
        """Adds `measure_count` (national measures) and `decided_count`: "31 of 44 decided"."""
        national = ~Q(measures__decision=Decision.LOCAL)
        return self.annotate(
            measure_count=Count("measures", filter=national),
            decided_count=Count("measures", filter=national & ~Q(measures__decision=Decision.UNDECIDED)),
        )


class Plan(models.Model):
    """What one municipality will do, tailored from the national template, over a period of years."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="plans", verbose_name=_("municipality")
    )
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, related_name="plans", verbose_name=_("started from template")
    )
    carried_over_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        editable=False,
        verbose_name=_("carried over from"),
    )
    slug = models.SlugField(max_length=100, unique=True, editable=False)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    state = models.CharField(
        _("state"), max_length=14, choices=PlanState, default=PlanState.DRAFT, editable=False
    )
    decided_on = models.DateField(_("date of the council decision"), null=True, blank=True)
    decision_reference = models.CharField(_("reference of the council decision"), max_length=120, blank=True)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipal plan")
        verbose_name_plural = _("municipal plans")
        ordering = ["municipality__display_name", "-first_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "first_year"],
                name="plan_once_per_first_year",
                violation_error_message=_("This municipality already has a plan that starts in that year."),
            ),
            models.CheckConstraint(
                name="plan_ends_after_it_starts",
                condition=Q(last_year__gte=F("first_year")),
                violation_error_message=_("The last year is before the first."),
            ),
            models.CheckConstraint(
                name="plan_approved_has_a_decision",
                condition=~Q(state__in=[PlanState.APPROVED, PlanState.PUBLISHED])
                | (Q(decided_on__isnull=False) & ~Q(decision_reference="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.period}"

    def get_absolute_url(self) -> str:
        """The plan's page in the workspace; the public page belongs to its editions."""
        return reverse("action_plans:plan_detail", args=[self.pk])

    @property
    def period(self) -> str:
        return f"{self.first_year}-{self.last_year}"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def newest_template(self) -> Template:
        """The newest version that any of its measures rests on: by it a plan that follows along is told."""
        resting = TemplateMeasure.objects.filter(plan_measures__plan=self).values("objective__area__template")
        return Template.objects.filter(pk__in=resting).order_by("-number").first() or self.template


class PlanItemQuerySet(MunicipalityScopedQuerySet):
    """Parts of a plan: read by whoever reads the plan."""

    municipality_path = "plan__municipality"
    local_readers = MUNICIPAL_ROLES
    national_readers = NATIONAL_ROLES


class PlanSection(models.Model):
    """A chapter of the plan, with the municipality's own text unless the national level locked it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="sections")
    based_on = models.ForeignKey(TemplateSection, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = PlanItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("chapter of a plan")
        verbose_name_plural = _("chapters of plans")
        ordering = ["plan", "based_on__order"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="section_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.plan}: {self.code}"


class PlanMeasureQuerySet(PlanItemQuerySet):
    """Measures of plans, by what was decided and where they belong."""

    def with_place(self) -> "PlanMeasureQuerySet":
        """Brings along the national measure, its objective and the area."""
        return self.select_related("based_on__objective__area", "based_on__lead", "local_area", "owner")

    def in_area(self, code: str) -> "PlanMeasureQuerySet":
        return self.filter(Q(based_on__objective__area__code=code) | Q(local_area__code=code))

    def undecided(self) -> "PlanMeasureQuerySet":
        return self.filter(decision=Decision.UNDECIDED)

    def carried_out(self) -> "PlanMeasureQuerySet":
        """Measures that the municipality will carry out: neither excluded nor undecided."""
        return self.filter(decision__in=CARRIED_OUT)


class PlanMeasure(models.Model):
    """What the municipality decided about a national measure, or a measure of its own."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="measures")
    based_on = models.ForeignKey(
        TemplateMeasure, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_measures"
    )
    # A local measure has no template measure behind it: it says itself where it belongs.
    local_area = models.ForeignKey(
        TemplateArea,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    code = models.CharField(_("code"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, default=Decision.UNDECIDED)
    text_pt = models.TextField(_("own text (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    text_en = models.TextField(_("own text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("own text (French)"), max_length=TEXT_LIMIT, blank=True)
    reason = models.TextField(_("reason"), max_length=TEXT_LIMIT, blank=True)
    goals = models.ManyToManyField(
        StrategicGoal, blank=True, related_name="local_measures", verbose_name=_("strategic goals")
    )
    is_local_priority = models.BooleanField(_("local priority"), default=False)
    responsible_unit = models.CharField(_("responsible unit"), max_length=160, blank=True)
    owner = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_measures",
        verbose_name=_("who reports on it"),
    )
    partners = models.ManyToManyField(Partner, blank=True, related_name="+", verbose_name=_("partners"))
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    budget_cve = models.DecimalField(
        _("budget (CVE)"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    funding_source = models.CharField(_("funding source"), max_length=160, blank=True)
    deliverable = models.TextField(_("deliverable"), max_length=TEXT_LIMIT, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = PlanMeasureQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[goals, partners])

    class Meta:
        verbose_name = _("measure of a plan")
        verbose_name_plural = _("measures of plans")
        ordering = ["plan", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="measure_once_per_plan"),
            models.CheckConstraint(
                name="measure_is_national_or_local",
                condition=Q(decision=Decision.LOCAL, based_on=None, local_area__isnull=False)
                | (~Q(decision=Decision.LOCAL) & Q(based_on__isnull=False, local_area=None)),
            ),
            models.CheckConstraint(
                name="measure_own_text_where_the_decision_needs_it",
                condition=~Q(decision__in=[Decision.ADAPTED, Decision.LOCAL]) | ~Q(text_pt=""),
                violation_error_message=_("Write the municipality's own text."),
            ),
            models.CheckConstraint(
                name="measure_excluded_with_a_reason",
                condition=~Q(decision=Decision.EXCLUDED) | ~Q(reason=""),
                violation_error_message=_("Say why this measure is left out."),
            ),
            models.CheckConstraint(
                name="measure_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                name="measure_budget_not_negative",
                condition=Q(budget_cve=None) | Q(budget_cve__gte=0),
                violation_error_message=_("A budget cannot be below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.code}"

    @property
    def area(self) -> TemplateArea:
        area = self.based_on.objective.area if self.based_on else self.local_area
        assert area is not None  # measure_is_national_or_local
        return area

    @property
    def is_local(self) -> bool:
        return self.decision == Decision.LOCAL

    @property
    def is_carried_out(self) -> bool:
        return self.decision in CARRIED_OUT

    @property
    def wording(self) -> "PlanMeasure | TemplateMeasure":
        """The row whose text this measure shows: its own, or the national one that it is based on."""
        own = self.decision in {Decision.ADAPTED, Decision.LOCAL}
        return self if own or self.based_on is None else self.based_on


class PlanIndicator(models.Model):
    """A national indicator with this municipality's own baseline and target."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="indicators")
    based_on = models.ForeignKey(TemplateIndicator, on_delete=models.PROTECT, related_name="plan_indicators")
    code = models.CharField(_("code"), max_length=20)
    baseline_value = models.DecimalField(
        _("baseline"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    baseline_year = models.PositiveSmallIntegerField(_("year of the baseline"), null=True, blank=True)
    target_value = models.DecimalField(_("target"), max_digits=14, decimal_places=2, null=True, blank=True)
    target_year = models.PositiveSmallIntegerField(_("year of the target"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # for optimistic locking

    objects = PlanItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("indicator of a plan")
        verbose_name_plural = _("indicators of plans")
        ordering = ["plan", "code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="indicator_once_per_plan"),
            models.CheckConstraint(
                name="indicator_baseline_not_negative",
                condition=Q(baseline_value=None) | Q(baseline_value__gte=0),
                violation_error_message=_("A baseline cannot be below zero."),
            ),
            models.CheckConstraint(
                name="indicator_target_not_negative",
                condition=Q(target_value=None) | Q(target_value__gte=0),
                violation_error_message=_("A target cannot be below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.code}"

    @property
    def area(self) -> TemplateArea:
        return self.based_on.objective.area


class PlanStep(models.Model):
    """One step of a plan's workflow: who moved it, when, and what they said. Never changed afterwards."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=20, choices=[(name, t.label) for name, t in TRANSITIONS.items()])
    from_state = models.CharField(max_length=14, choices=PlanState)
    to_state = models.CharField(max_length=14, choices=PlanState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    comment = models.TextField(max_length=TEXT_LIMIT, blank=True)
    # The council decision that this step recorded; the plan itself forgets it when it is written on again.
    decided_on = models.DateField(null=True, blank=True)
    decision_reference = models.CharField(max_length=120, blank=True)
    # Codes of the mandatory measures whose exclusion the national level accepted, one by one.
    accepted_exclusions = models.JSONField(default=list, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="step_back_has_a_comment",
                condition=~Q(name__in=sorted(n for n, t in TRANSITIONS.items() if t.needs_comment))
                | ~Q(comment=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.get_name_display()}"
