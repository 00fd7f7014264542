"""Finding text in the database as people type it: `note__fold__contains=fold("Renovação")`."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from gai_portal.lib.text import fold


class Fold(models.Transform):
    """A column in lower case and without accents, as `gai_portal.lib.text.fold` makes it of what is asked."""

    lookup_name = "fold"
    function = "FOLD"  # ours, on SQLite
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By functions that always give the same result, so that an index may be built on it."""
        template = r"LOWER(REGEXP_REPLACE(NORMALIZE(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'))"
        return self.as_sql(compiler, connection, template=template, **context)


def teach_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("FOLD", 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(text)


def enable() -> None:
    """Once per process, before the first query."""
    models.CharField.register_lookup(Fold)
    models.TextField.register_lookup(Fold)
    connection_created.connect(teach_sqlite, dispatch_uid="teach SQLite to fold")
