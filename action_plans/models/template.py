"""The national template: one document per version. An issued version never changes (triggers see to it)."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from action_plans.models.strategy import FrameworkTarget, StrategicGoal
from action_plans.workflow import TemplateState
from municipalities.models import Partner

item_code = RegexValidator(
    r"^[A-Z0-9]+(\.[A-Z0-9]+)*$", _("Use capital letters, digits and full stops, for example ACO.M1.")
)
TEXT_LIMIT = 20_000  # characters of one text; a longer paste is refused with a message


class TemplateQuerySet(models.QuerySet["Template"]):
    """Versions of the national template."""

    def drafts(self) -> Self:
        return self.filter(state=TemplateState.DRAFT)

    def issued(self) -> Self:
        """The version in force (at most one)."""
        return self.filter(state=TemplateState.ISSUED)

    def public(self) -> Self:
        """Versions that anybody may read: everything but drafts."""
        return self.exclude(state=TemplateState.DRAFT)


class Template(models.Model):
    """One numbered version of the national template, a document of sections and areas."""

    number = models.PositiveSmallIntegerField(_("version"), unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=TemplateState, default=TemplateState.DRAFT, editable=False
    )
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors", editable=False
    )
    title_pt = models.CharField(_("title (Portuguese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    notice_pt = models.TextField(_("notice (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    notice_en = models.TextField(_("notice (English)"), max_length=TEXT_LIMIT, blank=True)
    notice_fr = models.TextField(_("notice (French)"), max_length=TEXT_LIMIT, blank=True)
    default_years = models.PositiveSmallIntegerField(_("usual length of a plan (years)"), default=3)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("national template")
        verbose_name_plural = _("national templates")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=TemplateState.DRAFT), name="template_one_draft_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=TemplateState.ISSUED),
                name="template_one_issued_at_a_time",
            ),
            models.CheckConstraint(
                name="template_issued_has_a_time",
                condition=Q(state=TemplateState.DRAFT, issued_at=None)
                | (~Q(state=TemplateState.DRAFT) & Q(issued_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_pt} · v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == TemplateState.DRAFT


class TemplateSection(models.Model):
    """A chapter of text. A locked one comes word for word from the national level."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="sections")
    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title_pt = models.CharField(_("title (Portuguese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    is_locked = models.BooleanField(_("written by the national level"), default=False)
    # The chapter in whose place the areas, objectives and measures are printed.
    holds_measures = models.BooleanField(_("place of the measures"), default=False)

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["template", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["template", "code"], name="section_code_once_per_template")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.title_pt}"


class TemplateArea(models.Model):
    """A field of action: reception, housing, health …"""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title_pt = models.CharField(_("title (Portuguese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    summary_pt = models.TextField(_("summary (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    summary_en = models.TextField(_("summary (English)"), max_length=TEXT_LIMIT, blank=True)
    summary_fr = models.TextField(_("summary (French)"), max_length=TEXT_LIMIT, blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["template", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["template", "code"], name="area_code_once_per_template")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.title_pt}"


class TemplateObjective(models.Model):
    """What is to be reached in an area."""

    area = models.ForeignKey(TemplateArea, on_delete=models.CASCADE, related_name="objectives")
    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["area", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["area", "code"], name="objective_code_once_per_area")]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"


class TemplateMeasure(models.Model):
    """What is to be done, as the national level proposes it to every municipality."""

    objective = models.ForeignKey(TemplateObjective, on_delete=models.CASCADE, related_name="measures")
    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    is_mandatory = models.BooleanField(_("mandatory"), default=False)
    lead = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    partners = models.ManyToManyField(Partner, blank=True, related_name="+", verbose_name=_("partners"))
    goals = models.ManyToManyField(
        StrategicGoal, blank=True, related_name="template_measures", verbose_name=_("strategic goals")
    )
    targets = models.ManyToManyField(
        FrameworkTarget, blank=True, related_name="template_measures", verbose_name=_("global goals")
    )

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["objective", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "code"], name="measure_code_once_per_objective")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"


class TemplateIndicator(models.Model):
    """How one will know whether an objective is reached."""

    class Kind(models.TextChoices):
        OUTPUT = "output", _("Output")
        OUTCOME = "outcome", _("Outcome")
        PROCESS = "process", _("Process")

    class Unit(models.TextChoices):
        NUMBER = "number", _("Number")
        PERCENT = "percent", _("Percentage")
        YES_NO = "yes_no", _("Yes or no")

    class Frequency(models.TextChoices):
        MONTHLY = "monthly", _("Monthly")
        QUARTERLY = "quarterly", _("Quarterly")
        YEARLY = "yearly", _("Yearly")
        END_OF_PLAN = "end_of_plan", _("At the end of the plan")

    objective = models.ForeignKey(TemplateObjective, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    frequency = models.CharField(_("frequency"), max_length=12, choices=Frequency)
    source = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    disaggregation = models.JSONField(_("broken down by"), default=list, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["objective", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "code"], name="indicator_code_once_per_objective")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"
