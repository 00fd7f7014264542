"""What is done every night for those who sign in."""

from django.db import connection
from django.utils import timezone

from accounts import services


def delete_old_drafts() -> str:
    drafts, keys = services.delete_old_drafts()
    return f"{drafts} drafts, {keys} one-time keys"


def forget_old_tries() -> str:
    """Counts of tries whose time is over: they would stay in their table."""
    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute("DELETE FROM portal_cache WHERE expires < %s", [now])
        return f"{cursor.rowcount} counts"
