"""The form that gives the topics of one group their areas."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.statistics import TopicName

CODE = "area-of-"


class TopicAreasForm(forms.Form):
    """One field for the group, which stands for all its topics, and one for each topic of its own."""

    def __init__(
        self,
        *args: Any,
        group: TopicName,
        topics: Iterable[TopicName],
        areas: Mapping[str, str],
        placed: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for topic in (group, *topics):
            is_group = topic == group
            now = placed.get(topic.code, "")
            known = dict(areas) if not now else {now: now} | dict(areas)  # an area of an older version
            self.fields[f"{CODE}{topic.code}"] = forms.ChoiceField(
                label=f"{topic.name} ({topic.code})",
                choices=[("", _("No area") if is_group else _("As its group")), *known.items()],
                initial=now,
                required=False,
            )

    @property
    def areas(self) -> dict[str, str]:
        return {name.removeprefix(CODE): area for name, area in self.cleaned_data.items()}
