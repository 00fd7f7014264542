"""A return code, given or typed."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy as _

from cases.models import CODE_LENGTH, Enquiry
from gai_portal.lib.codes import count_characters, has_odd_characters, read_code


class GiveCodeForm(forms.Form):
    """In which language the slip is."""

    language = forms.ChoiceField(
        label=_("Language of the slip"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )

    def __init__(self, *args: Any, enquiry: Enquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = enquiry.language_id
        self.fields["language"].initial = spoken if spoken in dict(settings.LANGUAGES) else get_language()


class CodeForm(forms.Form):
    """The code that somebody has brought, as it is read or heard. What cannot be one is told at once."""

    code = forms.CharField(
        label=_("Return code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "input-medium",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        help_text=_("Ten letters and digits, for example 7K3MP-T9XF4. Small letters and spaces do no harm."),
        error_messages={"required": _("Write the code.")},
    )

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        code = read_code(typed, length=CODE_LENGTH)
        if code is None:
            if has_odd_characters(typed):
                raise forms.ValidationError(
                    _("No code has vowels, B, L, Q, S, Y, Z, 0 or 1. Look at the slip again, or ask again.")
                )
            if count_characters(typed) != CODE_LENGTH + 1:
                raise forms.ValidationError(
                    _("A code has ten letters and digits: here one is missing, or one is too many.")
                )
            raise forms.ValidationError(
                _("One of the characters is wrong, or two have changed places. Compare each of them.")
            )
        return code
