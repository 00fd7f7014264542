"""Which of two records stays, and what of each."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Person
from cases.permissions import can_merge_people
from cases.services.merging import CHOSEN
from gai_portal.lib.countries import nationality_name
from gai_portal.lib.formats import format_day


class MergeForm(forms.Form):
    """Two records of one person: the one that stays, and where they differ whose word counts."""

    kept = forms.TypedChoiceField(
        label=_("Which record stays?"),
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("Its agreement counts. Enquiries, cases and all the rest of the other one move to it."),
    )

    def __init__(self, *args: Any, people: tuple[Person, Person], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        first, second = people
        can_stay = [
            one for one, other in (people, (second, first)) if can_merge_people(by, kept=one, gone=other)
        ]
        kept = cast("Any", self.fields["kept"])
        kept.choices = [(one.pk, f"{one.reference}, {one.name}") for one in can_stay]
        kept.initial = can_stay[0].pk if can_stay else None
        for name in CHOSEN:
            values = [getattr(person, name) for person in people]
            if all(values) and values[0] != values[1]:
                self.fields[name] = forms.TypedChoiceField(
                    label=label_of(name),
                    coerce=int,
                    choices=[(person.pk, shown(person, name)) for person in people],
                    initial=kept.initial,
                    # The row of the table is what the buttons are about.
                    widget=forms.RadioSelect(attrs={"aria-describedby": f"row_{name}"}),
                )
        for person in people:
            self.fields[f"version_{person.pk}"] = forms.IntegerField(
                initial=person.version, widget=forms.HiddenInput
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """What each of the two says, field by field; where they differ, each with its button."""
        for name in CHOSEN:
            label = label_of(name)
            values = [shown(person, name) for person in self.people]
            if name in self.fields:
                radios = zip(self.people, self[name], strict=True)
                yield {"id": f"row_{name}", "label": label, "radios": radios, "errors": self[name].errors}
            elif any(values):
                yield {"label": label, "cells": zip(self.people, values, strict=True)}

    def choice(self) -> dict[str, Any]:
        """As services.merging wants it."""
        data = self.cleaned_data
        gone = next(person for person in self.people if person.pk != data["kept"])
        kept = next(person for person in self.people if person.pk == data["kept"])
        seen: Mapping[int, int] = {person.pk: data[f"version_{person.pk}"] for person in self.people}
        return {
            "kept": kept,
            "gone": gone,
            "take": [name for name in CHOSEN if data.get(name) == gone.pk],
            "seen": seen,
        }


def label_of(name: str) -> str:
    column: Any = Person._meta.get_field(name)
    return capfirst(str(column.verbose_name))


def shown(person: Person, name: str) -> str:
    value = getattr(person, name)
    match name:
        case "born_on":
            return format_day(value)
        case "sex":
            return str(person.get_sex_display())
        case "nationality":
            return nationality_name(value)
        case _:
            return str(value or "")
