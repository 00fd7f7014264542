"""The forms of a plan's measures, chapters and indicators. Each carries the version it was opened with."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import MUNICIPAL_ROLES
from action_plans.forms.plan import NeededProseField, ProseField
from action_plans.models import (
    Plan,
    PlanIndicator,
    PlanMeasure,
    PlanSection,
    StrategicGoal,
    TemplateIndicator,
)
from action_plans.statistics import AreaProgress
from action_plans.workflow import Decision
from gai_portal.lib.content import content_text
from gai_portal.lib.forms import DayField, EscudosField, NumberField, field_of
from gai_portal.lib.text import fold
from municipalities.models import Partner

SHORT = {"class": "input-short"}
MEDIUM = {"class": "input-medium"}
IDENTITY = frozenset({"version", "item"})  # of what a form writes into, not what it writes
BASELINE_YEARS = 30  # how old a baseline may be


class MeasureFilterForm(forms.Form):
    """Which measures of a plan to show."""

    q = forms.CharField(label=_("Word or code"), required=False, max_length=100)
    decision = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[("", _("All decisions")), *Decision.choices]
    )
    area = forms.ChoiceField(label=_("Area"), required=False)

    def __init__(self, *args: Any, areas: Iterable[AreaProgress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(row.area.code, content_text(row.area, "title")) for row in areas]
        field_of(self, "area").choices = [("", _("All areas")), *named]


class ContentChoiceField(forms.ModelMultipleChoiceField):
    """Rows named in the reader's language."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *args: Any, name_field: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_field = name_field

    def label_from_instance(self, obj: Any) -> str:
        return content_text(obj, self.name_field)


class PartnersField(ContentChoiceField):
    """The organisations that take part in plans, in groups of a kind."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Partner.objects.none(), name_field="name", **kwargs)

    def offer(self) -> None:
        """Read the list anew, in the reader's language."""
        self.queryset = Partner.objects.filter(is_active=True)
        kinds = [*Partner.Kind.choices, ("", _("Others"))]
        rows = sorted(self.queryset, key=lambda row: fold(content_text(row, "name")))
        groups = [
            (label, [(r.pk, self.label_from_instance(r)) for r in rows if r.kind == kind])
            for kind, label in kinds
        ]
        self.choices = [(label, found) for label, found in groups if found]


class RowField(forms.CharField):
    """Which row a form was opened for: no part of what somebody types."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ItemForm(forms.ModelForm):
    """An item of a plan, with the version that the planner had before them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # Which row it was opened for: another one may carry the same code, in the same version, by now.
    item = RowField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["item"].initial = self.instance.pk
        if drafted := kwargs.get("initial"):
            # What was ticked off is missing from a draft, as it is from a form that is sent.
            for name, field in self.fields.items():
                if name not in drafted and isinstance(
                    field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple
                ):
                    self.initial[name] = None

    def fresh(self, instance: Any) -> "ItemForm":
        """The same form, as somebody finds it who opens the item now."""
        return type(self)(instance=instance, prefix=self.prefix)

    @property
    def values(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: value for name, value in self.cleaned_data.items() if name not in IDENTITY}

    @property
    def opened_version(self) -> int:
        return self.cleaned_data["version"]


class MeasureDetailsForm(ItemForm):
    """Who carries out a measure, when, with what; the same for national and local ones."""

    text_pt = NeededProseField(label=_("Own text (Portuguese)"))
    text_en = ProseField(label=_("Own text (English)"), required=False, rows=3)
    text_fr = ProseField(label=_("Own text (French)"), required=False, rows=3)
    starts_on = DayField(label=_("Start"), required=False)
    ends_on = DayField(label=_("End"), required=False)
    budget_cve = EscudosField(
        label=_("Budget"),
        required=False,
        help_text=_("In escudos, for example 1.500$00 or 250000."),
        widget=forms.TextInput(attrs=MEDIUM),
    )
    deliverable = ProseField(
        label=_("Deliverable"), required=False, rows=2, help_text=_("What will be there when it is done.")
    )
    partners = PartnersField(label=_("Partners"), required=False)

    class Meta:
        model = PlanMeasure
        fields = [
            "text_pt",
            "text_en",
            "text_fr",
            "responsible_unit",
            "starts_on",
            "ends_on",
            "budget_cve",
            "funding_source",
            "deliverable",
            "owner",
            "partners",
        ]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["responsible_unit"].widget.attrs.update(list="units", autocomplete="off")
        self.fields["responsible_unit"].help_text = _("The department or office that answers for it.")
        field_of(self, "partners").offer()
        owner = field_of(self, "owner")
        people = User.objects.with_role(MUNICIPAL_ROLES, plan.municipality_id)
        owner.queryset = people
        owner.help_text = _("This person answers for how the measure is going.")

    def fresh(self, instance: Any) -> ItemForm:
        return type(self)(instance=instance, prefix=self.prefix, plan=self.plan)

    def clean_starts_on(self) -> datetime.date | None:
        return self._within_period("starts_on")

    def clean_ends_on(self) -> datetime.date | None:
        day = self._within_period("ends_on")
        start = self.cleaned_data.get("starts_on")
        if day and start and day < start:
            raise forms.ValidationError(_("The end is before the start."))
        return day

    def _within_period(self, name: str) -> datetime.date | None:
        day = self.cleaned_data[name]
        if day and not self.plan.first_year <= day.year <= self.plan.last_year:
            raise forms.ValidationError(
                _("The plan runs from %(first)s to %(last)s: choose a day in these years."),
                params={"first": self.plan.first_year, "last": self.plan.last_year},
            )
        return day


class MeasureForm(MeasureDetailsForm):
    """One decision about one national measure."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        choices=[
            (Decision.ADOPTED, _("Adopt as it is")),
            (Decision.ADAPTED, _("Adapt")),
            (Decision.EXCLUDED, _("Leave out")),
        ],
        error_messages={"required": _("Choose whether to adopt, adapt or leave out this measure.")},
    )
    reason = ProseField(label=_("Reason"), required=False, rows=3)

    class Meta(MeasureDetailsForm.Meta):
        fields = ["decision", "text_pt", "text_en", "text_fr", "reason", *MeasureDetailsForm.Meta.fields[3:]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Why the municipality changes this measure, or why it leaves it out. Needed when it is left out."
        )
        if self.initial["decision"] == Decision.UNDECIDED:  # not so where a draft says more
            self.initial["decision"] = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        decision = data.get("decision")
        if decision == Decision.ADAPTED and not data.get("text_pt", "x"):
            self.add_error("text_pt", _("Write the municipality's own text."))
        if decision == Decision.EXCLUDED and not data.get("reason", "x"):
            self.add_error("reason", _("Say why this measure is left out."))
        if decision in {Decision.ADOPTED, Decision.EXCLUDED}:
            typed = [name for name in ("text_pt", "text_en", "text_fr") if name in self.changed_data]
            for name in typed:
                if data.get(name):
                    self.add_error(
                        name, _("This text would be lost. Choose “Adapt” to keep it, or empty the field.")
                    )
        return data


class LocalMeasureForm(MeasureDetailsForm):
    """A measure of the municipality's own: what it serves has to be said."""

    goals = ContentChoiceField(
        StrategicGoal.objects.all(), name_field="title", label=_("Strategic goals it serves"), required=False
    )

    class Meta(MeasureDetailsForm.Meta):
        fields = [
            "text_pt",
            "text_en",
            "text_fr",
            "goals",
            "is_local_priority",
            *MeasureDetailsForm.Meta.fields[3:],
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text_pt"].label = _("What the municipality will do (Portuguese)")
        self.fields["is_local_priority"].label = _("A local priority, whatever the national goals")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("text_pt", "x"):
            self.add_error("text_pt", _("Write what the municipality will do."))
        if "goals" in data and not data["goals"] and not data.get("is_local_priority"):
            self.add_error("goals", _("Tick at least one goal, or mark the measure as a local priority."))
        return data


class SectionForm(ItemForm):
    """The municipality's own text of a chapter."""

    text_pt = ProseField(label=_("Text (Portuguese)"), required=False, rows=16)
    text_en = ProseField(label=_("Text (English)"), required=False, rows=12)
    text_fr = ProseField(label=_("Text (French)"), required=False, rows=12)

    class Meta:
        model = PlanSection
        fields = ["text_pt", "text_en", "text_fr"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text_pt"].help_text = _(
            "Leave an empty line between paragraphs. Begin a line with “- ” for a list; **bold**, *italics*."
        )


class IndicatorForm(ItemForm):
    """Where an indicator stands today and where it shall stand at the end."""

    baseline_value = NumberField(label=_("Baseline"), required=False)
    target_value = NumberField(label=_("Target"), required=False)

    class Meta:
        model = PlanIndicator
        fields = ["baseline_value", "baseline_year", "target_value", "target_year"]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.unit = self.instance.based_on.unit
        for name in ("baseline_value", "target_value"):
            field = self.fields[name]
            if self.unit == TemplateIndicator.Unit.YES_NO:
                widget = forms.Select(choices=[("", "—"), ("1", _("Yes")), ("0", _("No"))], attrs=SHORT)
                field.widget = widget
                self.initial[name] = _whole(self.initial.get(name))
            else:
                field.widget.attrs |= SHORT
        for name in ("baseline_year", "target_year"):
            self.fields[name].label = _("Year")
            self.fields[name].widget = forms.NumberInput(attrs=SHORT)

    def fresh(self, instance: Any) -> ItemForm:
        return type(self)(instance=instance, prefix=self.prefix, plan=self.plan)

    def clean_baseline_value(self) -> Any:
        return self._plausible("baseline_value", _("A baseline cannot be below zero."))

    def clean_target_value(self) -> Any:
        return self._plausible("target_value", _("A target cannot be below zero."))

    def _plausible(self, name: str, below_zero: Any) -> Any:
        value = self.cleaned_data[name]
        if value is None:
            return None
        if value < 0:
            raise forms.ValidationError(below_zero)
        if self.unit == TemplateIndicator.Unit.PERCENT and value > 100:
            raise forms.ValidationError(_("A percentage cannot be above 100."))
        if self.unit == TemplateIndicator.Unit.YES_NO and value not in {0, 1}:
            raise forms.ValidationError(_("Choose yes or no."))
        return value

    def clean_baseline_year(self) -> int | None:
        year = self.cleaned_data["baseline_year"]
        first, last = self.plan.first_year - BASELINE_YEARS, self.plan.last_year
        return self._year_between(year, first, last)

    def clean_target_year(self) -> int | None:
        return self._year_between(
            self.cleaned_data["target_year"], self.plan.first_year, self.plan.last_year + 1
        )

    def _year_between(self, year: int | None, first: int, last: int) -> int | None:
        if year is not None and not first <= year <= last:
            raise forms.ValidationError(
                _("Write a year from %(first)s to %(last)s."), params={"first": first, "last": last}
            )
        return year

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for part in ("baseline", "target"):
            value, year = f"{part}_value", f"{part}_year"
            if value in data and year in data:
                if data[value] is not None and data[year] is None:
                    self.add_error(year, _("Write the year of this value."))
                if data[value] is None and data[year] is not None:
                    self.add_error(value, _("Write the value, or empty the year."))
        return data


def _whole(value: Any) -> Any:
    return str(int(value)) if isinstance(value, Decimal) else value
