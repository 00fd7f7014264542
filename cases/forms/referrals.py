"""What the desk writes for a partner, and what the partner answers."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms.fields import NoteField
from cases.models import (
    REASON_LIMIT,
    Case,
    Enquiry,
    Referral,
    ReferralQuerySet,
    ReferralStep,
    label_of_shared,
    shareable,
)
from cases.permissions import can_read
from cases.workflow import ANSWERS, ReferralState, answers_from
from gai_portal.lib.forms import DayField, needed
from municipalities.models import Partner


class ReferralFilter(forms.Form):
    """What of the referrals somebody wants to see. What cannot be understood counts as the first choice."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Not ended")), *ReferralState.choices, ("all", _("All"))],
    )
    partner = forms.ModelChoiceField(
        Partner.objects.all(), label=_("Partner organisation"), required=False, empty_label=_("Every partner")
    )
    mine = forms.BooleanField(label=_("Only mine"), required=False)

    def apply(self, referrals: ReferralQuerySet, user: User) -> ReferralQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state") or ""
        if state == "":
            referrals = referrals.open()
        elif state != "all":
            referrals = referrals.filter(state=state)
        if partner := asked.get("partner"):
            referrals = referrals.filter(partner=partner)
        if asked.get("mine"):
            referrals = referrals.filter(author=user)
        return referrals


class ReferralForm(forms.Form):
    """To whom, what for, and what of the person goes along: nothing unless it is ticked."""

    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("Partner organisation"),
        widget=forms.Select(attrs={"data-combobox": ""}),
    )
    reason = NoteField(
        label=_("What is the partner asked for?"),
        max_length=REASON_LIMIT,
        help_text=_("The partner reads this. No names, phone numbers or documents here."),
    )
    shares = forms.MultipleChoiceField(
        label=_("Shared with the partner"), required=False, widget=forms.CheckboxSelectMultiple
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, about: Case | Enquiry, by: User, referral: Referral | None = None, **kwargs: Any
    ) -> None:
        if referral is not None:
            kwargs["initial"] = {
                "partner": referral.partner_id,
                "reason": referral.reason,
                "shares": list(referral.shared),
                "version": referral.version,
            }
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        usual = about.topic.referral_partners()
        offered = Partner.objects.filter(is_active=True)
        if referral is not None:
            offered |= Partner.objects.filter(pk=referral.partner_id)
        fields["partner"].queryset = offered
        # By their kind, which tells apart those whose names are alike.
        groups = {_("Usual for this topic"): usual} | {
            label: [partner for partner in offered if partner.kind == kind and partner not in usual]
            for kind, label in (*Partner.Kind.choices, ("", _("Others")))
        }
        fields["partner"].choices = [
            ("", "–"),
            *(
                (label, [(partner.pk, str(partner)) for partner in partners])
                for label, partners in groups.items()
                if partners
            ),
        ]
        person = about.person
        self.named: list[Partner] = []  # with whom the person agreed to share
        if person is not None and can_read(by, person) and person.consent.holds_on():
            self.named = list(person.consent.partners.all())
        if person is None or not self.named:
            del self.fields["shares"]
            return
        fields["shares"].choices = [
            (key, f"{label_of_shared(key)}: {value}") for key, value in shareable(person).items()
        ]
        fields["shares"].help_text = _("Only with whom the person named: {partners}.").format(
            partners=", ".join(str(partner) for partner in self.named)
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        partner = data.get("partner")
        if data.get("shares") and partner and partner not in self.named:
            problem = _("The person has not agreed to share anything with {partner}.")
            self.add_error("shares", problem.format(partner=partner))
        return data

    def content(self) -> dict[str, Any]:
        """What the form says, as cases.services wants it."""
        data = self.cleaned_data
        return {"partner": data["partner"], "reason": data["reason"], "shares": data.get("shares", [])}


class SendReferralForm(forms.Form):
    """How it reaches the partner, and by when an answer is wanted."""

    way = forms.ChoiceField(
        label=_("How does it reach the partner?"),
        choices=[
            (ReferralStep.Way.LETTER, _("On paper: a letter to print, with a code for the telephone")),
            (ReferralStep.Way.EMAIL, _("By e-mail: a notice with the link, without anything personal")),
            (ReferralStep.Way.LINK, _("By a link that you pass on yourself")),
        ],
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=_("E-mail of the partner"),
        required=False,
        help_text=_("Needed for the notice by e-mail; otherwise only for a reminder before the day."),
    )
    due_on = DayField(label=_("Answer wanted by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = timezone.localdate() + timedelta(days=settings.REFERRAL_ANSWER_DAYS)
        needed(_("for a notice by e-mail"), self.fields["email"])
        self.fields["due_on"].initial = usual
        self.fields["way"].initial = ReferralStep.Way.LETTER


class ReferralAnswerForm(forms.Form):
    """What the partner says."""

    SAID = {
        ReferralState.RECEIVED: _("Received: we will look at it"),
        ReferralState.ANSWERED: _("We can help: when and how"),
        ReferralState.SOLVED: _("Solved"),
        ReferralState.REFUSED: _("We cannot do this"),
    }

    state = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    text = NoteField(
        label=_("In a few words"),
        required=False,
        max_length=REASON_LIMIT,
        help_text=_("When and where you can help, or why you cannot. For example: Tuesday at 18:00, room 2."),
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        fields["state"].choices = [(state.value, self.SAID[state]) for state in answers_from(referral.state)]
        needed(_("to offer help, or to say no"), fields["text"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        move = ANSWERS.get(data.get("state", ""))
        if move is not None and move.needs_text and not data.get("text", "").strip():
            self.add_error("text", _("Write in a few words when and where, or why not."))
        return data
