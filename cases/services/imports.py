"""Taking over an office's old list: kept without names, looked at, recorded in the background, undone."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _, override

from accounts.models import User
from cases.models import Enquiry, EnquiryImport, ImportedRow, Recall
from cases.permissions import can_log_enquiry, can_prepare_import, can_undo_import
from cases.services.case_documents import forget_files
from cases.services.import_columns import (
    REQUIRED,
    describe_columns,
    field_labels,
    without_numbers,
    words_so_far,
)
from cases.services.import_values import Asked, Lists, Row, RowReader, keyed, what_to_ask
from gai_portal.lib.foreign_tables import read_table
from gai_portal.lib.history import write_first_lines
from gai_portal.lib.locks import all_locked, locked
from municipalities.models import Office

AT_ONCE = 5_000  # rows in one transaction
DELETED_AT_ONCE = 500
MOST_FAULTS = 1_000  # that are listed
FIRST = 10  # rows of a preview
Rows = list[tuple[str, list[str]]]


@transaction.atomic
def keep_list(office: Office, content: bytes, file_name: str, *, by: User) -> EnquiryImport:
    """Read an office's file and keep its rows until they are recorded, without who anybody is."""
    if not can_log_enquiry(by, office):
        raise PermissionDenied(f"{by} has no desk at {office}")
    table = read_table(content, most_rows=settings.IMPORT_ROWS)
    columns = describe_columns(table, office)
    kept = [number for number, column in enumerate(columns) if not column["why"]]
    rows = [(place, [without_numbers(cells[number]) for number in kept]) for place, cells in table.rows]
    source = EnquiryImport(
        office=office,
        file_name=file_name[-120:],
        checksum=keyed(content.hex()),
        columns=columns,
        other_sheets=table.left_out,
        meanings=words_so_far(office),
        rows=len(rows),
        author=by,
    )
    packed = gzip.compress(json.dumps(rows, ensure_ascii=False).encode())
    source.file.save("rows", ContentFile(packed), save=False)
    try:
        source.save()
    except BaseException:
        source.file.delete(save=False)
        raise
    return source


def in_parts(rows: Iterable[Any], size: int) -> Iterator[tuple[Any, ...]]:
    """Some at a time: neither memory nor database has to take all rows at once."""
    left = iter(rows)
    while part := tuple(islice(left, size)):
        yield part


def rows_of(source: EnquiryImport) -> Rows:
    with closing(source.file.open("rb")) as file:
        return [(place, cells) for place, cells in json.loads(gzip.decompress(file.read()))]


def samples(source: EnquiryImport, number: int = 3) -> list[list[str]]:
    """For each column that is in the file, the first different things that stand in it."""
    found: list[list[str]] = [[] for column in source.columns if not column["why"]]
    for _place, cells in islice(rows_of(source), 200):
        for column, cell in zip(found, cells, strict=True):
            if cell and cell not in column and len(column) < number:
                column.append(cell[:60])
    return found


def same_list(source: EnquiryImport, user: User) -> EnquiryImport | None:
    """An earlier import of exactly this file that still stands."""
    done = EnquiryImport.objects.visible_to(user).filter(state=EnquiryImport.State.DONE)
    return done.filter(office=source.office_id, checksum=source.checksum).exclude(pk=source.pk).first()


@transaction.atomic
def say_columns(source: EnquiryImport, fields: list[str], *, by: User) -> EnquiryImport:
    """What each column of the file holds, in their order; nothing for one that is not taken over."""
    source = _to_prepare(source, by)
    named = [name for name in fields if name]
    labels = field_labels()
    if twice := sorted(labels[name] for name in set(named) if named.count(name) > 1):
        raise ValidationError(_("Two columns cannot both be: {names}").format(names=", ".join(twice)))
    if missing := [labels[name] for name in REQUIRED if name not in named]:
        raise ValidationError(_("Say which column holds: {names}").format(names=", ".join(missing)))
    given = iter(fields)
    source.columns = [
        column if column["why"] else column | {"field": next(given)} for column in source.columns
    ]
    source.save(update_fields=["columns"])
    return source


@transaction.atomic
def say_meanings(source: EnquiryImport, meanings: list[tuple[str, str, str]], *, by: User) -> EnquiryImport:
    """What stands for what: field, text, code. See `_end` for what of it counts for the next list, too."""
    source = _to_prepare(source, by)
    for name, text, code in meanings:
        source.meanings.setdefault(name, {})[text] = code
    source.save(update_fields=["meanings"])
    return source


def open_questions(source: EnquiryImport, lists: Lists) -> list[Asked]:
    return what_to_ask(source.columns, source.meanings, lists, rows_of(source))


def is_described(source: EnquiryImport) -> bool:
    """Whether it is said which columns hold what no enquiry is without."""
    return set(REQUIRED) <= {column["field"] for column in source.columns}


@dataclass
class Look:
    """What an import would do, before it does anything."""

    first: list[Row] = field(default_factory=list)
    recorded: int = 0
    repeated: int = 0
    faulty: int = 0
    notes_left_out: int = 0
    restricted: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    quarters: Counter[tuple[int, int]] = field(default_factory=Counter)  # (year, quarter) of what is recorded


def look_at(source: EnquiryImport, lists: Lists) -> Look:
    look = Look()
    for part in in_parts(_read(source, lists), AT_ONCE):
        repeated = _recorded_before(source, part)
        for row in part:
            look.faults += row.faults[: MOST_FAULTS - len(look.faults)]
            look.faulty += bool(row.faults)
            look.repeated += row.key in repeated
            if row.faults or row.key in repeated:
                continue
            look.recorded += 1
            look.notes_left_out += row.has_lost_note
            look.restricted += row.content["is_restricted"]
            at = row.content["at"]
            look.earliest, look.latest = min(look.earliest or at, at), max(look.latest or at, at)
            look.quarters[at.year, (at.month + 2) // 3] += 1
            if len(look.first) < FIRST:
                look.first.append(row)
    return look


def _read(source: EnquiryImport, lists: Lists) -> Iterator[Row]:
    return RowReader(source.columns, source.meanings, lists).read(rows_of(source))


def _recorded_before(source: EnquiryImport, rows: tuple[Row, ...]) -> set[str]:
    """The keys that an earlier list brought to this office, without what is restricted to colleagues.

    They are asked by the office that had the list: an enquiry may have moved since, and stays counted here.
    """
    keys = [row.key for row in rows if row.key]
    open_ones = Enquiry.objects.filter(Enquiry.objects.open_to(source.author))
    former = ImportedRow.objects.filter(source__office=source.office_id, enquiry__in=open_ones)
    return set(former.filter(key__in=keys).values_list("key", flat=True))


@transaction.atomic
def start_import(source: EnquiryImport, *, by: User) -> EnquiryImport:
    """Hand the list over to be recorded. One that stands still is started again where it ended."""
    source = _locked(source)
    if not can_prepare_import(by, source):
        raise PermissionDenied(f"{by} may not record {source}")
    if not (source.is_prepared or source.stands_still):
        raise ValidationError(_("This list is being recorded already."))
    if not is_described(source):
        raise ValidationError(_("Say first what the columns hold."))
    source.state, source.moved_at = EnquiryImport.State.RUNNING, timezone.now()
    source.save(update_fields=["state", "moved_at"])
    return source


def record_list(pk: int) -> str:
    """Record the rows of a list that was started, some thousands at a time, and delete its file.

    Each part is one transaction with the count of rows looked at: one that is cut off goes on where it was.
    """
    source = EnquiryImport.objects.select_related("office", "author").get(pk=pk)
    if not source.is_running:
        return f"{source}: {source.state}"
    if not can_log_enquiry(source.author, source.office):
        raise PermissionDenied(f"{source.author} has no desk at {source.office} any more")
    start = source.looked_at
    with override(source.author.language):  # who reads what is wrong with which row
        for part in in_parts(islice(_read(source, Lists()), start, None), AT_ONCE):
            _record(source, start, part)
            start += len(part)
    with transaction.atomic():
        source = _locked(source)
        if source.is_running and source.looked_at == source.rows:
            _end(source)
    return f"{source}: {source.recorded} recorded"


def _end(source: EnquiryImport) -> None:
    """What words meant counts for the next list, unless one row alone had them: they may tell of somebody."""
    alone = {(one.field, one.text) for one in open_questions(source, Lists()) if one.number == 1}
    _forget_words(source, alone - _said(words_so_far(source.office, until=source)))
    forget_files([source.file.name])
    source.file, source.state = "", EnquiryImport.State.DONE
    source.save(update_fields=["file", "state"])


def _said(meanings: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    return {(name, text) for name, texts in meanings.items() for text in texts}


def _forget_words(source: EnquiryImport, words: set[tuple[str, str]]) -> None:
    kept = {
        name: {text: code for text, code in texts.items() if (name, text) not in words}
        for name, texts in source.meanings.items()
    }
    source.meanings = {name: texts for name, texts in kept.items() if texts}
    source.save(update_fields=["meanings"])


@transaction.atomic
def _record(source: EnquiryImport, start: int, rows: tuple[Row, ...]) -> None:
    # Two copies of one list wait for each other; whoever records an enquiry at the desk waits for neither.
    Office.objects.select_for_update(no_key=True).get(pk=source.office_id)
    locked = _locked(source)
    if not locked.is_running or locked.looked_at != start:
        return  # another worker was quicker
    repeated = _recorded_before(source, rows)
    new = [row for row in rows if row.key and row.key not in repeated]
    own = {"office_id": source.office_id, "author_id": source.author_id}
    enquiries = Enquiry.objects.bulk_create([Enquiry(**own, **row.content) for row in new])
    pks = [enquiry.pk for enquiry in enquiries]
    write_first_lines(Enquiry, pks, by=source.author, reason=str(source))
    ImportedRow.objects.bulk_create(
        ImportedRow(source_id=source.pk, enquiry_id=pk, key=row.key) for pk, row in zip(pks, new, strict=True)
    )
    locked.looked_at += len(rows)
    locked.recorded += len(new)
    locked.repeated += sum(row.key in repeated for row in rows)
    locked.faulty += sum(bool(row.faults) for row in rows)
    locked.notes_left_out += sum(row.has_lost_note for row in new)
    locked.faults = [*locked.faults, *(fault for row in rows for fault in row.faults)][:MOST_FAULTS]
    locked.moved_at = timezone.now()
    locked.save(
        update_fields=[
            *("looked_at", "recorded", "repeated", "faulty", "notes_left_out", "faults", "moved_at"),
        ]
    )


def untouched(source: EnquiryImport) -> Any:
    """The enquiries of an import that are as they came, and that nothing else hangs on.

    That one waits on the list of people to tell again is nobody's doing; that it was dealt with is.
    """
    rows = Enquiry.objects.filter(
        imported__source=source,
        version=1,
        voided_at=None,
        **dict.fromkeys(["person", "case", "return_code", "assigned_to"]),
    )
    for relation in Enquiry._meta.related_objects:
        other: Any = relation.related_model
        hanging = other._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        if other is Recall:
            hanging = hanging.exclude(done_at=None)
        if other is not ImportedRow:
            rows = rows.exclude(Exists(hanging))
    return rows


@transaction.atomic
def undo_import(source: EnquiryImport, *, by: User) -> EnquiryImport:
    """Delete what an import recorded, as far as nobody has touched it since. Twice changes nothing."""
    source = _locked(source)
    if source.state == EnquiryImport.State.UNDONE:
        return source
    if not can_undo_import(by, source):
        raise PermissionDenied(f"{by} may not undo {source}")
    pks = list(untouched(source).select_for_update(of=("self",)).values_list("pk", flat=True))
    for part in in_parts(pks, DELETED_AT_ONCE):
        # Past the signals: a deletion would leave a line of history for something that never happened.
        for rows in (
            Enquiry.history.filter(id__in=part),
            ImportedRow.objects.filter(enquiry__in=part),
            Recall.objects.filter(enquiry__in=part),
            Enquiry.objects.filter(pk__in=part),
        ):
            _delete(rows)
    source.state, source.undone_at, source.undone_by = EnquiryImport.State.UNDONE, timezone.now(), by
    source.faults, source.recorded = [], source.imported_rows.count()
    source.save(update_fields=["state", "undone_at", "undone_by", "faults", "recorded"])
    added = _said(source.meanings) - _said(words_so_far(source.office, until=source))
    for other in all_locked(EnquiryImport.objects.filter(office=source.office, pk__gt=source.pk)):
        _forget_words(other, added)
    _forget_words(source, _said(source.meanings))
    return source


def _delete(rows: models.QuerySet[Any]) -> None:
    rows._raw_delete(rows.db)


@transaction.atomic
def discard_list(source: EnquiryImport, *, by: User) -> None:
    """Delete a list of which nothing was recorded."""
    source = _to_prepare(source, by)
    _discard(source)


def forget_old_lists() -> str:
    """Delete the lists that nobody recorded in time, and what is known of faulty rows.

    One that was cut off and that nobody went on with ends as it is: what it recorded can be undone.
    """
    latest = timezone.now() - timedelta(days=settings.IMPORT_DAYS)
    state = EnquiryImport.State
    old = EnquiryImport.objects.filter(sent_at__lt=latest)
    waiting = old.filter(Q(state=state.PREPARED) | Q(state=state.RUNNING, moved_at__lt=latest))
    deleted = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            source = waiting.select_for_update().filter(pk=pk).first()
            if source is None:
                continue  # somebody has gone on with it, or deleted it
            if source.is_prepared:
                _discard(source)
            else:
                _end(source)
            deleted += 1
    old.exclude(state=state.RUNNING).exclude(faults=[]).update(faults=[])
    before = timezone.now() - timedelta(days=settings.ENQUIRY_TEXT_DAYS)
    ended = old.filter(sent_at__lt=before, state__in=[state.DONE, state.UNDONE])
    ended.exclude(meanings={}).update(meanings={})
    return f"{deleted} deleted"


def _discard(source: EnquiryImport) -> None:
    forget_files([source.file.name])
    source.delete()


def _locked(source: EnquiryImport) -> EnquiryImport:
    found: EnquiryImport = locked(EnquiryImport.objects.select_related("office", "author"), source.pk)
    return found


def _to_prepare(source: EnquiryImport, by: User) -> EnquiryImport:
    source = _locked(source)
    if not (can_prepare_import(by, source) and source.is_prepared):
        raise PermissionDenied(f"{by} may not prepare {source}")
    return source
