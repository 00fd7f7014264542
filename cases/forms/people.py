"""What an officer writes about somebody who agrees to be on record."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext_lazy as _

from accounts.models import User
from cases.forms.fields import colleagues
from cases.models import (
    NAME_LIMIT,
    Alias,
    Consent,
    Contact,
    IdentityDocument,
    Language,
    LegalStatus,
    Person,
    Sex,
    document_key,
)
from cases.services.consents import LONGEST, explanation, usual_end
from cases.services.people import CONTENT_FIELDS
from gai_portal.lib.countries import nationality_names
from gai_portal.lib.forms import DayField, SeenForm, needed
from gai_portal.lib.phones import format_phone, parse_phone
from municipalities.models import Office, Partner

OLDEST = date(1900, 1, 1)
# How a telephone may be used without doing harm.
WAYS = ("may_call", "may_text", "may_whatsapp")
MAY = (*WAYS, "may_leave_message")
SAFELY = (*MAY, "safe_from", "safe_until", "caution")
SAFELY_WIDGETS: dict[str, Any] = {
    "safe_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    "safe_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
}
BOTH = _("fill in both or none")
WITH_DOCUMENT = _("if there is a document")
SAFELY_HELP: dict[str, Any] = {"caution": _("For example: do not say who is calling.")}


class SafeUseForm(forms.Form):
    """How a number may be used: said by somebody each time, never taken for granted."""

    no_contact = forms.BooleanField(label=_("Nothing: do not contact the person here"), required=False)

    @property
    def may_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*MAY, "no_contact")]

    def check_use(self, data: dict[str, Any]) -> None:
        ways = any(data.get(name) for name in WAYS)
        if not ways and not data.get("no_contact"):
            self.add_error("may_call", _("Ask what the number may be used for, and tick it."))
        elif data.get("no_contact") and any(data.get(name) for name in MAY):
            self.add_error("no_contact", _("Tick either this or what the number may be used for."))


class PhoneField(forms.CharField):
    """A telephone number, however it is written; kept in the international form."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return parse_phone(text) if text else ""


def country_choices() -> list[tuple[str, Any]]:
    return [("", ""), *nationality_names().items()]


def birth_day(day: date | None) -> date | None:
    """A day on which somebody alive can have been born."""
    if day and day > timezone.localdate():
        raise ValidationError(_("This day is in the future."))
    if day and day < OLDEST:
        raise ValidationError(_("Check the year of birth."))
    return day


class SearchForm(forms.Form):
    """Whom somebody looks for."""

    q = forms.CharField(
        label=_("Name, telephone, document or number"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_("In any spelling and order."),
    )


class PersonForm(forms.Form):
    """Who somebody is. Only the name is required."""

    name = forms.CharField(
        label=_("Full name"), max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    born_on = DayField(label=_("Date of birth"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", "–"), *Sex.choices], required=False)
    nationality = forms.ChoiceField(
        label=_("Nationality"), required=False, widget=forms.Select(attrs={"data-combobox": ""})
    )
    language = forms.ModelChoiceField(
        Language.objects.none(), label=_("Language"), empty_label="–", required=False
    )
    legal_status = forms.ModelChoiceField(
        LegalStatus.objects.none(),
        label=_("Legal status"),
        empty_label="–",
        required=False,
        help_text=_("Only if the matter depends on it. It stands in no list and no export."),
    )
    is_restricted = forms.BooleanField(
        label=_("Restricted: few may read it"),
        required=False,
        help_text=_("Only you, the assigned officer, and a coordinator who gives a reason."),
    )
    assigned_to = forms.ModelChoiceField(
        User.objects.none(), label=_("Assigned to"), empty_label=_("Nobody in particular"), required=False
    )

    def __init__(
        self, *args: Any, offices: Sequence[Office], person: Person | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = cast("Any", self.fields)
        field["nationality"].choices = country_choices()
        for name, model in (("language", Language), ("legal_status", LegalStatus)):
            offered = Q(is_active=True)
            if person:
                offered |= Q(pk=getattr(person, f"{name}_id"))
            field[name].queryset = model._default_manager.filter(offered)
        field["assigned_to"].queryset = colleagues(offices, also=person.assigned_to_id if person else None)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_born_on(self) -> date | None:
        return birth_day(self.cleaned_data["born_on"])

    def content(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in CONTENT_FIELDS}


class EditPersonForm(PersonForm):
    """The same, put right."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in CONTENT_FIELDS} | {"version": person.version}
        super().__init__(*args, person=person, initial=initial, **kwargs)


class ConsentForm(forms.Form):
    """That somebody agrees: how, in which language, for what, until when."""

    spoken_in = forms.ModelChoiceField(
        Language.objects.none(), label=_("Explained in"), empty_label=_("Choose a language")
    )
    given = forms.ChoiceField(
        label=_("How did the person agree?"),
        choices=Consent.Form.choices,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    witness = needed(
        _("for a spoken agreement"), forms.CharField(label=_("Witness"), required=False, max_length=160)
    )
    for_follow_up = forms.BooleanField(label=_("The office follows up the matter"), required=False)
    for_reminders = forms.BooleanField(label=_("The office reminds the person of dates"), required=False)
    partners = forms.ModelMultipleChoiceField(
        Partner.objects.none(),
        label=_("The office may pass on what is needed to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ends_on = DayField(
        label=_("Until"), help_text=_("If it is not renewed, the record is made anonymous afterwards.")
    )

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consent_office = office
        field = cast("Any", self.fields)
        field["spoken_in"].queryset = Language.objects.filter(is_active=True)
        field["partners"].queryset = Partner.objects.filter(is_active=True)
        field["ends_on"].initial = usual_end

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("This day has passed. Ask the person until when."))
        if (day - today).days > LONGEST:
            raise ValidationError(_("This is too long. Choose a day within five years."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("given") == Consent.Form.SPOKEN and not data.get("witness", "").strip():
            self.add_error("witness", _("Write who was the witness."))
        if not any(data.get(name) for name in ("for_follow_up", "for_reminders", "partners")):
            self.add_error("for_follow_up", _("Tick at least one thing that the person agrees to."))
        return data

    def explained(self, language: str) -> str:
        """What is read out before somebody agrees."""
        day = self.cleaned_data.get("ends_on") if self.is_bound and hasattr(self, "cleaned_data") else None
        with translation.override(language):
            return explanation(self.consent_office, day or usual_end())

    def explanations(self) -> list[tuple[str, Any, str]]:
        """The same in every language of the portal, that of the page first."""
        languages = sorted(settings.LANGUAGES, key=lambda language: language[0] != get_language())
        return [(code, name, self.explained(code)) for code, name in languages]

    def consent(self) -> dict[str, Any]:
        """What the form says, as services.consents wants it."""
        data = self.cleaned_data
        spoken = data["spoken_in"].pk
        return {
            "explained": self.explained(spoken if spoken in dict(settings.LANGUAGES) else get_language()),
            "language": data["spoken_in"],
            "form": data["given"],
            "witness": data["witness"].strip(),
            "ends_on": data["ends_on"],
            **{name: data[name] for name in ("for_follow_up", "for_reminders", "partners")},
        }


class NewPersonForm(SafeUseForm, ConsentForm, PersonForm):
    """A new record: who it is, how to reach them, one document, and that they agree to it."""

    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)
    phone = PhoneField(label=_("Telephone"), required=False, max_length=40)
    phone_checked = forms.BooleanField(
        label=_("The number was tried while the person was here"), required=False
    )
    kind = needed(
        WITH_DOCUMENT,
        forms.ChoiceField(
            label=_("Document"), choices=[("", "–"), *IdentityDocument.Kind.choices], required=False
        ),
    )
    number = needed(WITH_DOCUMENT, forms.CharField(label=_("Number"), max_length=40, required=False))
    country = needed(
        WITH_DOCUMENT,
        forms.ChoiceField(
            label=_("Issued by"), required=False, widget=forms.Select(attrs={"data-combobox": ""})
        ),
    )
    expires_on = DayField(label=_("Valid until"), required=False)

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, offices=offices, office=offices[0], **kwargs)
        self.offices = offices
        field = cast("Any", self.fields)
        field["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        field["country"].choices = country_choices()
        safely = fields_for_model(Contact, SAFELY, widgets=SAFELY_WIDGETS, help_texts=SAFELY_HELP)
        for name in ("safe_from", "safe_until"):
            needed(BOTH, safely[name])
        safely["may_call"].initial = False
        self.fields.update(cast("dict[str, forms.Field]", safely))
        if len(offices) == 1:
            del self.fields["office"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["office"] = self.consent_office = data.get("office") or self.offices[0]
        if data.get("kind") or data.get("number"):
            check_document(self, data)
        if data.get("phone"):
            self.check_use(data)
        return data

    def content(self) -> dict[str, Any]:
        return super().content() | {"office": self.cleaned_data["office"]}

    def contacts(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        if not data["phone"]:
            return []
        checked = timezone.now() if data["phone_checked"] else None
        safely = {name: data[name] for name in SAFELY}
        return [{"channel": Contact.Channel.PHONE, "value": data["phone"], "verified_at": checked, **safely}]

    def document(self) -> IdentityDocument | None:
        """The document as another office may know it."""
        data = self.cleaned_data
        if not data["number"]:
            return None
        return IdentityDocument(kind=data["kind"], number=data["number"], country=data["country"])

    def documents(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        if not data["number"]:
            return []
        return [{name: data[name] for name in ("kind", "number", "country", "expires_on")}]


def check_document(form: forms.BaseForm, data: dict[str, Any]) -> None:
    """A document has a kind, a number and a country; only this one gives permits and visas."""
    for name, missing in (
        ("kind", _("Choose the kind of document.")),
        ("number", _("Write the document's number.")),
        ("country", _("Choose the country that issued it.")),
    ):
        value = data.get(name) or ""
        if name not in form.errors and not (document_key(value) if name == "number" else value):
            form.add_error(name, missing)
    here = {str(kind) for kind in IdentityDocument.OF_THIS_COUNTRY}
    if data.get("kind") in here and data.get("country") not in ("", None, settings.COUNTRY_CODE):
        message = _("Only {country} issues this kind of document.")
        form.add_error("country", message.format(**settings.LABELS))


class AliasForm(SeenForm):
    """Another name."""

    class Meta:
        model = Alias
        fields = ["name", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast("Any", self.fields["kind"])
        kind.choices = [choice for choice in Alias.Kind.choices if choice[0] != Alias.Kind.MERGED]
        if self.instance.pk and self.instance.kind == Alias.Kind.MERGED:
            del self.fields["kind"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class ContactForm(SafeUseForm, SeenForm):
    """A number or an address, and how it may be used without doing harm."""

    checked = forms.BooleanField(label=_("It was tried while the person was here"), required=False)

    class Meta:
        model = Contact
        fields = ["channel", "value", "whose", *SAFELY]
        widgets = SAFELY_WIDGETS | {
            "channel": forms.RadioSelect(attrs={"class": "choices-inline"}),
            "value": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        help_texts = SAFELY_HELP | {
            "value": "",
            "whose": _("For example: sister, neighbour."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("Any", self.fields["channel"]).choices = Contact.Channel.choices
        for name in ("safe_from", "safe_until"):
            needed(BOTH, self.fields[name])
        self.initial.setdefault("channel", Contact.Channel.PHONE)
        self.initial["checked"] = self.instance.verified_at is not None
        if self.instance.pk:
            self.initial["no_contact"] = not any(self.initial[name] for name in WAYS)
        else:
            self.initial["may_call"] = False
        if self.instance.pk and self.instance.channel == Contact.Channel.PHONE:
            self.initial["value"] = format_phone(self.instance.value)

    def clean_value(self) -> str:
        """As it is kept."""
        value: str = self.cleaned_data["value"].strip()
        match self.cleaned_data.get("channel"):
            case Contact.Channel.PHONE:
                return parse_phone(value)
            case Contact.Channel.EMAIL:
                EmailValidator()(value)
                return value.lower()
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("channel") == Contact.Channel.PHONE:
            self.check_use(data)
        was = self.instance.verified_at
        changed = data.get("value") != (self.instance.value if self.instance.pk else None)
        if not data.get("checked"):
            self.instance.verified_at = None
        elif was is None or changed:
            self.instance.verified_at = timezone.now()
        return data


class DocumentForm(SeenForm):
    """A passport, card or permit."""

    country = forms.ChoiceField(label=_("Issued by"), widget=forms.Select(attrs={"data-combobox": ""}))

    class Meta:
        model = IdentityDocument
        fields = ["kind", "number", "country", "expires_on"]
        field_classes = {"expires_on": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("Any", self.fields["country"]).choices = country_choices()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        check_document(self, data)
        return data


class WithdrawForm(forms.Form):
    """What becomes of the record of somebody who withdraws their consent."""

    choice = forms.ChoiceField(
        label=_("What does the person choose?"),
        choices=Consent.Withdrawal.choices,
        widget=forms.RadioSelect,
    )
