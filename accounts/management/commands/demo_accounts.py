from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership
from accounts.reference import DEMO_PASSWORD, demo_people


def _said(membership: Membership) -> str:
    if membership.is_pending:
        return " (convite)"
    return " (saiu)" if membership.ends_on else ""


class Command(BaseCommand):
    help = "Prints the demonstration accounts. Only in demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This portal is not in demo mode (DEMO=1).")
        emails = [person.email for person in demo_people()]
        memberships = {
            membership.user.email: f"{membership}{_said(membership)}"
            for membership in Membership.objects.filter(user__email__in=emails).select_related(
                "user", "municipality", "partner"
            )
        }
        width = max(map(len, emails))
        self.stdout.write(f"Demonstration accounts (password of all: {DEMO_PASSWORD})")
        for email in emails:
            self.stdout.write(f"  {email:<{width}}  {memberships.get(email, '-')}")
