"""What a coordinator writes to hand a record over, or to take one."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms.fields import NoteField, colleagues
from cases.models import WORDS_LIMIT, Transfer
from gai_portal.lib.forms import DayField
from municipalities.models import Office

NO_NAMES = _("The other office reads this before it has the record. No names, phone numbers or documents.")


class TransferForm(forms.Form):
    """One answer to a transfer."""

    def __init__(self, *args: Any, transfer: Transfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(cast("Any", self.fields), transfer)

    def offer(self, fields: Any, transfer: Transfer) -> None:
        """What there is to choose from."""


class ReasonForm(TransferForm):
    reason = NoteField(
        label=_("What does the other office have to know?"),
        max_length=WORDS_LIMIT,
        help_text=NO_NAMES,
    )


class RefusalForm(TransferForm):
    answer = NoteField(
        label=_("Why not?"),
        max_length=WORDS_LIMIT,
        help_text=_("The other office reads this. No names, phone numbers or documents."),
    )


class AcceptForm(TransferForm):
    assigned_to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who takes it on?"),
        empty_label=_("Nobody in particular"),
        required=False,
        help_text=_("What is restricted is read by this colleague, and by nobody else without a reason."),
    )

    def offer(self, fields: Any, transfer: Transfer) -> None:
        fields["assigned_to"].queryset = colleagues([transfer.to_office])


class HandOverForm(forms.Form):
    """Where a record is offered to, and that the person agreed to it."""

    to_office = forms.ModelChoiceField(Office.objects.none(), label=_("To which office?"), empty_label="–")
    reason = NoteField(
        label=_("What does the other office have to know?"),
        max_length=WORDS_LIMIT,
        help_text=NO_NAMES,
    )
    agreed = forms.BooleanField(
        label=_("The person agrees to it"),
        help_text=_("You have said to which office, and that its staff will read everything."),
        error_messages={"required": _("Without the person's agreement nothing is handed over.")},
    )
    agreed_on = DayField(label=_("Agreed on"), initial=timezone.localdate)

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Office.objects.exclude(municipality=office.municipality_id).order_by("name")
        cast("Any", self.fields["to_office"]).queryset = others

    def clean_agreed_on(self) -> date:
        day: date = self.cleaned_data["agreed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return day

    def content(self) -> dict[str, Any]:
        """What the form says, as services.transfers wants it."""
        return {name: self.cleaned_data[name] for name in ("to_office", "reason", "agreed_on")}
