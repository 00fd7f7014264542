"""One change in words: its texts in each language, and what else is different. Languages are named."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from action_plans.models import TemplateIndicator, TemplateObjective
from action_plans.services.content import KINDS, linkable
from action_plans.services.inbox import Change
from gai_portal.lib.content import content_text

FIELDS = {"section": ("title", "text"), "measure": ("text",), "indicator": ("text",)}


@dataclass(frozen=True)
class Texts:
    """One field in one language: as it was, as it is, and as the municipality says it."""

    language: str
    language_name: str
    label: str
    before: str
    after: str
    own: str

    @property
    def differs(self) -> bool:
        return self.before != self.after

    @property
    def is_translation(self) -> bool:
        return self.language != "pt"


def texts_of(change: Change, item: Any) -> list[Texts]:
    """Portuguese first; a translation only where it says something new or the municipality has its own."""
    found = []
    has_own = change.has_own_text
    for language, name in settings.LANGUAGES:
        for field in FIELDS[change.kind]:
            column = f"{field}_{language}"
            before = change.before.values.get(column, "") if change.before else ""
            after = change.after.values.get(column, "") if change.after else ""
            own = getattr(item, column, "") if has_own and field == "text" else ""
            label = _("Title") if field == "title" else _("Text")
            texts = Texts(language, str(name), label, before, after, own)
            says_more = texts.differs and change.after is not None
            if own or says_more or (language == "pt" and field == FIELDS[change.kind][-1]):
                found.append(texts)
    return sorted(found, key=lambda texts: texts.is_translation)


def details_of(change: Change) -> list[tuple[str, str, str]]:
    """Label, before, after: of what is neither the text nor the place."""
    if change.before is None or change.after is None:
        return []
    old, new = change.before.item, change.after.item
    model = KINDS[change.kind].model
    shown = {f"{field}_{language}" for field in FIELDS[change.kind] for language in ("pt", "en", "fr")}
    rows = [
        (_label(model, name), _value(model, name, old.values.get(name)), _value(model, name, value))
        for name, value in new.values.items()
        if name not in shown and old.values.get(name) != value
    ]
    changed_links = [name for name, codes in new.links.items() if old.links.get(name, []) != codes]
    known = linkable() if changed_links else {}
    for name in changed_links:
        was, now = (
            ", ".join(_name(known[name], code) for code in side.links.get(name, [])) for side in (old, new)
        )
        rows.append((_label(model, name), was, now))
    return rows


def _label(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a field of its own


def _value(model: type[models.Model], name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = model._meta.get_field(name)
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(value, list):
        labels = dict(TemplateIndicator.Breakdown.choices)
        return ", ".join(str(labels.get(code, code)) for code in value)
    return str(choices.get(value, value or ""))


def _name(known: dict[str, models.Model], code: str) -> str:
    row = known.get(code)
    if row is None:
        return code
    field = next(name for name in ("name", "title", "label") if hasattr(row, f"{name}_pt"))
    return content_text(row, field)


def places_of(change: Change) -> list[TemplateObjective]:
    """The objective that the item belonged to and the one that it belongs to, where it moved."""
    if "moved" not in change.aspects or change.before is None or change.after is None:
        return []
    objectives = TemplateObjective.objects.select_related("area")
    return [
        objectives.get(area__template__number=national.version, code=national.item.parent)
        for national in (change.before, change.after)
    ]
