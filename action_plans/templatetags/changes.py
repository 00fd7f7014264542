"""What changed between two editions, in plain words."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy

from action_plans.services.edition_changes import Change, FieldChange
from action_plans.templatetags.editions import quantity, short_name
from gai_portal.lib.content import in_active_language
from gai_portal.lib.formats import format_day, format_escudos

register = template.Library()

LONGEST_QUOTE = 160  # characters; the whole text stands in the edition itself

LABELS: dict[str, Any] = {
    "decision": gettext_lazy("Council decision"),
    "template": gettext_lazy("Version of the national template"),
    "measures": gettext_lazy("Measures that the municipality will carry out"),
    "responsible_unit": gettext_lazy("Responsible unit"),
    "partners": gettext_lazy("Partners"),
    "starts_on": gettext_lazy("Start"),
    "ends_on": gettext_lazy("End"),
    "budget_cve": gettext_lazy("Budget"),
    "funding_source": gettext_lazy("Funding source"),
    "deliverable": gettext_lazy("Deliverable"),
    "goals": gettext_lazy("Strategic goals"),
    "is_local_priority": gettext_lazy("Local priority"),
    "baseline_value": gettext_lazy("Baseline"),
    "baseline_year": gettext_lazy("Year of the baseline"),
    "target_value": gettext_lazy("Target"),
    "target_year": gettext_lazy("Year of the target"),
}
# What is told as a sentence, without the two values beside each other.
TOLD: dict[str, Any] = {
    "figures": gettext_lazy("The known figures of the municipality were brought up to date."),
    "title_pt": gettext_lazy("It has another title."),
    "text_pt": gettext_lazy("The text was rewritten."),
    "summary_pt": gettext_lazy("The summary was rewritten."),
    "title_en": gettext_lazy("The English title changed."),
    "title_fr": gettext_lazy("The French title changed."),
    "text_en": gettext_lazy("The English text changed."),
    "text_fr": gettext_lazy("The French text changed."),
    "summary_en": gettext_lazy("The English summary changed."),
    "summary_fr": gettext_lazy("The French summary changed."),
}


def _names(partners: list[dict[str, Any]]) -> str:
    return ", ".join(short_name(in_active_language(partner, "name")[0]) for partner in partners)


SHOWN: dict[str, Callable[[Any], str]] = {
    "partners": _names,
    "goals": ", ".join,
    "budget_cve": lambda amount: format_escudos(Decimal(amount)),
    "starts_on": lambda day: format_day(datetime.date.fromisoformat(day)),
    "ends_on": lambda day: format_day(datetime.date.fromisoformat(day)),
    "baseline_value": lambda value: quantity(Decimal(value)),
    "target_value": lambda value: quantity(Decimal(value)),
}


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return _("not stated")
    return SHOWN.get(name, lambda value: Truncator(str(value)).chars(LONGEST_QUOTE))(value)


@register.simple_tag
def field_change(change: Change, part: FieldChange) -> str:
    """One sentence: `Budget: 300.000$00. Before: 250.000$00.`"""
    if change.about == "measure" and part.field == "decision":
        if part.after == "adapted":
            return _("The municipality put it in its own words.")
        return _("It follows the national text as it is.")
    if part.field in TOLD:
        return str(TOLD[part.field])
    return _("{label}: {now}. Before: {before}.").format(
        label=LABELS[part.field], now=_shown(part.field, part.after), before=_shown(part.field, part.before)
    )
