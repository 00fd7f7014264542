"""The forms of a plan as a whole: starting one, finding one, moving one along."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from action_plans.models import Plan, PlanMeasure, Template, TemplateMeasure
from action_plans.models.template import TEXT_LIMIT
from action_plans.workflow import ENDORSE, PlanState, Transition
from gai_portal.lib.content import content_text
from gai_portal.lib.forms import DayField, ProseField as AnyProseField, field_of
from municipalities.models import Island, Municipality


class ProseField(AnyProseField):
    """A text of a plan."""

    max_length = TEXT_LIMIT


class NeededProseField(ProseField):
    """A text that is needed or not as another field says: the form's `clean` asks for it."""

    def validate(self, value: Any) -> None:
        """Empty is for the form to judge."""


class PlanForm(forms.Form):
    """The period of a new plan, and its municipality for somebody who plans for several."""

    municipality = forms.ModelChoiceField(Municipality.objects.none(), label=_("Municipality"))
    first_year = forms.IntegerField(
        label=_("First year"), widget=forms.NumberInput(attrs={"class": "input-short"})
    )
    last_year = forms.IntegerField(
        label=_("Last year"), widget=forms.NumberInput(attrs={"class": "input-short"})
    )

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "municipality")
        field.queryset = Municipality.objects.filter(pk__in=[m.pk for m in municipalities])
        if len(municipalities) == 1:
            field.initial, field.widget = municipalities[0].pk, forms.HiddenInput()
        template = Template.objects.issued().first()
        year = timezone.localdate().year
        self.fields["first_year"].initial = year
        self.fields["last_year"].initial = year + (template.default_years if template else 3) - 1


class PlanFilterForm(forms.Form):
    """Which of the 22 municipalities' plans to show."""

    q = forms.CharField(label=_("Municipality"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *PlanState.choices]
    )
    island = forms.ModelChoiceField(
        Island.objects.all(), label=_("Island"), required=False, empty_label=_("All islands")
    )


class StepForm(forms.Form):
    """What somebody says, decides or accepts when a plan takes a step."""

    comment = ProseField(label=_("Comment"), max_length=4000)
    decided_on = DayField(
        label=_("Date of the council's decision"),
        error_messages={"required": _("Write the date of the council's decision.")},
    )
    decision_reference = forms.CharField(
        label=_("Reference of the decision"),
        max_length=Plan._meta.get_field("decision_reference").max_length,
        help_text=_("As it stands in the minutes, for example: Deliberação n.º 12/2026."),
        error_messages={"required": _("Write the reference of the decision, for example its number.")},
    )
    accepted_exclusions = forms.MultipleChoiceField(
        label=_("Mandatory measures that the municipality leaves out"),
        help_text=_("Read the reason of each and tick it to accept that it is left out."),
        widget=forms.CheckboxSelectMultiple,
        required=False,  # the service asks for each, with its own message
    )

    def __init__(
        self,
        *args: Any,
        transition: Transition,
        excluded: list[PlanMeasure],
        unseen: list[TemplateMeasure],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if transition.needs_comment:
            self.fields["comment"].help_text = _("Say what has to change: the planner reads it first.")
            self.fields["comment"].error_messages["required"] = _("Say what has to change.")
        else:
            self.fields["comment"].required = False
        if not transition.needs_decision:
            del self.fields["decided_on"], self.fields["decision_reference"]
        if transition is ENDORSE and (excluded or unseen):
            not_seen = _("new; the municipality has not looked at it yet")
            field_of(self, "accepted_exclusions").choices = [
                *((m.code, f"{m.code} · {content_text(m.based_on, 'text')} ({m.reason})") for m in excluded),
                *((m.code, f"{m.code} · {content_text(m, 'text')} ({not_seen})") for m in unseen),
            ]
        else:
            del self.fields["accepted_exclusions"]
