from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

import accounts.reference
import action_plans.demo
import action_plans.demo_goals
import action_plans.demo_updates
import cases.demo_appointments
import cases.demo_cases
import cases.demo_codes
import cases.demo_guidance
import cases.demo_imports
import cases.demo_people
import cases.demo_referrals
import cases.demo_reports
import cases.demo_transfers
import cases.reference
import cases.services.statistics
import municipalities.reference
from gai_portal.lib.reference import ReferenceFault

# In this order: people belong to municipalities with an office, and records to people.
LOADS = {
    "offices": municipalities.reference.load_demo_offices,
    "people": accounts.reference.load_demo_people,
    "figures": municipalities.reference.load_demo_figures,
    "enquiries": cases.reference.load_demo_enquiries,
    "return code": cases.demo_codes.load_demo_code,
    "people on record": cases.demo_people.load_demo_people_on_record,
    "cases": cases.demo_cases.load_demo_cases,
    "left behind": cases.demo_cases.load_demo_left_behind,
    "referrals": cases.demo_referrals.load_demo_referrals,
    "transfers": cases.demo_transfers.load_demo_transfers,
    "appointments": cases.demo_appointments.load_demo_appointments,
    "guidance": cases.demo_guidance.load_demo_guidance,
    "monthly report": cases.demo_reports.load_demo_report,
    "old list": cases.demo_imports.load_demo_import,  # after all that takes up enquiries
    "statistics": cases.services.statistics.publish_statistics,
    "goals": action_plans.demo_goals.load_demo_goals,
    "plans": action_plans.demo.load_demo_plans,
    "updates of plans": action_plans.demo_updates.load_demo_update,
}


class Command(BaseCommand):
    help = (
        "Adds invented people and records, dated back from today, for demonstrations. "
        "The same each time; a second run changes nothing. Needs the reference data, and demo mode."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:  # the password of the invented people is published
            raise CommandError("This portal is not in demo mode (DEMO=1).")
        try:
            for name, load in LOADS.items():
                self.stdout.write(f"{name}: {load()}")
        except ReferenceFault as fault:
            raise CommandError(f"Nothing was loaded. {fault}") from fault
