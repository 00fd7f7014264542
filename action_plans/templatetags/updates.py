"""What the pages of the update inbox need beside the portal's own tags."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from action_plans.services.inbox import ASPECTS
from gai_portal.templatetags.portal import badge

register = template.Library()

# How each aspect of a change looks: tone, shape.
LOOKS = {
    "new": ("sea", "plus"),
    "dropped": ("lava", "cross"),
    "reworded": ("sea", "pencil"),
    "moved": ("sea", "arrow"),
    "mandatory": ("sun", "square"),
    "translated": ("stone", "pencil"),
    "details": ("stone", "ring"),
}


@register.simple_tag
def aspect_badge(aspect: str) -> SafeString:
    """What has changed, in a word with a shape."""
    tone, shape = LOOKS[aspect]
    return badge(tone, str(ASPECTS[aspect]), shape)


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The entry of a mapping whose key is known only in the page."""
    return mapping.get(key)
