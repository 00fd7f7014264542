"""The desk's form on paper: for days without power, outreach and queues."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils.translation import gettext as _

from cases.forms.enquiries import EnquiryForm
from cases.models import Topic

LINES = {"note": 4}  # one for all others
# On paper nobody can be searched; codes are written on a line; the office's list would fill the sheet.
NOT_ON_PAPER = {"asked"}
ON_A_LINE = {"person", "further_topics", "further_languages"}
FREQUENT_ONLY = {"topic", "nationality"}


@dataclass(frozen=True)
class PaperField:
    """One question of the form: boxes to tick, and lines to write on."""

    name: str
    label: str
    boxes: list[tuple[str, str]] = field(default_factory=list)  # a code or nothing, and a name
    lines: range = range(0)


def paper_fields(form: EnquiryForm) -> list[PaperField]:
    """The fields of the form that is filled in at the desk, in the same order."""
    names = [name for name in form.field_order if name in form.fields and name not in NOT_ON_PAPER]
    return [_paper_field(form, name) for name in names]


def _paper_field(form: EnquiryForm, name: str) -> PaperField:
    shown = cast("Any", form.fields[name])
    choices = [] if name in ON_A_LINE else list(getattr(shown, "choices", []))
    if name in FREQUENT_ONLY:
        choices = [entry for _group, entries in choices[1:2] for entry in entries] if len(choices) > 2 else []
    boxes = [(str(code) if name == "topic" else "", str(words)) for code, words in choices if code]
    lines = 0 if boxes and name not in FREQUENT_ONLY else LINES.get(name, 1)
    label = str(_("Record number") if name == "person" else shown.label)  # no names on paper
    return PaperField(name, label, boxes, range(lines))


def topics_by_group(form: EnquiryForm) -> list[tuple[str, list[Topic]]]:
    """Every topic with its code, for the back of the sheet."""
    groups: dict[str, list[Topic]] = {}
    topics: Iterable[Topic] = cast("Any", form.fields["topic"]).widget.topics.values()
    for topic in topics:
        groups.setdefault(str(topic.parent or topic), []).append(topic)
    return list(groups.items())
