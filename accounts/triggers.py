"""What the database itself keeps as it is, whoever writes: pages, admin, scripts or raw SQL."""

from accounts.models import AccessLog
from gai_portal.lib.triggers import Trigger, guard

LOG_STAYS = "A line of the access log never changes."

TRIGGERS: list[Trigger] = guard(AccessLog, "TRUE", LOG_STAYS, events=["UPDATE", "DELETE"])
