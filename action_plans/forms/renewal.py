"""Which years the next plan covers, and which measures are done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from action_plans.models import Plan
from gai_portal.lib.content import content_text
from gai_portal.lib.forms import field_of


class RenewalForm(forms.Form):
    """The next period of a plan."""

    first_year = forms.IntegerField(
        label=_("First year"), widget=forms.NumberInput(attrs={"class": "input-short"})
    )
    last_year = forms.IntegerField(
        label=_("Last year"), widget=forms.NumberInput(attrs={"class": "input-short"})
    )
    finished = forms.MultipleChoiceField(
        label=_("Measures that are finished"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "All others go on with the same decision. A finished national measure comes back undecided; a "
            "finished local one stays behind."
        ),
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        length = plan.last_year - plan.first_year
        self.fields["first_year"].initial = plan.last_year + 1
        self.fields["last_year"].initial = plan.last_year + 1 + length
        measures = plan.measures.with_place().carried_out().order_by("order", "code")
        groups: dict[str, list[tuple[str, str]]] = {}
        for measure in sorted(measures, key=lambda measure: (measure.area.order, measure.area.code)):
            called = f"{measure.code} · {content_text(measure.wording, 'text')}"
            groups.setdefault(content_text(measure.area, "title"), []).append((measure.code, called))
        field_of(self, "finished").choices = list(groups.items())
