import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

import accounts.tasks
import action_plans.tasks
import cases.services.case_documents
import cases.services.codes
import cases.services.erasure
import cases.services.imports
import cases.services.referrals
import cases.services.reminders
import cases.services.statistics

logger = logging.getLogger(__name__)


def delete_ended_sessions() -> str:
    call_command("clearsessions")
    return "done"


def forget_finished_work() -> str:
    """What the worker has done stays on its list for two weeks."""
    if not settings.WORKER:
        return "there is no worker"
    call_command("prune_db_task_results", verbosity=0)
    return "done"


# What each app does once a night, by the words of the report. Each answers with what it did.
JOBS: dict[str, Callable[[], object]] = {
    "statistics": cases.services.statistics.publish_statistics,
    "reminders of documents": cases.services.reminders.remind_of_documents,
    "reminders of agreements": cases.services.reminders.remind_of_consents,
    "records made anonymous": cases.services.reminders.anonymise_ended,
    "old cases emptied": cases.services.erasure.empty_old_cases,
    "old words emptied": cases.services.erasure.empty_old_words,
    "files that no record names": cases.services.case_documents.delete_nameless_files,
    "ended return codes": cases.services.codes.forget_ended_codes,
    "referrals": cases.services.referrals.look_after_referrals,
    "old drafts": accounts.tasks.delete_old_drafts,
    "old lists of enquiries": cases.services.imports.forget_old_lists,
    "missing PDFs of editions": action_plans.tasks.make_missing_files.call,
    "old counts of tries": accounts.tasks.forget_old_tries,
    "ended sessions": delete_ended_sessions,
    "finished background work": forget_finished_work,
}


class Command(BaseCommand):
    help = (
        "The work of every day, in one go. May be repeated. Says what was done; "
        "a job that fails is told at the end and keeps no other from running."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = []
        for name, job in JOBS.items():
            try:
                self.stdout.write(f"{name}: {job()}")
            except Exception:
                logger.exception("The daily job “%s” failed", name)
                failed.append(name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")
