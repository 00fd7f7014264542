"""What the desk's records speak about: which of its topics belongs to which area of a plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from gai_portal.lib.reference import LoadedRow


class TopicArea(LoadedRow):
    """A topic of the desk, or a whole group, and the area that it speaks about: two codes and no more.

    No foreign key leads to either: an area is known by its code in every version of the template, and no road
    leads from a plan to the desk's records.
    """

    topic_code = models.CharField(_("topic"), max_length=30, primary_key=True)
    area_code = models.CharField(_("area"), max_length=20, blank=True, help_text=_("Empty: no area."))

    history = HistoricalRecords(excluded_fields=["loaded"])

    class Meta:
        verbose_name = _("area of a topic")
        verbose_name_plural = _("areas of topics")
        ordering = ["topic_code"]

    def __str__(self) -> str:
        return f"{self.topic_code} → {self.area_code or '—'}"
