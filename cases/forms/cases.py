"""What an officer writes in a case."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.forms.fields import NoteField, TopicSelect, colleagues
from cases.forms.person_choice import PersonChoice, Who
from cases.models import (
    NOTE_LIMIT,
    Appointment,
    Case,
    CaseNote,
    CaseQuerySet,
    ChecklistItem,
    DeadlineRule,
    FollowUp,
    Outcome,
    Referral,
    Topic,
)
from cases.models.cases import TITLE_LIMIT
from cases.services.deadlines import KnownDeadline
from cases.services.desk import GONE
from cases.workflow import RUNNING_STATES, CaseState
from gai_portal.lib.formats import format_day
from gai_portal.lib.forms import DayField, LineField, needed
from gai_portal.lib.scans import Scan, checked_scan
from gai_portal.lib.text import fold
from municipalities.models import Office

STAYS = _("what is not ticked stays as it is")


class CaseFilter(forms.Form):
    """The list's search and filters. What cannot be understood is told and left out."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_("Number, or words of what it is about."),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Not closed")), *CaseState.choices, ("all", _("All"))],
    )
    mine = forms.BooleanField(label=_("Only mine"), required=False)

    def apply(self, cases: CaseQuerySet, user: User) -> CaseQuerySet:
        if "q" in self.errors:  # else everything would look like what was found
            return cases.none()
        asked = self.cleaned_data
        state = asked.get("state") or ""
        if state == "":
            cases = cases.filter(state__in=RUNNING_STATES)
        elif state != "all":
            cases = cases.filter(state=state)
        if asked.get("mine"):
            cases = cases.filter(assigned_to=user)
        if text := asked.get("q"):
            words = fold(text).split()
            found = Q(*[Q(title__fold__contains=word) for word in words]) if words else Q(pk=None)
            cases = cases.filter(found | Q(number__icontains=text.strip()))
        return cases


class CaseForm(forms.Form):
    """What a case is about."""

    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("Topic"),
        empty_label=_("Choose"),
        widget=TopicSelect(attrs={"data-combobox": ""}),
    )
    title = LineField(
        label=_("What it is about"),
        max_length=TITLE_LIMIT,
        help_text=_("A few words for the list. No names, phone numbers or documents here."),
    )
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=Case.Priority.choices,
        initial=Case.Priority.NORMAL,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
    )
    is_restricted = forms.BooleanField(
        label=_("Restricted: few may read it"),
        required=False,
        help_text=_("Only you, the assigned officer, and a coordinator who gives a reason."),
    )

    def __init__(self, *args: Any, offices: Sequence[Office], topic: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        offered = Q(is_active=True, children=None) | Q(pk=topic)
        topics = Topic.objects.filter(offered).distinct().select_related("parent")
        fields["topic"].queryset = topics
        fields["topic"].widget.topics = {topic.pk: topic for topic in topics}
        if len(offices) == 1:
            del self.fields["office"]
        else:
            fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])

    def content(self) -> dict[str, Any]:
        """What the form says, as cases.services wants it."""
        return {name: self.cleaned_data[name] for name in ("topic", "title", "priority", "is_restricted")}


class EditCaseForm(CaseForm):
    """The same, put right."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        initial = {name: getattr(case, name) for name in ("title", "priority", "is_restricted", "version")}
        initial["topic"] = case.topic_id
        super().__init__(*args, offices=[case.office], topic=case.topic_id, initial=initial, **kwargs)


class FilingForm(forms.Form):
    """Which case a contact is part of."""

    number = forms.CharField(
        label=_("Number of the case"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("In full, or only its last part for a case of this office and year."),
    )

    def __init__(self, *args: Any, cases: CaseQuerySet, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cases, self.office = cases, office

    def clean_number(self) -> Case:
        return case_of_number(self.cleaned_data["number"], self.cases, self.office)


def case_of_number(text: str, cases: CaseQuerySet, office: Office) -> Case:
    """The case of a typed number, or of its last part; one that is not in `cases` is as unknown as none."""
    found = cases.numbered(text, [office.code], timezone.localdate().year).first()
    if found is None:
        raise forms.ValidationError(_("You have no case with this number that is not closed."))
    return found


class CaseActForm(forms.Form):
    """One thing that is done with a case."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.offer(cast("Any", self.fields))

    def offer(self, fields: Any) -> None:
        """What there is to choose from in this case."""


class WordsForm(CaseActForm):
    """Words about a case, which may tell of whom the page showed: refused when these were erased since."""

    whose = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("Any", self.fields)["whose"].initial = self._standing()

    def _standing(self) -> int | None:
        person = self.case.person
        return person.pk if person is not None and person.erased_at is None else None

    def clean(self) -> dict[str, Any]:
        whose = self.cleaned_data.pop("whose", None)
        if whose is not None and whose != self._standing():
            data: Any = self.data
            self.data = again = data.copy()
            again["whose"] = ""  # once told, somebody may save what is left
            raise forms.ValidationError(GONE)
        return self.cleaned_data


class CaseNoteForm(WordsForm):
    text = NoteField(label=_("What was done or learnt?"), max_length=NOTE_LIMIT)
    help_given = forms.ChoiceField(
        label=_("Kind of help"), required=False, choices=[("", "–"), *CaseNote.Help.choices]
    )


class WaitCaseForm(WordsForm):
    what = LineField(
        label=_("For whom or what does it wait?"),
        required=False,
        max_length=TITLE_LIMIT,
        help_text=_("No names, phone numbers or documents here."),
    )
    until = DayField(
        label=_("When do you ask again?"), required=False, help_text=_("It comes up under Today on that day.")
    )


def _to_end(model: Any, label: Any) -> forms.Field:
    """What would go on although the case is closed: what is ticked ends with it."""
    rows = forms.ModelMultipleChoiceField(
        model.objects.none(), label=label, required=False, widget=forms.CheckboxSelectMultiple
    )
    return needed(STAYS, rows)


class CloseCaseForm(WordsForm):
    outcome = forms.ModelChoiceField(
        Outcome.objects.filter(is_active=True, closes=True), label=_("Outcome"), empty_label=_("Choose")
    )
    reason = NoteField(label=_("How did it end?"), max_length=NOTE_LIMIT)
    appointments = _to_end(Appointment, _("Call off these appointments"))
    referrals = _to_end(Referral, _("Withdraw these referrals: the partner sees them no longer"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def offer(self, fields: Any) -> None:
        """What would go on although the case is closed, for each to be ended or left."""
        expected = Appointment.objects.visible_to(self.user).filter(case=self.case).planned()
        open_ones = Referral.objects.visible_to(self.user).of_case(self.case).open()
        for name, rows in (("appointments", expected), ("referrals", open_ones.with_names())):
            fields[name].queryset = rows
            fields[name].choices = [(row.pk, _said_of(row)) for row in rows]
            if not fields[name].choices:
                del fields[name]


class ReopenCaseForm(WordsForm):
    reason = NoteField(label=_("Why is it taken up again?"), max_length=NOTE_LIMIT)


class AssignCaseForm(CaseActForm):
    assigned_to = forms.ModelChoiceField(
        User.objects.none(), label=_("Assigned to"), empty_label=_("Nobody in particular"), required=False
    )

    def offer(self, fields: Any) -> None:
        fields["assigned_to"].queryset = colleagues([self.case.office])
        fields["assigned_to"].initial = self.case.assigned_to_id


class FollowUpFields(forms.Form):
    """What is to be done, by when, and by whom."""

    title = LineField(
        label=_("What is to be done?"),
        max_length=TITLE_LIMIT,
        help_text=_("No names, phone numbers or documents here."),
    )
    due_on = DayField(label=_("By when?"))
    assigned_to = forms.ModelChoiceField(
        User.objects.none(), label=_("Assigned to"), empty_label=_("Nobody in particular"), required=False
    )

    def offer_colleagues(self, office: Office, assigned_to: int | None) -> None:
        field = cast("Any", self.fields["assigned_to"])
        field.queryset, field.initial = colleagues([office], also=assigned_to), assigned_to


class CaseFollowUpForm(FollowUpFields, CaseActForm):
    def offer(self, fields: Any) -> None:
        self.offer_colleagues(self.case.office, self.case.assigned_to_id)


class NewFollowUpForm(FollowUpFields):
    """Something to do outside a case."""

    field_order = ("title", "due_on", "office", "assigned_to")
    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)

    def __init__(self, *args: Any, offices: Sequence[Office], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        fields["assigned_to"].queryset = colleagues(offices)
        fields["assigned_to"].initial = user.pk
        if len(offices) == 1:
            del self.fields["office"]


class EditFollowUpForm(FollowUpFields):
    """The same, put right."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(follow_up, name) for name in ("title", "due_on", "version")}
        super().__init__(*args, **kwargs)
        self.offer_colleagues(follow_up.office, follow_up.assigned_to_id)


class CaseDocumentForm(CaseActForm):
    title = LineField(
        label=_("What paper is it?"), max_length=TITLE_LIMIT, help_text=_("For example: rental contract.")
    )
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})
    )

    def offer(self, fields: Any) -> None:
        fields["file"].help_text = _(
            "A PDF of up to {pdf} MB, or a JPEG or PNG picture of up to {picture} MB, which is made smaller."
        ).format(pdf=settings.DOCUMENT_PDF_MB, picture=settings.DOCUMENT_MB)

    def clean_file(self) -> Scan:
        """Looked at here, before anything in the database waits for it."""
        sent = self.cleaned_data["file"]
        return checked_scan(
            sent, sent.size, most_mb=settings.DOCUMENT_MB, most_pdf_mb=settings.DOCUMENT_PDF_MB
        )


class CaseDeadlineForm(CaseActForm):
    known = needed(
        _("one of these, or another below"),
        forms.TypedChoiceField(
            label=_("From what is on record"), required=False, empty_value=None, widget=forms.RadioSelect
        ),
    )
    rule = forms.ModelChoiceField(
        DeadlineRule.objects.none(), label=_("Deadline"), required=False, empty_label=_("Choose")
    )
    counted_from = DayField(label=_("Day from which it counts"), required=False)

    def __init__(self, *args: Any, known: Sequence[KnownDeadline] = (), **kwargs: Any) -> None:
        self.on_record = {str(each.rule.pk): each for each in known}
        super().__init__(*args, **kwargs)

    def offer(self, fields: Any) -> None:
        fields["rule"].queryset = self.case.deadline_rules()
        if not self.on_record:
            del fields["known"]
            fields["rule"].required = fields["counted_from"].required = True
            return
        fields["known"].coerce = self.on_record.__getitem__
        said = _("{rule} {what}: {day}. By {due}.")
        fields["known"].choices = [
            (
                code,
                said.format(
                    rule=each.rule,
                    what=each.rule.get_counts_from_display(),
                    day=format_day(each.counted_from),
                    due=format_day(each.due_on),
                ),
            )
            for code, each in self.on_record.items()
        ] + [("", _("Another deadline or day, written below"))]
        fields["known"].initial = next(iter(self.on_record))
        for name in ("rule", "counted_from"):
            needed(_("if it is not one of those above"), fields[name])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if known := data.get("known"):
            data["rule"], data["counted_from"] = known.rule, known.counted_from
            return data
        for name in ("rule", "counted_from"):
            if name not in self.errors and not data.get(name):
                self.add_error(name, self.fields[name].error_messages["required"])
        return data


class CasePersonForm(PersonChoice, CaseActForm):
    """Whose matter it is, found as at the desk."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        fields["who"].label = _("Person")
        fields["who"].choices = [choice for choice in Who.choices if choice[0] != Who.NEW]
        fields["who"].initial = Who.KNOWN
        self.choose_among(user, str(self.data.get("person") or self.case.person_id or ""))
        fields["person"].initial = str(self.case.person_id or "")


class CaseChecklistForm(CaseActForm):
    items = needed(
        _("none, some or all"),
        forms.ModelMultipleChoiceField(
            ChecklistItem.objects.none(),
            label=_("Tick what was brought"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
    )

    shown = forms.CharField(required=False, widget=forms.HiddenInput)  # what was ticked on the page

    def offer(self, fields: Any) -> None:
        brought = self.case.checklist_entries.filter(item=OuterRef("pk"), is_done=True)
        papers = self.case.papers_to_bring().annotate(is_brought=Exists(brought))
        fields["items"].queryset = papers
        fields["items"].choices = [(paper.pk, _said(paper)) for paper in papers]
        fields["items"].initial = [paper.pk for paper in papers if paper.is_brought]
        fields["shown"].initial = " ".join(map(str, fields["items"].initial))

    def clean_shown(self) -> set[str]:
        return set(self.cleaned_data["shown"].split())


def _said_of(row: Appointment | Referral) -> str:
    if isinstance(row, Referral):
        return f"{row.partner}, {row.reference}: {row.get_state_display()}"
    return f"{date_format(timezone.localtime(row.starts_at), 'SHORT_DATETIME_FORMAT')}: {row}"


def _said(paper: ChecklistItem) -> str:
    """With when it is needed, if that is not always."""
    if paper.required == ChecklistItem.Required.YES:
        return str(paper)
    return f"{paper} ({str(paper.get_required_display()).lower()})"
