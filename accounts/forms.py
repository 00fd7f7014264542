"""Signing in, and what people change about themselves and their colleagues."""

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core.context import request_context
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import Membership, User
from accounts.permissions import roles_to_invite
from accounts.roles import Role
from gai_portal.lib.forms import DayField, field_of
from gai_portal.lib.safe_names import validate_person_name

logger = logging.getLogger(__name__)

# The sign-in library's own labels know only the Portuguese of Brazil; its placeholders repeat them.


def _put(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _put(self, login=_("E-mail"), password=_("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""  # the page itself has the link


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link. Whether the address has an account is looked up when the answer has been given."""

    is_accepted = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _put(self, email=_("E-mail"))
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def clean_email(self) -> str:
        return self.cleaned_data["email"]

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        self.is_accepted = True
        return self.cleaned_data["email"]

    def send(self, request: HttpRequest) -> None:
        """A mail server that is down is logged and shown to nobody: that too would tell."""
        with request_context(request):
            try:
                super().clean_email()
                super().save(request)
            except (OSError, SMTPException):
                logger.exception("The link to choose a password could not be sent.")


class TypedTwice:
    """Says in the portal's words that two passwords differ."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "password2":
            error = _("The two passwords are not the same.")
        super().add_error(field, error)  # type: ignore[misc]  # the form's, whose part this is


class ChoosePasswordForm(TypedTwice, allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _put(self, password1=_("New password"), password2=_("New password, once more"))
        self.fields["password1"].help_text = PASSWORD_HELP

    def save(self) -> None:
        is_first = services.is_unused(self.user)
        super().save()
        if is_first:
            services.accept_first_invitations(self.user)


class ChangePasswordForm(TypedTwice, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _put(
            self,
            oldpassword=_("Present password"),
            password1=_("New password"),
            password2=_("New password, once more"),
        )
        self.fields["password1"].help_text = PASSWORD_HELP


PASSWORD_HELP = _("At least 10 characters. Three or four words that only you would put together are good.")


class ProfileForm(forms.ModelForm):
    """What somebody may change about themselves."""

    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"language": forms.RadioSelect}


class InvitationForm(forms.Form):
    """A colleague and the role that they are to have."""

    email = forms.EmailField(
        label=_("E-mail"), help_text=_("The link to choose a password is sent here."), max_length=254
    )
    name = forms.CharField(label=_("Name"), max_length=150, validators=[validate_person_name])
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, by: User, names: dict[str, str], **kwargs: Any) -> None:
        """`names`: what the municipalities of `by` are called, by code."""
        super().__init__(*args, **kwargs)
        self.roles = {f"{role}:{place}": (role, place) for role, place in sorted(roles_to_invite(by))}
        choices = [(key, f"{role.label}, {names[place]}") for key, (role, place) in self.roles.items()]
        field_of(self, "role").choices = choices
        if len(choices) == 1:
            self.fields["role"].initial = choices[0][0]

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Only what can be seen on the page of people is told: who has this role here, and who is invited."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        role, place = self.scope
        here = Membership.objects.filter(user__email=cleaned["email"], role=role, municipality=place)
        if here.current().filter(user__is_active=True).exists():
            self.add_error("email", _("This person already has this role."))
        elif here.pending().exists():
            self.add_error("email", _("This person is invited already."))
        return cleaned

    @property
    def scope(self) -> tuple[Role, str]:
        return self.roles[self.cleaned_data["role"]]


class EndMembershipForm(forms.Form):
    """The last day on which somebody has a role."""

    ends_on = DayField(label=_("Last day"), help_text=_("The account stays; only this role ends."))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.fields["ends_on"].initial = timezone.localdate

    def clean_ends_on(self) -> Any:
        day = self.cleaned_data["ends_on"]
        if day < self.membership.starts_on:
            raise forms.ValidationError(_("The last day is before the first."))
        if day > timezone.localdate() + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day within the next year."))
        return day
