"""What a desk has published of its counts: fixed on that day, whatever happens to an enquiry afterwards."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet
from gai_portal.lib.count_tables import YEAR
from municipalities.models import Municipality


class PublishedCounts(models.Model):
    """The suppressed tables of one municipality and period, for everybody outside the office. Never changed.

    Read through cases.statistics alone.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"), default=YEAR, help_text="0: the whole year.")
    tables = models.JSONField(_("tables"))
    published_at = models.DateTimeField(_("published"), default=timezone.now)

    class Meta:
        verbose_name = _("published counts")
        verbose_name_plural = _("published counts")
        ordering = ["municipality", "-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "year", "quarter"],
                name="counts_published_once_per_municipality_and_period",
            ),
            models.CheckConstraint(
                name="counts_published_of_a_quarter_or_a_year",
                condition=Q(quarter__gte=YEAR, quarter__lte=4),
            ),
        ]

    def __str__(self) -> str:
        period = f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)
        return f"{self.municipality_id} {period}"


class QuarterCountsQuerySet(MunicipalityScopedQuerySet):
    """Counts as they are, small ones too: nobody reads them, not even the office."""


class QuarterCounts(models.Model):
    """What a quarter counted on the day it was published, so that its year is the sum of its quarters.

    Kept until that year is published, and then deleted.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    counts = models.JSONField()

    objects = QuarterCountsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "year", "quarter"], name="quarter_counted_once_per_municipality"
            ),
            models.CheckConstraint(
                name="quarter_is_one_of_four", condition=Q(quarter__gte=1, quarter__lte=4)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.year}-Q{self.quarter}"
