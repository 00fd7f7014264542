"""What most contacts do not need and some do: the folded part of the desk's form."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from cases.models import (
    LARGEST_GROUP,
    LONGEST,
    MORE_FIELDS,
    SMALLEST_GROUP,
    Enquiry,
    Interpreter,
    ReferenceRow,
    RequesterType,
    Topic,
)
from gai_portal.lib.forms import DayField, LineField
from gai_portal.lib.kept import kept

MOST_FURTHER = 5  # topics or languages beside the main one


class SeveralField(forms.TypedMultipleChoiceField):
    """Some entries of a list, as codes in the list's order. js/combobox.js makes it a field to type in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"].attrs |= {"data-combobox": "", "data-remove": _("Remove: TEXT"), "size": 6}
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        chosen = set(super().clean(value))
        if len(chosen) > MOST_FURTHER:
            raise forms.ValidationError(_("Choose %(number)s at most.") % {"number": MOST_FURTHER})
        return tuple(code for code in self._codes() if code in chosen)

    def _codes(self) -> list[str]:
        codes: list[str] = []
        for code, shown in cast("Any", self.choices):
            codes += [entry for entry, _name in shown] if isinstance(shown, list | tuple) else [code]
        return codes


class NumberField(forms.IntegerField):
    """A count that is refused in words when it is impossible; no arrows that a scroll wheel could turn."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short", "autocomplete": "off"})

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        kwargs["error_messages"] = {"invalid": _("Write a whole number.")}
        super().__init__(required=False, **kwargs)
        said = _("Between %(least)s and %(most)s.") % {"least": least, "most": most}
        self.validators += [MinValueValidator(least, said), MaxValueValidator(most, said)]


class MoreFields(forms.Form):
    """All of it optional. The main topic is the form's own; here are the others."""

    further_topics = SeveralField(
        label=_("Further topics"),
        widget=forms.SelectMultiple(attrs={"data-words-of": "topic"}),
        help_text=_("What else it was about. The published figures count the main topic."),
    )
    requester = forms.TypedChoiceField(label=_("Who asks"), required=False, empty_value=None)
    minutes = NumberField(
        label=_("Duration in minutes"), least=1, most=LONGEST, help_text=_("About: 5, 15, 30, 60.")
    )
    further_languages = SeveralField(
        label=_("Further languages"),
        widget=forms.SelectMultiple(),
        help_text=_("Beside the one above."),
    )
    interpreter = forms.ChoiceField(
        label=_("Interpreter"), required=False, choices=[("", _("Not needed")), *Interpreter.choices]
    )
    people = NumberField(
        label=_("People in the group"),
        least=SMALLEST_GROUP,
        most=LARGEST_GROUP,
        help_text=_("A session for several people is one enquiry. How many came stays in the office."),
    )
    place = LineField(
        label=_("Place"),
        required=False,
        max_length=120,
        help_text=_("Away from the desk: a community, a school, a market. Nobody's home."),
    )
    day = DayField(label=_("Date"), required=False, help_text=_("Empty: today."))
    hour = forms.TimeField(
        label=_("Time"),
        required=False,
        help_text=_("Empty: now; noon on another day."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    case_number = forms.CharField(
        label=_("Number of the case"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input-medium", "autocomplete": "off"}),
        help_text=_("When it is part of one. In full, or only its last part for a case of this year."),
    )

    def offer_more(self, topics: dict[str, Topic], enquiry: Enquiry | None) -> None:
        """The entries of the lists; what a recorded enquiry names already is offered although out of use."""
        fields = cast("Any", self.fields)

        def by_group() -> list[tuple[str, list[tuple[str, str]]]]:
            groups: dict[str, list[tuple[str, str]]] = {}
            for code, topic in topics.items():
                groups.setdefault(str(topic.parent or topic), []).append((code, str(topic)))
            return list(groups.items())

        fields["further_topics"].valid_value = topics.__contains__
        fields["further_topics"].choices = by_group  # asked for when the list is shown
        used = enquiry.requester_id if enquiry else None
        rows = {code: row for code, row in kept(RequesterType).items() if row.is_active or code == used}
        fields["requester"].coerce = rows.__getitem__
        fields["requester"].choices = [("", "–"), *((code, str(row)) for code, row in rows.items())]

    def offer_languages(self, languages: Mapping[str, ReferenceRow]) -> None:
        field = cast("Any", self.fields["further_languages"])
        field.choices = [(code, str(row)) for code, row in languages.items()]

    def says_more(self) -> bool:
        """Whether the folded part has to be open: something stands there, or is wrong."""
        names = {*MORE_FIELDS, "day", "hour", "case_number"} & self.fields.keys()
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        topic = data.get("topic")
        if topic and data.get("further_topics"):
            data["further_topics"] = tuple(code for code in data["further_topics"] if code != topic.pk)
        if (language := data.get("language")) and data.get("further_languages"):
            data["further_languages"] = tuple(
                code for code in data["further_languages"] if code != language.pk
            )
        self.refuse_named_group(data)
        return data

    def refuse_named_group(self, data: dict[str, Any]) -> None:
        if data.get("people") and data.get("person"):
            self.add_error(
                "people", _("A group is recorded without a name. Record the person's own enquiry.")
            )
