from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import action_plans.reference
import cases.reference
import municipalities.reference
from gai_portal.lib.reference import ReferenceFault

# In this order: topics name partners, and so do the measures of the template.
APPS = [municipalities.reference, cases.reference, action_plans.reference]


class Command(BaseCommand):
    help = (
        "Brings the reference data in line with the files in each app's data/ folder. "
        "May be repeated; deletes nothing; one faulty file, and nothing is changed."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for app in APPS:
                for name, tally in app.load_reference().items():
                    self.stdout.write(f"{name}: {tally}")
        except ReferenceFault as fault:
            raise CommandError(f"Nothing was loaded. {fault}") from fault
