"""What the columns of an office's old list hold, as far as their headings and cells tell.

A column that says who somebody is never gets further than this: nobody on the list has consented.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import yaml
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

from cases.models import EnquiryImport, label_of
from gai_portal.lib.foreign_tables import ForeignTable
from gai_portal.lib.personal import pointing_at_somebody
from gai_portal.lib.text import fold
from municipalities.models import Office

WORDS = Path(__file__).resolve().parent.parent / "data" / "import_words.yaml"
REQUIRED = ("day", "topic")
CODED = ("topic", "channel", "outcome", "sex", "age_band", "nationality", "language")
HIDDEN = "█"  # stands in a cell that held somebody's number or address
LOOKED_AT = 300  # cells of a column
MAY_POINT = re.compile(r"@|(?:\d\D*){4}")  # asked first of every cell: it takes no time
NAME = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?: (?:d[aeo]s?|e|[A-ZÀ-Ý][\w'’.-]*)){1,5}")


class Why(models.TextChoices):
    """Why a column is left out."""

    HEADING = "heading", _("Its heading says that it tells who somebody is.")
    NUMBERS = "numbers", _("It holds telephone numbers, documents or e-mail addresses.")
    NAMES = "names", _("It seems to hold names of people.")


class Column(TypedDict):
    heading: str
    field: str  # empty: not taken over
    why: str  # of Why; empty for a column that may be taken over


@cache
def words() -> dict[str, Any]:
    """The words of offices for columns and values."""
    return yaml.safe_load(WORDS.read_text())


def field_labels() -> dict[str, str]:
    """What a column may hold, in the order of the form."""
    coded = ("topic", "channel", "outcome", "sex", "age_band", "nationality", "language", "note")
    return {"day": gettext("Date"), "hour": gettext("Time"), **{name: label_of(name) for name in coded}}


def describe_columns(table: ForeignTable, office: Office) -> list[Column]:
    """What each column holds: as the office said last time, or as its heading says."""
    former = last_import(office)
    known = {fold(column["heading"]): column["field"] for column in former.columns} if former else {}
    taken: set[str] = set()
    columns = []
    for number, heading in enumerate(table.header):
        why = _why_left_out(heading, table.column(number)[:LOOKED_AT])
        # Free text may name somebody: it is taken over when the office says so, not because of its heading.
        guess = "" if is_free_text(heading) else _field_of(heading)
        field = "" if why else known.get(fold(heading)) or guess
        if field in taken:
            field = ""
        taken.add(field)
        columns.append(Column(heading=heading[:120], field=field, why=why))
    return columns


def without_numbers(cell: str) -> str:
    """A cell that points at somebody is emptied, whatever its column holds."""
    return HIDDEN if MAY_POINT.search(cell) and pointing_at_somebody(cell) else cell


def words_so_far(office: Office, until: EnquiryImport | None = None) -> dict[str, dict[str, str]]:
    """What words meant in the lists that an office has recorded (before one of them)."""
    done = EnquiryImport.objects.filter(office=office, state=EnquiryImport.State.DONE).exclude(meanings={})
    if until is not None:
        done = done.filter(pk__lt=until.pk)
    return done.values_list("meanings", flat=True).first() or {}


def last_import(office: Office) -> EnquiryImport | None:
    """What the office said of its columns the last time counts for the next."""
    described = Q(state=EnquiryImport.State.DONE) | ~Q(meanings={})
    return EnquiryImport.objects.filter(described, office=office).first()


def _words_in(heading: str) -> list[str]:
    return re.findall(r"[a-z]+", fold(heading))


def _field_of(heading: str) -> str:
    """By the first of its words that we know, the hour before the day."""
    said = _words_in(heading)
    return next((field for field, known in words()["headings"].items() if set(said) & set(known)), "")


def is_free_text(heading: str) -> bool:
    return _field_of(heading) == "note"


def _why_left_out(heading: str, cells: list[str]) -> str:
    said = set(_words_in(heading))
    if said & set(words()["personal"]):
        return Why.HEADING.value
    if said & set(words()["personal_alone"]) and _field_of(heading) not in {"day", "hour", "channel"}:
        return Why.HEADING.value
    if not cells:
        return ""
    # A note that holds one is emptied by itself.
    has_numbers = sum(bool(pointing_at_somebody(cell)) for cell in cells) * 5 > len(cells)
    if has_numbers and not is_free_text(heading):
        return Why.NUMBERS.value
    names = [cell for cell in cells if NAME.fullmatch(cell)]
    # What many rows repeat is a topic or a country; people differ.
    if len(names) >= 4 and len(names) * 2 > len(cells) and len(set(names)) * 10 > len(names) * 7:
        return Why.NAMES.value
    return ""
