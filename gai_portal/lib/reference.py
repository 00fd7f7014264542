"""Loading reference data: repeatable, and a malformed file is refused whole, with file, line and field."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LinedLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ReferenceFault(path, line, "YAML", str(error.problem)) from error
    if not isinstance(content, LinedDict):
        raise ReferenceFault(path, 1, "file", "a mapping is expected at the top level")
    return content
