"""Writing the national strategy: its pillars and goals, and the indicators of each."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from action_plans.forms.template import TextsForm
from action_plans.models import StrategicGoal, StrategicIndicator, Strategy
from gai_portal.lib.content import content_text
from gai_portal.lib.forms import NumberField, SeenForm, field_of


class PillarField(forms.ModelChoiceField):
    """Pillars by their title in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} · {content_text(obj, 'title')}"


class GoalForm(TextsForm):
    """A pillar, or a goal of a pillar."""

    parent = PillarField(
        StrategicGoal.objects.pillars(),
        label=_("Pillar"),
        required=False,
        empty_label=_("None: this is a pillar itself"),
    )

    class Meta:
        model = StrategicGoal
        fields = ("code", "title_pt", "title_en", "title_fr", "parent", "order")

    def __init__(self, *args: Any, strategy: Strategy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.strategy = strategy
        for name in ("code", "order"):
            self.fields[name].widget.attrs["class"] = "input-short"
        if self.instance.pk:
            # Plans, editions and files name a goal by its code.
            del self.fields["code"]
            pillars = StrategicGoal.objects.pillars().exclude(pk=self.instance.pk)
            field_of(self, "parent").queryset = pillars


class EditGoalForm(SeenForm, GoalForm):
    """The same, put right: nobody overwrites what a colleague wrote meanwhile."""

    class Meta(GoalForm.Meta):
        pass


class StrategicIndicatorForm(TextsForm):
    """What is measured, from where to where, and who says so."""

    baseline_value = NumberField(label=_("Baseline"), required=False)
    target_value = NumberField(label=_("Target"), required=False)

    class Meta:
        model = StrategicIndicator
        fields = (
            "text_pt",
            "text_en",
            "text_fr",
            "unit",
            "baseline_value",
            "baseline_year",
            "target_value",
            "target_year",
            "source",
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "source": _("Who publishes the figure, so that anybody can check it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("baseline_value", "baseline_year", "target_value", "target_year"):
            self.fields[name].widget.attrs["class"] = "input-short"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for kind in ("baseline", "target"):
            if data.get(f"{kind}_value") is not None and data.get(f"{kind}_year") is None:
                self.add_error(f"{kind}_year", _("Write the year of this value."))
        return data


class EditStrategicIndicatorForm(SeenForm, StrategicIndicatorForm):
    """The same, put right."""

    class Meta(StrategicIndicatorForm.Meta):
        pass
