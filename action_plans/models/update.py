"""What a municipality decided about each change of the national template: written once, undone at most."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from action_plans.models.plan import Plan, PlanItemQuerySet
from action_plans.models.template import Template
from action_plans.workflow import UpdateChoice

UNDOING = frozenset({"undone_at", "undone_by"})


class UpdateDecisionQuerySet(PlanItemQuerySet):
    """Decisions about updates, read by whoever reads the plan."""

    def standing(self) -> "UpdateDecisionQuerySet":
        """Those that have not been undone."""
        return self.filter(undone_at=None)


class UpdateDecision(models.Model):
    """A planner looked at one item of a new version, and took it, kept what there was, or merged the two."""

    class Kind(models.TextChoices):
        SECTION = "section", _("Chapter")
        MEASURE = "measure", _("Measure")
        INDICATOR = "indicator", _("Indicator")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="update_decisions")
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, related_name="update_decisions", verbose_name=_("version")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    code = models.CharField(_("code"), max_length=20)  # the national one
    choice = models.CharField(_("choice"), max_length=10, choices=UpdateChoice)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # For undoing it. An item may change its code, or be gone, so it is known by its row.
    item_id = models.PositiveBigIntegerField()
    item_version = models.PositiveIntegerField()  # as the decision left it
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # what the decision changed, as it was
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = UpdateDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about an update")
        verbose_name_plural = _("decisions about updates")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "code", "template"],
                condition=Q(undone_at=None),
                name="update_decided_once_per_version",
            ),
            models.CheckConstraint(
                name="update_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["template", "kind", "code"], name="update_by_item")]

    def __str__(self) -> str:
        return f"{self.plan}: {self.code}, {self.get_choice_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and not set(kwargs.get("update_fields") or ["all"]) <= UNDOING:
            raise PermissionDenied("A decision about an update is never altered, only undone")
        super().save(*args, **kwargs)

    @property
    def history_kind(self) -> str:
        """What the address of the item's history calls its kind."""
        return "chapters" if self.kind == self.Kind.SECTION else f"{self.kind}s"
