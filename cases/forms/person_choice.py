"""Whose enquiry it is: nobody's by name, somebody's on record, or somebody's who is about to be recorded."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Found, Person, find_people
from cases.permissions import can_work_with_person
from gai_portal.lib.formats import format_day
from gai_portal.lib.forms import needed


class Who(models.TextChoices):
    """Anonymous first."""

    ANONYMOUS = "anonymous", _("Anonymous")
    KNOWN = "known", _("On record already")
    NEW = "new", _("To be recorded now")


class WhoField(forms.ChoiceField):
    """Who chooses nothing has chosen to stay anonymous."""

    def clean(self, value: Any) -> Any:
        return super().clean(value or Who.ANONYMOUS)


class PersonChoice(forms.Form):
    """The part of a form that says whose matter it is. Nothing has to be chosen: then it is anonymous."""

    who = WhoField(
        label=_("Person at the desk"),
        choices=Who.choices,
        initial=Who.ANONYMOUS,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    asked = needed(
        _("unless chosen above"),
        forms.CharField(
            label=_("Name, telephone, document or number"),
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=_("In any spelling and order. You choose among those who are found."),
        ),
    )
    person = needed(
        _("choose, or search again"),
        forms.ChoiceField(label=_("Who is it?"), required=False, widget=forms.RadioSelect),
    )

    found: list[Found]  # what a search of this form has brought
    offered: list[Person]  # those whom it shows, found or chosen before

    def choose_among(self, user: User, chosen: str) -> None:
        """Offer the person who was chosen before, or who stands in the address."""
        self.reader = user
        self.found = []
        self._offer(self._read(chosen))

    def _read(self, pk: str) -> list[Person]:
        people = Person.objects.visible_to(self.reader).standing().select_related("office", "consent")
        return list(people.filter(pk=int(pk))) if pk.isdecimal() and len(pk) < 19 else []

    def _offer(self, people: list[Person]) -> None:
        self.offered = people
        said = [(str(person.pk), self._line(person)) for person in people]
        cast("Any", self.fields["person"]).choices = said
        self.offers_person = bool(said)

    def show_found(self, found: list[Found]) -> None:
        """Those who were found, to choose from. The only one who is exactly who was asked is chosen."""
        self.found = found
        self._offer([each.person for each in found])
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
        self.fields["person"].widget.attrs["autofocus"] = True
        sole = found[0] if len(found) == 1 else None
        if sole and sole.score == 1 and not sole.person.is_restricted:
            self.initial["person"] = str(sole.person.pk)

    @staticmethod
    def _line(person: Person) -> str:
        parts = [person.name, format_day(person.born_on), person.nationality_name, person.reference]
        return " · ".join(part for part in parts if part)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "who" not in self.fields:
            return data
        if data.get("who") != Who.KNOWN:
            data["person"] = None
        elif "person" not in self.errors:
            data["person"] = self._chosen(data)
        return data

    def _chosen(self, data: dict[str, Any]) -> Person | None:
        people = self._read(data.get("person") or "")
        if people and can_work_with_person(self.reader, people[0]):
            return people[0]
        if people:
            message = _("This agreement has ended. Renew it on the person's page, or record anonymously.")
            self.add_error("person", message)
        elif asked := (data.get("asked") or "").strip():
            self.found = find_people(self.reader, asked)
            self._offer([each.person for each in self.found])
            message = _("Choose the person.") if self.found else _("Nobody found. Choose another way.")
            self.add_error("person" if self.found else "asked", ValidationError(message))
        else:
            self.add_error("asked", _("Write whom you look for."))
        return None
