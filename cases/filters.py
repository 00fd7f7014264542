"""Finding an enquiry again."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.cache import caches
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models import Channel, EnquiryQuerySet, Interpreter, Language, Outcome, RequesterType, Topic
from gai_portal.lib.forms import DayField
from gai_portal.lib.kept import kept
from gai_portal.lib.text import fold
from municipalities.models import Office

A_MINUTE = 60  # seconds
NUMBER = re.compile(r"(?:([a-z]{2}\d?)-)?(\d{1,18})", re.IGNORECASE)  # PR-123, or 123


LISTS: dict[str, type[Model]] = {
    "topic": Topic,
    "channel": Channel,
    "outcome": Outcome,
    "language": Language,
    "requester": RequesterType,
}


def authors(offices: Sequence[Office]) -> list[tuple[int, str]]:
    """Who may have recorded something at these offices, asked for once a minute."""
    codes = sorted({office.municipality_id for office in offices})

    def read() -> list[tuple[int, str]]:
        desk = {"memberships__municipality__in": codes, "memberships__role__in": DESK_ROLES}
        return [(user.pk, str(user)) for user in User.objects.filter(**desk).distinct()]

    found: Any = caches["pages"].get_or_set(f"cases.filters.authors.{'.'.join(codes)}", read, A_MINUTE)
    return found


class EnquiryFilter(forms.Form):
    """The list's search and filters. What cannot be understood is told and left out."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        strip=True,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_("Topic, note or number."),
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    requester = forms.ChoiceField(label=_("Who asks"), required=False)
    interpreter = forms.ChoiceField(
        label=_("Interpreter"), required=False, choices=[("", _("All")), *Interpreter.choices]
    )
    groups = forms.BooleanField(label=_("Only groups"), required=False)
    author = forms.TypedChoiceField(label=_("Recorded by"), required=False, coerce=int)
    voided = forms.BooleanField(label=_("Only voided ones"), required=False)

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.topics: list[Topic] = list(kept(Topic).values())
        for name, model in LISTS.items():
            rows = [row for row in kept(model).values() if name != "topic" or row.parent_id is None]
            fields[name].choices = [("", _("All")), *((row.code, str(row)) for row in rows)]
        fields["author"].choices = [("", _("Everybody")), *authors(offices)]

    def narrows(self) -> bool:
        """Whether more is asked for than a search."""
        return any(self.data.get(name) for name in self.fields if name != "q")

    def apply(self, enquiries: EnquiryQuerySet) -> EnquiryQuerySet:
        if "q" in self.errors:  # else everything would look like what was found
            return enquiries.none()
        asked = self.cleaned_data
        enquiries = enquiries.exclude(voided_at=None) if asked.get("voided") else enquiries.standing()
        if since := asked.get("since"):
            enquiries = enquiries.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
        if until := asked.get("until"):
            end = datetime.combine(until, time.min) + timedelta(days=1)
            enquiries = enquiries.filter(at__lt=timezone.make_aware(end))
        if group := asked.get("topic"):
            codes = [topic.code for topic in self.topics if group in (topic.code, topic.parent_id)]
            enquiries = enquiries.about(codes)
        for name in ("channel", "outcome", "requester", "interpreter", "author"):
            if asked.get(name):
                enquiries = enquiries.filter(**{name: asked[name]})
        if language := asked.get("language"):
            enquiries = enquiries.filter(Q(language=language) | Q(further_languages__holds=language))
        if asked.get("groups"):
            enquiries = enquiries.filter(people__isnull=False)
        if text := asked.get("q"):
            enquiries = enquiries.filter(self._search(text))
        return enquiries

    def _search(self, text: str) -> Q:
        """Every word of it stands in the note, whatever its accents; or it names a topic or a number."""
        words = fold(text).split()
        if not words:  # nothing but accents
            return Q(pk=None)
        found = Q(*[Q(note__fold__contains=word) for word in words])
        if match := NUMBER.fullmatch(text):
            number = Q(pk=int(match[2]))
            return found | (number & Q(office__code__iexact=match[1]) if match[1] else number)
        codes = [topic.code for topic in self.topics if self._matches(topic, words)]
        return found | Q(topic__in=codes)

    @staticmethod
    def _matches(topic: Topic, words: list[str]) -> bool:
        rows = [topic, topic.parent] if topic.parent else [topic]
        names = fold(" ".join(f"{row.code} {row.name_pt} {row.name_en} {row.name_fr}" for row in rows))
        return all(word in names for word in words)
