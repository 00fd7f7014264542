"""How the national template's changes are told: names of fields and kinds, values in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, gettext_lazy as _

from action_plans.models import Template
from action_plans.services.comparison import HEADING_KIND, Change, Comparison, Place
from action_plans.services.content import KINDS, kind_of, missing_languages
from gai_portal.lib.content import in_active_language

register = template.Library()

KIND_NAMES = {
    HEADING_KIND: _("Title and notice"),
    **{kind: spec.model._meta.verbose_name for kind, spec in KINDS.items()},
}
TEXT_NAMES = {
    "title": _("title"),
    "text": _("text"),
    "summary": _("summary"),
    "guidance": _("guidance note"),
    "notice": _("notice"),
}
LANGUAGE_NAMES = {"pt": _("Portuguese"), "en": _("English"), "fr": _("French")}


@register.filter
def kind_name(kind: str) -> str:
    """Chapter, area, objective, measure or indicator."""
    return capfirst(str(KIND_NAMES[kind]))


@register.simple_tag
def text_name(name: str, language: str) -> str:
    """Guidance note (French)."""
    return f"{capfirst(str(TEXT_NAMES[name]))} ({str(LANGUAGE_NAMES[language]).lower()})"


@register.filter
def main_text(item: Any) -> str:
    """What an item is known by: its title, or its text."""
    values = item.values
    field = "title" if "title_pt" in values else "text"
    return in_active_language(values, field)[0]


@dataclass(frozen=True)
class Text:
    """One text of an item as its editor sees it: Portuguese, and the language chosen to stand beside it."""

    name: str
    pt: str
    beside: str

    @property
    def label(self) -> str:
        """Empty where the reader knows without being told."""
        return capfirst(str(TEXT_NAMES[self.name])) if self.name == "guidance" else ""


@register.inclusion_tag("action_plans/includes/_draft_entry.html", takes_context=True)
def draft_entry(context: template.Context, row: Any) -> dict[str, Any]:
    """An item of a draft: its texts, what is missing, its flags and links, and what can be done with it."""
    kind, beside = kind_of(row), context.get("beside", "")
    stems = [column.removesuffix("_pt") for column in KINDS[kind].columns if column.endswith("_pt")]
    texts = [
        Text(name, getattr(row, f"{name}_pt"), getattr(row, f"{name}_{beside}") if beside else "")
        for name in stems
    ]
    main, *others = texts
    parent = "" if KINDS[kind].parent == "template" else getattr(row, KINDS[kind].parent).code
    return {
        "row": row,
        "kind": kind,
        "home": f"{kind} {parent}",
        "main": main,
        "others": [text for text in others if text.pt or text.beside],
        "missing": " ".join(missing_languages(row)),
        "beside": beside,
        "moved": context.get("moved") == row.code,  # its button takes the focus back
        "query": context.get("query", ""),
        "said": context.get("said", ""),
    }


@register.filter
def listed_missing(missing: dict[str, int]) -> str:
    """en 2 · fr 12"""
    return " · ".join(f"{language} {missing[language]}" for language in ("en", "fr") if missing.get(language))


@dataclass(frozen=True)
class Said:
    """A change of a flag or a link in words: what it was and what it is, as lists."""

    label: str
    before: list[str]
    after: list[str]

    @property
    def gone(self) -> list[str]:
        return [word for word in self.before if word not in self.after]

    @property
    def come(self) -> list[str]:
        return [word for word in self.after if word not in self.before]


@register.simple_tag(takes_context=True)
def said_reflaggings(context: template.Context, change: Change) -> list[Said]:
    """Mandatory: no, yes. Partners: without PAC, with OIM. `names` of the context says linked rows."""
    names: Mapping[tuple[str, str], str] = context.get("names") or {}
    model = Template if change.item.kind == HEADING_KIND else KINDS[change.item.kind].model
    said = []
    for part in change.reflaggings:
        field = model._meta.get_field(part.name)
        words = [_words(field, part.name, value, names) for value in (part.before, part.after)]
        said.append(Said(capfirst(str(getattr(field, "verbose_name", part.name))), *words))
    return said


def _words(field: Any, name: str, value: Any, names: Mapping[tuple[str, str], str]) -> list[str]:
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    if name == "disaggregation":
        return [str(field.model.Breakdown(code).label) for code in value or []]
    if isinstance(value, list):
        return [names.get((name, code), code) for code in value]
    choices = dict(getattr(field, "flatchoices", None) or [])
    return [str(choices.get(value, value))]


@register.simple_tag
def said_places(change: Change, comparison: Comparison) -> tuple[str, str]:
    """From where to where an item has moved."""
    assert change.moved
    old, new = change.moved
    if old.parent == new.parent:
        return _position(old), _position(new)
    was, now = (f"{titled(comparison, place.parent)}, {_position(place)}" for place in (old, new))
    return was, now


def _position(place: Place) -> str:
    return gettext("position %(number)s") % {"number": place.position}


@register.filter
def titled(comparison: Comparison, code: str) -> str:
    """The code of a chapter, area or objective with the beginning of its title or text."""
    if not code:
        return gettext("Title and notice")
    return f"{code} · {Truncator(main_text(comparison.items[code])).chars(80).rstrip('.')}"
