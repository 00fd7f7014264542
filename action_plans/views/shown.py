"""The parts of a plan's items as people read them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from gai_portal.lib.formats import format_day, format_escudos


def shown(field: Any, value: Any) -> str:
    """A stored value: a related row by its key or as itself, several of them with commas between."""
    if value in (None, ""):
        return ""
    if field.many_to_many:
        return ", ".join(map(str, value.all() if hasattr(value, "all") else value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, models.Model):
        return str(value)
    if field.is_relation:
        return str(field.related_model.objects.filter(pk=value).first() or "")
    if isinstance(field, models.DateField):
        return format_day(value)
    if field.name == "budget_cve":
        return format_escudos(value)
    return str(value)
