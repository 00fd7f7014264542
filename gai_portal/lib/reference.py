"""Loading reference data: repeatable, a malformed file is refused whole, and what people edited stays.

A malformed file is told with line and field. A row that somebody has changed since it was loaded is kept.
"""

import csv
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

import yaml
from django.core.exceptions import ValidationError
from django.db import models


class ReferenceFault(Exception):
    """Something wrong in a reference file, said so that its keeper can find it."""

    def __init__(self, path: Path, line: int | None, field: str, problem: str) -> None:
        place = f"{path.name}, line {line}" if line else path.name
        super().__init__(f"{place}, {field}: {problem}")


@dataclass
class Tally:
    """What a load did to the rows of one kind."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # somebody has made them their own: left alone, whatever the file says

    def __str__(self) -> str:
        counts = f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged"
        return f"{counts}, {self.kept} kept as edited or issued" if self.kept else counts


class LoadedRow(models.Model):
    """A row that a reference file brings, and that the national level may make its own."""

    # What the files brought last, as a fingerprint of each column. A row that differs has been edited since.
    loaded = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True

    def was_edited(self, now: dict[str, str]) -> bool:
        """Whether any of the columns, by their fingerprints, is no longer as a file brought it.

        One that no file has brought so far is expected to be empty.
        """
        return any(self.loaded.get(name, self._when_empty(name)) != mark for name, mark in now.items())

    def _when_empty(self, name: str) -> str:
        field: Any = self._meta.get_field(name)
        return fingerprint([] if field.many_to_many else field.get_default())

    def remember(self, wanted: dict[str, str]) -> None:
        """That the row says what the file says, whoever wrote it: from now on it follows the file."""
        if wanted.items() - self.loaded.items():
            self.loaded |= wanted
            self.save(update_fields=["loaded"])


def fingerprint(value: Any) -> str:
    """The same for a value from a file and for that value as the database gives it back."""
    if isinstance(value, models.Model):
        value = value.pk
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    if isinstance(value, models.QuerySet | set):
        value = sorted(str(row.pk) for row in value)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def put_row(model: type[LoadedRow], key: dict[str, Any], values: dict[str, Any], tally: Tally) -> Any:
    """Create the row named by `key`, or bring it in line with `values` unless somebody has edited it.

    Nothing is ever deleted.
    """
    wanted = {name: fingerprint(value) for name, value in values.items()}
    row = model._default_manager.filter(**key).first()
    if row is None:
        row = model(**key)
        tally.created += 1
    else:
        now = {name: fingerprint(row.serializable_value(name)) for name in values}
        if now == wanted:
            tally.unchanged += 1
            row.remember(wanted)
            return row
        if row.was_edited(now):
            tally.kept += 1
            return row
        tally.updated += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.loaded |= wanted
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save()
    return row


def put_links(row: LoadedRow, links: dict[str, set[models.Model]], tally: Tally) -> None:
    """Bring a row's lists of other rows in line, each unless somebody has edited it."""
    updated = kept = False
    for name, linked in links.items():
        stored = getattr(row, name)
        now, wanted = {name: fingerprint(stored.all())}, {name: fingerprint(linked)}
        if now != wanted and row.was_edited(now):
            kept = True
            continue
        if now != wanted:
            stored.set(linked)
            updated = True
        row.remember(wanted)
    tally.updated += updated
    tally.kept += kept and not updated
    tally.unchanged += not (updated or kept)


@contextmanager
def faults_at(path: Path, line: int | None) -> Iterator[None]:
    """Says of a row that its model refuses where in the file it stands: around `put_row`."""
    try:
        yield
    except ValidationError as error:
        field, problems = next(iter(error.message_dict.items()))
        raise ReferenceFault(path, line, field, " ".join(problems)) from error


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ReferenceFault(path, None, "file", error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise ReferenceFault(path, None, "file", "it is not UTF-8") from error


@dataclass(frozen=True)
class CsvLine:
    """One row of a CSV file, that knows where it stands."""

    path: Path
    number: int
    cells: dict[str, str]

    def fault(self, column: str, problem: str) -> ReferenceFault:
        return ReferenceFault(self.path, self.number, column, problem)

    def text(self, column: str, *, required: bool = False) -> str:
        value = self.cells[column].strip()
        if required and not value:
            raise self.fault(column, "it is empty")
        return value

    def decimal(self, column: str, *, least: int | None = None) -> Decimal | None:
        """A number with a decimal point; None where the cell is empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite():
            raise self.fault(column, f"{text!r} is not a number")
        if least is not None and value < least:
            raise self.fault(column, f"{text} is below {least}")
        return value


def read_csv(path: Path, columns: Iterable[str]) -> Iterator[CsvLine]:
    """The rows of a CSV file that has at least `columns`."""
    rows = csv.reader(read_text(path).splitlines(keepends=True), strict=True)
    line = 1
    try:
        names = next(rows, [])
        for column in columns:
            if column not in names:
                raise ReferenceFault(path, 1, column, "this column is missing")
        line = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(names):
                raise ReferenceFault(path, line, "row", f"{len(row)} cells under {len(names)} columns")
            if row:
                yield CsvLine(path, line, dict(zip(names, row, strict=True)))
            line = rows.line_num + 1
    except csv.Error as error:
        raise ReferenceFault(path, line, "row", str(error)) from error


class LinedDict(dict[str, Any]):
    """A mapping read from YAML that remembers the line it began on, and that of each of its keys."""

    line: int = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: dict[str, int] = {}


class LinedLoader(yaml.CSafeLoader):
    """YAML's safe loader (the quick one, in C), with line numbers for error messages."""


def _lined_mapping(loader: LinedLoader, node: yaml.MappingNode) -> Iterator[LinedDict]:
    mapping = LinedDict()
    mapping.line = node.start_mark.line + 1
    for key, _value in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in mapping.lines:
                raise yaml.MarkedYAMLError(problem=f"“{key.value}” stands twice", problem_mark=key.start_mark)
            mapping.lines[key.value] = key.start_mark.line + 1
    yield mapping
    mapping.update(cast("dict[str, Any]", loader.construct_mapping(node)))


LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _lined_mapping)


def read_yaml(path: Path) -> LinedDict:
    """The content of a YAML file whose top level is a mapping."""
    try:
        content = yaml.load(read_text(path), Loader=LinedLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ReferenceFault(path, line, "YAML", str(error.problem)) from error
    if not isinstance(content, LinedDict):
        raise ReferenceFault(path, 1, "file", "a mapping is expected at the top level")
    return content


class ReferenceFile:
    """A YAML file, read with the place of whatever is wrong in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = read_yaml(path)

    def fault(self, row: LinedDict, field: str, problem: str) -> ReferenceFault:
        return ReferenceFault(self.path, row.line, field, problem)

    def mapping(self, row: LinedDict, field: str) -> LinedDict:
        value = row.get(field)
        if not isinstance(value, LinedDict):
            raise self.fault(row, field, "a mapping is expected")
        return value

    def rows(self, row: LinedDict, field: str, *, required: bool = True) -> list[LinedDict]:
        value = row.get(field, None if required else [])
        if not isinstance(value, list) or not all(isinstance(part, LinedDict) for part in value):
            raise self.fault(row, field, "a list of mappings is expected")
        return value

    def text(self, row: LinedDict, field: str, *, required: bool = True) -> str:
        value = row.get(field, None if required else "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise self.fault(row, field, "a text is expected (write it in quotes)")
        return value.strip()

    def codes(self, row: LinedDict, field: str, known: Collection[str] | None = None) -> list[str]:
        """A list of codes, each of which has to be known, if it is said which are."""
        value = row.get(field, [])
        if not isinstance(value, list):
            raise self.fault(row, field, "a list of codes is expected")
        codes = [str(code) for code in value]
        for code in codes:
            if known is not None and code not in known:
                raise self.fault(row, field, f"“{code}” is not known")
        return codes

    def flag(self, row: LinedDict, field: str, *, default: bool = False) -> bool:
        value = row.get(field, default)
        if not isinstance(value, bool):
            raise self.fault(row, field, "true or false is expected")
        return value

    def number(self, row: LinedDict, field: str) -> int | None:
        value = row.get(field)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise self.fault(row, field, "a whole number is expected")
        return value

    def words(self, row: LinedDict, field: str = "", *, column: str = "") -> dict[str, str]:
        """The columns of a text, required in Portuguese; without a field it stands in the row itself."""
        texts = self.mapping(row, field) if field else row
        columns = {f"{column or field}_pt": self.text(texts, "pt")}
        for language in ("en", "fr"):
            written = texts.get(language) is not None
            columns[f"{column or field}_{language}"] = self.text(texts, language) if written else ""
        return columns

    def optional_words(self, row: LinedDict, field: str) -> dict[str, str]:
        """The columns of a text that may be missing; all empty when it is."""
        if row.get(field) is None:
            return {f"{field}_{language}": "" for language in ("pt", "en", "fr")}
        return self.words(row, field)

    def put(
        self,
        model: type[LoadedRow],
        row: LinedDict,
        key: dict[str, Any],
        values: dict[str, Any],
        tally: Tally,
    ) -> Any:
        with faults_at(self.path, row.line):
            return put_row(model, key, values, tally)
