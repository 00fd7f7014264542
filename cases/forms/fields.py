"""Fields that several forms of the desk have."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from accounts.roles import DESK_ROLES
from cases.models import Topic
from cases.services.import_columns import words as called_by_offices
from municipalities.models import Office


def colleagues(offices: Iterable[Office], *, also: int | None = None) -> QuerySet[User]:
    """Who has a desk at these offices today, and whoever has the work already."""
    here = Membership.objects.current().filter(
        role__in=DESK_ROLES, municipality__in={office.municipality_id for office in offices}
    )
    return User.objects.filter(Q(is_active=True, pk__in=here.values("user")) | Q(pk=also))


class TopicSelect(forms.Select):
    """A list of topics that js/combobox.js searches by code, names in every language and everyday words."""

    topics: dict[str, Topic]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if topic := self.topics.get(str(value)):
            rows = [topic, topic.parent] if topic.parent else [topic]
            words = {text for row in rows for text in (row.name_pt, row.name_en, row.name_fr) if text}
            words |= set(called_by_offices()["values"]["topic"].get(topic.code, []))
            shown = {str(row) for row in rows}
            option["attrs"] |= {"data-code": topic.code, "data-search": " ".join(sorted(words - shown))}
            option["attrs"]["data-hint"] = str(topic.parent) if topic.parent else ""
        return option


class NoteField(forms.CharField):
    """A long text. A browser sends each line break as two characters; it counts as one."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # no maxlength: a browser would cut a long paste without a word
