"""Which area of a plan a topic of the desk speaks about, as the national level sees it."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from action_plans.models import TopicArea
from action_plans.permissions import can_place_topics
from gai_portal.lib.history import signed


@transaction.atomic
def place_topics(areas: Mapping[str, str], *, by: User) -> int:
    """Say of topics and groups, by code, which area each belongs to ("": none). Returns how many changed."""
    if not can_place_topics(by):
        raise PermissionDenied(f"{by} may not say which area a topic belongs to")
    stored = TopicArea.objects.select_for_update().in_bulk(list(areas))
    changed = 0
    for topic, area in areas.items():
        row = stored.get(topic) or TopicArea(topic_code=topic)
        if row.area_code == area:
            continue
        row.area_code = area
        signed(row, by).save()
        changed += 1
    return changed
