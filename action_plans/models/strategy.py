"""What the country wants: the national strategy, and the global goals that measures are tagged with."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Strategy(models.Model):
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


class StrategicGoal(models.Model):
    """A goal of the strategy. The top level of the tree are its pillars."""

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
    code = models.CharField(_("code"), max_length=20, unique=True)
    title_pt = models.CharField(_("title (Portuguese)"), max_length=300)
    title_en = models.CharField(_("title (English)"), max_length=300, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("strategic goal")
        verbose_name_plural = _("strategic goals")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.title_pt}"


class FrameworkTarget(models.Model):
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
