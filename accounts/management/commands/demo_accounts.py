from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.reference import DEMO_DOMAIN, DEMO_PASSWORD


class Command(BaseCommand):
    help = "Prints the invented accounts of a demonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This portal is not in demo mode, so it has no demo accounts.")
        people = User.objects.filter(email__endswith=f"@{DEMO_DOMAIN}").prefetch_related(
            "memberships__municipality", "memberships__partner"
        )
        self.stdout.write(f"\nDemo accounts (password of all: {DEMO_PASSWORD})")
        for user in people.order_by("email"):
            roles = ", ".join(str(membership) for membership in user.memberships.all()) or "-"
            self.stdout.write(f"  {user.email:<36} {roles}")
