"""Which of the people to tell again somebody wants to see."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import RecallQuerySet


class Whom(models.TextChoices):
    REACHABLE = "", _("Those with a name or a case")
    ALL = "all", _("Everybody, also those without a name")


class RecallState(models.TextChoices):
    OPEN = "", _("Still to be told")
    DONE = "done", _("Dealt with")


class RecallFilter(forms.Form):
    """Whom, and whether they were told. What cannot be understood counts as the first choice."""

    whom = forms.ChoiceField(label=_("Whom"), choices=Whom.choices, required=False)
    state = forms.ChoiceField(label=_("State"), choices=RecallState.choices, required=False)

    def is_done(self) -> bool:
        self.is_valid()
        return self.cleaned_data.get("state") == RecallState.DONE

    def apply(self, recalls: RecallQuerySet) -> RecallQuerySet:
        is_done = self.is_done()
        if self.cleaned_data.get("whom") != Whom.ALL:
            recalls = recalls.reachable()
        return recalls.done() if is_done else recalls.open()
