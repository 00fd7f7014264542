"""Lines of history: who wrote one, and those of rows that came many at once. Knows no app."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.models import Value
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)


def signed(row: Row, by: Any, *, at: datetime | None = None) -> Row:
    """The row, whose next line of history says who wrote it (None: the portal) and when, if not now."""
    line: Any = row  # simple_history looks for these
    line._history_user = by
    if at is not None:
        line._history_date = at
    return row


def write_first_lines(model: Any, pks: Collection[Any], *, by: models.Model, reason: str) -> None:
    """Copies rows into their history within the database: they need not be sent there a second time."""
    if not pks:
        return
    history = model.history.model
    told: dict[str, Any] = {
        "history_date": timezone.now(),
        "history_type": "+",
        "history_user_id": by.pk,
        "history_change_reason": reason,
    }
    columns = {field.attname: field.column for field in history._meta.concrete_fields}
    fields = [field.attname for field in history.tracked_fields]
    values = {
        f"told_{name}": Value(value, output_field=_field_of(history, name)) for name, value in told.items()
    }
    rows = model._base_manager.filter(pk__in=pks).order_by().annotate(**values)
    select, params = rows.values_list(*fields, *values).query.sql_with_params()
    connection = connections[router.db_for_write(history)]
    quoted = ", ".join(connection.ops.quote_name(columns[name]) for name in (*fields, *told))
    table = connection.ops.quote_name(history._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({quoted}) {select}", params)


def _field_of(history: Any, attname: str) -> models.Field[Any, Any]:
    """The kind of value a column holds; of a key, that of the row it points to."""
    field: Any = history._meta.get_field(attname.removesuffix("_id"))
    return field.target_field if field.is_relation else field
