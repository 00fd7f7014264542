"""What the documents of a frozen plan need beside the portal's own tags."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _, gettext_lazy

from action_plans.models import ConsultationComment, TemplateIndicator
from action_plans.workflow import Decision
from gai_portal.lib.typography import NO_BREAK, typeset
from gai_portal.templatetags.portal import STATES, badge, prose
from municipalities.models import DemographicFigure

register = template.Library()

register.filter("typeset", typeset)

LABELS: dict[str, Any] = {
    "decision": Decision,
    "unit": TemplateIndicator.Unit,
    "frequency": TemplateIndicator.Frequency,
    "figure": DemographicFigure.Kind,
}


@register.filter
def set_prose(text: str) -> str:
    """A long text as paragraphs and lists, set for print."""
    return prose(typeset(text or ""))


@register.filter
def short_name(name: str) -> str:
    """An organisation without what its name explains in brackets."""
    return name.partition(" (")[0]


@register.simple_tag
def choice_label(kind: str, value: str) -> str:
    """The word for a frozen choice, in the active language."""
    return str(LABELS[kind](value).label)


@register.simple_tag
def decision_badge(measure: dict[str, Any]) -> str:
    """What the municipality decided about a frozen measure."""
    tone, shape = STATES[measure["decision"]]
    return badge(tone, str(Decision(measure["decision"]).label), shape)


RESOLUTIONS = {
    "accepted": ("leaf", "check"),
    "partly": ("sea", "half"),
    "declined": ("stone", "cross"),
    "noted": ("stone", "dot"),
}


@register.simple_tag
def resolution_badge(comment: Any) -> str:
    """What became of a comment on a draft, live or frozen."""
    resolution = comment["resolution"] if isinstance(comment, dict) else comment.resolution
    tone, shape = RESOLUTIONS[resolution]
    return badge(tone, str(ConsultationComment.Resolution(resolution).label), shape)


@register.simple_tag
def resolution_word(comment: dict[str, Any]) -> str:
    """The same in a word, for paper."""
    return str(ConsultationComment.Resolution(comment["resolution"]).label)


# What the reference data says of a figure.
STATUSES = {"preliminary": gettext_lazy("preliminary"), "estimate": gettext_lazy("estimate")}


@register.filter
def figure_status(status: str) -> str:
    return str(STATUSES.get(status, status))


@register.filter
def quantity(value: Decimal | None) -> str:
    """1.234,5: a number as it is written in Cabo Verde; a dash when it is not known."""
    if value is None:
        return "–"
    whole, _point, part = f"{value:f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{grouped},{part}" if part.strip("0") else grouped


@register.simple_tag
def indicator_value(indicator: dict[str, Any], which: str) -> str:
    """A baseline or a target with its unit: 120, 80 %, yes."""
    value = indicator[f"{which}_value"]
    if value is None:
        return "–"
    if indicator["unit"] == TemplateIndicator.Unit.YES_NO:
        return _("yes") if value else _("no")
    text = quantity(value)
    return f"{text}{NO_BREAK}%" if indicator["unit"] == TemplateIndicator.Unit.PERCENT else text


@register.simple_tag
def months(item: dict[str, Any]) -> str:
    """When a measure is carried out: 03/2026 – 12/2027."""
    days = [f"{day:%m/%Y}" if day else "…" for day in (item["starts_on"], item["ends_on"])]
    if days == ["…", "…"]:
        return ""
    return days[0] if days[0] == days[1] else f"{days[0]}{NO_BREAK}–{NO_BREAK}{days[1]}"
