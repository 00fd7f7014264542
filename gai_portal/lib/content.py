"""Texts kept in several languages: `<field>_pt` always, `<field>_en` and `<field>_fr` where known."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

FALLBACK_LANGUAGE = "pt"


def _column(thing: Any, name: str) -> str:
    """A column of a row, or a key of a frozen snapshot."""
    value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name)
    return value or ""


def in_active_language(thing: Any, field: str) -> tuple[str, bool]:
    """The text, and whether it had to fall back to Portuguese."""
    language = (get_language() or FALLBACK_LANGUAGE).split("-")[0]
    if language != FALLBACK_LANGUAGE and (text := _column(thing, f"{field}_{language}")):
        return text, False
    text = _column(thing, f"{field}_{FALLBACK_LANGUAGE}")
    return text, bool(text) and language != FALLBACK_LANGUAGE


def content_text(thing: Any, field: str) -> str:
    """The text alone: for titles, choices and messages."""
    return in_active_language(thing, field)[0]
