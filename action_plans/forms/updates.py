"""The form with which a planner decides one change of the national template."""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy

from action_plans.forms.plan import NeededProseField, ProseField
from action_plans.services.inbox import Change
from action_plans.services.merging import Proposal
from action_plans.workflow import Decision, UpdateChoice
from gai_portal.lib.forms import field_of


class UpdateForm(forms.Form):
    """Take, keep or merge. It carries the versions that the planner had before them."""

    against = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label=gettext_lazy("What do you decide?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what to do with this change.")},
    )
    text_pt = NeededProseField(label=gettext_lazy("Combined text (Portuguese)"), rows=8)
    text_en = ProseField(label=gettext_lazy("Combined text (English)"), required=False)
    text_fr = ProseField(label=gettext_lazy("Combined text (French)"), required=False)
    reason = ProseField(label=gettext_lazy("Reason"), required=False, rows=3)

    def __init__(
        self, *args: Any, change: Change, proposals: dict[str, Proposal], version: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.change = change
        assert change.after or change.before
        proposed = {name: proposal.text for name, proposal in proposals.items()}
        self.initial = {"version": version, **proposed, **self.initial}
        field_of(self, "decision").choices = [(c.value, _described(change, c)) for c in change.choices]
        if len(change.choices) == 1:
            self.initial.setdefault("decision", change.choices[0])
        for name in ("text_pt", "text_en", "text_fr"):
            if UpdateChoice.MERGE not in change.choices or name not in proposals:
                del self.fields[name]
            elif proposals[name].conflicts:
                self.fields[name].help_text = _(
                    "Where both changed the same words, you find ⟦the new national wording ¦ yours⟧. "
                    "Keep one of the two and remove the marks."
                )
        if change.before is not None or UpdateChoice.LEAVE_OUT not in change.choices:
            del self.fields["reason"]

    @property
    def combined(self) -> list[forms.BoundField]:
        """The editor of the combined text, a field for each language."""
        return [field for field in self if field.name.startswith("text_")]

    @property
    def texts(self) -> dict[str, str]:
        """What was typed. A language that the page did not offer yet when it was opened is not in it."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name.startswith("text_") and name in self.data
        }

    def show_again(self, version: int, before: dict[str, Proposal]) -> None:
        """Against the version of now. What was left as it was proposed `before` is proposed anew."""
        data = MultiValueDict(self.data)
        data["version"] = str(version)
        for name in ("text_pt", "text_en", "text_fr"):
            if name in self.fields and (name not in data or _is_left(str(data[name]), before.get(name))):
                data[name] = self.initial[name]
        self.data = data


def _is_left(typed: str, proposal: Proposal | None) -> bool:
    return proposal is not None and typed.split() == proposal.text.split()


def _described(change: Change, choice: UpdateChoice) -> str:
    """What a way is called, and what it does."""
    label, meaning = _words(change, choice)
    return format_html("{} <small>{}</small>", label, meaning) if meaning else label


def _words(change: Change, choice: UpdateChoice) -> tuple[str, str]:
    if choice == UpdateChoice.TAKE:
        return _words_for_taking(change)
    if choice == UpdateChoice.ANEW:
        return _("Decide anew"), _("The measure becomes undecided again, on the new national text.")
    if choice == UpdateChoice.MERGE:
        return _("Combine the two"), _("Write one text from both; a proposal is ready below.")
    if choice == UpdateChoice.GO_ON:
        return (
            _("Go on with it as a local measure"),
            _("It keeps its present words, its people and its dates, and gets a local code."),
        )
    if choice == UpdateChoice.LEAVE_OUT:
        if change.before is None:
            return _("Leave it out"), _("Say why. It is listed as excluded.")
        return _("Leave it out too"), _("It leaves the plan. What it said stays in its history.")
    if change.after is None:
        return _("Keep it in the plan"), _("It goes on as it is, without the national template.")
    if change.has_own_text:
        return (
            _("Keep our text"),
            _("It comes back here only when a later version changes it once more."),
        )
    return (
        _("Keep the earlier national text"),
        _("It comes back here only when a later version changes it once more."),
    )


def _words_for_taking(change: Change) -> tuple[str, str]:
    if change.before is None:
        if change.kind == "measure":
            return _("Bring it into the plan"), _("It arrives undecided: adopt, adapt or exclude it then.")
        return _("Bring it into the plan"), ""
    if change.decision == Decision.EXCLUDED:
        return _("It stays excluded"), _("Your reason stays, beside the new national text.")
    if change.replaces_text:
        return (
            _("Accept the new national text"),
            _("Your own text gives way to it and stays in the history."),
        )
    if change.changes_unit:
        return (
            _("Accept the change"),
            _("The unit is another one: baseline and target start again, the old ones stay in the history."),
        )
    if change.has_own_text:
        return _("Accept the change"), _("Your own text stays as it is.")
    return _("Accept the new national text") if "reworded" in change.aspects else _("Accept the change"), ""
