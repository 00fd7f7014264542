"""What an officer writes about an appointment, and how the agenda is chosen."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms.fields import colleagues
from cases.models import Appointment, Case, Person
from cases.models.cases import TITLE_LIMIT
from cases.permissions import can_work_with_person
from gai_portal.lib.forms import DayField, LineField, needed
from municipalities.models import Office, Partner

SHORTEST, LONGEST, USUAL = 5, 480, 30  # minutes
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
FARTHEST = timedelta(days=366)
ONE_OF_TWO = _("a number, a few words, or both")


class WhenForm(forms.Form):
    """When, where, with which other service, and who receives."""

    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)
    day = DayField(label=_("Day"))
    hour = forms.TimeField(label=_("Hour"), widget=CLOCK)
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=SHORTEST, max_value=LONGEST, initial=USUAL, step_size=5
    )
    place = LineField(
        label=_("Place"), required=False, max_length=120, help_text=_("Only if it is not at the office.")
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(), label=_("Together with"), required=False, empty_label="–"
    )
    assigned_to = forms.ModelChoiceField(
        User.objects.none(), label=_("Who receives"), empty_label=_("Nobody in particular"), required=False
    )

    def __init__(self, *args: Any, user: User, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.offices = user, offices
        fields = cast("Any", self.fields)
        fields["partner"].queryset = Partner.objects.filter(is_active=True)
        fields["assigned_to"].queryset = colleagues(offices, also=self.initial.get("assigned_to"))
        if len(offices) == 1:
            del self.fields["office"]
        else:
            fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])

    @property
    def chosen_office(self) -> Office:
        return self.cleaned_data.get("office") or self.offices[0]

    def clean_day(self) -> date:
        day, today = self.cleaned_data["day"], timezone.localdate()
        if day != self.initial.get("day") and day < today:
            raise forms.ValidationError(_("This day is past."))
        if day > today + FARTHEST:
            raise forms.ValidationError(_("Choose a day within the next year."))
        return day

    def moment(self, hour: str) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data[hour]))

    def content(self) -> dict[str, Any]:
        """What the form says, as cases.services wants it."""
        data = self.cleaned_data
        starts_at = self.moment("hour")
        return {
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=data["minutes"]),
            **{name: data[name] for name in ("place", "partner", "assigned_to")},
        }


class AppointmentForm(WhenForm):
    """One appointment: for a case, for somebody on record, or for somebody known by a few words."""

    field_order = ("record", "title", "office", "day", "hour", "minutes")

    record = needed(
        ONE_OF_TWO,
        LineField(
            label=_("Case or person, by number"),
            required=False,
            max_length=40,
            help_text=_("For example: the number of the case, or of somebody's record."),
        ),
    )
    title = needed(
        ONE_OF_TWO,
        LineField(
            label=_("For whom or what"),
            required=False,
            max_length=TITLE_LIMIT,
            help_text=_("A few words by which you know them. No names, phone numbers or documents here."),
        ),
    )

    def clean_record(self) -> Case | Person | None:
        """What the reader may see; what is not theirs is as unknown as what is not there."""
        text = self.cleaned_data["record"].strip()
        if not text:
            return None
        found = self._case(text) or self._person(text)
        if found is None:
            raise forms.ValidationError(_("You have no case and nobody on record with this number."))
        return found

    def _case(self, text: str) -> Case | None:
        cases = Case.objects.visible_to(self.user).filter(office__in=self.offices)
        return (
            cases.select_related("office", "person__office", "person__consent")
            .filter(number__iexact=text)
            .first()
        )

    def _person(self, text: str) -> Person | None:
        code, _sign, number = text.upper().rpartition("-P")
        if not number.isdecimal() or len(number) > 18:
            return None
        people = Person.objects.visible_to(self.user).standing().filter(office__in=self.offices)
        people = people.select_related("office", "consent")
        person = people.filter(office__code__iexact=code, pk=int(number)).first()
        if person is not None and not can_work_with_person(self.user, person):
            raise forms.ValidationError(_("This agreement has ended. Renew it on the person's page."))
        return person

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.needs_somebody and not self.errors and not (data["record"] or data["title"]):
            self.add_error("title", _("Write for whom it is, or give a number."))
        return data

    needs_somebody = True

    def content(self) -> dict[str, Any]:
        record = self.cleaned_data["record"]
        return super().content() | {
            "title": self.cleaned_data["title"],
            "case": record if isinstance(record, Case) else None,
            "person": record if isinstance(record, Person) else None,
        }


class EditAppointmentForm(AppointmentForm):
    """The same, put right. A free slot may stay free."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        starts_at = timezone.localtime(appointment.starts_at)
        record = appointment.case or appointment.person
        initial = {
            "record": record.reference if record else "",
            "day": starts_at.date(),
            "hour": starts_at.time(),
            "partner": appointment.partner_id,
            "assigned_to": appointment.assigned_to_id,
            **{name: getattr(appointment, name) for name in ("title", "minutes", "place", "version")},
        }
        super().__init__(*args, offices=[appointment.office], initial=initial, **kwargs)
        self.needs_somebody = not appointment.is_free
        if appointment.is_free:
            for name in ("record", "title"):
                cast("Any", self.fields[name]).needed = ""


class JointDayForm(WhenForm):
    """A day at one place with another service: how long it is, and how long each takes."""

    until = forms.TimeField(label=_("Until"), widget=CLOCK)

    field_order = ("office", "day", "hour", "until", "minutes", "place", "partner", "assigned_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hour"].label = _("From")
        self.fields["minutes"].label = _("Minutes for each")
        self.fields["place"].help_text = ""
        self.fields["place"].required = True


class AgendaFilter(forms.Form):
    """Which days, and whose. What cannot be understood counts as today, and one's own."""

    day = DayField(label=_("Day"), required=False)
    span = forms.ChoiceField(
        label=_("Show"), choices=[("", _("One day")), ("week", _("The week"))], required=False
    )
    whose = forms.ChoiceField(
        label=_("Whose"), choices=[("", _("Everybody's")), ("mine", _("Mine, and nobody's"))], required=False
    )

    def days(self) -> tuple[date, date]:
        self.is_valid()
        day = self.cleaned_data.get("day") or timezone.localdate()
        if self.cleaned_data.get("span") != "week":
            return day, day
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)

    @property
    def is_week(self) -> bool:
        return self.cleaned_data.get("span") == "week"

    @property
    def is_mine(self) -> bool:
        return self.cleaned_data.get("whose") == "mine"
