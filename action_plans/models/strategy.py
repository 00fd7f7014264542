"""What the country wants: the national strategy, and the global goals that measures are tagged with."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from action_plans.workflow import TemplateState
from gai_portal.lib.reference import LoadedRow

goal_code = RegexValidator(
    r"^[A-Z0-9]+([.-][A-Z0-9]+)*$", _("Use capital letters, digits, full stops and hyphens: NIS1.2.")
)


class Strategy(LoadedRow):
    """The National Immigration Strategy, or its successor."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    title_pt = models.CharField(_("title (Portuguese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title_pt


class StrategicGoalQuerySet(models.QuerySet["StrategicGoal"]):
    """Pillars of the strategy and the goals under them."""

    def pillars(self) -> Self:
        return self.filter(parent=None)

    def with_template_measures(self) -> Self:
        """Adds `template_measures_count`: measures of the version in force tagged with the goal itself."""
        in_force = Q(template_measures__objective__area__template__state=TemplateState.ISSUED)
        return self.annotate(template_measures_count=Count("template_measures", filter=in_force))


class StrategicGoal(LoadedRow):
    """A goal of the strategy. The top level of the tree are its pillars; goals hang on a pillar."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.PROTECT, related_name="goals", verbose_name=_("strategy")
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[goal_code],
        error_messages={"unique": _("Another goal has this code.")},
    )
    title_pt = models.CharField(_("title (Portuguese)"), max_length=300)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Its place among the goals of the same pillar.")
    )

    objects = StrategicGoalQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["loaded"])

    class Meta:
        verbose_name = _("strategic goal")
        verbose_name_plural = _("strategic goals")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.title_pt}"

    def get_absolute_url(self) -> str:
        return reverse("action_plans:goal_detail", args=[self.code])

    def clean(self) -> None:
        """The tree has two levels, so that what serves a goal can be counted for its pillar in one query."""
        if self.parent is None:
            return
        if self.parent.parent_id is not None:
            raise ValidationError({"parent": _("A goal hangs on a pillar, not on another goal.")})
        if self.pk and self.children.exists():
            raise ValidationError({"parent": _("This is a pillar: goals hang on it. Move them first.")})

    @property
    def is_pillar(self) -> bool:
        return self.parent_id is None

    def is_in_use(self) -> bool:
        """Whether anything hangs on it: goals, indicators, or measures of any version or plan."""
        hanging = (self.children, self.indicators, self.template_measures, self.local_measures)
        return any(rows.exists() for rows in hanging)


class StrategicIndicator(models.Model):
    """By what the nation tells whether a goal of the strategy is reached."""

    class Unit(models.TextChoices):
        NUMBER = "number", _("Number")
        PERCENT = "percent", _("Percentage")
        YES_NO = "yes_no", _("Yes or no")

    goal = models.ForeignKey(
        StrategicGoal, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("strategic goal")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text_pt = models.CharField(_("text (Portuguese)"), max_length=500)
    text_en = models.CharField(_("text (English)"), max_length=500, blank=True)
    text_fr = models.CharField(_("text (French)"), max_length=500, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.NUMBER)
    baseline_value = models.DecimalField(
        _("baseline"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    baseline_year = models.PositiveSmallIntegerField(_("year of the baseline"), null=True, blank=True)
    target_value = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    target_year = models.PositiveSmallIntegerField(_("year of the target"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("indicator of the strategy")
        verbose_name_plural = _("indicators of the strategy")
        ordering = ["goal", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="strategic_indicator_value_with_its_year",
                condition=(Q(baseline_value=None) | Q(baseline_year__isnull=False))
                & (Q(target_value=None) | Q(target_year__isnull=False)),
                violation_error_message=_("Write the year beside the value."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goal.code}: {self.text_pt}"


ABBREVIATIONS = {"gcm": _("GCM"), "sdg": _("SDG")}


class FrameworkTarget(LoadedRow):
    """An objective of the Global Compact for Migration or a target of the Sustainable Development Goals."""

    class Framework(models.TextChoices):
        GCM = "gcm", _("Global Compact for Migration")
        SDG = "sdg", _("Sustainable Development Goals")

    framework = models.CharField(_("framework"), max_length=10, choices=Framework)
    code = models.CharField(_("number"), max_length=10)
    label_pt = models.CharField(_("short label (Portuguese)"), max_length=200)
    label_en = models.CharField(_("short label (English)"), max_length=200, blank=True)
    label_fr = models.CharField(_("short label (French)"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("global goal")
        verbose_name_plural = _("global goals")
        ordering = ["framework", "order"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="target_once_per_framework")
        ]

    def __str__(self) -> str:
        return f"{self.get_framework_display()} {self.code} · {self.label_pt}"

    @property
    def short_name(self) -> str:
        """SDG 10.7, as people say it in their language."""
        return f"{ABBREVIATIONS[self.framework]} {self.code}"
