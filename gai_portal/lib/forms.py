"""Form fields that accept what people in a town hall write, and forms that overwrite nothing unseen."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import DecimalValidator, MinValueValidator
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.content import FALLBACK_LANGUAGE
from gai_portal.lib.formats import format_day, format_escudos, parse_escudos, parse_number
from gai_portal.lib.pasted import tidy, tidy_line

FIRST_YEAR, LAST_YEAR = 1800, 2200


def field_of(form: forms.BaseForm, name: str) -> Any:
    """A field of a form, of whatever kind it is: the type checker knows only that it is one."""
    return form.fields[name]


def needed(when: Any, field: Any) -> Any:
    """A field that is not always required, and says beside its label when it is."""
    field.needed = when
    return field


class EscudosField(forms.Field):
    """An amount in escudos: `1.500$00`, `1500` and `1 500,50` are all understood."""

    widget = forms.TextInput

    def __init__(self, *, max_digits: int = 14, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators += [MinValueValidator(0), DecimalValidator(max_digits, 2)]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        return parse_escudos(value) if isinstance(value, str) else Decimal(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):  # a draft in which the field stood twice
            value = value[-1] if value else None
        return value if isinstance(value, str) else format_escudos(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class NumberField(forms.CharField):
    """A number as people write it: 1234, 1.234, 1.500,00, 12,5."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, max_digits: int = 14, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(DecimalValidator(max_digits, 2))

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return parse_number(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class DayField(forms.DateField):
    """A day, picked or typed; a browser without a picker may send 12/03/2026."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        """No year that only a slip of the finger writes: databases reckon with the days beside it, too."""
        day = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("Check the year."))
        return day


class LineField(forms.CharField):
    """A text of one line, stored tidily. One that is too long comes back whole, with a message."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # a browser would cut it without a word

    def to_python(self, value: Any) -> str:
        return super().to_python(tidy_line(str(value or ""))) or ""


def languages_left_behind(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which languages still say what they said although the Portuguese text beside them was changed."""
    found = []
    for name in after:
        stem, _mark, language = name.rpartition("_")
        if language != FALLBACK_LANGUAGE or not before.get(name) or before[name] == after[name]:
            continue
        for code, called in settings.LANGUAGES:
            said = after.get(f"{stem}_{code}")
            if code != language and said and said == before.get(f"{stem}_{code}"):
                found.append(str(called))
    return list(dict.fromkeys(found))


class ProseField(forms.CharField):
    """A long text, stored tidily. A paste that is too long comes back whole, with a message; a browser
    would cut it.
    """

    max_length = 4_000  # characters, unless another limit is given

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", self.max_length)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> str:
        return super().to_python(tidy(str(value or ""))) or ""


class SeenForm(forms.ModelForm):
    """A row, with the fingerprint of what its editor read: nobody overwrites what they have not seen.

    To be validated and saved in one transaction. `differences` tells what a colleague has saved meanwhile.
    Of a new row nobody can have seen anything.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.fingerprint(self.instance)
        self.differences: list[tuple[str, str, str]] = []  # label, theirs, mine

    def fingerprint(self, row: Any) -> str:
        values = [row.serializable_value(name) for name in self._meta.fields or ()]
        return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:20]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            return data
        stored = type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)
        if data.get("seen") != self.fingerprint(stored):  # by a colleague, or by the same form sent twice
            self.differences = [
                (str(self[name].label), self._said(name, getattr(stored, name)), self._said(name, data[name]))
                for name in self._meta.fields or ()
                if name in data and getattr(stored, name) != data[name]
            ]
        if self.differences:
            self.data = MultiValueDict(self.data)  # the next time it may be saved: it has been seen
            self.data["seen"] = self.fingerprint(stored)
            problem = _(
                "Somebody else has changed this meanwhile. Compare both texts, then save yours or leave."
            )
            self.add_error(None, problem)
        return data

    def _said(self, name: str, value: Any) -> str:
        """A value as the form shows it: a choice by its label, a number as it is typed."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            value = dict(field.choices).get(value, value)  # type: ignore[arg-type]  # pairs, or groups
        elif isinstance(field, forms.BooleanField):
            value = _("yes") if value else _("no")
        elif isinstance(field, NumberField):
            value = field.prepare_value(value)
        elif isinstance(value, date):
            value = format_day(value)
        elif isinstance(value, time):
            value = f"{value:%H:%M}"
        return "" if value is None else str(value)
