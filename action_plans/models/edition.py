"""A published edition: frozen, numbered, never altered or deleted (database triggers see to it too)."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from action_plans.models.plan import Plan

MAY_FOLLOW = frozenset({"gazette_reference"})  # known only after the edition is public


class FrozenQuerySet(models.QuerySet):
    """Rows that are written once."""

    may_follow: frozenset[str] = frozenset()

    def update(self, **values: Any) -> int:
        if not set(values) <= self.may_follow:
            raise PermissionDenied("A published edition is never altered")
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("A published edition is never deleted")


class EditionQuerySet(FrozenQuerySet):
    """Published editions: anybody may read them."""

    may_follow = MAY_FOLLOW

    def current(self) -> "EditionQuerySet":
        """The newest edition of each plan."""
        newest = Edition.objects.filter(plan=models.OuterRef("plan")).order_by("-number")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))

    def without_file(self) -> "EditionQuerySet":
        """Published a moment ago: the PDF is still to be made."""
        return self.exclude(files__language="pt")


class Edition(models.Model):
    """All the content of a plan on the day it was published, in every language it was written in."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField(_("edition"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    verification_code = models.CharField(_("verification code"), max_length=12, unique=True)
    # The one part that may follow later: it stands beside the edition, outside every hash.
    gazette_reference = models.CharField(_("official gazette"), max_length=120, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="edition_number_once_per_plan")
        ]

    def __str__(self) -> str:
        return f"{self.plan} · {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding and not set(kwargs.get("update_fields") or ["all"]) <= MAY_FOLLOW:
            raise PermissionDenied("A published edition is never altered")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("edition_detail", args=[self.plan.slug, self.number])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("A published edition is never deleted")


class EditionFile(models.Model):
    """The PDF of an edition in one language, with the hash by which anybody can recognise it."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="pt")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "language"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "language"], name="file_once_per_edition_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.edition} ({self.language})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied("A published edition is never altered")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("A published edition is never deleted")
