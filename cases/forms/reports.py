"""What a coordinator writes of a month."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import MonthlyReport
from gai_portal.lib.forms import SeenForm
from gai_portal.lib.pasted import tidy


class ReportForm(SeenForm):
    class Meta:
        model = MonthlyReport
        fields = ["concerns_pt"]
        widgets = {"concerns_pt": forms.Textarea(attrs={"rows": 12})}
        help_texts = {
            "concerns_pt": _(
                "What worries people, what is lacking, what has changed. No names, telephone numbers, "
                "documents or small counts: nobody may be recognised."
            )
        }
        error_messages = {"concerns_pt": {"required": _("Write the main concerns of the month.")}}

    def clean_concerns_pt(self) -> str:
        return tidy(self.cleaned_data["concerns_pt"])
