"""What every page may show, whoever looks at it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gai_portal.navigation import unread_notices, workspace_nav

# Each language in its own name: a reader looks for hers, not for its Portuguese name.
LANGUAGE_NAMES = [("pt", "Português"), ("en", "English"), ("fr", "Français")]


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "labels": settings.LABELS,
        "is_demo": settings.DEMO,
        "languages": LANGUAGE_NAMES,
        # Asked only by pages that show them, and only for those who have signed in.
        "workspace_nav": lambda: workspace_nav(request),
        "workspace_unread": lambda: unread_notices(request),
    }
