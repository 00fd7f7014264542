"""Asking others about a draft: whom, until when; what they say; what becomes of it."""

import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from action_plans.forms.plan import ProseField
from action_plans.forms.tailoring import PartnersField
from action_plans.models import Consultation, ConsultationComment, ConsultationInvitation
from action_plans.models.consultation import COMMENT_LIMIT
from gai_portal.lib.forms import DayField, field_of
from gai_portal.lib.safe_names import validate_person_name

LONGEST = datetime.timedelta(days=365)


class ConsultationForm(forms.ModelForm):
    """Who is asked, and until when."""

    closes_on = DayField(label=_("Last day"), help_text=_("Comments are taken until the end of this day."))
    partners = PartnersField(
        label=_("Partners"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-combobox": "", "data-remove": _("Remove: TEXT"), "size": 8}),
        help_text=_(
            "Whoever has an account for one of them gets a notice. Where nobody has one, invite a person by "
            "e-mail as soon as the draft is open."
        ),
    )
    introduction = ProseField(
        label=_("What you would like to hear"),
        required=False,
        max_length=COMMENT_LIMIT,
        help_text=_("It stands above the draft. For example: what is missing for families with children?"),
    )

    class Meta:
        model = Consultation
        fields = ("closes_on", "introduction", "partners", "is_public")
        labels: ClassVar[dict[str, Any]] = {"is_public": _("Public consultation")}
        help_texts: ClassVar[dict[str, Any]] = {
            "is_public": _("Anybody can read the draft and comment, without an account or a name."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "partners").offer()

    def clean_closes_on(self) -> datetime.date:
        day = self.cleaned_data["closes_on"]
        today = timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        if day > today + LONGEST:
            raise forms.ValidationError(_("Choose a day within a year."))
        return day


class InvitationForm(forms.ModelForm):
    """Somebody without an account who is asked too."""

    name = forms.CharField(label=_("Name"), max_length=150, validators=[validate_person_name])
    organisation = forms.CharField(
        label=_("Organisation"), max_length=150, required=False, validators=[validate_person_name]
    )

    class Meta:
        model = ConsultationInvitation
        fields = ("name", "organisation", "email")


class CommentForm(forms.ModelForm):
    """What somebody says about one item of a draft."""

    text = ProseField(label=_("Your comment"), max_length=COMMENT_LIMIT, rows=6)
    # People do not see it; programs that fill in every field do.
    website = forms.CharField(
        required=False, label=_("Leave this empty"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = ConsultationComment
        fields = ("text", "name", "organisation")
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("If you want the municipality to know it. It is not published."),
            "organisation": _("If you speak for one. It is published beside the comment."),
        }

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["name"], self.fields["organisation"]

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data.get("website"))

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class AnswerForm(forms.ModelForm):
    """What the municipality does with a comment."""

    resolution = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=ConsultationComment.Resolution.choices,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages={"required": _("Choose what becomes of the comment.")},
    )
    reply = ProseField(
        label=_("Answer"),
        max_length=COMMENT_LIMIT,
        error_messages={"required": _("Write a sentence for the person who took the trouble.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ConsultationComment
        fields = ("resolution", "reply", "is_withheld")
        help_texts: ClassVar[dict[str, Any]] = {
            "is_withheld": _("For comments that name people or insult. The comment stays readable here."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
