"""Taking over an office's old list, step by step."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from cases.models import EnquiryImport
from cases.services.import_columns import HIDDEN, field_labels, is_free_text
from cases.services.import_values import ALWAYS, Asked, How, Lists
from municipalities.models import Office

MB = 1_000_000  # bytes
ASKED_AT_ONCE = 50
NOTHING = "-"  # an answer, too
YES = "yes"  # it means what we guess


class ListForm(forms.Form):
    """The file with an office's old list."""

    office = forms.ModelChoiceField(Office.objects.none(), label=gettext_lazy("Office"), empty_label=None)
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={
            "required": gettext_lazy("Choose the file with the list."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices = offices
        fields = cast("Any", self.fields)
        fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        if len(offices) == 1:
            del self.fields["office"]
        fields["file"].help_text = _(
            "A workbook (.xlsx) or CSV file with one row for each enquiry: at most {rows} rows and {mb} MB."
        ).format(rows=f"{settings.IMPORT_ROWS:_}".replace("_", " "), mb=settings.IMPORT_MB)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MB * MB:
            problem = _("The file is larger than {limit} MB. Send the list in parts, or without pictures.")
            raise forms.ValidationError(problem.format(limit=settings.IMPORT_MB))
        return file

    def office_of_list(self) -> Office:
        return cast("Office", self.cleaned_data.get("office") or self.offices[0])


class ColumnsForm(forms.Form):
    """What each column of the list holds."""

    def __init__(self, *args: Any, source: EnquiryImport, samples: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        leave, leave_text = _("Leave it out"), _("Leave it out: free text can name somebody")
        kept = [column for column in source.columns if not column["why"]]
        for number, (column, texts) in enumerate(zip(kept, samples, strict=True)):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=column["heading"],
                choices=[
                    (NOTHING, leave_text if is_free_text(column["heading"]) else leave),
                    *field_labels().items(),
                ],
                initial=column["field"] or NOTHING,
                help_text=" · ".join(texts) or _("Nothing stands in it."),
            )

    def chosen(self) -> list[str]:
        return [_answer(self.cleaned_data[name]) for name in self.fields]


class MeaningsForm(forms.Form):
    """What each word of the list is taken for. A guess counts for nothing until somebody says yes."""

    def __init__(self, *args: Any, asked: list[Asked], lists: Lists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.asked = {f"{one.field}:{one.text}": one for one in asked[:ASKED_AT_ONCE]}
        choices = {name: _choices(name, lists) for name in {one.field for one in self.asked.values()}}
        labels = field_labels()
        for number, (name, one) in enumerate(self.asked.items()):
            nothing = _("Leave these rows out") if one.field in ALWAYS else _("not stated")
            offered = [(NOTHING, nothing), *choices[one.field]]
            if one.how == How.GUESS:
                name_of_guess = lists.names[one.field][one.code]
                asking, yes = _("{name}: is it this?"), _("Yes: {name}")
                offered = [
                    ("", asking.format(name=name_of_guess)),
                    (YES, yes.format(name=name_of_guess)),
                    *offered,
                ]
            self.fields[name] = forms.ChoiceField(
                label=f"{labels[one.field]}: {_shown(one)}",
                choices=offered,
                initial="" if one.how == How.GUESS else one.code or NOTHING,
                help_text=str(one.number),
                # A word may hold anything; an id may not.
                widget=forms.Select(
                    attrs={"id": f"meaning-{number}", "aria-describedby": f"told-{number} wrong-{number}"}
                ),
                error_messages={"required": _("Say yes to what we guess, or choose what it means.")},
            )

    def questions(self) -> list[tuple[forms.BoundField, Asked]]:
        """Each field with the word that it is about."""
        return [(self[name], one) for name, one in self.asked.items()]

    def meanings(self) -> list[tuple[str, str, str]]:
        said = ((one, self.cleaned_data[name]) for name, one in self.asked.items())
        return [(one.field, one.text, one.code if chosen == YES else _answer(chosen)) for one, chosen in said]


class RecordForm(forms.Form):
    """The last word before a list is recorded."""

    knows = forms.BooleanField(
        label=gettext_lazy("I have read what this changes in the published statistics"),
        error_messages={
            "required": gettext_lazy("Read what this changes in the published statistics, and tick the box.")
        },
    )


def _shown(one: Asked) -> str:
    if one.shown == HIDDEN:
        return _("emptied, because it held a number or an address")
    return f"“{one.shown[:60]}”" if one.text else _("where nothing is said")


def _answer(chosen: str) -> str:
    return "" if chosen == NOTHING else chosen


def _choices(name: str, lists: Lists) -> list[Any]:
    if name != "topic":
        return list(lists.names[name].items())
    groups: dict[str, list[tuple[str, str]]] = {}
    for topic in lists.topics.values():
        groups.setdefault(str(topic.parent or topic), []).append((topic.code, str(topic)))
    return list(groups.items())
