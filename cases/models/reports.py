"""What an office tells the national level of a month, in words."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES, NATIONAL_ROLES
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

CONCERNS_LIMIT = 5_000  # characters


class MonthlyReportQuerySet(MunicipalityScopedQuerySet):
    """Reports. The office reads its own, the national level every one that was sent."""

    office_path = "office"
    local_readers = DESK_ROLES
    national_readers = NATIONAL_ROLES

    def sent(self) -> Self:
        return self.exclude(sent_at=None)

    def visible_to(self, user: User) -> Self:
        rows = super().visible_to(user)
        return rows.sent() if user.has_national_role() else rows


class MonthlyReport(models.Model):
    """The main concerns of an office in one month, without personal data.

    It holds no counts: a month is none of the periods that are published, and months beside a published
    quarter would tell by subtraction what the quarter hides.
    """

    office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="reports", verbose_name=_("office")
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    concerns_pt = models.TextField(_("main concerns"), max_length=CONCERNS_LIMIT)
    # As the national level reads it: what is written afterwards waits until it is sent again.
    sent_concerns_pt = models.TextField(max_length=CONCERNS_LIMIT, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        ordering = ["-month", "office_id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "month"], name="report_once_per_office_and_month"),
            models.CheckConstraint(name="report_of_a_whole_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="report_sent_by_somebody",
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.code} {self.month:%Y-%m}"

    @property
    def is_changed(self) -> bool:
        """Whether what was sent is no longer what stands here."""
        return self.sent_at is not None and self.sent_concerns_pt != self.concerns_pt
