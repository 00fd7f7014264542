"""Papers that are kept with a case, and taken away again with their files."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import Case, CaseDocument, EnquiryImport
from cases.permissions import can_work_on_case
from cases.services.desk import locked_case
from gai_portal.lib.scans import Scan

logger = logging.getLogger(__name__)

MOST_OF_A_CASE = 50  # files
# Where uploaded files lie, and the rows that name them.
FOLDERS: dict[str, type[models.Model]] = {"cases": CaseDocument, "imports": EnquiryImport}


@transaction.atomic
def add_document(case: Case, *, file: Scan, title: str, by: User) -> CaseDocument:
    """Keep a paper with a case, after `checked_scan` has looked at it."""
    case = locked_case(case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not add to {case}")
    if not title.strip():
        raise ValidationError({"title": _("Say what paper this is.")})
    if case.documents.kept().count() >= MOST_OF_A_CASE:
        raise ValidationError(_("This case has very many files. Remove some that are not needed."))
    document = CaseDocument(
        case=case,
        title=title.strip(),
        content_type=file.content_type,
        size=len(file.content),
        added_by=by,
    )
    document.file.save(f"scan{file.suffix}", ContentFile(file.content), save=False)
    try:
        document.save()
    except BaseException:
        document.file.delete(save=False)
        raise
    return document


@transaction.atomic
def remove_document(document: CaseDocument, *, by: User) -> CaseDocument:
    """Take the file away for good; that it was there, and who removed it, stays. Twice changes nothing."""
    case = locked_case(document.case)
    if not can_work_on_case(by, case):
        raise PermissionDenied(f"{by} may not remove from {case}")
    document = CaseDocument.objects.select_related("case__office").get(pk=document.pk)
    if document.removed_at is not None:
        return document
    forget_files([document.file.name])
    document.file = ""
    document.removed_at, document.removed_by = timezone.now(), by
    document.save(update_fields=["file", "removed_at", "removed_by"])
    return document


def forget_files(names: Iterable[str | None]) -> None:
    """Delete files once the transaction that gave them up has ended. One that cannot be keeps no other."""
    transaction.on_commit(partial(_delete, [name for name in names if name]))


def _delete(names: list[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except OSError:
            logger.exception("A file could not be deleted; the daily work will try again: %s", name)


def delete_nameless_files() -> str:
    """Files that no row names: their deletion failed, or their row was never written. Not those of today."""
    before = timezone.now() - timedelta(days=1)
    deleted = 0
    for folder, model in FOLDERS.items():
        kept = set(model._base_manager.values_list("file", flat=True))
        with suppress(FileNotFoundError):  # no file was ever kept
            for each in default_storage.listdir(folder)[1]:
                name = f"{folder}/{each}"
                if name not in kept and default_storage.get_modified_time(name) < before:
                    default_storage.delete(name)
                    deleted += 1
    return f"{deleted} deleted"
