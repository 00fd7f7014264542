"""What of the desk's things to do somebody wants to see."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from cases.forms.fields import colleagues
from cases.models import FollowUp, FollowUpQuerySet
from municipalities.models import Office


class Whose(models.TextChoices):
    MINE_AND_FREE = "", _("Mine, and nobody's")
    MINE = "mine", pgettext_lazy("things to do", "Only mine")
    FREE = "free", _("Only nobody's")
    ALL = "all", _("Everybody's")


class Until(models.TextChoices):
    TODAY = "", _("Up to today")
    WEEK = "week", _("Up to a week from now")
    ALL = "all", _("Whenever it is due")


class TodayFilter(forms.Form):
    """Whose, and until when. What cannot be understood counts as the first choice."""

    whose = forms.ChoiceField(label=_("Whose"), choices=Whose.choices, required=False)
    until = forms.ChoiceField(label=_("Due"), choices=Until.choices, required=False)

    def apply(self, follow_ups: FollowUpQuerySet, user: User) -> FollowUpQuerySet:
        self.is_valid()
        match self.cleaned_data.get("whose", ""):
            case Whose.MINE:
                follow_ups = follow_ups.filter(assigned_to=user)
            case Whose.FREE:
                follow_ups = follow_ups.filter(assigned_to=None)
            case Whose.ALL:
                pass
            case _mine_and_free:
                follow_ups = follow_ups.filter(Q(assigned_to=user) | Q(assigned_to=None))
        today = timezone.localdate()
        match self.cleaned_data.get("until", ""):
            case Until.ALL:
                return follow_ups.open()
            case Until.WEEK:
                return follow_ups.due(today + timedelta(days=7))
            case _today:
                return follow_ups.due(today)


class ShareOutForm(forms.Form):
    """Several things to do, and the colleague who gets them."""

    follow_ups = forms.ModelMultipleChoiceField(FollowUp.objects.none())
    assigned_to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Give what is ticked to"),
        empty_label=_("Nobody in particular"),
        required=False,
    )

    def __init__(self, *args: Any, user: User, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = cast("Any", self.fields)
        of_offices = FollowUp.objects.visible_to(user).filter(office__in=offices)
        fields["follow_ups"].queryset = of_offices.open().select_related("office")
        fields["assigned_to"].queryset = colleagues(offices)
