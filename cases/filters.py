"""Finding an enquiry again."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Channel, EnquiryQuerySet, Outcome, Topic
from gai_portal.lib.forms import DayField
from gai_portal.lib.text import fold
from municipalities.models import Office

NUMBER = re.compile(r"(?:([a-z]{2}\d?)-)?(\d{1,18})", re.IGNORECASE)  # PR-123, or 123


class EnquiryFilter(forms.Form):
    """The list's search and filters. What cannot be understood is told and left out."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("Topic, note or number."),
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    channel = forms.ModelChoiceField(
        Channel.objects.all(), label=_("Channel"), required=False, empty_label=_("All")
    )
    outcome = forms.ModelChoiceField(
        Outcome.objects.all(), label=_("Outcome"), required=False, empty_label=_("All")
    )
    author = forms.ModelChoiceField(
        User.objects.none(), label=_("Recorded by"), required=False, empty_label=_("Everybody")
    )
    voided = forms.BooleanField(label=_("Only voided ones"), required=False)

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.topics = list(Topic.objects.all().select_related("parent"))
        fields["topic"].choices = [
            ("", _("All")),
            *((topic.code, str(topic)) for topic in self.topics if topic.parent is None),
        ]
        fields["author"].queryset = User.objects.filter(
            memberships__municipality__in={office.municipality_id for office in offices},
            memberships__role__in=DESK_ROLES,
        ).distinct()

    def narrows(self) -> bool:
        """Whether more is asked for than a search."""
        return any(self.data.get(name) for name in self.fields if name != "q")

    def apply(self, enquiries: EnquiryQuerySet) -> EnquiryQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        enquiries = enquiries.exclude(voided_at=None) if asked.get("voided") else enquiries.standing()
        if since := asked.get("since"):
            enquiries = enquiries.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
        if until := asked.get("until"):
            end = datetime.combine(until, time.min) + timedelta(days=1)
            enquiries = enquiries.filter(at__lt=timezone.make_aware(end))
        if group := asked.get("topic"):
            codes = [topic.code for topic in self.topics if group in (topic.code, topic.parent_id)]
            enquiries = enquiries.filter(topic__in=codes)
        for name in ("channel", "outcome", "author"):
            if asked.get(name):
                enquiries = enquiries.filter(**{name: asked[name]})
        if text := asked.get("q"):
            enquiries = enquiries.filter(self._search(text))
        return enquiries

    def _search(self, text: str) -> Q:
        found = Q(note__icontains=text)
        if match := NUMBER.fullmatch(text):
            number = Q(pk=int(match[2]))
            return found | (number & Q(office__code__iexact=match[1]) if match[1] else number)
        codes = [topic.code for topic in self.topics if self._matches(topic, text)]
        return found | Q(topic__in=codes)

    @staticmethod
    def _matches(topic: Topic, text: str) -> bool:
        rows = [topic, topic.parent] if topic.parent else [topic]
        words = fold(" ".join(f"{row.code} {row.name_pt} {row.name_en} {row.name_fr}" for row in rows))
        return all(word in words for word in fold(text).split())
