"""What the national level writes on a card, and what a desk would change in it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy as _

from cases.models import (
    OWN_COLUMNS,
    TAKEN_OVER,
    WRITTEN,
    ChecklistItem,
    GuidanceVersion,
    Language,
    Topic,
    parts_of,
)
from cases.models.guidance import CHANGE_LIMIT, SUGGESTION_LIMIT, TEXT_LIMIT
from cases.services.guidance import mark_of
from gai_portal.lib.formats import format_cve, format_escudos, parse_escudos
from gai_portal.lib.forms import DayField, LineField, ProseField, SeenForm, needed
from gai_portal.lib.pasted import tidy, tidy_line
from gai_portal.lib.text import fold

MOST_FEES = 8
FEE_COLUMNS = (*(f"what_{code}" for code in OWN_COLUMNS), "amount")
FEE_LIMIT = 160  # characters of what a fee is for


class FeesWidget(forms.Widget):
    """A row for each fee, and empty ones below."""

    template_name = "cases/widgets/fees.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *({} for _row in range(2))]
        while len(rows) < 3:
            rows.append({})
        context["widget"]["rows"] = [
            {column: row.get(column, "") for column in FEE_COLUMNS} for row in rows[:MOST_FEES]
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        rows = [
            {column: str(data.get(f"{name}-{number}-{column}") or "") for column in FEE_COLUMNS}
            for number in range(MOST_FEES)
        ]
        return [row for row in rows if any(text.strip() for text in row.values())]

    def value_omitted_from_data(self, *args: Any) -> bool:
        return False


class FeesField(forms.Field):
    """What costs how much: kept in cents, shown and typed in escudos."""

    widget = FeesWidget

    def prepare_value(self, value: Any) -> Any:
        return [
            row if "amount" in row else row | {"amount": format_escudos(row["cents"] // 100)}
            for row in value or []
        ]

    def clean(self, value: Any) -> list[dict[str, Any]]:
        fees: list[dict[str, Any]] = []
        problems: list[str] = []
        for number, row in enumerate(value or [], start=1):
            words = {name: tidy_line(row[name]) for name in FEE_COLUMNS if name != "amount"}
            if not words["what_pt"] or max(map(len, words.values())) > FEE_LIMIT:
                said = gettext("Row %(number)s: say in few words what it is for, in Portuguese.")
                problems.append(said % {"number": number})
            try:
                cents = int(parse_escudos(row["amount"]) * 100)
            except forms.ValidationError as error:
                said = gettext("Row %(number)s: %(problem)s")
                problems.append(said % {"number": number, "problem": error.messages[0]})
            else:
                fees.append(words | {"cents": cents})
        if problems:
            raise forms.ValidationError(problems)
        return fees


class OtherTextsWidget(forms.Widget):
    """A text for each further language of the desks."""

    template_name = "cases/widgets/other_texts.html"
    use_fieldset = True
    languages: Mapping[str, str] = {}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        texts = value or {}
        context["widget"]["texts"] = [
            (code, language, texts.get(code, "")) for code, language in self.languages.items()
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        texts = {code: str(data.get(f"{name}-{code}") or "") for code in self.languages}
        return {code: text for code, text in texts.items() if text.strip()}

    def value_omitted_from_data(self, *args: Any) -> bool:
        return False


class OtherTextsField(forms.Field):
    widget = OtherTextsWidget

    def clean(self, value: Any) -> dict[str, str]:
        texts = {code: tidy(text) for code, text in (value or {}).items()}
        if any(len(text) > TEXT_LIMIT for text in texts.values()):
            raise forms.ValidationError(_("Write %(number)s characters at most.") % {"number": TEXT_LIMIT})
        return texts


def tidy_formfield(column: models.Field, **kwargs: Any) -> Any:
    """Texts are tidied, and never cut by the browser."""
    if isinstance(column, models.TextField):
        kwargs["form_class"] = ProseField
    return column.formfield(**kwargs)


class GuidanceForm(SeenForm):
    """The draft of a card, Portuguese first. Nobody overwrites what a colleague wrote meanwhile."""

    fees = FeesField(
        label=_("Fees"), required=False, help_text=_("What it is for, and how much: 1.500$00. 0 is free.")
    )
    other_texts = OtherTextsField(label=_("What to say, in further languages"), required=False)

    class Meta:
        model = GuidanceVersion
        fields = WRITTEN
        formfield_callback = tidy_formfield
        help_texts: ClassVar[dict[str, Any]] = {
            "say_pt": _(
                "As it is said at the desk, in short sentences. Each line of a list begins with a hyphen."
            ),
            "legal_basis": _("Laws as they are called in Portuguese."),
            "source": _("Where it can be checked. Shown to the national level only."),
        }

    def __init__(self, *args: Any, initial: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=dict(initial or {}), **kwargs)
        fields: Any = self.fields
        fields["say_pt"].required = True
        for name, field in fields.items():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 8 if name == "say_pt" else 4
            if name.endswith(tuple(f"_{code}" for code in OWN_COLUMNS)):
                field.widget.attrs["lang"] = name[-2:]
        languages = Language.objects.exclude(pk__in=OWN_COLUMNS)
        asked = [row for row in languages if row.is_active or row.pk in self.instance.other_texts]
        fields["other_texts"].widget.languages = {row.code: str(row) for row in asked}
        if initial:  # a draft of what was being typed, seen when it was typed
            self.initial["seen"] = initial.get("seen", "")
            for name in ("fees", "other_texts"):
                self.initial[name] = fields[name].widget.value_from_datadict(initial, {}, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        typed = GuidanceVersion(**{name: data[name] for name in ("fees", "other_texts") if name in data})
        stored = GuidanceVersion.objects.get(pk=self.instance.pk) if self.differences else typed
        labels = {str(self[name].label): name for name in ("fees", "other_texts")}
        self.differences = [
            (label, words_of(stored, labels[label]), words_of(typed, labels[label]))
            if label in labels
            else (label, theirs, mine)
            for label, theirs, mine in self.differences
        ]
        return data


def words_of(version: GuidanceVersion, name: str) -> str:
    """A part of what a version says, as text to read and to compare."""
    if name == "fees":
        return "\n".join(
            f"{' / '.join(filter(None, fee[:3]))}: {format_cve(fee.amount)}" for fee in version.fee_rows()
        )
    if name in TAKEN_OVER:
        rows = parts_of(version, version.guidance.topic)[name]
        return "\n".join(line for row in rows for line in _lines(row))
    if name == "other_texts":
        return "\n\n".join(f"{code}: {text}" for code, text in sorted(version.other_texts.items()))
    return getattr(version, name)


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    """A deadline; or a checklist with its caution and, a line each, its documents."""
    for field in ("name", "caution"):
        if words := " / ".join(filter(None, (row.get(f"{field}_{code}") for code in OWN_COLUMNS))):
            yield words
    for item in row.get("items", []):
        yield f"- {' '.join(_lines(item))} ({ChecklistItem.Required(item['required']).label})"


class ReviewForm(forms.Form):
    """When the card is to be looked at again."""

    review_by = DayField(label=_("Next review"))


class PublishForm(ReviewForm):
    """Whether people have to be told again, and when the card is to be looked at again."""

    seen = forms.CharField(widget=forms.HiddenInput)
    is_material = forms.BooleanField(
        label=_("What people were told before is no longer right"),
        required=False,
        help_text=_("Choose it for another fee, document, deadline or place, not for better wording."),
    )
    change_pt = LineField(
        label=_("What has changed, in one sentence (Portuguese)"),
        required=False,
        max_length=CHANGE_LIMIT,
        widget=forms.TextInput(attrs={"lang": "pt"}),
        help_text=_("The desks read it. Needed when people were told something that is no longer right."),
    )
    accepts_outdated = forms.BooleanField(
        required=False,
        help_text=_("The card says so in these languages, and shows the Portuguese text beside it."),
    )

    def __init__(
        self, *args: Any, draft: GuidanceVersion, left_behind: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = mark_of(draft)
        if draft.number == 1:
            del self.fields["is_material"], self.fields["change_pt"]
        else:
            needed(_("for a material change"), self.fields["change_pt"])
        if languages := ", ".join(left_behind):
            label = _("Publish although these languages are out of date: {languages}")
            self.fields["accepts_outdated"].label = label.format(languages=languages)
        else:
            del self.fields["accepts_outdated"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_material") and not data.get("change_pt") and "change_pt" not in self.errors:
            self.add_error("change_pt", _("Say in one sentence what has changed."))
        if data.get("is_material") and data.get("accepts_outdated") is False:
            said = _("Translate first, or accept that these languages are out of date.")
            self.add_error("accepts_outdated", said)
        return data

    def show_again(self, draft: GuidanceVersion) -> None:
        """A colleague has written in it meanwhile: keep what was typed here, to be sent for the new text."""
        self.data = MultiValueDict(self.data)
        self.data["seen"] = mark_of(draft)
        self.add_error(None, _("A colleague has changed the draft meanwhile. Read it again below."))


class CardsForm(forms.Form):
    """A file with cards; once it was read, its text goes along with the comparison."""

    LARGEST: ClassVar[int] = 1024 * 1024  # bytes

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text=_("YAML, as it is downloaded above. A field that is left out stays as it is."),
        error_messages={"required": _("Choose the file.")},
    )
    content = forms.CharField(required=False, strip=False, max_length=LARGEST, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("content")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if file and file.size > self.LARGEST:
            self.add_error("file", _("This file is larger than 1 MB."))
        elif file:
            try:
                data["content"], data["seen"] = file.read().decode("utf-8-sig"), ""
            except UnicodeDecodeError:
                self.add_error("file", _("this is not a text in UTF-8"))
        return data


class SuggestionForm(forms.Form):
    text_pt = ProseField(
        label=_("What should be different?"),
        max_length=SUGGESTION_LIMIT,
        rows=6,
        help_text=_("What is wrong or missing, and how you know. Nobody's name, number or document."),
        error_messages={"required": _("Write what should be different.")},
    )


class AnswerForm(forms.Form):
    answer_pt = ProseField(
        label=_("Answer"),
        max_length=SUGGESTION_LIMIT,
        rows=4,
        help_text=_("What becomes of it, and why. The office reads it."),
        error_messages={"required": _("Write an answer.")},
    )


class CardState(models.TextChoices):
    """What somebody who keeps the cards looks for."""

    ALL = "", _("All")
    OVERDUE = "overdue", _("Review overdue")
    DRAFT = "draft", _("With a draft")
    MISSING = "missing", _("Without a card")
    SUGGESTED = "suggested", _("With a suggestion")
    PARTS = "parts", _("Documents or deadlines changed since")


class CardFilter(forms.Form):
    """The search and filter of the list of cards. What cannot be understood is left out."""

    q = forms.CharField(
        label=_("Topic"), required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=CardState.choices)

    def finds(self, topic: Topic) -> bool:
        """Whether every word of the search stands in the topic's names or code, whatever its accents."""
        return all(word in searchable(topic) for word in fold(self.cleaned_data.get("q", "")).split())


def searchable(topic: Topic) -> str:
    rows = [topic, topic.parent] if topic.parent else [topic]
    return fold(" ".join(f"{row.code} {row.name_pt} {row.name_en} {row.name_fr}" for row in rows))
