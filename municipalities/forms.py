from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.countries import nationality_names
from gai_portal.lib.forms import NumberField, SeenForm, field_of
from municipalities.models import DemographicFigure, Municipality, Office

TEXT_LIMIT = 2000


class OfficeForm(SeenForm):
    """What an office tells the public about itself. Its name and code belong to the national level."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        validators=[
            RegexValidator(
                r"^\+?[0-9 ]{7,}$",
                _("Write the phone number with digits and spaces, for example +238 999 99 99."),
            )
        ],
        widget=forms.TextInput(attrs={"class": "input-medium", "type": "tel"}),
    )

    class Meta:
        model = Office
        fields: ClassVar[list[str]] = [
            "is_open",
            "hours_pt",
            "hours_en",
            "hours_fr",
            "address",
            "phone",
            "email",
            "services_pt",
            "services_en",
            "services_fr",
        ]
        help_texts: ClassVar = {
            "hours_pt": _("For example: Monday to Friday, 8.00 to 12.00 and 14.00 to 17.00."),
            "services_pt": _("One service per line."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            field = self.fields[name]
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 5 if name.startswith("services") else 2
                field.validators.append(MaxLengthValidator(TEXT_LIMIT))


class FigureForm(forms.ModelForm):
    """One figure that the municipality knows about itself, with its year and source."""

    value = NumberField(label=_("Value"))
    nationality = forms.ChoiceField(label=_("Nationality"), required=False)
    source = forms.CharField(
        label=_("Source"),
        max_length=500,
        help_text=_("Who counted, and where one can look it up. For example: INE, Census 2021, table 4."),
        error_messages={"required": _("Say where the figure comes from.")},
    )

    class Meta:
        model = DemographicFigure
        fields = ("kind", "nationality", "year", "value", "status", "source")

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.municipality = municipality
        nationality = field_of(self, "nationality")
        nationality.choices = [("", _("All together")), *nationality_names().items()]
        nationality.help_text = DemographicFigure._meta.get_field("nationality").help_text
        nationality.widget.attrs["data-combobox"] = ""
        self.fields["year"].widget.attrs["class"] = "input-short"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("nationality") and data.get("kind") != DemographicFigure.Kind.FOREIGN_RESIDENTS:
            self.add_error("nationality", _("Only foreign residents are told by nationality."))
        own = self.instance.municipality.figures.filter(origin=DemographicFigure.Origin.MUNICIPAL)
        place = {name: data.get(name) for name in ("kind", "nationality", "year")}
        if None not in place.values() and own.filter(**place).exclude(pk=self.instance.pk).exists():
            self.add_error("year", _("There is a figure of this kind and year already: correct that one."))
        return data


class EditFigureForm(SeenForm, FigureForm):
    """The same, corrected: nobody overwrites what a colleague wrote meanwhile."""

    class Meta(FigureForm.Meta):
        pass


class FigureFileForm(forms.Form):
    """A file of figures, to be looked at before it is written."""

    file = forms.FileField(
        label=_("File"),
        error_messages={"required": _("Choose the file that you filled in.")},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
