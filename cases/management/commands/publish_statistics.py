from typing import Any

from django.core.management.base import BaseCommand

from cases.services.statistics import publish_statistics


class Command(BaseCommand):
    help = (
        "Publishes the counts of every desk for the quarters and years that are over, suppressed, for good. "
        "May be repeated: what has been published stays as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"statistics: {publish_statistics()}")
