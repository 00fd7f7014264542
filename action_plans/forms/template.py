"""Writing the national template: one form per kind of item, Portuguese first."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from action_plans.forms.plan import ProseField
from action_plans.models import (
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.services.content import HEADING, KINDS, TemplateRow, fingerprint
from gai_portal.lib.forms import LineField, field_of

NUMBERED = _("Version %(number)s")
LANGUAGE = r"_(pt|en|fr)$"
LETTERS = {"section": "S", "objective": "O", "measure": "M", "indicator": "I"}


def suggested_code(kind: str, parent: Any) -> str:
    """The next free number of its kind, which no version has ever used. Areas get a name, not a number."""
    if kind == "area":
        return ""
    area = getattr(parent, "area", parent)
    prefix = LETTERS[kind] if kind == "section" else f"{area.code}.{LETTERS[kind]}"
    codes = KINDS[kind].model._default_manager.filter(code__startswith=prefix).values_list("code", flat=True)
    numbers = [int(code.removeprefix(prefix)) for code in codes if code.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1}"


def tidy_class(column: models.Field) -> dict[str, Any]:
    """Texts in several languages are tidied, and never cut by the browser: the class of their form field."""
    if not re.search(LANGUAGE, column.name):
        return {}
    return {"form_class": ProseField if isinstance(column, models.TextField) else LineField}


def tidy_formfield(column: models.Field, **kwargs: Any) -> Any:
    return column.formfield(**kwargs, **tidy_class(column))


class TidyTexts:
    """What the Meta of each form begins with."""

    formfield_callback = tidy_formfield


class TextsForm(forms.ModelForm):
    """A form whose texts stand in three languages, the two optional ones side by side."""

    folded: ClassVar[tuple[str, ...]] = ()  # long lists, which open on demand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 4 if name.endswith("_pt") else 3
            if language := re.search(LANGUAGE, name):
                field.widget.attrs["lang"] = language[1]

    def texts(self) -> list[tuple[BoundField, BoundField, BoundField]]:
        names = [name.removesuffix("_pt") for name in self.fields if name.endswith("_pt")]
        return [(self[f"{name}_pt"], self[f"{name}_en"], self[f"{name}_fr"]) for name in names]

    def others(self) -> list[BoundField]:
        texts = {field.name for trio in self.texts() for field in trio}
        return [field for field in self.visible_fields() if field.name not in {*texts, *self.folded, "code"}]

    def lists(self) -> list[BoundField]:
        return [self[name] for name in self.folded]


class EditorForm(TextsForm):
    """A form that knows what its editor had before them, and what they typed before they went away."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, restored: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)
        if restored is not None:  # what a browser does not send is empty, unticked or not chosen
            for name, field in self.fields.items():
                is_list = isinstance(field.widget, forms.CheckboxSelectMultiple)
                self.initial[name] = restored.get(name, [] if is_list else "")

    @property
    def values(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def show_again(self, row: TemplateRow | Template) -> None:
        """Keep what was typed, and let it be saved over `row`, which its editor has now seen."""
        self.data = MultiValueDict(self.data)
        self.data["seen"] = fingerprint(row)
        problem = _("Somebody else has changed this meanwhile. Compare both texts, then save yours or leave.")
        self.add_error(None, problem)


class HeadingForm(EditorForm):
    kind = "heading"

    class Meta(TidyTexts):
        model = Template
        fields = HEADING


class ItemForm(EditorForm):
    """An item of a draft. Its code is chosen once; afterwards it ties the item across versions."""

    kind: ClassVar[str]

    def __init__(self, *args: Any, draft: Template, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = KINDS[self.kind].parent
        if self.instance.pk:
            del self.fields["code"]
            if parent in self.fields:
                model = KINDS["objective" if parent == "objective" else "area"].model
                siblings = model._default_manager.filter(**{model.template_path: draft})
                order = ("area__order", "order") if parent == "objective" else ("order",)
                field_of(self, parent).queryset = siblings.order_by(*order)
                field_of(self, parent).empty_label = None
                self.fields[parent].label = _("Objective") if parent == "objective" else _("Area")
                self.fields[parent].help_text = _("Choose another one to move this item there.")
        else:
            self.fields.pop(parent, None)
            if not self.initial.get("code"):
                self.initial["code"] = suggested_code(self.kind, getattr(self.instance, parent))
            self.fields["code"].widget.attrs["class"] = "input-short"
            self.fields["code"].help_text = _(
                "It ties the item across versions and cannot be changed afterwards."
            )


class SectionForm(ItemForm):
    kind = "section"

    class Meta(TidyTexts):
        model = TemplateSection
        fields = ("code", *KINDS["section"].columns)
        help_texts: ClassVar[dict[str, Any]] = {
            "is_required": _("A plan cannot be submitted while this chapter is empty."),
            "is_locked": _("Plans carry this text word for word."),
            "holds_measures": _("The areas, objectives and measures stand in this chapter."),
        }


class AreaForm(ItemForm):
    kind = "area"

    class Meta(TidyTexts):
        model = TemplateArea
        fields = ("code", *KINDS["area"].columns)


class ObjectiveForm(ItemForm):
    kind = "objective"

    class Meta(TidyTexts):
        model = TemplateObjective
        fields = ("code", *KINDS["objective"].columns, "area")


class MeasureForm(ItemForm):
    kind = "measure"
    folded = ("partners", "targets")

    class Meta(TidyTexts):
        model = TemplateMeasure
        fields = (
            "code",
            *KINDS["measure"].columns,
            "lead",
            "goals",
            "partners",
            "targets",
            "objective",
        )
        widgets: ClassVar[dict[str, Any]] = {
            "goals": forms.CheckboxSelectMultiple,
            "partners": forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"}),
            "targets": forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "is_mandatory": _("A municipality that leaves it out has to give a reason."),
        }


class IndicatorForm(ItemForm):
    kind = "indicator"
    disaggregation = forms.MultipleChoiceField(
        label=_("Broken down by"),
        choices=TemplateIndicator.Breakdown.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"}),
        required=False,
    )

    class Meta(TidyTexts):
        model = TemplateIndicator
        fields = ("code", *KINDS["indicator"].columns, "source", "objective")


FORMS: dict[str, type[ItemForm]] = {
    form.kind: form for form in (SectionForm, AreaForm, ObjectiveForm, MeasureForm, IndicatorForm)
}


class UploadForm(forms.Form):
    """A file with a whole template."""

    LARGEST: ClassVar[int] = 8 * 1024 * 1024

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.xlsx"}),
        help_text=_("A workbook (.xlsx) or YAML, as it was downloaded here. At most 8 MB."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.LARGEST:
            raise forms.ValidationError(_("This file is larger than 8 MB. A template is much smaller."))
        return file


class ComparisonForm(forms.Form):
    """Which two versions to lay side by side."""

    before = forms.TypedChoiceField(label=_("From"), coerce=int, required=False)
    after = forms.TypedChoiceField(label=_("To"), coerce=int, required=False)

    def __init__(self, *args: Any, versions: list[Template], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.number: version for version in versions}
        choices = [
            (version.number, f"{NUMBERED % {'number': version.number}} · {version.get_state_display()}")
            for version in versions
        ]
        for name in self.fields:
            field_of(self, name).choices = choices

    def chosen(self) -> tuple[Template | None, Template | None]:
        """Unless others are named, the newest version and the one before it."""
        named = self.cleaned_data if self.is_valid() else {}
        after = self.versions.get(named.get("after") or max(self.versions, default=0))
        earlier = [number for number in self.versions if after and number < after.number]
        before = self.versions.get(named.get("before") or max(earlier, default=0))
        self.initial = {"before": before and before.number, "after": after and after.number}
        self.is_bound = False  # the selects show what is compared
        return before, after
