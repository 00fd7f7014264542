"""Papers of a case: scans and photographs that somebody has agreed to leave at the desk."""

import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.cases import TITLE_LIMIT, Case, OfCaseQuerySet


def nameless_path(document: "CaseDocument", filename: str) -> str:
    """A random name: nothing can be guessed from it, nor read in it. The ending is ours, not the sender's."""
    ending = filename.rpartition(".")[2]
    return f"cases/{secrets.token_hex(16)}.{ending}"


class CaseDocumentQuerySet(OfCaseQuerySet):
    def kept(self) -> Self:
        """Whose file is still there."""
        return self.filter(removed_at=None)


class CaseDocument(models.Model):
    """A paper of a case. One that was removed leaves its row, without the file."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents", verbose_name=_("case"))
    title = models.CharField(_("what it is"), max_length=TITLE_LIMIT)
    file = models.FileField(_("file"), upload_to=nameless_path, blank=True, editable=False)
    content_type = models.CharField(max_length=20, editable=False)
    size = models.PositiveIntegerField(_("size (bytes)"), editable=False)
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("added by"), editable=False
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    removed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("removed by"),
        editable=False,
    )
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)

    objects = CaseDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a case")
        verbose_name_plural = _("documents of a case")
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="document_without_a_file_was_removed",
                condition=Q(removed_at=None, removed_by=None) & ~Q(file="")
                | Q(removed_at__isnull=False, removed_by__isnull=False, file=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How it is called where no text may stand."""
        return f"{self.case.number}/{self.pk}"

    @property
    def office(self) -> object:
        return self.case.office
