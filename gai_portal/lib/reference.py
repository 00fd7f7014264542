"""Loading reference data: repeatable, and a malformed file is refused whole, with file, line and field."""

import csv
from collections.abc import Iterable, Iterator
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


def put_row(model: type[models.Model], key: dict[str, Any], values: dict[str, Any], tally: Tally) -> Any:
    """Create the row named by `key`, or update it when one of `values` differs. Nothing is ever deleted."""
    row = model._default_manager.filter(**key).first()
    if row is None:
        tally.created += 1
        row = model(**key, **values)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
        return row
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        tally.updated += 1
        for name in changed:
            setattr(row, name, values[name])
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
    else:
        tally.unchanged += 1
    return row


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
    """A mapping read from YAML that remembers the line it began on."""

    line: int = 0


class LinedLoader(yaml.CSafeLoader):
    """YAML's safe loader (the quick one, in C), with line numbers for error messages."""


def _lined_mapping(loader: LinedLoader, node: yaml.MappingNode) -> Iterator[LinedDict]:
    mapping = LinedDict()
    mapping.line = node.start_mark.line + 1
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
