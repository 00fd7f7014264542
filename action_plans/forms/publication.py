"""What may follow a published edition."""

from django import forms
from django.utils.translation import gettext_lazy as _


class GazetteForm(forms.Form):
    gazette_reference = forms.CharField(
        label=_("Official gazette"),
        required=False,
        max_length=120,
        help_text=_("Series, number and date, as printed. It stands beside the edition and changes nothing."),
    )
