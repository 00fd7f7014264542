"""Which days the office's figures are about."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.statistics import DAY, Span
from gai_portal.lib.forms import DayField

MOST_YEARS = 10


class SpanForm(forms.Form):
    """From one day to another. A month, a quarter or a year is chosen by a link."""

    since = DayField(label=_("From"))
    until = DayField(label=_("Until"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until:
            if until < since:
                self.add_error("until", _("This is before the first day."))
            elif until.year - since.year > MOST_YEARS:
                self.add_error("since", _("Choose at most ten years."))
        return data

    def span(self) -> Span | None:
        """What was asked for; nothing while it cannot be understood."""
        if not self.is_valid():
            return None
        return Span("days", self.cleaned_data["since"], self.cleaned_data["until"] + DAY)
