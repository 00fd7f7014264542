from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gai_portal.lib.reference import ReferenceFault

# In this order: people belong to offices' municipalities, and records to people.
LOADS = [
    ("municipalities", "offices"),
    ("accounts", "people"),
    ("cases", "enquiries"),
    ("action_plans", "plans"),
]


class Command(BaseCommand):
    help = (
        "Adds invented people and records, dated back from today, for demonstrations. "
        "The same each time; a second run changes nothing. Needs the reference data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="Also outside demo mode, where the records look real."
        )

    @transaction.atomic
    def handle(self, *args: Any, force: bool = False, **options: Any) -> None:
        if not (settings.DEMO or force):
            raise CommandError("This portal is not in demo mode (DEMO=1). Use --force if you mean it.")
        try:
            for app, name in LOADS:
                if find_spec(f"{app}.reference"):
                    load = getattr(import_module(f"{app}.reference"), f"load_demo_{name}", None)
                    if load:
                        self.stdout.write(f"{name}: {load()}")
        except ReferenceFault as fault:
            raise CommandError(f"Nothing was loaded. {fault}") from fault
