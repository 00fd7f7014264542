"""A remark to colleagues."""

from django import forms
from django.utils.translation import gettext_lazy as _

from action_plans.forms.plan import ProseField
from action_plans.models import Remark
from action_plans.models.discussion import REMARK_LIMIT


class RemarkForm(forms.ModelForm):
    """What somebody says about an item of a plan."""

    text = ProseField(
        label=_("Remark"),
        max_length=REMARK_LIMIT,
        rows=4,
        error_messages={"required": _("Write what your colleagues should know.")},
    )

    class Meta:
        model = Remark
        fields = ("text",)
