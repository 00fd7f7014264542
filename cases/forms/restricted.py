"""Why a restricted record is opened."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.services.doors import SHORTEST_REASON


class UnsealForm(forms.Form):
    """The reason: other coordinators, the officer in charge and the person may read it."""

    reason = forms.CharField(
        label=_("Why do you need to read it?"),
        min_length=SHORTEST_REASON,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example: I stand in for a colleague who is ill. No names here."),
    )
