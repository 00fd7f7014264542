"""What an officer fills in while the person is still there."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms.cases import case_of_number
from cases.forms.fields import NoteField, TopicSelect
from cases.forms.more import MoreFields
from cases.forms.person_choice import PersonChoice, Who
from cases.forms.told import TOLD_FIELDS, ToldCard
from cases.models import (
    MORE_FIELDS,
    NOTE_LIMIT,
    Case,
    Channel,
    Enquiry,
    Language,
    Outcome,
    Person,
    ReturnCode,
    Topic,
)
from cases.services.enquiries import CONTENT_FIELDS
from cases.statistics import most_frequent
from gai_portal.lib.countries import nationality_names
from gai_portal.lib.forms import field_of
from gai_portal.lib.kept import kept
from municipalities.models import Office

NOON = time(12)  # a late entry without a time
OLDEST = timedelta(days=10 * 366)
CLOCKS_DIFFER = timedelta(minutes=2)
FREQUENT = 8
CASE_OPENED = "case_opened"  # the outcome of enquiry_taxonomy.yaml, which a country may leave out
OWN_VALUES = ("sex", "age_band", "nationality", "note", *(n for n in MORE_FIELDS if n != "requester"))


class EnquiryForm(ToldCard, MoreFields, PersonChoice):
    """One contact at the desk. Anonymous first: nothing about the person is required."""

    field_order = (
        *("topic", "office", "channel", "who", "person", "asked", "sex", "age_band", "nationality"),
        *("language", "outcome", "note", "day", "hour", *MORE_FIELDS, "case_number"),
    )

    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)
    topic = forms.TypedChoiceField(
        label=_("Topic"),
        widget=TopicSelect(attrs={"data-combobox": ""}),
        error_messages={"required": _("Choose a topic.")},
    )
    channel = forms.TypedChoiceField(
        label=_("Channel"),
        error_messages={"required": _("Choose how the contact came.")},
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", "–"), *Enquiry.Sex.choices], required=False)
    age_band = forms.ChoiceField(
        label=_("Age"), choices=[("", "–"), *Enquiry.AgeBand.choices], required=False
    )
    nationality = forms.ChoiceField(
        label=_("Nationality"), required=False, widget=forms.Select(attrs={"data-combobox": ""})
    )
    language = forms.TypedChoiceField(label=_("Language"), required=False, empty_value=None)
    outcome = forms.TypedChoiceField(
        label=_("Outcome"),
        error_messages={"required": _("Choose what came of it.")},
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    note = NoteField(
        label=_("Note"),
        required=False,
        max_length=NOTE_LIMIT,
        help_text=_("No names, phone numbers or documents here."),
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        offices: Sequence[Office],
        enquiry: Enquiry | None = None,
        thread: ReturnCode | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.enquiry = enquiry
        self.thread = thread  # that of somebody who comes back with a code, and stays without a name
        self.offices = offices
        self.field = cast("Any", self.fields)  # each kind of field has attributes of its own
        self.reader = user
        self.field["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        if len(offices) == 1:
            del self.fields["office"]
        if not self.is_bound and enquiry is None:
            self.fields["topic"].widget.attrs["autofocus"] = True
        self._offer_topics()
        self._offer_lists()
        self._offer_nationalities()
        chosen = self.data.get(self.add_prefix("person")) if self.is_bound else self.initial.get("person")
        self.choose_among(user, str(chosen or ""))
        if thread:
            for name in ("who", "asked", "person"):
                del self.fields[name]

    def _offer_topics(self) -> None:
        """The topics that this office meets most often come first, the others by group."""
        used = [self.enquiry.topic_id, *self.enquiry.further_topics] if self.enquiry else []
        topics = {code: row for code, row in kept(Topic).items() if row.is_active or code in used}
        groups = {topic.parent_id for topic in topics.values()}
        topics = {code: topic for code, topic in topics.items() if code not in groups}
        order = sorted(topics.values(), key=lambda topic: topic.parent.order if topic.parent else topic.order)
        topics = {topic.code: topic for topic in order}
        field = self.field["topic"]
        field.coerce, field.valid_value = topics.__getitem__, topics.__contains__
        field.widget.topics = topics
        field.choices = partial(self._by_frequency, topics)
        self.offer_more(topics, self.enquiry)

    def _by_frequency(self, topics: dict[str, Topic]) -> list[Any]:
        """What is met most often is looked up only when the list is shown."""
        frequent = [code for code in self._met("topic") if code in topics]
        choices: dict[str, list[tuple[str, str]]] = {
            str(_("Most frequent here")): [(code, str(topics[code])) for code in frequent]
        }
        for topic in topics.values():
            if topic.code not in frequent:
                choices.setdefault(str(topic.parent or topic), []).append((topic.code, str(topic)))
        return [("", ""), *((group, rows) for group, rows in choices.items() if rows)]

    def _met(self, field: str) -> list[str]:
        """What this office meets most often."""
        enquiries = Enquiry.objects.visible_to(self.reader).filter(office__in=self.offices)
        return most_frequent(enquiries, field, FREQUENT)

    def _offer_lists(self) -> None:
        for name, model in (("channel", Channel), ("outcome", Outcome), ("language", Language)):
            used = [getattr(self.enquiry, f"{name}_id")] if self.enquiry else []
            if self.enquiry and name == "language":
                used += self.enquiry.further_languages
            rows = {code: row for code, row in kept(model).items() if row.is_active or code in used}
            field = self.field[name]
            field.coerce = rows.__getitem__
            field.choices = [(code, str(row)) for code, row in rows.items()]
            if field.required:
                field.initial = next((code for code, row in rows.items() if row.is_active), None)
            else:
                field.choices = [("", "–"), *field.choices]
            if name == "language":
                self.offer_languages(rows)

    def _offer_nationalities(self) -> None:
        field = self.field["nationality"]
        field.valid_value = nationality_names().__contains__
        field.choices = self._nationalities

    def _nationalities(self) -> list[Any]:
        names = nationality_names()
        frequent = [code for code in self._met("nationality") if code in names]
        choices: list[Any] = [("", "")]
        if frequent:
            choices.append((_("Most frequent here"), [(code, names[code]) for code in frequent]))
        others = [(code, name) for code, name in names.items() if code not in frequent]
        return [*choices, (_("All"), others)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.setdefault("person", None)
        if self.thread and data.get("people"):
            self.add_error("people", _("A return code belongs to one person."))
        if len(self.offices) == 1:
            data["office"] = self.offices[0]
        if number := data.get("case_number"):
            self._find_case(data, number)
        if "day" in data and "hour" in data:
            data["at"] = self._moment(data["day"], data["hour"])
        return data

    def _find_case(self, data: dict[str, Any], number: str) -> None:
        """The case that the contact is part of, under `case`."""
        try:
            cases = Case.objects.visible_to(self.reader).running().filter(office__in=self.offices)
            data["case"] = case_of_number(number, cases, data.get("office") or self.offices[0])
        except forms.ValidationError as error:
            self.add_error("case_number", error)

    def _moment(self, day: Any, hour: time | None) -> datetime:
        now = timezone.now()
        if self.enquiry:
            before = timezone.localtime(self.enquiry.at)
            day, hour = day or before.date(), hour or before.time()
            if (day, hour.hour, hour.minute) == (before.date(), before.hour, before.minute):
                return self.enquiry.at
        today = timezone.localdate()
        if day in (None, today) and hour is None:
            return now
        day = day or today
        at = timezone.make_aware(datetime.combine(day, hour or NOON))
        if at > now + CLOCKS_DIFFER:
            self.add_error("day" if day > today else "hour", _("This is in the future."))
        elif day < today - OLDEST:
            self.add_error("day", _("This is too long ago. Check the year."))
        return at

    def content(self) -> dict[str, Any]:
        """What the form says, as cases.services wants it."""
        names = [*CONTENT_FIELDS, *(name for name in TOLD_FIELDS if name in self.fields)]
        return {name: self.cleaned_data[name] for name in names}

    def outcome_of_opening(self) -> Outcome:
        """What came of a contact that opens a case, unless the officer has chosen something else."""
        said: Outcome = self.cleaned_data["outcome"]
        opened = kept(Outcome).get(CASE_OPENED)
        is_untouched = said.pk == self.fields["outcome"].initial
        return opened if is_untouched and opened and opened.is_active else said


class CorrectionForm(EnquiryForm):
    """A recorded contact, put right."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, enquiry: Enquiry, **kwargs: Any) -> None:
        at = timezone.localtime(enquiry.at)
        initial = {name: getattr(enquiry, name) for name in OWN_VALUES}
        initial |= {
            name: getattr(enquiry, f"{name}_id")
            for name in ("office", "topic", "channel", "outcome", "language", "requester")
        }
        initial |= {"day": at.date(), "hour": at.time(), "version": enquiry.version}
        if enquiry.person_id:
            initial |= {"who": Who.KNOWN, "person": str(enquiry.person_id)}
        super().__init__(*args, enquiry=enquiry, initial=initial, **kwargs)
        for name in ("day", "hour"):
            self.fields[name].help_text = ""
        del self.fields["case_number"]  # put under a case on its own page
        for name in TOLD_FIELDS:  # what was told was told
            del self.fields[name]
        field_of(self, "who").choices = [choice for choice in Who.choices if choice[0] != Who.NEW]
        if enquiry.person_id and not self._read(str(enquiry.person_id)):
            for name in ("who", "asked", "person"):  # somebody whom the reader must not know of
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "who" not in self.fields:
            data["person"] = cast("Enquiry", self.enquiry).person
            self.refuse_named_group(data)
        return data

    def _chosen(self, data: dict[str, Any]) -> Person | None:
        """Who is named already may stay named after the agreement has ended."""
        enquiry = cast("Enquiry", self.enquiry)
        if data.get("person") == str(enquiry.person_id):
            return enquiry.person
        return super()._chosen(data)


class VoidForm(forms.Form):
    """Why an enquiry does not count."""

    reason = forms.CharField(
        label=_("Why does it not count?"),
        max_length=300,
        help_text=_("For example: recorded twice. No names here."),
        error_messages={"required": _("Say why the enquiry does not count.")},
    )
