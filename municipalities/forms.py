from typing import ClassVar

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from municipalities.models import Office

TEXT_LIMIT = 2000


class OfficeForm(forms.ModelForm):
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
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in self.fields:
            field = self.fields[name]
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 5 if name.startswith("services") else 2
                field.validators.append(MaxLengthValidator(TEXT_LIMIT))
