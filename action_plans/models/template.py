"""The national template: one document per version. An issued version never changes (triggers see to it)."""

from typing import ClassVar, Self

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from action_plans.models.strategy import FrameworkTarget, StrategicGoal
from action_plans.workflow import TemplateState
from municipalities.models import Partner

TEXT_LIMIT = 20_000  # characters of one text; a longer paste is refused with a message
item_code = RegexValidator(
    r"^[A-Z0-9]+(\.[A-Z0-9]+)*$", _("Use capital letters, digits and full stops, for example ACO.M1.")
)


def known_breakdowns(codes: list[str]) -> None:
    unknown = set(codes) - set(TemplateIndicator.Breakdown.values)
    if unknown:
        raise ValidationError(
            _("Unknown breakdown: %(codes)s."), params={"codes": ", ".join(sorted(unknown))}
        )


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

    def visible_to(self, user: User) -> Self:
        """Drafts are for the national level; what has been issued is for everybody."""
        return self if user.has_national_role() else self.public()

    def with_content(self) -> Self:
        """Fetches the whole document, in a number of queries that does not grow with it."""
        measures = TemplateMeasure.objects.select_related("lead").prefetch_related(
            "partners", "goals", "targets"
        )
        indicators = TemplateIndicator.objects.select_related("source")
        return self.prefetch_related(
            "sections",
            "areas__objectives",
            Prefetch("areas__objectives__measures", measures),
            Prefetch("areas__objectives__indicators", indicators),
        )


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
    # Fingerprint of the content as the reference files brought it: it tells whether anybody has edited since.
    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)

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

    def get_absolute_url(self) -> str:
        return reverse("action_plans:template_detail", args=[self.number])

    @property
    def is_draft(self) -> bool:
        return self.state == TemplateState.DRAFT


class TemplateItem(models.Model):
    """What each part of a template has: a code that ties it across versions, and a place among its like."""

    code = models.CharField(_("code"), max_length=20, validators=[item_code])
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    template_path: ClassVar[str] = "template"

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A code stands once in the whole template, so that nobody has to ask which ACO.M1 is meant."""
        try:
            template = self.document
        except ObjectDoesNotExist:  # the parent is missing, which the form says by itself
            return
        for model in TemplateItem.__subclasses__():
            others = model._default_manager.filter(**{model.template_path: template}, code=self.code)
            if others.exclude(pk=self.pk if isinstance(self, model) else None).exists():
                raise ValidationError({"code": _("This code is already used in this version.")})

    @property
    def document(self) -> Template:
        """The version that this item belongs to."""
        row: models.Model = self
        for step in self.template_path.split("__"):
            row = getattr(row, step)
        assert isinstance(row, Template)
        return row


class TemplateSection(TemplateItem):
    """A chapter of text. A locked one comes word for word from the national level."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="sections")
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


class TemplateArea(TemplateItem):
    """A field of action: reception, housing, health …"""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="areas")
    title_pt = models.CharField(_("title (Portuguese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=200, blank=True)
    summary_pt = models.TextField(_("summary (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    summary_en = models.TextField(_("summary (English)"), max_length=TEXT_LIMIT, blank=True)
    summary_fr = models.TextField(_("summary (French)"), max_length=TEXT_LIMIT, blank=True)
    # What the national level advises municipalities; no part of their plans.
    guidance_pt = models.TextField(_("guidance note (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    guidance_en = models.TextField(_("guidance note (English)"), max_length=TEXT_LIMIT, blank=True)
    guidance_fr = models.TextField(_("guidance note (French)"), max_length=TEXT_LIMIT, blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["template", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["template", "code"], name="area_code_once_per_template")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.title_pt}"


class TemplateObjective(TemplateItem):
    """What is to be reached in an area."""

    area = models.ForeignKey(TemplateArea, on_delete=models.CASCADE, related_name="objectives")
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)

    template_path = "area__template"

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["area", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["area", "code"], name="objective_code_once_per_area")]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"


class TemplateMeasure(TemplateItem):
    """What is to be done, as the national level proposes it to every municipality."""

    objective = models.ForeignKey(TemplateObjective, on_delete=models.CASCADE, related_name="measures")
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    # What the national level advises municipalities; no part of their plans.
    guidance_pt = models.TextField(_("guidance note (Portuguese)"), max_length=TEXT_LIMIT, blank=True)
    guidance_en = models.TextField(_("guidance note (English)"), max_length=TEXT_LIMIT, blank=True)
    guidance_fr = models.TextField(_("guidance note (French)"), max_length=TEXT_LIMIT, blank=True)
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

    template_path = "objective__area__template"

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ["objective", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "code"], name="measure_code_once_per_objective")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"


class TemplateIndicator(TemplateItem):
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

    class Breakdown(models.TextChoices):
        SEX = "sex", _("sex")
        AGE = "age", _("age group")
        NATIONALITY = "nationality", _("nationality")
        STATUS = "status", _("residence status")
        LOCALITY = "locality", _("locality")
        DISABILITY = "disability", _("disability")
        LANGUAGE = "language", _("language")
        CHANNEL = "channel", _("channel")
        CATEGORY = "category", _("topic of the enquiry")

    objective = models.ForeignKey(TemplateObjective, on_delete=models.CASCADE, related_name="indicators")
    text_pt = models.TextField(_("text (Portuguese)"), max_length=TEXT_LIMIT)
    text_en = models.TextField(_("text (English)"), max_length=TEXT_LIMIT, blank=True)
    text_fr = models.TextField(_("text (French)"), max_length=TEXT_LIMIT, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    frequency = models.CharField(_("frequency"), max_length=12, choices=Frequency)
    source = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    disaggregation = models.JSONField(
        _("broken down by"), default=list, blank=True, validators=[known_breakdowns]
    )

    template_path = "objective__area__template"

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["objective", "order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "code"], name="indicator_code_once_per_objective")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.text_pt}"

    @property
    def breakdowns(self) -> list[str]:
        """What its readings are broken down by, in the reader's language."""
        return [str(self.Breakdown(code).label) for code in self.disaggregation]


class TemplateUpload(models.Model):
    """A file's content that waits to be written into the draft until its officer has seen the changes."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    content = models.JSONField()
    seen = models.CharField(max_length=64)  # fingerprint of the draft that it was compared with
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now=True)

    class Meta:
        verbose_name = _("uploaded template")
        verbose_name_plural = _("uploaded templates")
        constraints = [
            models.UniqueConstraint(fields=["template", "user"], name="upload_once_per_template_and_user")
        ]

    def __str__(self) -> str:
        return f"{self.template}: {self.name}"
