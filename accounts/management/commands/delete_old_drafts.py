from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import delete_old_drafts


class Command(BaseCommand):
    help = "Deletes drafts of forms and spent one-time keys that are older than 7 days. Run it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        drafts, keys = delete_old_drafts()
        self.stdout.write(f"drafts: {drafts} deleted; one-time keys: {keys} deleted")
