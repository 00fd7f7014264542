"""What colleagues say to each other about an item of a plan. Never part of the plan, never published."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from action_plans.models.plan import Plan, PlanItemQuerySet

REMARK_LIMIT = 4_000  # characters


class RemarkQuerySet(PlanItemQuerySet):
    """Remarks. Whoever reads the plan reads them."""

    def open(self) -> Self:
        return self.filter(settled_at=None)

    def about(self, kind: str, code: str) -> Self:
        return self.filter(kind=kind, code=code)


class Remark(models.Model):
    """A colleague's remark on an item of a plan, open until somebody has seen to it."""

    class Kind(models.TextChoices):
        CHAPTER = "chapters", _("Chapter")
        MEASURE = "measures", _("Measure")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(_("code"), max_length=20)
    text = models.TextField(_("remark"), max_length=REMARK_LIMIT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["plan", "kind", "code"], name="remark_of_item")]
        constraints = [
            models.CheckConstraint(
                name="remark_settled_by_somebody",
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.code}"
